"""A test's `given` lines as a stream: what each camera sees at each look, and what the host tells beside it.

Times are those of the test, ns from its start; the stream itself is dated, from the test's clock on, so that schedules
have their say. A camera looks `rate` times a second from 0 on, in the dark not at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

import attrs

from watchword.errors import DataError
from watchword.lang import nodes as n
from watchword.lang.load import Placed, folder_of
from watchword.lang.names import library
from watchword.lang.ruleset import RuleSet
from watchword.scene import Scene
from watchword.tracks import End, Tracks
from watchword.units import SECOND, value

FRAME = (1920, 1080)
CAMERA = "test"
RATE = Fraction(10)
MOST = Fraction(1000)
MONDAY = date(2026, 1, 5)
PERSON, BAG, VEHICLE, OTHER = (60, 150), (40, 40), (160, 80), (60, 60)
Sized = tuple[float, float]


@attrs.frozen
class Signal:
    """What the host tells at a moment; `camera` is empty where it is told for all."""

    name: str
    value: bool
    camera: str = ""


@attrs.frozen
class Moment:
    """One time of the stream: signals first, then the look; None where every camera is dark."""

    time: int
    signals: tuple[Signal, ...]
    tracks: Tracks | None


@attrs.frozen(eq=False)
class Scenario:
    """One test, ready to be played.

    Attributes:
        test: The test.
        rules: The rule set, with the zones and lines that the test gives.
        scenes: What each camera looks at.
        origin: The test's start as a date, ns since 1970.
        rate: Looks a second.
        end: When its last `given` ends, ns from its start.
    """

    test: n.TestDef
    rules: RuleSet
    scenes: Mapping[str, Scene]
    origin: int
    rate: Fraction
    end: int

    @classmethod
    def of(cls, test: n.TestDef, rules: RuleSet, scene: Scene | None = None) -> Scenario:
        """What a test of a rule file says.

        Args:
            test: The test.
            rules: Its file.
            scene: What cameras look at where the test gives no scene.

        Raises:
            DataError: Its clock or rate makes no sense.
            SceneError: Its scene file cannot be read.
        """
        settings = [line for line in test.lines if isinstance(line, n.GivenSetting)]
        scenes = _scenes(test, settings, rules, scene)
        rate = RATE
        origin = _clock("12:00")
        made: dict[str, dict[str, Placed]] = {"zone": {}, "line": {}}
        for line in settings:
            if line.kind == "rate" and isinstance(line.value, n.Quantity):
                rate = value(line.value.number, line.value.unit)
                if not 0 < rate <= MOST:
                    raise DataError(f"`given rate {line.value}`", fix="give looks a second, 10/s; no more than 1000")
            elif line.kind == "clock" and isinstance(line.value, str):
                origin = _clock(line.value, next(iter(scenes.values())), any(rule.active for rule in rules.rules))
            elif isinstance(line.value, n.ZoneDef | n.ZoneMade | n.LineDef):
                made[line.kind][line.value.name.text] = Placed(line.value, rules.source)
        items = {**rules.names.items, **{k: {**rules.names.get(k), **v} for k, v in made.items() if v}}
        names = attrs.evolve(rules.names, items=MappingProxyType(items))
        return cls(test, attrs.evolve(rules, names=names), scenes, origin, rate, _end(test))

    @property
    def things(self) -> tuple[n.GivenThing, ...]:
        """The things it gives, in their order."""
        return tuple(line for line in self.test.lines if isinstance(line, n.GivenThing))

    @property
    def spells(self) -> tuple[n.GivenSpell, ...]:
        """What it says of stretches of time."""
        return tuple(line for line in self.test.lines if isinstance(line, n.GivenSpell))

    @property
    def interval(self) -> int:
        """From one look to the next, ns, rounded up."""
        return -int(-SECOND // self.rate)

    def dark(self, camera: str, at: int) -> bool:
        """Whether a camera does not look at this time of the test."""
        spells = (s for s in self.spells if s.kind == "dark" and s.camera in ("", camera))
        return any(s.start <= at < s.end for s in spells)

    def camera_of(self, thing: n.GivenThing) -> str:
        """The camera that sees a thing."""
        return thing.camera or CAMERA

    def moments(self, until: int) -> Iterator[Moment]:
        """The stream up to a time of the test (ns); from its end on cameras see nothing."""
        signals = sorted(self._signals(), key=lambda item: item[0])
        told: set[int] = set()
        k = 0
        while (at := int(k * SECOND // self.rate)) <= until:
            while signals and signals[0][0] < at:  # between two looks
                time_, signal = signals.pop(0)
                yield Moment(self.origin + time_, (signal,), None)
            now = []
            while signals and signals[0][0] == at:
                now.append(signals.pop(0)[1])
            looking = [camera for camera in self.scenes if not self.dark(camera, at)]
            tables = [self._table(camera, at, told) for camera in looking]
            if tables or now:
                yield Moment(self.origin + at, tuple(now), Tracks.join(tables) if tables else None)
            k += 1

    def _signals(self) -> Iterator[tuple[int, Signal]]:
        spells = [s for s in self.spells if s.kind == "signal" and s.name is not None]
        for name, camera in dict.fromkeys((s.name.text, s.camera) for s in spells if s.name):
            mine = [s for s in spells if s.name and (s.name.text, s.camera) == (name, camera)]
            event = self.rules.names.signal(name) == "event" or all(s.start == s.end for s in mine)
            if not event and all(s.start > 0 for s in mine):
                yield 0, Signal(name, False, camera)
            for spell in mine:
                yield spell.start, Signal(name, True, camera)
                if not event and spell.end > spell.start and not any(s.start == spell.end for s in mine):
                    yield spell.end, Signal(name, False, camera)

    def _table(self, camera: str, at: int, told: set[int]) -> Tracks:
        rows: list[tuple[str, tuple[float, float, float, float], str]] = []
        ends = []
        for number, thing in enumerate(self.things):
            name = thing.name.text
            if self.camera_of(thing) != camera or at < thing.start:
                continue
            if at >= (self.end if thing.end is None else thing.end):
                if thing.end is not None and number not in told:
                    told.add(number)
                    ends.append(End(camera, name, self.origin + thing.end))
                continue
            mine = [s for s in self.spells if s.name is not None and s.name.text == name and s.start <= at < s.end]
            if any(s.kind == "lost" for s in mine):
                continue
            label = next((s.label.text for s in reversed(mine) if s.kind == "label" and s.label), thing.label.text)
            w, h = self.size(thing)
            x, y = place(thing, at)
            rows.append((name, (x - w / 2, y - h, x + w / 2, y), label))
        ids, boxes, labels = [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]
        return Tracks.of(camera, self.origin + at, ids, boxes, labels, ended=ends)

    def size(self, thing: n.GivenThing) -> Sized:
        """Width and height of a thing's box, px."""
        label, classes = thing.label.text, (library(), self.rules.classes)
        w, h = OTHER
        if label in self.rules.people | {"person"}:
            w, h = PERSON
        else:
            for name, size in (("bag", BAG), ("vehicle", VEHICLE)):
                if any(label in known.get(name, ()) for known in classes):
                    w, h = size
        return (w, h) if thing.tall is None else (w * thing.tall / h, thing.tall)


