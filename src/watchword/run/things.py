"""Every tracked thing of every camera, as columns over slots; a slot is used again when its thing has ended.

A thing is *seen* (its row says so), *held* (unseen, its values still taken to hold), *in a hole* (unseen for longer
than the gap limit) and at last *ended*: by its tracker's word, or when unseen, while the camera looked, for longer
than its memory. The end of a still thing is decided only when its memory has passed, for it may be found again: under
its own number, or under a new one at the same place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from watchword.detections import MEMBERS, NEVER, REST_SINCE
from watchword.run.memory import Memory
from watchword.tracks import Id
from watchword.units import SECOND

if TYPE_CHECKING:
    from watchword.run.sightings import Sights

Slots = NDArray[np.intp]
Times = NDArray[np.int64]

HISTORY = 64
"""Places kept for measuring motion, at most 50 a second."""
NUMBER_BITS = 32
"""Numbers of so many bits are found all at once; longer ones, and text, one by one."""
PATH = 160
"""Places kept of the path, at most five a second: 32 s."""
PATH_STEP = SECOND // 5
KEPT_ORDERS = 8
"""For how many sets of cameras the order of their things is kept."""
MEMORY, STILL_MEMORY = 10 * SECOND, 30 * SECOND


class Things(Memory):
    """The columns. `camera`, `label` … are arrays over slots; only slots in `alive` mean something.

    Attributes:
        camera: int32, position of the camera.
        label: int32, position in `labels`.
        box: float64 (…, 4), in pixels of the scene's frame.
        at: float64 (…, 2), the place; NaN where nowhere.
        ground: float64 (…, 2), the same in metres; NaN without calibration.
        first: int64, first sight, ns.
        last: int64, last sight, ns.
        dark: int64, how long the camera had been dark in all at the last sight, ns.
        told: bool, its tracker says that it has ended.
        end: int64, when it ended, `NEVER` while it has not.
        still: int8, 1 still, -1 not, 0 not known (by the usual r).
        rest: int64, when it came to rest by its detector's word, `NEVER` where there is none.
        over: bool, its memory has passed: its numbers are free, and it is only here until what it began is told.
        members: float64, how many people the box stands for.
        score: float64.
        sights: int64, how often it was seen.
        velocity: float64 (…, 2), px/s; NaN until known.
        ground_velocity: float64 (…, 2), m/s; NaN without calibration.
        extra: float64 by name, a detector's own columns as last seen; NaN where it said nothing.
        gone: bool, it was said that the thing has ended.
        called: Of what had several numbers, by slot: the one it was seen under last.
    """

    STATE = (
        *("alive: col", "serial: col", "camera: col of camera", "_number: col", "box: col", "at: col", "ground: col"),
        *("first: col", "last: col", "dark: col", "told: col", "end: col", "still: col", "rest: col", "over: col"),
        *("members: col", "score: col", "sights: col", "velocity: col", "ground_velocity: col", "gone: col"),
    )
    PASSING = frozenset({"_order", "_index"})

    def __init__(self) -> None:
        self.size = 0
        self.labels: list[str] = []
        self._label_index: dict[str, int] = {}
        self._free: list[int] = []
        self.ids: list[Id] = []
        self._met = 0
        self.slot_of: dict[tuple[int, Id], int] = {}
        self._names: dict[int, list[tuple[int, Id]]] = {}
        self.called: dict[int, Id] = {}
        self.had: dict[int, set[int]] = {}
        self.alive = np.zeros(0, np.bool_)
        self.serial = np.zeros(0, np.int64)
        self.over = np.zeros(0, np.bool_)
        self.camera = np.zeros(0, np.int32)
        self.label = np.zeros(0, np.int32)
        self.box = np.zeros((0, 4))
        self.at = np.zeros((0, 2))
        self.ground = np.zeros((0, 2))
        self.first = np.zeros(0, np.int64)
        self.last = np.zeros(0, np.int64)
        self.dark = np.zeros(0, np.int64)
        self.told = np.zeros(0, np.bool_)
        self.end = np.zeros(0, np.int64)
        self.still = np.zeros(0, np.int8)
        self.rest = np.zeros(0, np.int64)
        self.members = np.zeros(0)
        self.score = np.zeros(0)
        self.history_time = np.zeros((0, HISTORY), np.int64)
        self.history_at = np.zeros((0, HISTORY, 2))
        self.history_ground = np.zeros((0, HISTORY, 2))
        self.sights = np.zeros(0, np.int64)
        self.velocity = np.zeros((0, 2))
        self.ground_velocity = np.zeros((0, 2))
        self.gone = np.zeros(0, np.bool_)
        self.extra: dict[str, NDArray[np.float64]] = {}
        self.history_n = np.zeros(0, np.int64)
        self.path_time = np.zeros((0, PATH), np.int64)
        self.path_at = np.zeros((0, PATH, 3))
        self.path_n = np.zeros(0, np.int64)
        self._order: dict[tuple[int, ...], Slots] = {}
        self._number = np.zeros(
            0, np.int64
        )  # the number it was met under, -1 where that is another's now, or no number
        self._index: tuple[NDArray[np.int64], Slots] | None = None

    # ---- slots

    def find(self, cameras: Slots, ids: NDArray[Any]) -> Slots:
        """The slots (n,) of the things that have these numbers, -1 where none has.

        Args:
            cameras: (n,) positions.
            ids: (n,) whole numbers or text.
        """
        found = np.full(len(ids), -1, np.intp)
        left = np.arange(len(ids))
        if ids.dtype != object:
            keys, slots = self._indexed()
            if len(keys):
                numbers = ids.astype(np.int64)  # what is beyond 63 bits is below 0 then, and no key
                asked = (cameras.astype(np.int64) << NUMBER_BITS) + numbers
                at = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
                hit = (keys[at] == asked) & (numbers >= 0) & (numbers < 1 << NUMBER_BITS)
                found = np.where(hit, slots[at], -1)
                left = np.flatnonzero(~hit)
        for k, camera, number in zip(left.tolist(), cameras[left].tolist(), ids[left].tolist(), strict=True):
            found[k] = self.slot_of.get((camera, number), -1)
        return found

    def _indexed(self) -> tuple[NDArray[np.int64], Slots]:
        """Camera and number as one key, sorted, and whose it is: of all that were met under a number of 32 bits."""
        if self._index is None:
            slots = np.flatnonzero(self.alive & ~self.over & (self._number >= 0))
            keys = (self.camera[slots].astype(np.int64) << NUMBER_BITS) + self._number[slots]
            order = np.argsort(keys)
            self._index = keys[order], slots[order]
        return self._index

    def _name(self, slot: int, camera: int, id: Id) -> None:  # noqa: A002 - it is the thing's id
        before = self.slot_of.get((camera, id))
        if before is not None and self._number[before] == id:
            self._number[before] = -1
        self.slot_of[camera, id] = slot
        self._index = None

    def label_of(self, name: str) -> int:
        """The position of a class name, given when first met."""
        if name not in self._label_index:
            self._label_index[name] = len(self.labels)
            self.labels.append(name)
        return self._label_index[name]

    def _grow(self) -> None:
        size = max(64, 2 * self.size)
        for name, column in list(vars(self).items()):
            if isinstance(column, np.ndarray):
                more = np.zeros((size, *column.shape[1:]), column.dtype)
                more[: self.size] = column
                setattr(self, name, more)
        for name, column in self.extra.items():
            self.extra[name] = np.concatenate((column, np.full(size - self.size, np.nan)))
        self.ids += [0] * (size - self.size)
        self._free += range(size - 1, self.size - 1, -1)
        self.size = size

    @property
    def met(self) -> int:
        """How many things there were."""
        return self._met

    def take_up(self, count: int, met: int) -> Slots:
        """Slots for so many things of before a restart, rising; so many had been met then."""
        self._met = max(self._met, met)
        while len(self._free) < count:
            self._grow()
        self._free.sort(reverse=True)
        self._order.clear()
        self._index = None
        return np.array([self._free.pop() for _ in range(count)], np.intp)

    def new(self, camera: int, id: Id, label: int, time: int) -> int:  # noqa: A002 - it is the thing's id
        """A slot for a thing that was not known."""
        if not self._free:
            self._grow()
        slot = self._free.pop()
        self.ids[slot] = id
        self._met += 1
        self.serial[slot] = self._met
        self._name(slot, camera, id)
        self._number[slot] = id if isinstance(id, int) and 0 <= id < 1 << NUMBER_BITS else -1
        self._names[slot] = [(camera, id)]
        self.had[slot] = {label}
        self.alive[slot] = True
        self.camera[slot] = camera
        self.label[slot] = label
        self.first[slot] = self.last[slot] = time
        self._order.clear()
        self.told[slot] = self.over[slot] = self.gone[slot] = False
        self.velocity[slot] = self.ground_velocity[slot] = np.nan
        for column in self.extra.values():
            column[slot] = np.nan
        self.end[slot] = self.rest[slot] = NEVER
        self.still[slot] = 0
        self.members[slot] = 1
        self.sights[slot] = self.history_n[slot] = self.path_n[slot] = 0
        return slot

    def alias(self, slot: int, camera: int, id: Id) -> None:  # noqa: A002 - it is the thing's id
        """A further number of the same thing."""
        self._name(slot, camera, id)
        self._names[slot].append((camera, id))
        self.called[slot] = id

    def renumber(self) -> None:
        """Numbers are given anew: those of now mean nothing any more. Still things are found again by their place."""
        self.slot_of.clear()
        self._names = {slot: [] for slot in self._names}
        self.called.clear()
        self._number[:] = -1
        self._index = None

    def release(self, slot: int) -> None:
        """A thing's memory has passed: its numbers are free for others."""
        self.called.pop(slot, None)
        for name in self._names.pop(slot, ()):
            if self.slot_of.get(name) == slot:
                del self.slot_of[name]
        self.over[slot] = True
        self._index = None

    def retire(self, slot: int) -> None:
        """Nothing is under way about a thing any more; its path stays until `free`."""
        self.release(slot)
        del self.had[slot]
        self.alive[slot] = False
        self._order.clear()

    def free(self, slots: Iterable[int]) -> None:
        """Give the slots of retired things back."""
        self._free += slots

    def of_cameras(self, cameras: Sequence[int]) -> Slots:
        """The slots of these cameras' things, by camera, oldest first."""
        key = tuple(cameras)
        if key not in self._order:
            if len(self._order) > KEPT_ORDERS:
                self._order.clear()
            slots = np.flatnonzero(self.alive)
            if len(key) == 1:
                slots = slots[self.camera[slots] == key[0]]
            else:
                slots = slots[np.isin(self.camera[slots], key)]
            self._order[key] = slots[np.lexsort((self.serial[slots], self.camera[slots]))]
        return self._order[key]

    # ---- looks

    def keep(self, name: str) -> None:
        """Keep a detector's own column from now on."""
        self.extra.setdefault(name, np.full(self.size, np.nan))

    def has_extra(self, name: str) -> bool:
        """Whether a detector's own column of this name is kept and was said of anything."""
        return name in self.extra and bool(np.isfinite(self.extra[name]).any())

    def see(self, sights: Sights, scores: NDArray[np.float64], extra: Mapping[str, NDArray[Any]]) -> None:
        """Write down what was seen, no slot twice."""
        slots, boxes, at, times, labels = sights.slots, sights.boxes, sights.at, sights.now, sights.labels
        self.box[slots] = boxes
        self.at[slots] = at
        self.ground[slots] = sights.ground
        for k in np.flatnonzero((self.label[slots] != labels) | (self.sights[slots] == 0)).tolist():
            self.had[int(slots[k])].add(int(labels[k]))
        self.label[slots] = labels
        self.sights[slots] += 1
        self.score[slots] = scores
        self.last[slots] = times
        self.dark[slots] = sights.dark
        self.told[slots] = False
        self.end[slots] = NEVER
        for name, kept in self.extra.items():
            kept[slots] = extra.get(name, np.nan)
        if REST_SINCE.name in extra:
            self.rest[slots] = extra[REST_SINCE.name]
        if MEMBERS.name in extra:
            self.members[slots] = np.nan_to_num(extra[MEMBERS.name], nan=1.0)
        ground = sights.ground
        here = np.isfinite(at[:, 0])
        if not here.all():  # what is nowhere has no place to write down
            slots, at, ground, times, boxes = slots[here], at[here], ground[here], times[here], boxes[here]
        n = self.history_n[slots]
        push = (n == 0) | (times - self.history_time.reshape(-1)[slots * HISTORY + (n - 1) % HISTORY] >= SECOND // 50)
        every = push.all()
        s, j = (slots, n) if every else (slots[push], n[push])
        where = s * HISTORY + j % HISTORY
        self.history_time.reshape(-1)[where] = times if every else times[push]
        self.history_at.reshape(-1, 2)[where] = at if every else at[push]
        self.history_ground.reshape(-1, 2)[where] = ground if every else ground[push]
        self.history_n[s] = j + 1
        n = self.path_n[slots]
        push = (n == 0) | (times - self.path_time.reshape(-1)[slots * PATH + (n - 1) % PATH] >= PATH_STEP)
        if not push.any():
            return
        s, k = slots[push], n[push] % PATH
        self.path_time[s, k] = times[push]
        self.path_at[s, k, :2] = at[push]
        self.path_at[s, k, 2] = boxes[push, 3] - boxes[push, 1]
        self.path_n[s] += 1

    def path(self, slot: int) -> tuple[Times, NDArray[np.float64]]:
        """The path of a thing, oldest first: times (k,), and (k, 3) x, y and height, all pixels."""
        n = int(self.path_n[slot])
        order = np.arange(max(0, n - PATH), n) % PATH
        return self.path_time[slot, order], self.path_at[slot, order]

    def radius(self, slots: Slots) -> NDArray[np.float64]:
        """How far a still thing may tremble, px: 0.15 of the box's diagonal and at least 4."""
        w = self.box[slots, 2] - self.box[slots, 0]
        h = self.box[slots, 3] - self.box[slots, 1]
        r: NDArray[np.float64] = np.maximum(4.0, 0.15 * np.hypot(w, h))
        return r

    def near_still(
        self, camera: int, at: NDArray[np.float64], label: int, taken: set[int], watched: int, before: int
    ) -> int | None:
        """The unseen still thing that a new sight at this place is: within r of it and with a label it had.

        Its memory has not passed: `watched` is the time less how long the camera has been dark in all, `before` the
        time of the look before.
        """
        best, found = np.inf, None
        slots = self.of_cameras([camera])
        known = (watched - (self.last[slots] - self.dark[slots]) <= STILL_MEMORY) | (self.last[slots] >= before)
        slots = slots[(self.still[slots] == 1) & ~self.over[slots] & known]
        far = np.hypot(*(self.at[slots] - at).T)
        for k in np.flatnonzero(far <= self.radius(slots)).tolist():
            slot = int(slots[k])
            if far[k] < best and slot not in taken and label in self.had[slot]:
                best, found = float(far[k]), slot
        return found
