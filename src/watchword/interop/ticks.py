"""Sights that come message by message, put together into looks: one table a camera and time.

A look is complete when a message of a later time comes for its camera. What a message does not speak of may be there
all the same, where its system only tells of changes: it is *held*, and stands in every look until it is over.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

import attrs
import numpy as np

from watchword.detections import Detections
from watchword.errors import DataError
from watchword.interop.boxfile import Row
from watchword.interop.messages import Refusal, parse
from watchword.interop.stamps import show
from watchword.tracks import UNTRACKED, End, Id, Tracks
from watchword.units import SECOND

BEHIND = 10 * SECOND
"""Where all messages of a camera stay behind for longer, its clock was set back and all begins anew."""
REMEMBERED = 4096
"""Of so many things that are over a camera's ids are remembered, to refuse what comes after."""
FOREVER = 2**62
Table = Tracks | Detections
T = TypeVar("T", bound=Table)


@attrs.define
class _Camera:
    """What is known of a camera: its look under way, its last one, what is held and what has ended."""

    time: int | None = None
    rows: dict[object, Row] = attrs.Factory(dict)
    last: int | None = None
    behind: int | None = None
    held: dict[Id, Row] = attrs.Factory(dict)
    ends: list[End] = attrs.Factory(list)
    over: OrderedDict[Id, None] = attrs.Factory(OrderedDict)


