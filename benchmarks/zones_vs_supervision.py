"""Zones and lines against supervision: what ten zones and four lines cost a look; who counts a trembling box once.

Run it with::

    pip install . supervision
    python benchmarks/zones_vs_supervision.py [--looks 300]

The same boxes and shapes for all, 1920×1080, 30 and 300 boxes a look at 10 looks a second. Zones are asked where a box
stands (its bottom centre). Times are of the process, the median over the looks; the parties take turns, 25 looks each.

* `supervision`: `PolygonZone.trigger` of each zone, `LineZone.trigger` of each line, by the bottom centre.
* `shapely`: `shapely.contains_xy` of each prepared polygon, on coordinates that are ready.
* `each alone`: `zone.contains(tracks)` of each zone, `line.counter().step(tracks)` of each line.
* `all at once`: `scene.contains(tracks)`, `scene.counter().step(tracks)`: what the engine runs, too.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator

import numpy as np
import shapely
import supervision as sv
from numpy.typing import NDArray

from machine import describe
from watchword.scene import Line, Scene, Zone
from watchword.tracks import Tracks
from watchword.units import SECOND

SIZE = (1920, 1080)
TURN = 25
Floats = NDArray[np.float64]


def zones(rng: np.random.Generator, count: int = 10) -> list[Zone]:
    """Star-shaped polygons of 5 to 12 corners with whole coordinates."""
    made = []
    for k in range(count):
        corners = int(rng.integers(5, 13))
        turn = (np.arange(corners) + rng.uniform(0.1, 0.9, corners)) * 2 * np.pi / corners
        far = rng.uniform(80, 320, corners)
        x, y = rng.uniform((330, 330), (SIZE[0] - 330, SIZE[1] - 330))
        points = np.round(np.column_stack((x + far * np.cos(turn), y + far * np.sin(turn)))).tolist()
        made.append(Zone(f"zone_{k}", tuple((float(a), float(b)) for a, b in points), frame=SIZE))
    return made


def lines() -> list[Line]:
    ends = [((200, 300), (1700, 320)), ((300, 800), (1600, 700)), ((500, 100), (520, 1000)), ((1400, 80), (1300, 1000))]
    return [Line(f"line_{k}", start, end, frame=SIZE) for k, (start, end) in enumerate(ends)]


def crowd(rng: np.random.Generator, n: int, looks: int) -> Iterator[Floats]:
    """Boxes that walk about, tall ones, inside the frame."""
    tall = rng.uniform(60, 200, n)
    at = rng.uniform((60, 220), (SIZE[0] - 60, SIZE[1] - 10), (n, 2))
    speed = rng.normal(0, 8, (n, 2))
    for _ in range(looks):
        at += speed
        for axis, (low, high) in enumerate(((60, SIZE[0] - 60), (220, SIZE[1] - 10))):
            out = (at[:, axis] < low) | (at[:, axis] > high)
            speed[out, axis] *= -1
            at[:, axis] = np.clip(at[:, axis], low, high)
        yield np.column_stack((at[:, 0] - tall / 5, at[:, 1] - tall, at[:, 0] + tall / 5, at[:, 1]))


Answer = NDArray[np.generic]


def compare(n: int, looks: int) -> tuple[dict[str, float], int, int]:
    """Median microseconds a look of each party; on how many places they agreed, and on how many not."""
    rng = np.random.default_rng(n)
    mine, crossed = zones(rng), lines()
    scene = Scene(frame=SIZE, zones={zone.name: zone for zone in mine}, lines={line.name: line for line in crossed})
    theirs = [sv.PolygonZone(np.array(zone.points, int)) for zone in mine]
    bottom = [sv.Position.BOTTOM_CENTER]
    gates = [sv.LineZone(sv.Point(*line.start), sv.Point(*line.end), bottom) for line in crossed]
    shapes = [shapely.Polygon(zone.points) for zone in mine]
    for shape in shapes:
        shapely.prepare(shape)
    counters, counter = [line.counter() for line in crossed], scene.counter()

    boxes, ids = list(crowd(rng, n, looks)), np.arange(n)
    detections = [
        sv.Detections(xyxy=b, tracker_id=ids, class_id=np.zeros(n, int), confidence=np.ones(n)) for b in boxes
    ]
    tracks, again = ([Tracks.of("a", k * SECOND // 10, ids, b) for k, b in enumerate(boxes)] for _ in range(2))
    x, y = ([b[:, 0] / 2 + b[:, 2] / 2 for b in boxes], [b[:, 3].copy() for b in boxes])
    parties: dict[str, Callable[[int], Answer]] = {
        "supervision zones": lambda k: np.array([zone.trigger(detections[k]) for zone in theirs]),
        "shapely zones": lambda k: np.array([shapely.contains_xy(shape, x[k], y[k]) for shape in shapes]),
        "alone zones": lambda k: np.array([zone.contains(tracks[k]) for zone in scene.zones.values()]),
        "once zones": lambda k: scene.contains(again[k]),
        "supervision lines": lambda k: np.array([gate.trigger(detections[k]) for gate in gates]),
        "alone lines": lambda k: np.array([one.step(tracks[k]) for one in counters]),
        "once lines": lambda k: counter.step(again[k]),
    }
    took: dict[str, list[float]] = {name: [] for name in parties}
    told: dict[str, list[Answer]] = {name: [] for name in parties}
    for start in range(0, looks, TURN):
        for name, call in parties.items():
            for k in range(start, min(start + TURN, looks)):
                begin = time.process_time_ns()
                told[name].append(call(k))
                took[name].append((time.process_time_ns() - begin) / 1000)
    same = other = 0
    for k in range(looks):
        assert (told["alone zones"][k] == told["once zones"][k]).all()
        assert (told["alone lines"][k] == told["once lines"][k]).all()
        points = shapely.points(x[k], y[k])
        far = np.array([shapely.distance(shape.exterior, points) > 2 for shape in shapes])  # theirs is a mask of pixels
        agree = told["supervision zones"][k] == told["once zones"][k]
        same += int((agree & far).sum())
        other += int((~agree & far).sum())
    return {name: float(np.median(values[TURN:])) for name, values in took.items()}, same, other


def trembling(threshold: int) -> tuple[int, int]:
    """How often a box is counted that comes to a line, trembles on it for ten seconds and goes on: theirs, ours."""
    rng = np.random.default_rng(1)
    y = np.concatenate((np.arange(400, 498, 5), 500 + rng.normal(0, 2.5, 100), np.arange(502, 600, 5)))
    line = Line("gate", (100, 500), (900, 500), frame=(1000, 800))
    gate = sv.LineZone(sv.Point(100, 500), sv.Point(900, 500), [sv.Position.BOTTOM_CENTER], threshold)
    counter, ours = line.counter(), 0
    for k, bottom in enumerate(y):
        box = np.array([[480, bottom - 120, 520, bottom]])
        gate.trigger(sv.Detections(xyxy=box, tracker_id=np.array([1]), class_id=np.array([0])))
        ours += int(np.count_nonzero(counter.step(Tracks.of("a", k * SECOND // 10, [1], box))))
    return gate.in_count + gate.out_count, ours


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--looks", type=int, default=300)
    chosen = parser.parse_args()
    print(describe("watchword", "supervision", "numpy", "shapely"), end="\n\n")
    names = f"{'supervision':>13}{'shapely':>9}{'each alone':>12}{'all at once':>13}{'supervision / ours':>24}"
    print(f"{'µs a look':<12}{'boxes':>6}{names}")
    for n in (30, 300):
        cost, same, other = compare(n, chosen.looks)
        together = dict.fromkeys(("supervision", "alone", "once"), 0.0)
        for what in ("zones", "lines"):
            at = {who: cost[f"{who} {what}"] for who in together}
            bare = cost["shapely zones"] if what == "zones" else None
            row(what, n, at, bare)
            together = {who: together[who] + at[who] for who in together}
        row("together", n, together, None)
        print(f"{'':12}{n:6}  places in zones, 2 px and more from a border: {same:,} alike, {other:,} not")
    print("\na box that trembles on a line for ten seconds, then goes on; counted")
    for threshold in (1, 2, 3):
        theirs, ours = trembling(threshold)
        print(f"  supervision, threshold {threshold}: {theirs:3}    Watchword: {ours}")


def row(what: str, n: int, at: dict[str, float], bare: float | None) -> None:
    ratios = f"{at['supervision'] / at['alone']:.1f} and {at['supervision'] / at['once']:.1f} times"
    shown = f"{bare:.1f}" if bare is not None else ""
    print(
        f"{what:<12}{n:6}{at['supervision']:13.1f}{shown:>9}{at['alone']:12.1f}{at['once']:13.1f}{ratios:>24}",
        flush=True,
    )


if __name__ == "__main__":
    main()
