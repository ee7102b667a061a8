"""How well left bags are found in simulated footage: recall and precision of `bag unattended > 10s`.

    python benchmarks/left_sim.py --seeds 9000-9039

Every second scene holds a left bag, the others one decoy each, all kinds in turn (see `watchword.sim.left_scene`).
All of it runs twice: with a view that is empty for the first five seconds, and with people in it from the first frame.

A firing alert *finds* the bag where its box shares 30 % or more with the bag's (intersection over union) and the bag is
alone by then: its owner has gone out of 1.5 of their heights for good. It is due ten seconds after that, and how much
later it fires is told (a negative number: earlier). Every other firing alert is false: of another place, of a decoy,
while the owner was by, or a second one of the same bag.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator

import attrs
import numpy as np

import watchword
from machine import describe
from watchword import sim
from watchword.boxes import iou
from watchword.sim.left import Decoy

RULE = "bag unattended > 10s"
SHARED = 0.3
DUE = 10.0
LATE = 3.0


@attrs.frozen
class Found:
    """What came of one scene.

    Attributes:
        seed: Of the scene.
        kind: "left_bag" or the decoy's kind.
        late: Seconds from when it was due to when it fired, where the bag was found.
        false: Firing alerts that were false: when (seconds), box, and why.
        frames: How many frames there were.
        spent: Seconds in the simulator and in the pipeline.
    """

    seed: int
    kind: str
    late: float | None
    false: tuple[tuple[float, tuple[int, ...], str], ...]
    frames: int
    spent: tuple[float, float]

    @property
    def missed(self) -> bool:
        """Whether there was a bag and it was not found."""
        return self.kind == "left_bag" and self.late is None


def plan(seeds: list[int]) -> Iterator[tuple[int, Decoy | None]]:
    """Which seed stages what: a bag and a decoy in turn, all kinds of decoys one after the other."""
    for i, seed in enumerate(seeds):
        yield seed, None if i % 2 == 0 else sim.DECOYS[(i // 2) % len(sim.DECOYS)]


def run(seed: int, decoy: Decoy | None, people_at_start: bool, detector: str | None) -> Found:
    """Watch one scene to its end."""
    stage = sim.left_scene(seed, decoy=decoy, people_at_start=people_at_start)
    bag = next((s for s in stage.staged if s.kind == "left_bag"), None)
    late: float | None = None
    false: list[tuple[float, tuple[int, ...], str]] = []
    drawing = watching = 0.0
    with watchword.Watch(RULE, scene=stage.scene, detector=detector) as watch:
        began = time.perf_counter()
        for frame in stage.frames():
            drawn = time.perf_counter()
            alerts = watch.step(frame)
            watched = time.perf_counter()
            drawing, watching, began = drawing + drawn - began, watching + watched - drawn, watched
            for alert in alerts:
                if alert.state != "firing":
                    continue
                box = alert.things[0].box
                at = alert.decided / 1e9
                where = tuple(round(v) for v in box)
                if bag is None or bag.alone is None:
                    false.append((at, where, "no bag"))
                elif float(iou(np.array([box]), np.array([bag.box]))[0, 0]) < SHARED:
                    false.append((at, where, f"elsewhere, the bag is at {tuple(round(v) for v in bag.box)}"))
                elif at < bag.alone / 1e9:
                    false.append((at, where, f"the owner goes at {bag.alone / 1e9:.1f} s"))
                elif late is not None:
                    false.append((at, where, "a second time"))
                else:
                    late = at - bag.alone / 1e9 - DUE
    return Found(seed, decoy or "left_bag", late, tuple(false), stage.count, (drawing, watching))


def report(title: str, found: list[Found]) -> None:
    bags = [f for f in found if f.kind == "left_bag"]
    hits = [f.late for f in bags if f.late is not None]
    false = sum(len(f.false) for f in found)
    frames, spent = sum(f.frames for f in found), sum(f.spent[1] for f in found)
    told = len(hits) + false
    print(f"\n{title}: {len(bags)} left bags, {len(found) - len(bags)} decoys, {frames} frames")
    print(f"  recall     {len(hits)}/{len(bags)} = {len(hits) / max(len(bags), 1):.3f}")
    print(f"  precision  {len(hits)}/{told} = {len(hits) / told:.3f}" if told else "  precision  no alert at all")
    if hits:
        print(f"  lateness   median {np.median(hits):.1f} s, {min(hits):.1f} to {max(hits):.1f} s")
        print(f"  early      {sum(late < -1 for late in hits)} by more than a second")
    print(f"  speed      {frames / spent:.0f} frames/s in the pipeline")
    for f in found:
        if f.late is not None and f.late > LATE:
            print(f"  late       seed {f.seed}: by {f.late:.1f} s")
        if f.missed:
            print(f"  missed     seed {f.seed}")
        for at, box, why in f.false:
            print(f"  false      seed {f.seed} {f.kind}: at {at:.1f} s, box {box}: {why}")


def seeds_of(text: str) -> list[int]:
    first, _, last = text.partition("-")
    return list(range(int(first), int(last or first) + 1))


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seeds", type=seeds_of, default=seeds_of("9000-9039"), help="first-last, default 9000-9039")
    parser.add_argument("--start", choices=("settled", "people", "both"), default="both")
    parser.add_argument("--detector", help="a detector's spec; the default one where not given")
    given = parser.parse_args()
    print(f"rule      {RULE}")
    print(describe("watchword", "numpy", "opencv-python-headless"))
    for title, people in (("settled start", False), ("people at the start", True)):
        if given.start in ("both", "people" if people else "settled"):
            found = []
            for seed, decoy in plan(given.seeds):
                found.append(run(seed, decoy, people, given.detector))
                print(".", end="", file=sys.stderr, flush=True)
            print(file=sys.stderr)
            report(title, found)


if __name__ == "__main__":
    main()
