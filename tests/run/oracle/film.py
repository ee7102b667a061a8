"""What a camera saw, and which things there were: identity, ends, holes and darkness, by the prose alone."""

from __future__ import annotations

from itertools import pairwise
from math import dist, hypot
from statistics import median

import attrs

S = 1_000_000_000
TRUE, FALSE, UNKNOWN = True, False, None
LOST = 300 * S


class UndecidedError(Exception):
    """The prose leaves this case open."""


@attrs.frozen
class Sight:
    box: tuple[float, float, float, float]
    label: str = "person"
    columns: dict[str, float] = attrs.field(factory=dict)

    @property
    def place(self) -> tuple[float, float]:
        return (self.box[0] + self.box[2]) / 2, self.box[3]

    @property
    def width(self) -> float:
        return self.box[2] - self.box[0]

    @property
    def height(self) -> float:
        return self.box[3] - self.box[1]

    @property
    def r(self) -> float:
        """How far something still may sway, without calibration."""
        return max(4.0, 0.15 * hypot(self.width, self.height))


@attrs.frozen
class Look:
    time: int
    seen: dict[int, Sight] = attrs.field(factory=dict)
    ends: dict[int, int] = attrs.field(factory=dict)
    coasting: dict[int, Sight] = attrs.field(factory=dict)
    signals: tuple[tuple[str, int, bool], ...] = ()
    """What the host tells just before this look: name, time, value."""


Film = list[Look]


class Thing:
    """One thing of one stretch: its sights by look, and when its tracker said that it ended."""

    def __init__(self, stretch: Stretch, key: int) -> None:
        self.stretch, self.key = stretch, key
        self.called = key
        self.sights: dict[int, Sight] = {}
        self.ends: list[tuple[int, int]] = []
        self.still: dict[int, bool | None] = {}
        self.slope: dict[int, tuple[float, float] | None] = {}
        self._lives: dict[int, list[list[int]]] = {}

    @property
    def first(self) -> int:
        return min(self.sights)

    def last(self, look: int) -> int | None:
        return max((s for s in self.sights if s <= look), default=None)

    def see(self, look: int, sight: Sight) -> None:
        self.sights[look] = sight
        self._measure(look)

    def _measure(self, look: int) -> None:
        times = self.stretch.times
        past = sorted(self.sights)
        before = self.still[past[-2]] if len(past) > 1 else UNKNOWN
        if len(past) < 3 or times[look] - times[past[0]] < S:
            self.still[look], self.slope[look] = UNKNOWN, None
            return
        recent = [s for s in past if times[s] >= times[look] - S]
        if len(recent) < 3:
            recent = past[-3:]
        places = [self.sights[s].place for s in recent]
        seconds = [(times[s] - times[look]) / S for s in recent]
        mean = sum(seconds) / len(seconds)
        square = sum((t - mean) ** 2 for t in seconds)
        vx, vy = (sum((t - mean) * p[k] for t, p in zip(seconds, places, strict=True)) / square for k in (0, 1))
        self.slope[look] = (vx, vy)
        middle = median(p[0] for p in places), median(p[1] for p in places)
        r, speed = self.sights[look].r, hypot(vx, vy)
        if all(dist(p, middle) <= r for p in places) and speed < r:
            self.still[look] = TRUE
        elif dist(places[0], places[-1]) > 2 * r or speed > 2 * r:
            self.still[look] = FALSE
        else:
            self.still[look] = before

    def memory(self, look: int) -> int:
        return 30 * S if self.still[self.last(look)] is TRUE else 10 * S

    def end(self, look: int) -> tuple[str, int]:
        """What has become of the thing at a look: alive, or (gone, limbo or over, when)."""
        last = self.last(look)
        if last == look:
            return "alive", 0
        times = self.stretch.times
        told = [time for k, time in self.ends if last < k <= look]
        date = max(told[0], times[last]) if told else times[last]
        if self.stretch.unseen(last, look) > self.memory(look):
            return "over", date
        if told:
            return ("gone" if self.memory(look) == 10 * S else "limbo"), date
        return "alive", 0

    def lives(self, look: int) -> list[list[int]]:
        """Its sights up to a look; a moving thing whose end was told and that is found again lives anew."""
        if look not in self._lives:
            found: list[list[int]] = []
            for s in sorted(x for x in self.sights if x <= look):
                if not found or self.end(s - 1)[0] == "gone":
                    found.append([])
                found[-1].append(s)
            self._lives[look] = found
        return self._lives[look]

    def told_end(self, look: int) -> int | None:
        """The date of the end that its tracker told since its last sight."""
        last = self.last(look)
        told = [time for k, time in self.ends if last < k <= look]
        return max(told[0], self.stretch.times[last]) if told else None


