"""One set of rules over all the cameras that it applies to: things, plan, alerts. A tick is one call.

The engine has a bank for each different set of rules; where every rule applies everywhere there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from watchword.detections import NEVER
from watchword.lang import nodes as n
from watchword.lang.ruleset import RuleSet
from watchword.run import motion
from watchword.run.atoms import Atoms
from watchword.run.cameras import GAP, Camera
from watchword.run.cooldown import Cooldowns, Key, Up
from watchword.run.holes import Hole, found_again, gone_missing
from watchword.run.host import Host
from watchword.run.judge import Judge, ranks
from watchword.run.look import Atlas, Look, Slots, Times
from watchword.run.moments import Sequences
from watchword.run.owner import Owners
from watchword.run.pairing import Pairing
from watchword.run.passes import Grid, Pass
from watchword.run.plan import Planner, Root, needs
from watchword.run.scopes import Scope
from watchword.run.sightings import Sights, fitted, recognise
from watchword.run.steps import Keeping, Step
from watchword.run.things import MEMORY, STILL_MEMORY, Things
from watchword.run.turn import Open, Tell
from watchword.tracks import Tracks
from watchword.units import SECOND

UNSEEN = np.iinfo(np.int64).max
REMEMBER = 30 * SECOND
"""How long the path of a person who has ended is remembered."""

Told = Callable[["Bank", Open, Root, str, int, int, str], str]


class Bank:
    """Rules, and the cameras they apply to.

    Args:
        rules: The file.
        applying: Those of its rules that apply.
        cameras: All cameras of the engine, by position; the list grows.
        atlas: What each looks at, by position.
        told: Called for each transition.
        host: What is not seen: signals, schedules.
        up: Which alerts are up, on all cameras.
        cap: How many alerts of a rule may be under way on a camera.
        capped: Called where one has to wait; without a rule, where there are too many things.
        most: How many things of one camera are known at once.
        span: How much of the past is kept for pictures, ns.
    """

    def __init__(
        self,
        rules: RuleSet,
        applying: Sequence[n.Rule],
        cameras: list[Camera],
        atlas: Atlas,
        told: Told,
        host: Host,
        up: Up,
        cap: int,
        capped: Callable[[str, int, int, int], None],
        most: int,
        span: int = 0,
    ) -> None:
        planner = Planner(rules, host)
        self.roots, self.steps, size = planner.plan(applying)
        self._reach = planner.reach()
        self._happening = planner.events()
        self.stacks = planner.stacks
        self.things = Things()
        self._cameras, self._atlas = cameras, atlas
        self._limit = needs(self.roots)
        self._afters = sorted({root.after for root in self.roots})
        self._people = rules.people
        self._person = np.zeros(0, np.bool_)
        self._retired: dict[int, dict[int, int]] = {}
        self._together: dict[str, None] = {}
        for name in sorted({name for step in self.steps for name in step.columns}):
            self.things.keep(name)
        self._using = list(dict.fromkeys(rule.using for rule in applying if rule.using is not None))
        self._owners = Owners([clause.within for clause in self._using])
        self._size = size
        self.scopes = {scope: Scope(size[scope, "state"], size[scope, "number"], span) for scope in ("thing", "camera")}
        self._told = told
        self._most, self._capped = most, capped
        self._crowded: set[int] = set()
        self.cooldowns: Cooldowns = {}
        self.judges = self._judges(up, cap, capped)
        self.pairing = Pairing()
        self.remembers_pairs = planner.pairs_remember()
        self._sized = (0, 0)

    def grow(self) -> None:
        """Have room in all tables for the things and cameras that there are."""
        size = (self.things.size, len(self._cameras))
        if size != self._sized:
            self._sized = size
            self._owners.grow(size[0])
            for step in self.steps:
                step.grow(*size)
            for k, scope in enumerate(("thing", "camera")):
                self.scopes[scope].grow(size[k])
            for judge in self.judges:
                judge.life.grow(size[judge.scope == "camera"])

    def _judges(self, up: Up, cap: int, capped: Callable[[str, int, int, int], None]) -> list[Judge]:
        """The rules in the order in which they are judged: of one rank those of things first."""
        together: dict[tuple[int, str], list[Root]] = {}
        for root, rank in zip(self.roots, ranks(self.roots), strict=True):
            together.setdefault((rank, root.node.scope), []).append(root)
        found = []
        for (_, scope), roots in sorted(together.items(), key=lambda one: (one[0][0], one[0][1] == "camera")):
            camera_of = partial(self.camera_of, scope)
            keys = partial(self._key, scope)
            found.append(Judge(scope, roots, keys, self._tell, camera_of, up, self.cooldowns, cap, capped))
        return found

    def _tell(self, root: Root) -> Tell:
        def tell(opened: Open, state: str, time: int, decided: int, reason: str = "") -> str:
            return self._told(self, opened, root, state, time, decided, reason)

        return tell

    def _key(self, scope: str, root: Root, slot: int) -> Key:
        """What a cooldown is for: the camera, and by its KEY the thing (as `slot.serial`) and the zone."""
        rule = root.rule
        things = [rule.each.name.text] if rule.each else []
        zone = rule.zone.name.text if rule.zone else ""
        per = set(rule.per or (*things, zone))
        thing = f"{slot}.{self.things.serial[slot]}" if per & set(things) else ""
        if rule.using and rule.using.name.text in per:
            second = self.second_of(rule.using, slot)
            thing += f"+{second}.{self.things.serial[second]}" if second >= 0 else ""
        of_zone = rule.zone.group.text if rule.zone and per & {zone, "zone"} else ""
        return (self._cameras[self.camera_of(scope, slot)].name, thing, of_zone)

    def second_of(self, clause: n.Using, slot: int) -> int:
        """The slot of the second thing that a `using` picked for a thing; below 0 where there is none."""
        return int(self._owners.owner[self._using.index(clause), slot])

    def camera_of(self, scope: str, slot: int) -> int:
        """The camera of a thing's slot, or the camera itself."""
        return int(self.things.camera[slot]) if scope == "thing" else slot

    # ---- a tick

    def dark(self, cameras: Sequence[int], now: Sequence[int], since: Sequence[int]) -> None:
        """Nobody looked from `since` to `now`: what has not been seen for longer than its gap limit is unknown."""
        known = [
            (c, t, s)
            for c, t, s in zip(cameras, now, since, strict=True)
            if t - s > self._cameras[c].limit(self._limit)
        ]
        if known:
            self.grow()
            cams, times, before = zip(*sorted(known), strict=True)
            self._pass(cams, np.array(times, np.int64), np.array(before, np.int64), None, blind=True, dark=True)

    def observe(self, tracks: Tracks, cameras: Sequence[int]) -> None:
        """A tick. `cameras` are the positions of the table's cameras. A place that is only expected is no sight."""
        if not tracks.seen.all():
            tracks = tracks.take(tracks.seen)
        looked = [self._cameras[c] for c in cameras]
        times = tracks.times.tolist()
        since = [now if camera.before is None else camera.before for camera, now in zip(looked, times, strict=True)]
        self.dark(cameras, times, since)
        things = self.things
        if things.size + len(tracks) > self._most:
            tracks = self._fitted(tracks, looked)
        sights = self._see(tracks, looked) if len(tracks) else None
        self.grow()
        again = [camera for camera in looked if camera.before is not None]
        self._in_hole(gone_missing(self.things, again, self._limit, self._afters))
        if tracks.ended:
            self._ends(tracks, cameras, set(sights.slots.tolist()) if sights else set())
        order = np.argsort(cameras)
        before = np.array([NEVER if camera.before is None else camera.before for camera in looked], np.int64)
        self._pass([cameras[k] for k in order], tracks.times[order], before[order], sights, blind=False, dark=False)

    def _see(self, tracks: Tracks, looked: Sequence[Camera]) -> Sights:
        """Whose each row is, written down and measured."""
        things = self.things
        sights = recognise(things, tracks, looked)
        self.grow()
        self._in_hole(found_again(things, sights, self._cameras, self._limit))
        self._begin_anew(sights.slots[things.gone[sights.slots]])
        things.see(sights, tracks.scores, tracks.extra)
        motion.measure(things, sights.slots, sights.now, looked)
        for slot in sights.replaced:
            if things.end[slot] == NEVER:
                things.end[slot] = things.last[slot]
        return sights

    def _fitted(self, tracks: Tracks, looked: Sequence[Camera]) -> Tracks:
        """The table, where there is room for its things; else what of it fits. It is told when that begins."""
        tracks, gone = fitted(self.things, tracks, looked, self._most)
        for k, camera in enumerate(looked):
            if camera.index in gone:
                count = camera.count("things", gone[camera.index])
                if camera.index not in self._crowded:
                    self._crowded.add(camera.index)
                    self._capped("", camera.index, int(tracks.times[k]), count)
            elif camera.index in self._crowded and len(self.things.of_cameras([camera.index])) < 0.9 * self._most:
                self._crowded.discard(camera.index)
        return tracks

    def _in_hole(self, hole: Hole | None) -> None:
        """Say of what was in a hole that it was, before the look that tells it."""
        if hole is not None:
            self._pass(hole.cams, hole.now, hole.before, None, blind=True, dark=False, only=hole.slots)

    def _begin_anew(self, slots: Slots) -> None:
        """Things that had ended, a moving one's end that its tracker told, are found again: they have new clocks."""
        if len(slots):
            for step in self.steps:
                if step.scope == "thing":
                    step.begin(slots)
            self.scopes["thing"].forget(slots)

    def _ends(self, tracks: Tracks, cameras: Sequence[int], seen: set[int]) -> None:
        things = self.things
        for end in tracks.ended:
            if end.camera not in tracks.cameras:
                continue
            k = tracks.cameras.index(end.camera)
            slot = things.slot_of.get((cameras[k], end.id), -1)
            # The end of a number that the thing goes by no more is not its own.
            mine = slot >= 0 and things.called.get(slot, end.id) == end.id
            if mine and slot not in seen and not things.told[slot]:
                things.told[slot] = True
                things.end[slot] = min(max(end.time, int(things.last[slot])), int(tracks.times[k]))

    def _pass(
        self,
        cams: Sequence[int],
        cam_now: Times,
        cam_before: Times,
        sights: Sights | None,
        *,
        blind: bool,
        dark: bool,
        only: Slots | None = None,
    ) -> None:
        things = self.things
        slots = things.of_cameras(cams) if only is None else only
        camera = things.camera[slots]
        column = np.zeros(len(slots), np.intp) if len(cams) == 1 else np.searchsorted(np.array(cams), camera)
        now, last = cam_now[column], things.last[slots]
        seen, before = np.zeros(len(slots), np.bool_), last
        if sights is not None and len(sights.slots):
            was = np.full(things.size, UNSEEN, np.int64)
            was[sights.slots] = sights.before
            before = was[slots]
            seen = before != UNSEEN
            if not seen.all():
                before = np.where(seen, before, last)
        interval = np.array([3 * self._cameras[c].interval for c in cams], np.int64)
        whole = bool(seen.all())
        over = gone = limbo = hole = np.zeros(len(slots), np.bool_)
        if not whole:
            over, gone, limbo = self._ended(cams, slots, column, now, seen, blind)
            hole = ~seen & (limbo | (now - last > np.maximum(self._limit, interval[column])))
        look = Look(
            things,
            self._cameras,
            self._atlas,
            cams,
            slots,
            seen,
            now,
            before,
            camera,
            np.maximum(GAP, interval)[column],
            self._is_person(slots),
            {c: tuple(self._retired.get(c, ())) for c in cams},
            gone & ~things.gone[slots],
            self._together,
        )
        things.gone[slots] = gone
        grids = {
            "thing": self._grid("thing", len(slots), whole),
            "camera": self._grid("camera", len(cams), whole and not dark),
        }
        at = Pass(
            look,
            grids,
            self.scopes,
            np.array(cams, np.intp),
            np.searchsorted(camera, [*cams, cams[-1] + 1]),
            column,
            cam_now,
            cam_before,
            interval,
            hole,
            over,
            blind,
            dark,
            only is not None,
            self._reach,
            events=self._happening,
        )
        if self._using:
            if not blind:
                self._owners.step(look)
            at.seconds = dict(zip(self._using, self._owners.owner, strict=True))
        if self._size["pair", "state"] or self._size["pair", "number"]:
            if self.remembers_pairs:
                at.remembered = self._remembered(at)
            columns = len(at.remembered[0]) if at.partial and at.remembered else len(at.pairs.one)
            grids["pair"] = self._grid("pair", columns, whole)
        if only is not None:
            known = self.scopes["camera"]
            for view in grids["camera"].views():
                view.state[:] = known.value[:, at.cams]
                view.low[:], view.high[:] = known.low[:, at.cams], known.high[:, at.cams]
        for step in self.steps:
            if self._asked(step, at):
                step.run(at)
                if at.dates:
                    step.carry(at)
        self._judge(at, gone, limbo, only is None)
        if not blind and (self._retired or over.any()):
            self._retire(look, over, cam_now)

    @staticmethod
    def _asked(step: Step, at: Pass) -> bool:
        """Whether a step has anything to do in a pass."""
        if step.scope == "camera":
            return not at.partial
        # Of a partial pass nothing is asked of pairs: all is unknown, which those that remember are told.
        known = step.scope == "thing" or not at.partial or isinstance(step, Keeping)
        return len(at.look.slots) > 0 and known

    def _remembered(self, at: Pass) -> tuple[Slots, Slots]:
        """Where pairs have what is remembered of them, and a row of each."""
        slots, pairs = at.look.slots, at.pairs
        if at.partial:
            return self.pairing.of(slots)
        return self.places_of(slots[pairs.one], slots[pairs.two]), pairs.one

    def places_of(self, one: Slots, two: Slots) -> Slots:
        """Where pairs of slots (p,) have what is remembered of them: places (p,), for which there is room."""
        size = self.pairing.size
        places = self.pairing.places(one, two)
        if self.pairing.size != size:
            for step in self.steps:
                step.grow_pairs(self.pairing.size)
        return places

    def _grid(self, scope: str, columns: int, whole: bool) -> Grid:
        return Grid(self._size[scope, "state"], self._size[scope, "number"], columns, whole)

    def _ended(
        self,
        cams: Sequence[int],
        slots: Slots,
        column: Slots,
        now: Times,
        seen: NDArray[np.bool_],
        blind: bool,
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
        """Which things' memory has passed, which have ended so that no rule is about them, and which may come back."""
        things = self.things
        told, still = things.told[slots] & ~seen, things.still[slots] == 1
        over = things.over[slots]
        if not blind:
            dark = np.array([self._cameras[c].dark for c in cams], np.int64)[column]
            unseen = now - things.last[slots] - (dark - things.dark[slots])
            end = things.end[slots]
            over = over | ~seen & ((unseen > np.where(still, STILL_MEMORY, MEMORY)) | (~told & (end != NEVER)))
            fresh = over & (end == NEVER)
            things.end[slots[fresh]] = things.last[slots[fresh]]
        return over, over | (told & ~still), told & still & ~over

    def _is_person(self, slots: Slots) -> NDArray[np.bool_]:
        names = self.things.labels
        if len(self._person) < len(names):
            self._person = np.array([name in self._people for name in names], np.bool_)
        if not len(slots):
            return np.zeros(0, np.bool_)
        found: NDArray[np.bool_] = self._person[self.things.label[slots]]
        return found

    def _judge(self, at: Pass, gone: NDArray[np.bool_], limbo: NDArray[np.bool_], with_cameras: bool) -> None:
        for scope, slots, now in (("thing", at.look.slots, at.look.now), ("camera", at.cams, at.cam_now)):
            if scope == "camera" and not with_cameras:
                continue
            dates = {(i, j): t for (where, kind, i, j), t in at.dates.items() if where == scope and kind == "state"}
            known, held = self.scopes[scope], at.grids[scope].held
            known.note(slots, held.state, now, dates)
            known.low[:, slots], known.high[:, slots] = held.low, held.high
        some = len(at.look.slots) > 0
        for judge in self.judges:
            if with_cameras if judge.scope == "camera" else some:
                judge.judge(at, gone, limbo)

    def _retire(self, look: Look, over: NDArray[np.bool_], cam_now: Times) -> None:
        """Things whose memory has passed are over once all is told of them; of people the path is kept for a while."""
        things = self.things
        rows = np.flatnonzero(over)
        if len(rows):
            slots = look.slots[rows]
            for slot in slots[~things.over[slots]].tolist():
                things.release(slot)
            busy = np.zeros(len(slots), np.bool_)
            for judge in self.judges:
                if judge.scope == "thing":
                    busy |= judge.life.busy(slots)
            for step in self.steps:
                if isinstance(step, Sequences):
                    busy |= step.waiting(slots)
            for row in rows[~busy].tolist():
                slot, time = int(look.slots[row]), int(look.now[row])
                things.retire(slot)
                until = time + REMEMBER if look.person[row] else time
                self._retired.setdefault(int(things.camera[slot]), {})[slot] = until
        for camera, time in zip(look.cams, cam_now.tolist(), strict=True):
            kept = self._retired.get(camera)
            if kept and len(kept) > self._most:
                for slot in list(kept)[: len(kept) - self._most]:  # the first who ended
                    kept[slot] = time
            if kept and (gone := [slot for slot, until in kept.items() if until <= time]):
                self._retired[camera] = {slot: until for slot, until in kept.items() if until > time}
                self._forget(np.array(gone, np.intp))
        self._retired = {camera: kept for camera, kept in self._retired.items() if kept}

    def _forget(self, slots: Slots) -> None:
        self._owners.forget(slots)
        for step in self.steps:
            step.forget(slots)
        if self.remembers_pairs:
            places = self.pairing.forget(slots)
            for step in self.steps:
                step.forget_pairs(places)
        self.scopes["thing"].forget(slots)
        for judge in self.judges:
            if judge.scope == "thing":
                judge.life.forget(slots)
        self.things.free(slots.tolist())

    # ---- the end of a camera's stream

    def end_camera(self, camera: int, time: int, now: int, reason: str) -> None:
        """End all that is under way on a camera; what is known of it is forgotten."""
        things = self.things
        slots = things.of_cameras([camera])
        mine = np.array([camera], np.intp)
        for judge in self.judges:
            judge.end(slots if judge.scope == "thing" else mine, time, now, reason)
            if judge.scope == "camera":
                judge.life.forget(mine)
        for step in self.steps:
            step.forget_camera(camera)
        self.scopes["camera"].forget(mine)
        for slot in slots.tolist():
            things.retire(slot)
        self._forget(np.array([*slots.tolist(), *self._retired.pop(camera, {})], np.intp))
        if reason == "restart":  # by a clock set back, until when they last means nothing
            name = self._cameras[camera].name
            for key in [key for key in self.cooldowns if key[1][0] == name]:
                del self.cooldowns[key]

    def owner_of(self, root: Root, slot: int) -> int | None:
        """The slot of the person a rule takes for the owner of a thing, None where it asks for none."""
        if root.rule.using is not None:
            second = self.second_of(root.rule.using, slot)
            return second if second >= 0 else None
        if root.unattended is None:
            return None
        step = next(step for step in self.steps if isinstance(step, Atoms) and step.word == "unattended")
        owner: int | None = step.kernel.owner(root.unattended, slot)
        return owner
