"""How long a tick of rules takes: `python benchmarks/rules.py`.

Rules that differ in their zones and numbers, over things that walk about, some of them bags that lie still. The tables
are made beforehand; what is timed is `Engine.observe`, processor time, the median of the ticks after a warm-up.
"""

from __future__ import annotations

import time
from statistics import median

import numpy as np

from machine import describe
from watchword.lang import RuleSet
from watchword.run.engine import Engine
from watchword.scene import Scene, Zone
from watchword.tracks import Tracks
from watchword.units import SECOND

SIZE = (1280, 720)
FORMS = (
    "rule {n}: person in zone z{z} for {d}s",
    "rule {n} {{ each person p when p in zone z{z} and not p in zone z{y} for {d}s keep 2s }}",
    "rule {n}: bag unattended > {d}s in zone z{z}",
    "rule {n} {{ when count of person in zone z{z} >= {d} for 2s }}",
    "rule {n} {{ each bag b when b is still and b in zone z{z} for {d}s }}",
)


def rules(count: int) -> RuleSet:
    """Rules of five forms in turn, no two alike."""
    text = [FORMS[k % len(FORMS)].format(n=f"r{k}", z=k % 6, y=(k + 1) % 6, d=2 + k) for k in range(count)]
    return RuleSet.loads("\n".join(text))


def scene() -> Scene:
    """Six zones side by side that overlap."""
    zones = {
        f"z{k}": Zone(f"z{k}", ((200 * k, 0), (200 * k + 280, 0), (200 * k + 280, 720), (200 * k, 720)))
        for k in range(6)
    }
    return Scene(frame=SIZE, zones=zones)


def ticks(cameras: int, things: int, count: int) -> list[Tracks]:
    """Ticks at ten a second: of each camera's things one in six is a bag that lies still, the others walk."""
    rng = np.random.default_rng(1)
    place = rng.uniform((0, 150), SIZE, (cameras, things, 2))
    pace = rng.uniform(-8, 8, (cameras, things, 2))
    labels = ["bag" if k % 6 == 0 else "person" for k in range(things)]
    pace[:, ::6] = 0
    found = []
    for k in range(count):
        place = place + pace
        pace = np.where((place < (0, 150)) | (place > SIZE), -pace, pace)
        feet = np.clip(place, (0, 150), SIZE)
        boxes = np.dstack((feet - np.array((25, 100)), feet + np.array((25, 0))))
        time_ns = k * SECOND // 10
        found.append(
            Tracks.join([Tracks.of(f"cam{c}", time_ns, np.arange(things), boxes[c], labels) for c in range(cameras)])
        )
    return found


def measure(rule_count: int, cameras: int, things: int, count: int) -> tuple[float, int]:
    """Median milliseconds of a tick, and how many transitions were told."""
    engine = Engine(rules(rule_count), scene=scene())
    spent, told = [], 0
    for k, table in enumerate(ticks(cameras, things, count)):
        start = time.process_time_ns()
        told += len(engine.observe(table))
        if k >= count // 3:
            spent.append(time.process_time_ns() - start)
    return median(spent) / 1e6, told


def main() -> None:
    print(describe("numpy", "shapely"))
    print("rules  cameras  things each   ms a tick   transitions")
    for rule_count, cameras, things, count in ((1, 1, 5, 600), (20, 1, 30, 300), (20, 300, 30, 45)):
        ms, told = measure(rule_count, cameras, things, count)
        print(f"{rule_count:5}  {cameras:7}  {things:11}   {ms:9.2f}   {told:11}")


if __name__ == "__main__":
    main()
