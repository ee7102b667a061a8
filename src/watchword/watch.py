"""`Watch`: rules, a detector and a tracker over cameras; fed frames or tracks, it yields alerts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import attrs
import numpy as np

from watchword.closing import Closing
from watchword.detections import Detections
from watchword.errors import DataError, DetectorError, StateError
from watchword.events import Alert, Notice, Restored
from watchword.lang.findings import Finding, finding, raise_errors
from watchword.lang.parse import is_file_text
from watchword.lang.ruleset import RuleSet, check_sentence
from watchword.lang.show import show
from watchword.run.engine import Engine
from watchword.saved import pack, unpack
from watchword.scene import Scene, Scenes
from watchword.tracks import Tracks

if TYPE_CHECKING:
    from watchword.detect.base import Detector
    from watchword.track.base import Tracker
    from watchword.video import Frame
    from watchword.view import Integrity

SceneLike = Scene | str | Path


def read_rules(rules: RuleSet | str | Path, lets: Mapping[str, str] | None = None) -> RuleSet:
    """Rules from what a caller gives: rules already read, a file (a path, or text ending in `.watch`), or a sentence.

    Args:
        rules: What is given.
        lets: Quantities that take the place of the `let`s of what is read.

    Raises:
        RuleError: They hold errors; all of them are in `.findings`.
        WatchwordError: The file cannot be read.
    """
    if isinstance(rules, RuleSet):
        return rules
    if isinstance(rules, Path) or rules.endswith(".watch") or _is_file(rules):
        return RuleSet.load(rules, lets=lets)
    if "\n" in rules.strip() or is_file_text(rules):
        return RuleSet.loads(rules, lets=lets)
    found = check_sentence(rules, lets=lets)
    raise_errors(found.findings)
    return found


def _is_file(text: str) -> bool:
    try:
        return Path(text).is_file()
    except (OSError, ValueError):  # too long for a path, or no path at all
        return False


def _scene(scene: SceneLike) -> Scene:
    return scene if isinstance(scene, Scene) else Scene.load(scene)


class Watch(Closing):
    """Rules over cameras: give it frames (`step`) or your own tracks (`observe`), take the alerts.

    One object that you made, one thread at a time, nothing global. A host that only calls `observe` imports neither
    OpenCV nor ONNX runtime.

    Args:
        rules: A `RuleSet`, the path of a `.watch` file, or a sentence such as `bag unattended > 60s in zone hall`.
        scenes: What each camera looks at, by name; scenes or paths of scene files.
        scene: What every other camera looks at; where there is one camera, this is all it takes.
        detector: A `Detector`, or a spec such as "motion+left" (the default), made when first needed.
        tracker: A `Tracker`, or the name of one; the default where not given.
        source: Name of the stream or recording; part of the alerts' ids, so that a replay gives the same ids.
        origin: The time that a film counts from, ns: `time` in JSON is seconds from it. Where not given it is 0, of
            dated streams their first look.
        on_notice: Called with what is to be told of the streams: frames refused, clocks set back, sizes unfit, views
            lost.
        check_view: Look beside the detector whether each camera still sees what it saw. One that was moved, covered,
            blurred or blinded is taken for one that does not look (`view`).
        history: How many seconds of the past of each condition are kept for pictures.
        timer: Gives nanoseconds; where given, `spent` says where the time goes.

    Attributes:
        rules: The rules that run.
        detections: What the detector saw last, None before, and where no camera of the last step sees.
        tracks: What the tracker knew last, likewise.
        spent: Nanoseconds in view (masks too), detect, track and rules, where there is a timer.

    Raises:
        RuleError: The rules have errors, or name what no camera has.
        SceneError: A scene makes no sense.
    """

    def __init__(
        self,
        rules: RuleSet | str | Path,
        scenes: Mapping[str, SceneLike] | None = None,
        *,
        scene: SceneLike | None = None,
        detector: Detector | str | None = None,
        tracker: Tracker | str | None = None,
        source: str = "",
        origin: int | None = None,
        on_notice: Callable[[Notice], None] | None = None,
        check_view: bool = True,
        history: float = 0.0,
        timer: Callable[[], int] | None = None,
    ) -> None:
        self.rules = read_rules(rules)
        self.scenes = {name: _scene(given) for name, given in (scenes or {}).items()}
        self.scene = None if scene is None else _scene(scene)
        self.engine = Engine(
            self.rules,
            self.scenes,
            self.scene,
            source=source,
            origin=origin,
            notice=on_notice,
            span=int(history * 1_000_000_000),
        )
        self._detector = detector
        self._tracker = tracker
        self._made: Detector | None = None
        self._tracking: Tracker | None = None
        self._check_view = check_view
        self._shown: dict[str, str] = {}
        self._integrity: Integrity | None = None
        self._timer = timer
        self._closed = False
        self.detections: Detections | None = None
        self.tracks: Tracks | None = None
        self.spent = {"view": 0, "detect": 0, "track": 0, "rules": 0}

    # ---- parts

    @property
    def detector(self) -> Detector:
        """The detector, made when first asked for.

        Raises:
            DetectorError: There is none of that name, or it cannot be made.
        """
        if self._made is None:
            if self._detector is None or isinstance(self._detector, str):
                from watchword import detect

                known = Scenes(self.scenes, self.scene)
                self._made = detect.load(self._detector or "motion+left", known)
            else:
                self._made = self._detector
        return self._made

    @property
    def tracker(self) -> Tracker:
        """The tracker, made when first asked for.

        Raises:
            DetectorError: There is none of that name, or it cannot be made.
        """
        if self._tracking is None:
            if self._tracker is None or isinstance(self._tracker, str):
                from watchword import track

                self._tracking = track.load(self._tracker or "default")
            else:
                self._tracking = self._tracker
        return self._tracking

    def unseen(self) -> tuple[Finding, ...]:
        """A warning for each class of the rules that the detector is not known to see."""
        labels = set(self.detector.labels)
        found = []
        for rule in self.rules.rules:
            if rule.each is not None and not self.rules.labels(rule.each.classes) & labels:
                name = rule.each.classes[0]
                notes = [f"{self.detector.name} sees: {', '.join(sorted(labels))}"]
                hint = f"rule `{rule.name}` cannot fire with it"
                found.append(finding("W203", self.rules.source, name.span, name=name.text, hint=hint, notes=notes))
        return tuple(found)

    # ---- looks

    def step(self, frame: Frame) -> list[Alert]:
        """Take in a camera's next frame.

        Returns:
            The transitions of alerts that it decides, in order.

        Raises:
            DetectorError: The detector or tracker broke its contract.
        """
        return self.step_many([frame])

    def step_many(self, frames: Mapping[str, Frame] | Sequence[Frame]) -> list[Alert]:
        """Take in one frame of each of several cameras: one tick.

        Args:
            frames: The frames, or a mapping of camera names to them.

        Raises:
            DetectorError: The detector or tracker broke its contract.
            StateError: The watch is closed.
        """
        if self._closed:
            raise StateError("this watch is closed", fix="make a new one, or step before close()")
        given = list(frames.values()) if isinstance(frames, Mapping) else list(frames)
        clock = self._timer or (lambda: 0)
        begin = clock()
        taken = self._seeing([frame for frame in given if self._admit(frame)])
        start = clock()
        self.spent["view"] += start - begin
        if not taken:
            self.detections = self.tracks = None
            return self.engine.advance("", 0)  # what an admission has decided
        detections = self.detector.detect(taken)
        self._check(detections, taken)
        found = clock()
        tracks = self.tracker.track(detections)
        tracked = clock()
        names = {shown: camera for camera, shown in self._shown.items() if camera != shown}
        detections, tracks = _renamed(detections, names), _renamed(tracks, names)
        self.detections, self.tracks = detections, tracks
        alerts = self.engine.observe(tracks, taken[0].index, admitted=True)
        self.spent["detect"] += found - start
        self.spent["track"] += tracked - found
        self.spent["rules"] += clock() - tracked
        return alerts

    def _admit(self, frame: Frame) -> bool:
        fits = self.engine.size(frame.camera, frame.size, frame.time)
        if not fits or not self.engine.admit(frame.camera, frame.time, frame.index):
            return False
        camera = self.engine.camera(frame.camera)
        if camera.last is None and not camera.turning:
            # New, or begun anew: what detector and tracker may remember of it is of another time.
            self.detector.forget(camera.shown)
            self.tracker.forget(camera.shown)
        return True

    def _seeing(self, frames: Sequence[Frame]) -> list[Frame]:
        """The frames that are looked at, without what masks hide; of the others the engine is told that none looked."""
        if not frames:
            return []
        from watchword.masks import kept, masked

        cameras = {frame.camera: self.engine.camera(frame.camera) for frame in frames}
        self._shown = {name: camera.shown for name, camera in cameras.items()}
        known = {shown: name for name, shown in self._shown.items()}
        scenes = {camera.shown: camera.scene for camera in cameras.values()}
        named = [f if (to := self._shown[f.camera]) == f.camera else attrs.evolve(f, camera=to) for f in frames]
        shown = [masked(f, scenes[f.camera]) for f in named if not cameras[known[f.camera]].turning]
        doubted: set[str] = set()
        if self._check_view:
            if self._integrity is None:
                from watchword.view import Integrity

                self._integrity = Integrity()
            masks = {f.camera: kept(scene, f.size) for f in shown if (scene := scenes[f.camera]) and scene.masks}
            for frame, (camera, verdict) in zip(shown, self._integrity.look(shown, masks).items(), strict=True):
                reason, since = verdict.reason, verdict.since
                self.engine.view(known[camera], verdict.ok, frame.time, reason, since=since, who="picture")
                if verdict.doubt:
                    doubted.add(camera)
        found = [f for f in shown if f.camera not in doubted and self.engine.sees(known[f.camera])]
        looked = {f.camera for f in found}
        for frame in named:
            if frame.camera not in looked:
                self.engine.dark(known[frame.camera], frame.time)
        return found

    def _check(self, detections: object, frames: Sequence[Frame]) -> None:
        want = tuple(frame.camera for frame in frames)
        have = detections.cameras if isinstance(detections, Detections) else type(detections).__name__
        if have != want:
            raise DetectorError(
                f"detector `{self.detector.name}` gave {have!r} for frames of {want!r}",
                fix="`detect` returns one Detections table with the cameras of the frames, in their order",
            )

    def detected(self, detections: Detections) -> list[Alert]:
        """Take in what a detector of your own saw; it is tracked here.

        Raises:
            StateError: The watch is closed.
        """
        if self._closed:
            raise StateError("this watch is closed", fix="make a new one, or step before close()")
        names = []
        for name, time in zip(detections.cameras, detections.times.tolist(), strict=True):
            if self.engine.admit(name, time):
                if self.engine.sees(name):
                    names.append(name)
                else:
                    self.engine.dark(name, time)
        if not names:
            return self.engine.advance("", 0)
        if len(names) < len(detections.cameras):
            detections = Detections.join([detections.at(name) for name in names])
        shown = {name: self.engine.camera(name).shown for name in names}
        for name in names:
            if self.engine.began(name):
                self.tracker.forget(shown[name])
        self.detections = detections
        tracks = self.tracker.track(_renamed(detections, shown))
        self.tracks = _renamed(tracks, {to: name for name, to in shown.items()})
        return self.engine.observe(self.tracks, admitted=True)

    def observe(self, tracks: Tracks) -> list[Alert]:
        """Take in a tick of tracks of your own.

        Returns:
            The transitions of alerts that it decides, in order.

        Raises:
            StateError: The watch is closed.
        """
        if self._closed:
            raise StateError("this watch is closed", fix="make a new one, or observe before close()")
        self.tracks = tracks
        return self.engine.observe(tracks)

    def advance(self, camera: str, time: int) -> list[Alert]:
        """Say that a camera did not look up to `time` (ns): its alerts go stale, and are lost after five minutes."""
        return self.engine.advance(camera, time)

    def signal(
        self, name: str, at: str = "", time: int | None = None, value: bool = True, *, camera: str | None = None
    ) -> None:
        """Take in what is not seen but told: armed or not, a badge read, a train at the platform.

        Args:
            name: A signal that the rules declare.
            at: The place it was told of, as in `signal badge at door`.
            time: Since when it is so, or when it happened, ns, by the cameras' clocks. It counts from the next look on.
            value: Of a state, whether it holds.
            camera: Which camera it is for; all of them where not given.

        Raises:
            DataError: The rules declare no such signal, or the time is no whole number.
        """
        if not isinstance(time, int) or isinstance(time, bool):
            raise DataError(f"the time of signal `{name}` is {time!r}", fix="give `time`, whole nanoseconds")
        self.engine.signal(name, time, value, at=at, camera=camera)

    def view(self, camera: str, *, ok: bool, time: int, reason: str = "") -> None:
        """Say that a camera does not see what its zones were drawn for, or does again; a notice tells it.

        Until then its looks are not taken: states are unknown, like in the dark. What the check of the picture says
        stands beside: the camera sees where neither says otherwise.

        Args:
            camera: Its name.
            ok: Whether it does.
            time: Since when, ns, by the camera's clock.
            reason: Why not, a word for people: moved, covered.
        """
        self.engine.view(camera, ok, time, reason)

    def preset(self, camera: str, preset: str | None, time: int) -> None:
        """Say where a turning camera looks from now on: its zones, lines, ground and masks are those of the preset.

        Each preset is judged as a camera of its own, which is dark while the camera looks elsewhere: what is under way
        there is stale, goes on when the camera is back, and is lost after five minutes. Between presets all is unknown,
        and before the first is told.

        Args:
            camera: Its name.
            preset: One of its scene's presets; None while it turns.
            time: Since when, ns, by the camera's clock.

        Raises:
            DataError: The camera's scene has no such preset.
        """
        self.engine.preset(camera, preset, time)

    def reference(self, camera: str, time: int) -> list[Alert]:
        """Say that a camera was moved on purpose: what it sees from now on is its view.

        What lay where before is of another view: all of this camera begins anew.

        Args:
            camera: Its name.
            time: When, ns, by the camera's clock.

        Returns:
            The ends of its open alerts, with the reason `moved`.
        """
        if self._integrity is not None:
            self._integrity.reference(self.engine.camera(camera).shown)
        self.engine.view(camera, True, time, who="picture")
        return self.engine.renew(camera, time)

    # ---- restarts

    def snapshot(self) -> bytes:
        """All that is remembered, for a restart: write it to a file, and give it to a new watch's `restore`.

        It is what the rules remember, the tracker (where it can save itself; the one that ships can), and what is known
        of the views. What a detector learned of its cameras is not in it; it is learned again.

        Raises:
            StateError: A word of another package does not say what it remembers.
        """
        from watchword.track.base import Saving

        tracker = self._tracking
        saved = {"engine": self.engine.snapshot()}
        if isinstance(tracker, Saving):
            saved["tracker"] = tracker.dump()
        if self._integrity is not None:
            saved["view"] = self._integrity.dump()
        head = {"tracker": None if tracker is None else tracker.name}
        return pack("watch", head, {name: np.frombuffer(part, np.uint8) for name, part in saved.items()})

    def restore(self, saved: bytes) -> Restored:
        """Take up what another watch remembered, before the first look: it goes on as if it were that one.

        Rules are known by their text, cameras by their names and scenes; what has changed begins anew, and alerts that
        stood on it end, which the next look tells first. Where a tracker begins anew its numbers mean other things:
        what moves is met anew, what is still is found again by its place. It returns what was kept, and what was not.

        Raises:
            StateError: This watch is in use already; or what was saved is damaged, was saved by another version, or
                belongs to other rules, scenes or another stream. The watch is then as it was.
            DetectorError: The tracker cannot be made.
        """
        from watchword.track.base import Saving

        head, arrays = unpack("watch", saved)
        parts = {name: part.tobytes() for name, part in arrays.items()}
        restored = self.engine.restore(parts["engine"])
        try:
            if head["tracker"] is not None:
                same = "tracker" in parts and self.tracker.name == head["tracker"]
                if same and isinstance(self.tracker, Saving):
                    self.tracker.load(parts["tracker"])
                else:
                    self.engine.renumber()
                    restored = attrs.evolve(restored, tracker=False)
            if "view" in parts and self._check_view:
                from watchword.view import Integrity

                self._integrity = Integrity()
                self._integrity.load(parts["view"])
        except Exception:
            self.engine.clear()
            self._tracking = self._integrity = None
            raise
        return restored

    # ---- end

    def close(self) -> None:
        """Give back what the detector holds. Calling it twice does nothing more."""
        if not self._closed and self._made is not None:
            self._made.close()
        self._closed = True

    def __repr__(self) -> str:
        return f"<Watch: {', '.join(f'{r.name}: {show(r.when)}' for r in self.rules.rules)}>"


T = TypeVar("T", Detections, Tracks)


def _renamed(table: T, names: Mapping[str, str]) -> T:
    """A table with other names of cameras: detectors and trackers know each preset of a turning camera as one."""
    if all(names.get(name, name) == name for name in table.cameras):
        return table
    cameras = tuple(names.get(name, name) for name in table.cameras)
    if isinstance(table, Tracks):
        ended = tuple(attrs.evolve(end, camera=names.get(end.camera, end.camera)) for end in table.ended)
        return attrs.evolve(table, cameras=cameras, ended=ended)
    return attrs.evolve(table, cameras=cameras)
