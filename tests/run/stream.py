"""Streams made by hand for tests of rules: who is where and when, as the language's own tests say it (section 9)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

import attrs

from watchword.events import Alert, Notice
from watchword.lang import RuleSet
from watchword.run.engine import Engine
from watchword.scene import Scene
from watchword.tracks import End, Tracks

S = 1_000_000_000
SIZES = {"person": (60, 150), "guard": (60, 150), "bag": (40, 40), "car": (160, 80), "truck": (160, 80)}
FRAME = (1920, 1080)


@attrs.frozen
class Thing:
    """`given LABEL ID at … from START to END`: a path of (second, x, y) of its bottom centre, held after the last."""

    id: int | str
    label: str
    path: Sequence[tuple[float, float, float]]
    end: float
    lost: Sequence[tuple[float, float]] = ()
    tall: float | None = None
    told: bool = True
    labelled: Sequence[tuple[float, float, str]] = ()
    """Other labels that it has from one second to another."""

    def at(self, second: float) -> tuple[float, float] | None:
        if not self.path[0][0] <= second < self.end or any(a <= second < b for a, b in self.lost):
            return None
        before = [p for p in self.path if p[0] <= second][-1]
        after = next((p for p in self.path if p[0] > second), before)
        share = (second - before[0]) / (after[0] - before[0]) if after is not before else 0.0
        return before[1] + share * (after[1] - before[1]), before[2] + share * (after[2] - before[2])

    def label_at(self, second: float) -> str:
        return next((label for a, b, label in self.labelled if a <= second < b), self.label)

    def box(self, second: float) -> tuple[float, float, float, float] | None:
        place = self.at(second)
        if place is None:
            return None
        w, h = SIZES.get(self.label, (60, 60))
        if self.tall is not None:
            w, h = w * self.tall / h, self.tall
        return place[0] - w / 2, place[1] - h, place[0] + w / 2, place[1]


def person(id: int | str, *path: tuple[float, float, float], end: float, **rest: object) -> Thing:  # noqa: A002
    return Thing(id, "person", path, end, **rest)


def ticks(
    things: Sequence[Thing],
    *,
    rate: float = 10,
    dark: Iterable[tuple[float, float]] = (),
    settle: float = 0,
    camera: str = "test",
) -> list[Tracks]:
    """The tables of one camera, to the end of the last thing and `settle` seconds of nothing more."""
    last = max(t.end for t in things)
    dark = list(dark)
    told: set[int | str] = set()
    found = []
    for k in range(int((last + settle) * rate) + 1):
        second = k / rate
        if any(a <= second < b for a, b in dark):
            continue
        here = [(t, box) for t in things if (box := t.box(second)) is not None]
        ended = [t for t in things if t.told and t.end <= second and t.id not in told]
        told |= {t.id for t in ended}
        found.append(
            Tracks.of(
                camera,
                round(second * S),
                [t.id for t, _ in here],
                [box for _, box in here],
                [t.label_at(second) for t, _ in here],
                ended=[End(camera, t.id, round(t.end * S)) for t in ended],
            )
        )
    return found


@cache
def read(rules: str) -> RuleSet:
    return RuleSet.loads(rules)


def engine(rules: str, scene: Scene | None = None, notices: list[Notice] | None = None, source: str = "") -> Engine:
    told = notices.append if notices is not None else None
    return Engine(read(rules), scene=scene or Scene(frame=FRAME), notice=told, source=source)


def run(rules: str | Engine, tables: Iterable[Tracks], scene: Scene | None = None) -> list[Alert]:
    made = engine(rules, scene) if isinstance(rules, str) else rules
    return [alert for table in tables for alert in made.observe(table)]


def play(rules: str, *things: Thing, scene: Scene | None = None, **how: object) -> list[Alert]:
    """All that rules tell of a stream."""
    return run(rules, ticks(things, **how), scene)


def brief(alerts: Iterable[Alert], rule: str | None = None) -> list[tuple[str, float]]:
    """State and event time (s) of each transition."""
    return [(a.state, a.time / S) for a in alerts if rule is None or a.rule == rule]


def fired(alerts: Iterable[Alert]) -> list[tuple[str, int | str | None, float]]:
    """Rule, thing and event time (s) of each alert that fires for the first time."""
    return [
        (a.rule, a.things[0].id if a.things else None, a.time / S)
        for a in alerts
        if a.state == "firing" and not a.reason
    ]