class Stretch:
    """The looks of one camera between two new starts, and the things it saw."""

    def __init__(self, looks: list[Look], end: tuple[str, int, int] | None, heard: list[tuple[str, int, bool]]) -> None:
        self.looks, self.final, self.heard = looks, end, heard
        self.times = [look.time for look in looks]
        between = [b - a for a, b in pairwise(self.times)]
        self.usual = []
        for i in range(len(looks)):
            known = between[: max(0, i - 1)][-100:]
            self.usual.append(int(median(known)) if known else 0)
        self.limits = [max(2 * S, 3 * u) for u in self.usual]
        away = [0, *(d if d > self.limits[i + 1] else 0 for i, d in enumerate(between))]
        self.away = [sum(away[: i + 1]) for i in range(len(looks))]
        self.things: list[Thing] = []
        self._people: dict[int, Thing] = {}
        for k, look in enumerate(looks):
            self._look(k, look)

    def unseen(self, last: int, look: int) -> int:
        """How long the camera looked and did not see what it saw last at a look."""
        return self.times[look] - self.times[last] - (self.away[look] - self.away[last])

    def limit(self, after: int) -> list[int]:
        """The gap limit of a rule at each look."""
        return [max(after, 3 * u) for u in self.usual]

    def _look(self, k: int, look: Look) -> None:
        new = []
        for number, sight in look.seen.items():
            thing = self._people.get(number)
            last = thing.last(k) if thing else None
            if thing is None or last == k or self.forgotten(thing, k):
                new.append((number, sight))
            else:
                thing.see(k, sight)
                thing.called = number
        for number, sight in new:
            thing = self._found(k, sight)
            if thing is None:
                thing = Thing(self, number)
                self.things.append(thing)
            self._people[number] = thing
            thing.see(k, sight)
            thing.called = number
        for number, time in look.ends.items():
            thing = self._people.get(number)
            if thing is not None and thing.called == number:
                thing.ends.append((k, time))

    def forgotten(self, thing: Thing, k: int) -> bool:
        """Whether the camera looked without seeing it for longer than its memory."""
        last = thing.last(k)
        return last < k - 1 and self.unseen(last, k) > thing.memory(k)

    def _found(self, k: int, sight: Sight) -> Thing | None:
        found = []
        for thing in self.things:
            last = thing.last(k)
            if last == k or thing.still[last] is not TRUE or self.forgotten(thing, k):
                continue
            labels = {s.label for s in thing.sights.values()}
            if sight.label in labels and dist(sight.place, thing.sights[last].place) <= thing.sights[last].r:
                found.append(thing)
        return min(found, key=lambda thing: dist(sight.place, thing.sights[thing.last(k)].place), default=None)


def stretches(film: Film) -> list[Stretch]:
    """The looks that are taken, cut where the camera was lost for five minutes or its clock was set back."""
    found: list[tuple[list[Look], tuple[str, int, int] | None]] = []
    looks: list[Look] = []
    refused: int | None = None
    for look in film:
        if looks and look.time <= looks[-1].time:
            known = [b.time - a.time for a, b in pairwise(looks[:-1])][-100:]
            limit = max(2 * S, 3 * int(median(known)) if known else 0)
            refused = look.time if refused is None else refused
            if look.time - refused <= limit:
                continue
            found.append((looks, ("restart", looks[-1].time, look.time)))
            looks = []
        elif looks and look.time - looks[-1].time > LOST:
            found.append((looks, ("lost", looks[-1].time + LOST, look.time)))
            looks = []
        refused = None
        looks.append(look)
    found.append((looks, None))
    before: list[tuple[str, int, bool]] = []
    made = []
    for looks, end in found:
        made.append(Stretch(looks, end, list(before)))
        before += [one for look in looks for one in look.signals]
    return made
