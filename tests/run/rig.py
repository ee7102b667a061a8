"""One camera's things and kernels over them, looked at by hand: `rig.look(second, {id: box})`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from watchword.lang import RuleSet
from watchword.lang import nodes as n
from watchword.run import motion
from watchword.run.cameras import Camera
from watchword.run.look import Ask, Atlas, Look, Place
from watchword.run.sightings import recognise
from watchword.run.things import Things
from watchword.scene import Ground, Line, Scene, Zone
from watchword.tracks import Tracks

S = 1_000_000_000
Box = tuple[float, float, float, float]
IT = n.Name("it")
SCENE_GROUND = Ground((((0, 0), (0, 0)), ((1000, 0), (10, 0)), ((1000, 1000), (10, 10)), ((0, 1000), (0, 10))))
"""A hundred pixels a metre."""


def feet(x: float, y: float, wide: float = 60, tall: float = 150) -> Box:
    return x - wide / 2, y - tall, x + wide / 2, y


def said(condition: str) -> n.Apply:
    """What a rule says of a thing, as a kernel gets it."""
    (rule,) = RuleSet.loads(f"rule r {{ each person it when it {condition} }}").rules
    assert isinstance(rule.when, n.Apply)
    return rule.when


def asked(attribute: str, measure: str = "") -> Ask:
    return Ask(n.Attribute(IT, n.Name(attribute)), measure)


class Rig:
    """Things of one camera, seen look by look, and what kernels say of them by id."""

    def __init__(
        self,
        *kernels: Any,
        zones: Sequence[Zone] = (),
        lines: Sequence[Line] = (),
        scene: Scene | None = None,
        labels: Mapping[int, str] | None = None,
    ) -> None:
        self.kernels, self.things = kernels, Things()
        self.camera = Camera("cam", 0, scene)
        self.atlas = Atlas()
        self.atlas.places.append(Place({z.name: z for z in zones}, {line.name: line for line in lines}))
        self._labels = labels or {}
        self.table: Look | None = None

    def look(self, second: float, boxes: Mapping[int, Box], told: Sequence[int] = (), **extra: Any) -> list[dict]:
        """What each kernel says of each thing, by id: the values of its calls."""
        things, time = self.things, round(second * S)
        labels = [self._labels.get(k, "person") for k in boxes]
        self.camera.look(time)
        tracks = Tracks.of("cam", time, list(boxes), list(boxes.values()), labels, **(extra if boxes else {}))
        for name in extra.keys() - {"scores"}:
            things.keep(name)
        sights = recognise(things, tracks, [self.camera])
        size = things.size
        for kernel in self.kernels:
            kernel.grow(size)
        things.see(sights, tracks.scores, tracks.extra)
        motion.measure(things, sights.slots, sights.now, [self.camera])
        slots = things.of_cameras([0])
        for number in told:
            slot = things.slot_of[0, number]
            things.told[slot], things.end[slot] = True, things.last[slot]
        before = things.last[slots].copy()
        seen = np.isin(slots, sights.slots)
        where = {slot: k for k, slot in enumerate(sights.slots.tolist())}
        for row, slot in enumerate(slots.tolist()):
            if seen[row]:
                before[row] = sights.before[where[slot]]
        self.table = Look(
            things,
            [self.camera],
            self.atlas,
            [0],
            slots,
            seen,
            np.full(len(slots), time),
            before,
            things.camera[slots],
            np.full(len(slots), self.camera.limit()),
            np.array([things.labels[k] == "person" for k in things.label[slots]], np.bool_),
            {},
            np.isin(slots, [things.slot_of[0, number] for number in told]),
        )
        found = []
        for kernel in self.kernels:
            values = np.asarray(kernel.step(self.table))
            rows = range(len(slots)) if getattr(kernel, "own", False) else self.table.rows.tolist()
            found.append({things.ids[int(slots[row])]: values[:, row].tolist() for row in rows})
        return found

    def slot(self, number: int) -> int:
        return self.things.slot_of[0, number]

    def dates(self, kernel: int = 0) -> dict[tuple[int, int], float]:
        """Seconds by call and id."""
        known = self.kernels[kernel].dates.items()
        return {(call, self.things.ids[slot]): time / S for (call, slot), time in known}
