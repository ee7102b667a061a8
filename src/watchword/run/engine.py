"""Tracks in, transitions of alerts out: cameras and their time, and a bank for each set of rules that applies."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from watchword.errors import DataError, SceneError
from watchword.events import DATED, Alert, Notice, Restored, show_time
from watchword.geometry import homography
from watchword.lang import nodes as n
from watchword.lang.findings import ordered, raise_errors
from watchword.lang.ruleset import RuleSet
from watchword.run.bank import Bank
from watchword.run.cameras import LOST, Camera
from watchword.run.cooldown import Up
from watchword.run.host import Host
from watchword.run.lifecycle import CAP
from watchword.run.look import Atlas, Place
from watchword.run.plan import Root, instances, unplanned
from watchword.run.signals import Signals
from watchword.run.snapshot import restore, snapshot
from watchword.run.telling import Teller
from watchword.run.turn import Open
from watchword.run.views import Views
from watchword.scene import Scene, Size, same_shape
from watchword.schedule import Schedule
from watchword.tracks import Tracks
from watchword.units import SECOND

MOST = 2000
"""How many things of one camera are known at once."""


class Engine:
    """Runs rules over tracks. One object, one thread at a time.

    Args:
        rules: The rule file.
        scenes: What each camera looks at, by name.
        scene: What every camera looks at that is not in `scenes`.
        source: Name of the stream or hash of the recording; part of the alerts' ids.
        origin: The time that a film counts from, ns; where not given it is 0, of dated streams their first look.
        notice: Called with what is to be told of the streams themselves.
        span: How much of the past of each value is kept for pictures, ns.
        cap: How many alerts of one rule may be under way on a camera. A further one waits until one of them is over; it
            is counted, and told as a notice.
        most: How many things of one camera are known at once. Where there are more, those end that have been unseen
            longest; where all are seen, new ones wait. They are counted, and told as a notice.

    Attributes:
        findings: What the check found of the rules, and of the rules on these cameras: warnings.

    Raises:
        RuleError: A rule applies to no camera: a zone, line or camera it names is not there.
    """

    def __init__(
        self,
        rules: RuleSet,
        scenes: Mapping[str, Scene] | None = None,
        scene: Scene | None = None,
        *,
        source: str = "",
        origin: int | None = None,
        notice: Callable[[Notice], None] | None = None,
        span: int = 0,
        cap: int = CAP,
        most: int = MOST,
    ) -> None:
        self.rules = rules
        self._scenes = dict(scenes or {})
        self._scene = scene
        self.source = source
        self._origin = origin
        self._notice = notice
        self._span = span
        for given in [*self._scenes.values(), *([scene] if scene else [])]:
            for one in (given, *given.presets.values()):
                if one.ground is not None:
                    homography(one.ground)  # a ground that cannot be measured on is refused now, not at the first frame
        if self._scenes or scene is not None or not any(rule.cameras for rule in rules.rules):
            known: dict[str, Scene | None] = dict(self._scenes)
            if scene is not None or not known:
                # Any camera may come: those the rules name, and one that none does.
                named = {c.text for rule in rules.rules for c in rule.cameras or ()}
                known |= {name: scene for name in (*sorted(named), "") if name not in known}
            self.findings = ordered([*rules.findings, *rules.resolve(known)])
        else:
            self.findings = rules.findings
        raise_errors(self.findings)
        raise_errors(unplanned(rules))
        self._cap, self._most = cap, most
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._up = Up()
        self._signals = Signals()
        self._schedules: dict[tuple[str, str], Schedule] = {}
        self._host = Host(self._signals, lambda camera: self.cameras[camera], self._active)
        # Where each camera stands among all; of a turning one that is the position it is in, "" between them.
        self._index: dict[str, int] = {}
        self._positions: dict[str, dict[str, int]] = {}
        self.cameras: list[Camera] = []
        self._atlas = Atlas()
        self._banks: dict[tuple[n.Rule, ...], Bank] = {}
        self._bank_of: list[Bank] = []
        self._alerts: list[Alert] = []
        self._refused_sizes: dict[str, Size] = {}
        self._teller = Teller(self.source, self._zero)
        self._views = Views(self.source)
        self._asked: set[str] = set()

    # ---- cameras

    def camera(self, name: str, frame: Size | None = None) -> Camera:
        """The camera of a name, taken in when first met.

        Raises:
            SceneError: A zone of the rule file does not fit its frame.
        """
        if name in self._index:
            return self.cameras[self._index[name]]
        return self._take_in(name, self._scenes.get(name, self._scene), frame)

    def _take_in(self, name: str, scene: Scene | None, frame: Size | None, preset: str = "") -> Camera:
        camera = Camera(name, len(self.cameras), scene, preset)
        if camera.frame is None:
            camera.frame = frame
        zones, lines, findings = self.rules.known(camera.frame, scene)
        if findings:
            raise SceneError(
                "\n\n".join(f.show() for f in findings), fix="correct the zone, or the size it is drawn for"
            )
        rules = () if camera.turning else self.rules.applying(name, camera.frame, scene)
        applying = tuple(one for rule in rules for one in instances(self.rules, rule, zones))
        positions = self._positions.setdefault(name, {})
        if positions:
            camera.counts = self.cameras[positions[""]].counts
        positions[preset] = self._index[name] = camera.index
        self.cameras.append(camera)
        self._atlas.places.append(Place(zones, lines))
        if applying not in self._banks:
            self._banks[applying] = Bank(
                self.rules,
                applying,
                self.cameras,
                self._atlas,
                self._told,
                self._host,
                self._up,
                self._cap,
                self._capped,
                self._most,
                self._span,
            )
        bank = self._banks[applying]
        self._bank_of.append(bank)
        return camera

    def bank(self, camera: str) -> Bank:
        """The bank that a camera belongs to."""
        return self._bank_of[self._index[camera]]

    def places(self, camera: str) -> Place:
        """The zones and lines of a camera that was met."""
        return self._atlas.places[self._index[camera]]

    def size(self, name: str, size: Size, time: int) -> bool:
        """Say how large a camera's frames are; False where its zones do not fit them, and the frame is to be left out.

        Frames of another size with the same shape are scaled to the scene's.
        """
        camera = self.camera(name, size)
        frame = camera.frame or size
        camera.frame = frame
        if size == frame:
            camera.scale = (1.0, 1.0)
            self._refused_sizes.pop(name, None)
            return True
        w, h = frame[0] / size[0], frame[1] / size[1]
        if same_shape(size, frame):
            if camera.scale != (w, h):
                text = f"{name}: frames are {_size(size)}; scaled to the scene's {_size(frame)}"
                self._tell_notice(Notice("scaled", name, time, text, camera.count("scaled"), camera.last))
            camera.scale = (w, h)
            self._refused_sizes.pop(name, None)
            return True
        count = camera.count("size")
        if self._refused_sizes.get(name) != size:
            self._refused_sizes[name] = size
            text = (
                f"{name}: from {show_time(time)} on frames are {_size(size)}, but the zones are drawn for "
                f"{_size(frame)}, another shape; they are left out until the size fits again"
            )
            self._tell_notice(Notice("size", name, time, text, count, camera.last))
        return False

    def _active(self, name: str, camera: int, time: int) -> bool:
        scene = self.cameras[camera].scene
        zone = scene.clock if scene else "UTC"
        schedule = self._schedules.get((name, zone))
        if schedule is None:
            item = self.rules.names.get("schedule")[name].item
            assert isinstance(item, n.ScheduleDef)
            schedule = self._schedules[name, zone] = Schedule(item.windows, zone)
        return schedule.active(time)

    def off_duty(self) -> list[str]:
        """Names of rules whose schedule was never active at a look, on any camera that they were judged on."""
        names = {rule.name: rule.active.text for rule in self.rules.rules if rule.active is not None}
        asked = {name for name, _ in self._schedules}
        met = {name for (name, _), schedule in self._schedules.items() if schedule.met}
        return [rule for rule, name in names.items() if name in asked - met]

    def signal(self, name: str, time: int, value: bool = True, *, at: str = "", camera: str | None = None) -> None:
        """Take in what the host tells: armed or not, a badge read, a train at the platform.

        Args:
            name: A signal that the rules declare.
            time: Since when it is so, or when it happened, ns, by the cameras' clocks. It counts from the next look on.
            value: Of a state, whether it holds.
            at: The place it was told of, as in `signal badge at door`.
            camera: Which camera it is for; all of them where not said.

        Raises:
            DataError: The rules declare no such signal.
        """
        declared = self.rules.names.get("signal")
        if name not in declared:
            known = ", ".join(declared) or "none"
            fix = f"declare it: `signal {name} is state`; declared: {known}"
            raise DataError(f"the rules declare no signal `{name}`", fix=fix)
        self._signals.tell(name, time, value, at=at, camera=camera)

    def _capped(self, rule: str, camera: int, time: int, count: int) -> None:
        where = self.cameras[camera]
        since = f"from {show_time(time)} on"
        text = f"{where.name}: {self._cap} alerts of `{rule}` are under way; {since} more have to wait"
        if not rule:
            text = (
                f"{where.name}: {since} there are more than {self._most:,} things at once; those unseen longest end, "
                "and where all are seen new ones wait"
            )
        total = where.count("capped", count) if rule else count
        self._tell_notice(Notice("capped", where.name, time, text, total, where.last))

    def _tell_notice(self, notice: Notice | None) -> None:
        if notice is not None and self._notice is not None:
            self._notice(notice)

    # ---- restarts

    def snapshot(self) -> bytes:
        """All that it remembers, to be taken up by `restore` after a restart.

        Raises:
            StateError: A word that another package brought does not say what it remembers.
        """
        return snapshot(self)

    def restore(self, saved: bytes) -> Restored:
        """Take up what another engine remembered: it goes on as if it were that one.

        Rules are known by their text, cameras by their name and scene. What has changed begins anew, and alerts that
        stood on it end, which the next look tells first. It returns what was kept, and what begins anew.

        Raises:
            StateError: This engine is in use already; or what was saved is damaged, was saved by another version, or
                belongs to other rules, scenes or another stream. The engine is then as it was.
        """
        return restore(self, saved)

    def renumber(self) -> None:
        """Say that a tracker begins anew: its numbers are of other things than before."""
        for bank in self._banks.values():
            bank.things.renumber()

    # ---- time

    def admit(self, name: str, time: int, index: int | None = None) -> bool:
        """Whether a camera's look at this time is taken; what is to be told of it is told.

        A frame that is late or repeats a time is refused. Where the clock was set back, or after five minutes without a
        look, what is under way on the camera ends and all begins anew (`began`).
        """
        camera = self.camera(name)
        if camera.turning and name not in self._asked:
            self._asked.add(name)
            listed = ", ".join(camera.scene.presets if camera.scene else ())
            text = f"{name}: which preset it looks at was not told ({listed}); until it is, rules say nothing"
            self._tell_notice(Notice("preset", name, time, text))
        accepted, notice = camera.accept(time, index)
        self._tell_notice(notice)
        if accepted and camera.last is None and time < DATED:
            self._undated(camera)
        if accepted and notice is not None:
            for one in (self.cameras[index] for index in self._positions[name].values()):
                if one.last is not None:
                    self._end(one, one.last, time, "restart")
                one.restart()
        elif accepted:
            self._lost(camera, time)
        return accepted

    def _undated(self, camera: Camera) -> None:
        """Film without a known start has no time of day to ask a schedule about."""
        for root in self._bank_of[camera.index].roots:
            if root.rule.active is not None:
                fix = "give the start of the film, such as --start 2026-01-05T22:00+01:00, or frames with dated times"
                raise DataError(
                    f"rule `{root.rule.name}` is active by a schedule, but when {camera.name} was filmed is not known",
                    fix=fix,
                )

    def began(self, name: str) -> bool:
        """True where a camera has no look behind it: it is new, or begins anew."""
        return self.camera(name).last is None

    def observe(self, tracks: Tracks, index: int | None = None, *, admitted: bool = False) -> list[Alert]:
        """Take in one tick.

        Args:
            tracks: The table; a camera in it without rows looked and saw nothing.
            index: The frames' number, for notices.
            admitted: `admit` has been asked for each camera already.

        Returns:
            The transitions that it decides, in order.
        """
        cameras = list(zip(tracks.cameras, tracks.times.tolist(), strict=True))
        names = []
        for name, time in cameras:
            if admitted or self.admit(name, time, index):
                if self.sees(name):
                    names.append(name)
                else:
                    self.dark(name, time)
        if not names:
            return self._taken()
        if len(names) < len(cameras):
            tracks = _only(tracks, names)
        for reason, count in tracks.dropped.items():
            self._dropped(tracks, reason, count, index)
        self._tick(tracks, [self._index[name] for name in names])
        return self._taken()

    def _dropped(self, tracks: Tracks, reason: str, count: int, index: int | None) -> None:
        name, time = tracks.cameras[0], int(tracks.times[0])
        text = f"{name}: {count} row{'s' if count > 1 else ''} left out: {reason}"
        camera = self.camera(name)
        self._tell_notice(Notice("dropped", name, time, text, camera.count(reason), camera.last, index))

    def _tick(self, tracks: Tracks, taken: list[int]) -> None:
        self._teller.begin()
        banks: dict[int, tuple[Bank, list[int]]] = {}
        for position, camera in enumerate(taken):
            bank = self._bank_of[camera]
            banks.setdefault(id(bank), (bank, []))[1].append(position)
        for bank, positions in banks.values():
            table = tracks if len(banks) == 1 else _only(tracks, [tracks.cameras[p] for p in positions])
            cameras = [taken[p] for p in positions]
            for camera, time in zip(cameras, table.times.tolist(), strict=True):
                self.cameras[camera].look(time)
                self._elsewhere(self.cameras[camera].name, time)
            bank.observe(table, cameras)

    def advance(self, camera: str, time: int) -> list[Alert]:
        """Say that a camera did not look up to `time`: its alerts go stale, and are lost after five minutes.

        Nothing else is decided; an unknown camera or a time already past changes nothing.
        """
        self.dark(camera, time)
        return self._taken()

    def dark(self, camera: str, time: int) -> None:
        """The same as `advance`; what it decides is told with the next tick."""
        if camera in self._index:
            self._dark(self.cameras[self._index[camera]], time)
            self._elsewhere(camera, time)

    def _dark(self, camera: Camera, time: int) -> None:
        if camera.last is not None and time > camera.last and not self._lost(camera, time):
            self._bank_of[camera.index].dark([camera.index], [time], [camera.last])

    def sees(self, camera: str) -> bool:
        """Whether a camera sees what it should: nobody says otherwise, and it is not turning."""
        return camera not in self._views.lost and not self.camera(camera).turning

    def preset(self, name: str, preset: str | None, time: int) -> None:
        """Take in where a turning camera looks from a time on. Each position is judged as a camera of its own.

        While it looks elsewhere a position is dark: what is under way there goes on when it looks there again.

        Args:
            name: The camera.
            preset: One of its scene's presets; None while it turns.
            time: Since when, ns.

        Raises:
            DataError: Its scene has no such preset.
        """
        before = self.camera(name)
        scene = self._scenes.get(name, self._scene)
        known = scene.presets if scene is not None else {}
        if preset not in known and (preset is not None or not known):
            listed = ", ".join(known)
            raise DataError(
                f"the scene of {name} has no preset {preset!r}" if known else f"the scene of {name} has no presets",
                fix=f"presets: {listed}; or None while it turns" if known else 'give it some: "presets": {"gate": {…}}',
            )
        self._asked.add(name)
        if (preset or "") == before.preset and (preset is None) == before.turning:
            return
        position = self._positions[name].get(preset or "")
        if position is None:
            assert preset is not None
            position = self._take_in(name, known[preset], before.frame, preset).index
        self._index[name] = position
        now = self.cameras[position]
        now.scale = before.scale
        now.floor = max((t for t in (before.floor, before.last) if t is not None), default=None)
        self._elsewhere(name, time)

    def _elsewhere(self, name: str, time: int) -> None:
        """What becomes of the positions that a camera is not in; worked out once a second."""
        positions = self._positions[name]
        if len(positions) > 1:
            for index in positions.values():
                camera = self.cameras[index]
                if index != self._index[name] and time - camera.told_dark >= SECOND:
                    camera.told_dark = time
                    self._dark(camera, time)

    def view(
        self, camera: str, ok: bool, time: int, reason: str = "", *, since: int | None = None, who: str = "host"
    ) -> None:
        """Take in whether a camera sees what its zones were drawn for; while it does not, its looks are not taken.

        `time` is when that is known, ns, and `since` since when it is so; `reason` a word for people: covered, moved.
        Each `who` that says so has to take back its own word.
        """
        known = self.camera(camera)
        began = time if since is None else since
        if ok:
            notice = self._views.back(known, who, began, time)
        else:
            dated = self._origin is None and known.start is None and began >= DATED
            zero = began if dated else self._zero(known)
            notice = self._views.lose(known, who, reason or "lost", began, time, zero)
        self._tell_notice(notice)

    def renew(self, camera: str, time: int) -> list[Alert]:
        """Say that a camera was moved on purpose: what is under way there ends with the reason `moved`."""
        known = self.camera(camera)
        if known.last is not None:
            self._end(known, known.last, max(time, known.last), "moved")
        return self._taken()

    def _lost(self, camera: Camera, time: int) -> bool:
        if camera.last is None or time - camera.last <= LOST:
            return False
        since = camera.last
        text = f"{camera.shown}: no look from {show_time(since)} on for five minutes; open alerts are resolved as lost"
        self._tell_notice(Notice("lost", camera.name, time, text, camera.count("lost"), since))
        self._end(camera, since + LOST, time, "lost")
        return True

    def _end(self, camera: Camera, time: int, now: int, reason: str) -> None:
        self._bank_of[camera.index].end_camera(camera.index, time, now, reason)
        camera.restart()

    def _taken(self) -> list[Alert]:
        found, self._alerts = self._alerts, []
        return found

    # ---- telling

    def _told(self, bank: Bank, opened: Open, root: Root, state: str, time: int, decided: int, reason: str) -> str:
        camera = self.cameras[bank.camera_of(root.node.scope, opened.slot)]
        self._alerts.append(self._teller.alert(bank, root, opened, camera, state, time, decided, reason))
        return opened.id

    def _zero(self, camera: Camera) -> int:
        """The time that seconds are counted from."""
        if self._origin is not None:
            return self._origin
        starts = [s for k in self._positions[camera.name].values() if (s := self.cameras[k].start) is not None]
        start = min(starts, default=0)
        return start if start >= DATED else 0


def _size(size: Size) -> str:
    return f"{size[0]}×{size[1]}"


def _only(tracks: Tracks, cameras: Sequence[str]) -> Tracks:
    if not cameras:
        raise DataError("no camera is left of the tick")
    return Tracks.join([tracks.at(name) for name in cameras])
