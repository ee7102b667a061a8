"""Metres on the ground against the files they come from: `python benchmarks/ground.py`.

People's places in metres become boxes in a picture, rules measure on the calibrated ground, and what they say is held
against the same worked out from the file's own numbers: density in a zone of 2 × 2 m and flow over a line at HERMES's
T-junction, speeds at ETH's hotel. A rule says only whether a quantity is over a number; so there is a rule for each of
many numbers, and how many of them hold tells the quantity.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import attrs
import numpy as np
from numpy.typing import NDArray

from machine import describe
from watchword.calibration import calibrate, on_ground
from watchword.detections import Detections
from watchword.errors import RuleError
from watchword.ground import Ground
from watchword.interop import eth, floor, hermes
from watchword.lang.ruleset import RuleSet
from watchword.run.engine import Engine
from watchword.scene import Scene
from watchword.tracks import Tracks
from watchword.units import SECOND

DATA = Path(__file__).parents[2] / "shared" / "data"
Floats = NDArray[np.float64]

SPAN = 10
"""Seconds that a flow is counted over."""


def levels(rules: str, scene: Scene, ticks: Iterable[Tracks | Detections]) -> dict[tuple[int, int | str | None], int]:
    """How many rules hold at each look, by its time and the thing that they are about (None: about none)."""
    engine = Engine(RuleSet.loads(rules), {}, scene)
    firing: dict[str, tuple[int | str | None]] = {}
    found: dict[tuple[int, int | str | None], int] = {}
    for tick in ticks:
        assert isinstance(tick, Tracks)
        for alert in engine.observe(tick):
            if alert.state in ("firing", "recovering"):
                firing[alert.id] = (alert.things[0].id if alert.things and alert.rule.startswith("each") else None,)
            elif alert.id in firing:
                del firing[alert.id]
        now = int(tick.times[0])
        for (thing,) in firing.values():
            found[now, thing] = found.get((now, thing), 0) + 1
    return found


def junction() -> None:
    """Density and flow where the two streams of the T-junction have met."""
    path = DATA / "hermes" / "bot-360-160-160.txt"
    if not path.exists():
        print(f"{path.name}: not there")
        return
    rows = np.loadtxt(path)
    who, frame, at = rows[:, 0], rows[:, 1].astype(int), rows[:, 2:4] / 100
    scene, boxes = hermes.read(path)
    # Two by two metres where most people are, and a line through it across their way: told by the data, not by hand.
    x, y = (float(v) for v in np.median(at, axis=0).round(1))
    corners = [(x - 1, y - 1), (x + 1, y - 1), (x + 1, y + 1), (x - 1, y + 1)]
    inside = (abs(at[:, 0] - x) <= 1) & (abs(at[:, 1] - y) <= 1)
    steps = np.abs(np.diff(at, axis=0))[(np.diff(frame) == 1) & inside[1:]].mean(axis=0)
    axis, middle = (0, x) if steps[0] > steps[1] else (1, y)
    low, high = at.min(axis=0).tolist(), at.max(axis=0).tolist()
    ends = ((x, low[1]), (x, high[1])) if axis == 0 else ((high[0], y), (low[0], y))
    zone, line = floor.zone(scene, "box", corners), floor.line(scene, "gate", ends[0], ends[1], ("one", "other"))
    scene = attrs.evolve(scene, zones={"box": zone}, lines={"gate": line})
    frames = np.array([round(time / SECOND * hermes.FPS) for time, _ in boxes.looks])

    direct = np.array([np.count_nonzero(inside & (frame == k)) / 4 for k in frames])
    rules = "\n".join(
        f"rule d{k} {{ when density of person in zone box > {(k - 0.5) / 4}/m2 }}"
        for k in range(1, int(direct.max() * 4) + 3)
    )
    held = levels(rules, scene, boxes.ticks())
    told = np.array([held.get((time, None), 0) / 4 for time, _ in boxes.looks])
    show("density in 2 × 2 m, mean", float(direct.mean()), float(told.mean()), "/m²", 0.02)
    show("density in 2 × 2 m, greatest", float(direct.max()), float(told.max()), "/m²", 0.02)
    print(f"    looks at which the two differ: {np.count_nonzero(direct != told)} of {len(told)}")

    # Who begins on one side and ends on the other has crossed, when last seen to change sides: heads sway in walking.
    crossed = []
    for one in np.unique(who):
        side = np.sign(at[who == one, axis] - middle)
        if side[0] * side[-1] < 0:
            crossed.append((int(frame[who == one][np.flatnonzero(side != side[-1])[-1] + 1]), int(side[-1])))
    for way, sign in (("to one", -1), ("to other", 1)):
        times = np.array([f for f, s in crossed if s == sign])
        direct = np.array([np.count_nonzero((times > k - SPAN * hermes.FPS) & (times <= k)) for k in frames], float)
        rules = "\n".join(
            f"rule f{k} {{ when flow of person across line gate {way} over {SPAN}s > {k - 0.5} }}"
            for k in range(1, int(direct.max()) + 4)
        )
        held = levels(rules, scene, boxes.ticks())
        told = np.array([held.get((time, None), 0) for time, _ in boxes.looks], float)
        past = frames - frames[0] > SPAN * hermes.FPS
        show(f"flow {way} in {SPAN} s, mean", float(direct[past].mean()), float(told[past].mean()), "people", 0.02)


def hotel() -> None:
    """Speeds of people who walk past the hotel, from rules and from the file."""
    path = DATA / "eth-hotel" / "obsmat.txt"
    if not path.exists():
        print(f"{path.name}: not there")
        return
    rows = np.loadtxt(path)
    scene, boxes = eth.read(path)
    step = 0.05
    rules = "\n".join(f"rule each{k} {{ each person p when p.speed > {k * step}m/s }}" for k in range(1, 50))
    held = levels(rules, scene, boxes.ticks())
    said: dict[int, list[float]] = {}
    for (_, who), count in held.items():
        if who is not None:
            said.setdefault(int(who), []).append((count + 0.5) * step)
    pairs = []
    for one in np.unique(rows[:, 1]).astype(int).tolist():
        mine = rows[rows[:, 1] == one]
        speed = np.hypot(mine[:, 5], mine[:, 7])
        if one in said and len(mine) > 5 and np.median(speed) > 0.3:
            pairs.append((float(np.median(speed)), float(np.median(said[one]))))
    file, told = np.array(pairs).T
    show(f"speed, median of {len(file)} people", float(np.median(file)), float(np.median(told)), "m/s", 0.05)
    off = np.abs(told / file - 1)
    print(f"    person by person: {np.median(off):.1%} off (median), {np.percentile(off, 90):.1%} (nine of ten)")


def round_trip() -> None:
    """What is lost between metres and pixels."""
    path = DATA / "eth-hotel" / "obsmat.txt"
    if not path.exists():
        return
    rows = np.loadtxt(path)
    scene, boxes = eth.read(path)
    at = np.array([((r.box[0] + r.box[2]) / 2, (r.box[1] + r.box[3]) / 2) for r in boxes.rows])
    lost = np.abs(on_ground(scene.ground, at) - rows[np.argsort(rows[:, 0], kind="stable")][:, [2, 4]]).max()
    print(f"  metres to pixels and back: at most {lost:.1e} m lost")


def heights() -> None:
    """Grounds worked out from people's heights, against cameras whose ground is known."""
    print("\nfrom heights of twelve people (1.70 ± 0.07 m), lengths between them by their true ones; 40 cameras each")
    for tilt in (10, 20, 30, 40):
        found: list[float] = []
        doubts = []
        for seed in range(40):
            ratio, doubt = _camera(np.random.default_rng(seed), np.radians(tilt))
            found += [ratio]
            doubts.append(doubt)
        low, mid, high = np.percentile(found, [5, 50, 95])
        print(
            f"  tilted {tilt}°: {mid:.2f}, nine of ten from {low:.2f} to {high:.2f}; doubt told {np.median(doubts):.2f}"
        )