def place(thing: n.GivenThing, at: int) -> tuple[float, float]:
    """Where the bottom centre of a thing is at a time of the test, px: it walks straight and evenly, else it stands."""
    x, y = thing.at
    last = thing.start
    for walk in thing.walks:
        start = last if walk.start is None else walk.start
        if at < start:
            break
        if at < walk.end:
            share = (at - start) / (walk.end - start)
            return x + (walk.to[0] - x) * share, y + (walk.to[1] - y) * share
        (x, y), last = walk.to, walk.end
    return x, y


def _end(test: n.TestDef) -> int:
    ends = [0]
    for line in test.lines:
        if isinstance(line, n.GivenThing):
            ends += [line.start, *(walk.end for walk in line.walks), line.end or 0]
        elif isinstance(line, n.GivenSpell):
            ends.append(line.end)
    return max(ends)


def _scenes(
    test: n.TestDef, settings: Sequence[n.GivenSetting], rules: RuleSet, scene: Scene | None
) -> dict[str, Scene]:
    named = {line.camera for line in test.lines if not isinstance(line, n.ExpectNothing) and line.camera}
    if not named or any(isinstance(line, n.GivenThing) and not line.camera for line in test.lines):
        named.add(CAMERA)
    scenes = {name: scene or Scene(frame=FRAME, name=name) for name in sorted(named)}
    for line in settings:
        if line.kind == "scene":
            path = folder_of(rules.source.name) / str(line.value)
            given = attrs.evolve(Scene.load(path).at(), name=Path(path).name)
            scenes |= {name: given for name in scenes if line.camera in ("", name)}
    return scenes


def _clock(text: str, scene: Scene | None = None, hours: bool = False) -> int:
    """A date and time, or a time of that Monday, in the camera's zone where it names none: ns since 1970."""
    zone = scene.clock if scene else "UTC"
    try:
        if re.fullmatch(r"\d{1,2}:\d\d(:\d\d)?", text):
            when = datetime.combine(MONDAY, time.fromisoformat(text.zfill(5)), ZoneInfo(zone))
        else:
            when = datetime.fromisoformat(text)
    except ValueError:
        raise DataError(f'`given clock "{text}"` is no time', fix='write "2026-01-05 22:30", or "22:30"') from None
    if when.tzinfo is None:
        when = when.replace(tzinfo=ZoneInfo(zone))
    elif hours and scene is not None and scene.time_zone is None and when.utcoffset():
        raise DataError(
            f'`given clock "{text}"` names a time zone, and the scene of the test none: schedules are read in UTC',
            fix=f'write `given clock "{when:%Y-%m-%d %H:%M}"`, the clock on the wall, or give a scene with a time zone',
        )
    past = when.astimezone(UTC) - datetime(1970, 1, 1, tzinfo=UTC)
    return (past.days * 86_400 + past.seconds) * SECOND + past.microseconds * 1000
