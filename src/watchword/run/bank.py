"""One set of rules over all the cameras that it applies to: things, plan, alerts. A tick is one call.

The engine has a bank for each different set of rules; where every rule applies everywhere there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from watchword.detections import NEVER
from watchword.geometry import on_ground, places
from watchword.lang import nodes as n
from watchword.lang.check import walk
from watchword.lang.ruleset import RuleSet
from watchword.run import motion
from watchword.run.cameras import Camera
from watchword.run.lifecycle import Lifecycle, Open, Turn
from watchword.run.logic import widen
from watchword.run.look import Look, Place, Slots, Times, Values
from watchword.run.plan import Node, Planner, Root, needs
from watchword.run.steps import Atoms, Pass
from watchword.run.things import MEMORY, STILL_MEMORY, Things
from watchword.tracks import Tracks
from watchword.units import SECOND

REMEMBER = 30 * SECOND
"""How long the path of a person who has ended is remembered."""

Told = Callable[["Bank", Open, Root, str, int, int, str], str]


@attrs.define
class Log:
    """Changes of values over the last minute, for pictures: (time, nodes, slots, values) a pass."""

    span: int
    entries: list[tuple[int, NDArray[np.intp], NDArray[np.intp], Values]] = attrs.field(factory=list)

    def add(self, time: int, nodes: NDArray[np.intp], slots: NDArray[np.intp], values: Values) -> None:
        """Write changes down; drop what is older than the span."""
        self.entries.append((time, nodes, slots, values))
        while self.entries and self.entries[0][0] < time - self.span:
            self.entries.pop(0)


class Scope:
    """The last values of the nodes of things, or of cameras, and since when they have been so."""

    def __init__(self, nodes: int, span: int) -> None:
        self.value = np.zeros((nodes, 0), np.int8)
        self.changed = np.zeros((nodes, 0), np.int64)
        self.log = Log(span) if span else None

    def grow(self, size: int) -> None:
        """Have room for this many slots."""
        self.value = widen(self.value, size, 0)
        self.changed = widen(self.changed, size, NEVER)

    def forget(self, slots: Slots) -> None:
        """Begin anew for these slots."""
        self.value[:, slots] = 0
        self.changed[:, slots] = NEVER

    def note(self, slots: Slots, values: Values, now: Times) -> None:
        """Write down which values have changed."""
        node, col = np.nonzero((values != self.value[:, slots]) | (self.changed[:, slots] == NEVER))
        if not len(node):
            return
        slot, value = slots[col], values[node, col]
        self.value[node, slot] = value
        self.changed[node, slot] = now[col]
        if self.log is not None:
            self.log.add(int(now.max()), node, slot, value)


class Bank:
    """Rules, and the cameras they apply to.

    Args:
        rules: The file.
        applying: Those of its rules that apply.
        cameras: All cameras of the engine, by position; the list grows.
        places: What each looks at, by position.
        told: Called for each transition.
        span: How much of the past is kept for pictures, ns.
    """

    def __init__(
        self,
        rules: RuleSet,
        applying: Sequence[n.Rule],
        cameras: list[Camera],
        places: list[Place],
        told: Told,
        span: int = 0,
    ) -> None:
        planner = Planner(rules)
        self.roots, self.steps, size = planner.plan(applying)
        self.things = Things()
        self._cameras, self._places = cameras, places
        self.mine: set[int] = set()
        self._limit = needs(self.roots)
        self._people = rules.classes.get("person", frozenset({"person"}))
        self._person = np.zeros(0, np.bool_)
        self._retired: dict[int, dict[int, int]] = {}
        self.scopes = {scope: Scope(size[scope], span) for scope in ("thing", "camera")}
        self.counts: dict[int, NDArray[np.float64]] = {}
        self._told = told
        self._lives: dict[str, tuple[Lifecycle, list[Root], NDArray[np.intp]]] = {}
        for scope in ("thing", "camera"):
            roots = [root for root in self.roots if root.node.scope == scope]
            if roots:
                life = Lifecycle(roots, self._key_of(scope, roots), self._tell(roots))
                self._lives[scope] = (life, roots, np.array([root.node.index for root in roots], np.intp))
        self._sized = (0, 0)

    def add(self, camera: int) -> None:
        """One more camera."""
        self.mine.add(camera)
        self.things.cameras = len(self.mine)
        self._grow()

    def _grow(self) -> None:
        size = (self.things.size, len(self._cameras))
        if size != self._sized:
            self._sized = size
            for step in self.steps:
                step.grow(*size)
            for k, scope in enumerate(("thing", "camera")):
                self.scopes[scope].grow(size[k])
                if scope in self._lives:
                    self._lives[scope][0].grow(size[k])

    def _tell(self, roots: list[Root]) -> Callable[..., str]:
        def tell(opened: Open, state: str, time: int, decided: int, reason: str = "") -> str:
            return self._told(self, opened, roots[opened.root], state, time, decided, reason)

        return tell

    def _key_of(self, scope: str, roots: list[Root]) -> Callable[[int, int], tuple[str, ...]]:
        def key(root: int, slot: int) -> tuple[str, ...]:
            camera = self.camera_of(scope, slot)
            rule = roots[root].rule
            named = set(rule.per or ((rule.each.name.text,) if rule.each else ()))
            thing = f"{slot}.{self.things.serial[slot]}" if rule.each and rule.each.name.text in named else ""
            return (str(camera), thing)

        return key

    def camera_of(self, scope: str, slot: int) -> int:
        """The camera of a thing's slot, or the camera itself."""
        return int(self.things.camera[slot]) if scope == "thing" else slot

    # ---- a tick

    def dark(self, cameras: Sequence[int], now: Sequence[int]) -> None:
        """Nobody looked up to `now`: what has not been seen for longer than its gap limit is unknown."""
        late = [
            (c, t)
            for c, t in zip(cameras, now, strict=True)
            if (last := self._cameras[c].last) is not None and t - last > self._cameras[c].limit(self._limit)
        ]
        if late:
            late.sort()
            self._pass([c for c, _ in late], [t for _, t in late], None, blind=True, dark=True)

    def observe(self, tracks: Tracks, cameras: Sequence[int]) -> None:
        """A tick. `cameras` are the positions of the table's cameras. A place that is only expected is no sight."""
        if not tracks.seen.all():
            tracks = tracks.take(tracks.seen)
        order = np.argsort(cameras)
        now = {c: int(tracks.times[k]) for k, c in enumerate(cameras)}
        slots, replaced = self._slots(tracks, cameras)
        self._grow()
        before = self._see(tracks, cameras, slots)
        for slot in replaced:
            self._end(slot, int(self.things.last[slot]))
        for end in tracks.ended:
            self._ends(tracks, cameras, end.camera, end.id, end.time, set(slots.tolist()))
        self._pass(
            [cameras[k] for k in order], [now[cameras[k]] for k in order], (slots, before), blind=False, dark=False
        )

    def _slots(self, tracks: Tracks, cameras: Sequence[int]) -> tuple[Slots, list[int]]:
        """The slot of each row; and those whose number now belongs to another thing."""
        things = self.things
        owner = np.array(cameras, np.int32)[tracks.camera].tolist()
        ids = tracks.ids.tolist()
        found: list[int] = []
        replaced: list[int] = []
        taken: set[int] = set()
        fresh: list[int] = []
        for row, key in enumerate(zip(owner, ids, strict=True)):
            slot = things.slot_of.get(key, -1)
            if slot >= 0 and (slot in taken or self._forgotten(slot, int(tracks.times[tracks.camera[row]]))):
                if slot not in taken:
                    replaced.append(slot)
                slot = -1
            if slot < 0:
                fresh.append(row)
            else:
                taken.add(slot)
            found.append(slot)
        # A new number may be a still thing found again; only things without a row of their own are asked.
        for row in fresh:
            found[row] = self._meet(tracks, row, owner[row], ids[row], {*taken, *replaced})
            taken.add(found[row])
        return np.array(found, np.intp), replaced

    def _meet(self, tracks: Tracks, row: int, camera: int, name: int | str, taken: set[int]) -> int:
        things, cam = self.things, self._cameras[camera]
        label = things.label_of(tracks.label(row))
        at = self._at(cam, self._scaled(cam, tracks.boxes[row : row + 1]))[0]
        again = things.near_still(camera, at, label, taken)
        if again is not None:
            things.alias(again, camera, name)
            return again
        return things.new(camera, name, label, int(tracks.times[tracks.camera[row]]))

    def _forgotten(self, slot: int, now: int) -> bool:
        """True where a thing has been unseen, while its camera looked, for longer than its memory."""
        things = self.things
        dark = self._cameras[things.camera[slot]].dark - things.dark[slot]
        memory = STILL_MEMORY if things.still[slot] == 1 else MEMORY
        return now - int(things.last[slot]) - int(dark) > memory

    @staticmethod
    def _scaled(camera: Camera, boxes: NDArray[np.float64]) -> NDArray[np.float64]:
        if camera.scale == (1.0, 1.0):
            return boxes
        scaled: NDArray[np.float64] = boxes * np.array([*camera.scale, *camera.scale])
        return scaled

    @staticmethod
    def _at(camera: Camera, boxes: NDArray[np.float64]) -> NDArray[np.float64]:
        return places(boxes, camera.scene.view if camera.scene else "eye", camera.frame)

    def _see(self, tracks: Tracks, cameras: Sequence[int], slots: Slots) -> Times:
        """Write down the sights of a table; returns each row's last sight before, `NEVER` where there was none."""
        things = self.things
        now = tracks.times[tracks.camera]
        before = np.where(things.history_n[slots] == 0, NEVER, things.last[slots])
        index = np.array([things.label_of(name) for name in tracks.names] or [0], np.int32)
        labels = index[tracks.labels]
        for slot, label in zip(slots.tolist(), labels.tolist(), strict=True):
            things.had[slot].add(label)
        boxes, at, ground = tracks.boxes.copy(), np.empty((len(slots), 2)), np.empty((len(slots), 2))
        dark = np.zeros(len(slots), np.int64)
        for k, c in enumerate(cameras):
            rows, camera = tracks.rows_of(k), self._cameras[c]
            boxes[rows] = self._scaled(camera, tracks.boxes[rows])
            at[rows] = self._at(camera, boxes[rows])
            ground[rows] = on_ground(camera.scene.ground if camera.scene else None, at[rows])
            dark[rows] = camera.dark
        # What was last seen longer ago than the gap limit, and is here again, was in a hole: said before it is seen.
        limit = np.array([self._cameras[c].limit(self._limit) for c in things.camera[slots].tolist()], np.int64)
        hole = (before != NEVER) & (now - np.where(before == NEVER, now, before) > limit)
        if hole.any():
            self._hole(slots[hole], now[hole])
        things.see(slots, boxes, at, ground, labels, tracks.scores, now, dark, tracks.extra)
        motion.measure(things, slots, now, self._cameras)
        return before

    def _hole(self, slots: Slots, now: Times) -> None:
        cams = np.unique(self.things.camera[slots])
        at = {int(c): int(now[self.things.camera[slots] == c][0]) for c in cams}
        self._pass(list(at), list(at.values()), None, blind=True, dark=False, only=slots)

    def _ends(
        self, tracks: Tracks, cameras: Sequence[int], name: str, thing: int | str, time: int, seen: set[int]
    ) -> None:
        if name not in tracks.cameras:
            return
        slot = self.things.slot_of.get((cameras[tracks.cameras.index(name)], thing), -1)
        if slot >= 0 and slot not in seen:
            now = int(tracks.times[tracks.cameras.index(name)])
            self.things.told[slot] = True
            self.things.end[slot] = min(max(time, int(self.things.last[slot])), now)

    def _end(self, slot: int, time: int) -> None:
        if self.things.end[slot] == NEVER:
            self.things.end[slot] = time

    def _pass(
        self,
        cams: list[int],
        now: list[int],
        sights: tuple[Slots, Times] | None,
        *,
        blind: bool,
        dark: bool,
        only: Slots | None = None,
    ) -> None:
        things = self.things
        slots = (
            things.of_cameras(cams) if only is None else only[np.lexsort((things.serial[only], things.camera[only]))]
        )
        camera = things.camera[slots]
        cam_index = np.array(cams, np.int64)
        column = np.searchsorted(cam_index, camera)
        cam_now = np.array(now, np.int64)
        time = cam_now[column] if len(slots) else np.zeros(0, np.int64)
        seen = np.zeros(len(slots), np.bool_)
        before = things.last[slots]
        if sights is not None:
            seen = (before == time) & np.isin(slots, sights[0])
            was = np.full(things.size, NEVER, np.int64)
            was[sights[0]] = sights[1]
            before = np.where(seen, was[slots], before)
        interval = np.array([3 * self._cameras[c].interval for c in cams], np.int64)[column]
        last = things.last[slots]
        limit = np.maximum(self._limit, interval)
        told, still = things.told[slots], things.still[slots] == 1
        over = np.zeros(len(slots), np.bool_)
        if not blind:
            dark_total = np.array([self._cameras[c].dark for c in cams], np.int64)[column]
            unseen = time - last - (dark_total - things.dark[slots])
            over = ~seen & (unseen > np.where(still, STILL_MEMORY, MEMORY))
            over |= ~seen & ~told & (things.end[slots] != NEVER)
            fresh_end = over & (things.end[slots] == NEVER)
            things.end[slots[fresh_end]] = last[fresh_end]
        gone = over | (told & ~still & ~seen)
        limbo = told & still & ~seen & ~over
        end = things.end[slots]
        after_end = np.where(told, time - np.where(told, end, 0), 0)
        usual = np.maximum(2 * SECOND, interval)
        out = ~seen & np.where(told, after_end > usual, time - last > usual)
        leaving = told & out & ~things.out[slots] & (not blind)
        if not blind:
            things.out[slots[leaving]] = True
        held = seen | (time - last <= usual)
        look = Look(
            things,
            self._cameras,
            self._places,
            slots,
            seen,
            time,
            before,
            camera,
            held,
            self._is_person(slots),
            {c: tuple(self._retired.get(c, ())) for c in cams},
        )
        n_thing, n_camera = len(self.scopes["thing"].value), len(self.scopes["camera"].value)
        table = np.zeros((n_thing, len(slots)), np.int8)
        cam_table = np.zeros((n_camera, len(cams)), np.int8)
        whole = bool(seen.all())
        cam_hole = np.full(len(cams), dark)
        at = Pass(
            look,
            (table, table if whole else table.copy()),
            (cam_table, cam_table if whole else cam_table.copy()),
            cam_index,
            np.searchsorted(camera, [*cams, cams[-1] + 1]).astype(np.int64),
            cam_now,
            gone,
            out,
            told & ~seen & ~out,
            leaving,
            interval,
            ~seen & (limbo | (time - last > limit)),
            np.where(limbo, end, last),
            cam_hole,
            np.array([self._cameras[c].last if dark else t for c, t in zip(cams, now, strict=True)], np.int64),
            blind,
            dark,
        )
        if only is not None:
            at.camera[0][:] = at.camera[1][:] = self.scopes["camera"].value[:, cam_index]
        for step in self.steps:
            if only is None or step.scope == "thing":
                step.run(at)
        self._judge(at, limbo, only is None)
        if not blind:
            self._retire(look, over, cams, now)

    def _is_person(self, slots: Slots) -> NDArray[np.bool_]:
        names = self.things.labels
        if len(self._person) < len(names):
            self._person = np.array([name in self._people for name in names], np.bool_)
        if not len(slots):
            return np.zeros(0, np.bool_)
        found: NDArray[np.bool_] = self._person[self.things.label[slots]]
        return found

    def _judge(self, at: Pass, limbo: NDArray[np.bool_], with_cameras: bool) -> None:
        self.scopes["thing"].note(at.look.slots, at.thing[0], at.look.now)
        if with_cameras:
            self.scopes["camera"].note(at.cams.astype(np.intp), at.camera[0], at.cam_now)
            for node, numbers in at.counts.items():
                self.counts.setdefault(node, np.zeros(0))
                if len(self.counts[node]) < len(self._cameras):
                    self.counts[node] = np.concatenate(
                        (self.counts[node], np.zeros(len(self._cameras) - len(self.counts[node])))
                    )
                self.counts[node][at.cams] = numbers
        never = np.full(len(at.cams), NEVER, np.int64)
        if "thing" in self._lives and len(at.look.slots):
            life, roots, nodes = self._lives["thing"]
            held, fresh = at.thing[0][nodes], at.thing[1][nodes]
            if at.gone.any():
                held, fresh = np.where(at.gone, -1, held).astype(np.int8), np.where(at.gone, -1, fresh).astype(np.int8)
            if limbo.any():
                held, fresh = np.where(limbo, 0, held).astype(np.int8), np.where(limbo, 0, fresh).astype(np.int8)
            gone_at = np.where(at.gone, at.look.things.end[at.look.slots], NEVER)
            turn = Turn(at.look.slots, held, fresh, at.look.now, at.hole, at.hole_at, gone_at, limbo, at.blind)
            turn.began = self._began(at, roots)
            life.step(turn)
        if "camera" in self._lives and with_cameras:
            life, roots, nodes = self._lives["camera"]
            turn = Turn(
                at.cams.astype(np.intp),
                at.camera[0][nodes],
                at.camera[1][nodes],
                at.cam_now,
                at.cam_hole,
                at.cam_hole_at,
                never,
                np.zeros(len(at.cams), np.bool_),
                at.blind,
            )
            for (node, k), date in at.dates.items():
                for i, root in enumerate(roots):
                    if any(c.index == node for c in root.counts):
                        turn.dates[i, k] = date
            life.step(turn)

    def _began(self, at: Pass, roots: list[Root]) -> dict[tuple[int, int], int]:
        """When what this look decided happened or became true, by (rule, column), where that was earlier."""
        found: dict[tuple[int, int], int] = {}
        scope = self.scopes["thing"]
        for step in self.steps:
            if not isinstance(step, Atoms) or at.blind or not getattr(step.kernel, "dates", None):
                continue
            dates: dict[tuple[int, int], int] = step.kernel.dates
            column = {slot: j for j, slot in enumerate(at.look.slots.tolist())}
            for (call, slot), date in dates.items():
                node, j = int(step.nodes[call]), column[slot]
                if scope.value[node, slot] > 0:
                    scope.changed[node, slot] = date
                for i, root in enumerate(roots):
                    mine = [p.index for _, p in root.parts if p.scope == "thing"]
                    if root.event and node in _leaves(root.node):
                        found[i, j] = date
                    elif node in mine:
                        found[i, j] = int(max(scope.changed[p, slot] for p in mine))
        return found

    def _retire(self, look: Look, over: NDArray[np.bool_], cams: list[int], now: list[int]) -> None:
        """Things whose memory has passed are over; of people the path is remembered for a while."""
        things = self.things
        for row in np.flatnonzero(over).tolist():
            slot, time = int(look.slots[row]), int(look.now[row])
            things.retire(slot)
            until = time + REMEMBER if look.person[row] else time
            self._retired.setdefault(int(things.camera[slot]), {})[slot] = until
        for camera, time in zip(cams, now, strict=True):
            kept = self._retired.get(camera)
            if kept and (gone := [slot for slot, until in kept.items() if until <= time]):
                for slot in gone:
                    del kept[slot]
                self._forget(np.array(gone, np.intp))

    def _forget(self, slots: Slots) -> None:
        for step in self.steps:
            step.forget(slots)
        self.scopes["thing"].forget(slots)
        if "thing" in self._lives:
            self._lives["thing"][0].forget(slots)
        self.things.free(slots.tolist())

    # ---- the end of a camera's stream

    def end_camera(self, camera: int, time: int, now: int, reason: str) -> None:
        """End all that is under way on a camera; what is known of it is forgotten."""
        things = self.things
        slots = things.of_cameras([camera])
        for scope, ended in (("thing", slots), ("camera", np.array([camera], np.intp))):
            if scope in self._lives:
                self._lives[scope][0].end(ended.tolist(), time, now, reason)
        for step in self.steps:
            step.forget_camera(camera)
        self.scopes["camera"].forget(np.array([camera], np.intp))
        if "camera" in self._lives:
            self._lives["camera"][0].forget(np.array([camera], np.intp))
        for slot in slots.tolist():
            things.retire(slot)
        self._forget(np.array([*slots.tolist(), *self._retired.pop(camera, {})], np.intp))

    def owner_of(self, root: Root, slot: int) -> int | None:
        """The slot of the person a rule takes for the owner of a thing, None where it asks for none."""
        wanted = [p for p in walk_parts(root) if isinstance(p, n.Apply) and p.word.text == "unattended"]
        for step in self.steps:
            if wanted and isinstance(step, Atoms) and step.word == "unattended":
                owner: int | None = step.kernel.owner(attrs.evolve(wanted[0], thing=n.Name("it")), slot)
                return owner
        return None


def _leaves(node: Node) -> set[int]:
    """Positions of a node of things and of all below it."""
    return {node.index, *(x for child in node.children for x in _leaves(child))}


def walk_parts(root: Root) -> list[n.Expr]:
    """Every condition in a rule's condition."""
    return list(walk(root.rule.when))
