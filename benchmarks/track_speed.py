"""What the default tracker costs: milliseconds a camera and look, for one camera and for many, fresh and after hours.

Run it with::

    pip install .
    python benchmarks/track_speed.py [--looks 60] [--churn 20000]

Boxes move, are missed (8 %), err and are replaced by new ones as they leave, all at 10 looks a second. Times are of the
process (no other process counts in), the median over the looks; the best look stands beside.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator

import numpy as np

from machine import describe
from watchword.detections import Detections
from watchword.track import Default
from watchword.units import SECOND

WIDTH, HEIGHT = 1920, 1080


def stream(cameras: int, people: int, looks: int, seed: int = 0) -> Iterator[Detections]:
    """Ticks of all cameras."""
    rng = np.random.default_rng(seed)
    n = cameras * people
    camera = np.repeat(np.arange(cameras, dtype=np.int32), people)
    tall = rng.uniform(90, 200, n)
    place = rng.uniform((0, 200), (WIDTH, HEIGHT), (n, 2))
    speed = rng.normal(0, 0.7, (n, 2)) * tall[:, None] * (1.0, 0.4)
    for k in range(looks):
        place += speed / 10
        gone = ((place < (0, 150)) | (place > (WIDTH, HEIGHT + 50))).any(axis=1)
        place[gone] = rng.uniform((0, 200), (WIDTH, HEIGHT), (int(gone.sum()), 2))
        seen = rng.random(n) > 0.08
        h = tall * np.exp(rng.normal(0, 0.04, n))
        x, y = (place + rng.normal(0, 0.03, (n, 2)) * tall[:, None]).T
        boxes = np.column_stack((x - 0.2 * h, y - h, x + 0.2 * h, y))[seen]
        yield Detections(
            cameras=[f"camera {c}" for c in range(cameras)],
            times=np.full(cameras, k * SECOND // 10, np.int64),
            camera=camera[seen],
            boxes=boxes,
            labels=np.zeros(len(boxes), np.int32),
            names=["person"],
            scores=np.clip(rng.normal(0.85, 0.12, len(boxes)), 0.1, 1.0),
        )


def measured(tracker: Default, ticks: Iterator[Detections]) -> list[float]:
    """Milliseconds of each tick."""
    took = []
    for detections in ticks:
        start = time.process_time()
        tracker.track(detections)
        took.append(1000 * (time.process_time() - start))
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--looks", type=int, default=60)
    parser.add_argument("--churn", type=int, default=20_000, help="looks of one camera of 30, to compare start and end")
    chosen = parser.parse_args()
    print(describe("watchword", "numpy", "scipy"), end="\n\n")
    print(f"{'cameras':>8}{'boxes each':>12}{'ms a tick':>12}{'best':>9}{'ms a camera-look':>19}")
    for cameras, people in ((1, 10), (1, 30), (1, 100), (1, 300), (1, 1000), (300, 30), (1000, 30)):
        took = measured(Default(), stream(cameras, people, chosen.looks))[10:]
        middle, best = float(np.median(took)), min(took)
        print(f"{cameras:8}{people:12}{middle:12.3f}{best:9.3f}{middle / cameras:19.4f}", flush=True)
    if chosen.churn:
        took = measured(Default(), stream(1, 30, chosen.churn))
        part = max(1, chosen.churn // 10)
        early, late = np.median(took[10:part]), np.median(took[-part:])
        print(f"\n{chosen.churn} looks of one camera of 30: first tenth {early:.3f} ms a look, last {late:.3f} ms")


if __name__ == "__main__":
    main()