def _camera(rng: np.random.Generator, tilt: float) -> tuple[float, float]:
    w, h = 1280, 720
    up, focal = rng.uniform(2.5, 8), w * 0.85 * np.exp(rng.normal(0, 0.2))
    sin, cos = np.sin(tilt), np.cos(tilt)
    people: list[tuple[float, float, float]] = []
    true: list[tuple[float, float]] = []
    while len(people) < 12:
        x, z, tall = rng.uniform(-8, 8), rng.uniform(2, 40), rng.normal(1.7, 0.07)
        (px, foot), (_, head) = (
            (w / 2 + focal * x / (z * cos + d * sin), h / 2 + focal * (d * cos - z * sin) / (z * cos + d * sin))
            for d in (up, up - tall)
        )
        if 0 < px < w and 0 < head < foot < h:
            people.append((px, foot, foot - head))
            true.append((x, z))
    ground = Ground(heights=tuple(people), frame=(w, h))
    known = calibrate(ground)
    if known is None:  # they all stand at one distance
        return 1.0, 0.0
    there, real = on_ground(ground, np.array(people)[:, :2]), np.array(true)
    i, j = np.triu_indices(12, 1)
    far, wanted = np.hypot(*(there[i] - there[j]).T), np.hypot(*(real[i] - real[j]).T)
    return float(np.median(far[wanted > 1] / wanted[wanted > 1])), known.doubt


def show(what: str, direct: float, told: float, unit: str, most: float) -> None:
    off = abs(told / direct - 1)
    print(f"  {'✓' if off <= most else '✗'} {what:36} {direct:.3f} in the file, {told:.3f} told {unit}: {off:.1%} off")


def main() -> None:
    print(describe())
    for part in (junction, hotel):
        try:
            part()
        except RuleError as error:
            print(f"  {part.__name__}: {error}")
    round_trip()
    heights()


if __name__ == "__main__":
    main()