class Ticks:
    """Looks under way, of each camera one.

    Args:
        tracked: Whether things have ids: tables are `Tracks`, else `Detections`.
        columns: Names of the further columns of the rows.
        hold: For how long (ns) a thing is held that is not told of again; one whose end is told is held until then.
    """

    def __init__(self, *, tracked: bool = True, columns: Sequence[str] = (), hold: int = FOREVER) -> None:
        self._tracked = tracked
        self._hold = hold
        self._columns = tuple(columns)
        self._cameras: dict[str, _Camera] = {}

    def begin(self, camera: str, time: int) -> list[Any]:
        """Go on to a look of this time (ns).

        Returns:
            The look that is complete by it.

        Raises:
            Refusal: The time is before that of the camera's last look.
        """
        state = self._cameras.setdefault(camera, _Camera())
        latest = state.time if state.time is not None else state.last
        if latest is None or time > latest or time == state.time:
            state.behind = None
            done = self.close(camera) if state.time is not None and time > state.time else []
            state.time = time
            return done
        state.behind = time if state.behind is None else state.behind
        if time - state.behind <= BEHIND:
            raise Refusal("late", f"{show(time)} is not after {show(latest)}, the last of `{camera}`")
        done = self.close(camera)
        self._cameras[camera] = _Camera(time=time)
        return done

    def see(self, row: Row, *, hold: bool = False) -> None:
        """A thing is in the look of its camera that is under way; told twice, the second counts.

        Args:
            row: The thing.
            hold: It stands in further looks, too, until it is told again or is over.
        """
        state = self._cameras[row.camera]
        loose = not self._tracked or row.id in UNTRACKED
        state.rows[len(state.rows) if loose else (row.id,)] = row
        if state.ends:  # what is seen after its end has begun anew
            state.ends = [end for end in state.ends if end.id != row.id or end.time >= row.time]
        if hold:
            state.held[row.id] = row
        else:
            state.held.pop(row.id, None)

    def end(self, camera: str, ident: Id, time: int, *, final: bool = True) -> None:
        """A thing is over, now or from that time (ns) on; `final` where its id does not come again.

        It is told with the first look from then on that does not see the thing.
        """
        state = self._cameras[camera]
        state.ends.append(End(camera, ident, time))
        if final:
            state.over[ident] = None
            if len(state.over) > REMEMBERED:
                state.over.popitem(last=False)

    def is_over(self, camera: str, ident: Id) -> bool:
        """Whether a thing of this id was said to be over for good."""
        return camera in self._cameras and ident in self._cameras[camera].over

    def has(self, camera: str, ident: Id) -> bool:
        """Whether the look under way has a thing of this id."""
        return camera in self._cameras and (ident,) in self._cameras[camera].rows

    def names(self) -> tuple[str, ...]:
        """Cameras that have been met."""
        return tuple(self._cameras)

    def beat(self, camera: str, time: int) -> list[Any]:
        """Nothing new until `time` (ns): what is under way, and a look of then with what is held."""
        state = self._cameras[camera]
        done = self.overdue(camera, time)
        if state.last is not None and time > state.last and state.time is None:
            state.time = time
            done += self.close(camera)
        return done

    def overdue(self, camera: str, time: int) -> list[Any]:
        """The look under way, if it is of before `time` (ns)."""
        begun = self._cameras[camera].time
        return self.close(camera) if begun is not None and begun < time else []

    def hold_no_more(self, camera: str, ident: Id) -> None:
        """What was held is not, from now on."""
        self._cameras[camera].held.pop(ident, None)

    def close(self, camera: str) -> list[Any]:
        """The look under way, complete."""
        state = self._cameras[camera]
        if state.time is None:
            return []
        time, rows = state.time, [*state.rows.values()]
        there = {row.id for row in rows}
        due = [end for end in state.ends if end.time <= time]
        coming = {end.id for end in state.ends if end.time > time}
        silent = [i for i, row in state.held.items() if time - row.time > self._hold and i not in coming]
        for ident in [*(end.id for end in due), *silent]:
            state.held.pop(ident, None)
        rows += [row for ident, row in state.held.items() if ident not in there]
        told = [end for end in due if end.id not in there]
        state.ends = [end for end in state.ends if end not in told]
        state.last, state.time, state.rows = time, None, {}
        return [self._table(camera, time, rows, told)]

    def flush(self) -> list[Any]:
        """All looks under way, in order of time; ends that none has told come a millisecond after the last sight."""
        done = [table for camera in self._cameras for table in self.close(camera)]
        for camera, state in self._cameras.items():
            if state.ends and state.last is not None:
                state.time = max(state.last + SECOND // 1000, *(end.time for end in state.ends))
                done += self.close(camera)
        return sorted(done, key=lambda table: int(table.times[0]))

    def _table(self, camera: str, time: int, rows: Sequence[Row], ended: Sequence[End]) -> Table:
        extra = {name: np.array([row.extra[k] for row in rows], np.float64) for k, name in enumerate(self._columns)}
        boxes, labels, scores = [r.box for r in rows], [r.label for r in rows], [r.score for r in rows]
        if not self._tracked:
            return Detections.of(camera, time, boxes, labels, scores, **extra)
        ids, seen = [r.id for r in rows], [r.seen for r in rows]
        return Tracks.of(camera, time, ids, boxes, labels, scores, seen, ended, **extra)


class Feed(ABC, Generic[T]):
    """Messages of another system in, looks out: the face that all of them share.

    A message that cannot be used, or a thing in it, is left out and counted; the others are kept, and the stream goes
    on.

    Attributes:
        refused: How many were left out, by reason.
        refusal: The last of them in words, empty before.
        on_refusal: Called with each, where given.
        tracked: How many things came with an id.
        untracked: How many came with the id of what is not tracked.
    """

    def __init__(self, ticks: Ticks) -> None:
        self._ticks = ticks
        self.refused: dict[str, int] = {}
        self.refusal = ""
        self.on_refusal: Callable[[Refusal], None] | None = None
        self.tracked = self.untracked = 0

    def feed(self, message: Any) -> list[T]:
        """Take a message: JSON, text or bytes, or what it holds.

        Returns:
            The looks that it completes, tables of one camera each.
        """
        try:
            return self.take(parse(message) if isinstance(message, str | bytes) else message)
        except Refusal as refusal:
            self.refuse(refusal)
            return []

    @abstractmethod
    def take(self, message: object) -> list[T]:
        """The looks that a message completes.

        Raises:
            Refusal: It cannot be used.
        """

    def refuse(self, refusal: Refusal) -> None:
        """Count what was left out."""
        self.refused[refusal.reason] = self.refused.get(refusal.reason, 0) + 1
        self.refusal = str(refusal)
        if self.on_refusal is not None:
            self.on_refusal(refusal)

    def flush(self) -> list[T]:
        """The looks that are under way: to be called at the end of a stream."""
        return self._ticks.flush()


def size(what: str, given: tuple[float, float] | None) -> tuple[float, float] | None:
    """A width and height, checked.

    Raises:
        DataError: They are none.
    """
    if given is None:
        return None
    try:
        w, h = (float(side) for side in given)
    except (TypeError, ValueError):
        w = h = 0.0
    if not (0 < w <= 1e6 and 0 < h <= 1e6):
        raise DataError(f"{what} is {given!r}", fix=f"give width and height in pixels: {what}=(1280, 720)")
    return w, h


def scale(size: tuple[float, float] | None, to: tuple[float, float] | None) -> tuple[float, float]:
    """Factors from frames of one size to those of another; 1 where either is not said."""
    return (to[0] / size[0], to[1] / size[1]) if size and to else (1.0, 1.0)
