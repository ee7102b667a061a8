"""What the default tracker costs beside others: ms a camera and look, one camera and many, fresh and after hours.

Run it with::

    pip install . --group bench
    python benchmarks/track_speed.py [--looks 60] [--churn 20000]

Boxes move, are missed (8 %), err and are replaced by new ones as they leave, all at 10 looks a second. Others are
called as their makers say, without Watchword's adapters, on tables made before; one that is not installed is left
out. All take each look in turn, so that what else the machine does falls on all. Times are of the process (no other
process counts in), the median over the looks.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from machine import describe
from watchword.detections import Detections
from watchword.track import Default
from watchword.units import SECOND

WIDTH, HEIGHT = 1920, 1080
SIZES = ((1, 10), (1, 30), (1, 100), (1, 300), (1, 1000), (300, 30))
"""Cameras, people each."""
Call = Callable[[], Any]
Contestant = Callable[[Detections], Call]
"""Takes a look, gives a call that does the tracking and nothing else."""


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


def watchword(_: int) -> Contestant:
    tracker = Default()
    return lambda detections: lambda: tracker.track(detections)


def roboflow(cameras: int) -> Contestant:
    import supervision
    import trackers

    each = [trackers.ByteTrackTracker(frame_rate=10.0) for _ in range(cameras)]

    def take(detections: Detections) -> Call:
        rows = [detections.rows_of(k) for k in range(cameras)]
        given = [
            supervision.Detections(
                xyxy=detections.boxes[r].copy(),
                confidence=detections.scores[r].copy(),
                class_id=np.zeros(r.stop - r.start, int),
            )
            for r in rows
        ]
        return lambda: [tracker.update(one) for tracker, one in zip(each, given, strict=True)]

    return take


def pyxtrackers(cameras: int) -> Contestant:
    from pyxtrackers import BYTETracker

    each = [BYTETracker(frame_rate=10) for _ in range(cameras)]

    def take(detections: Detections) -> Call:
        table = np.column_stack((detections.boxes, detections.scores))
        given = [table[detections.rows_of(k)] for k in range(cameras)]
        return lambda: [tracker.update(one) for tracker, one in zip(each, given, strict=True)]

    return take


CONTESTANTS: dict[str, Callable[[int], Contestant]] = {
    "watchword": watchword,
    "trackers ByteTrackTracker": roboflow,
    "pyxtrackers BYTETracker": pyxtrackers,
}


def contestants(cameras: int) -> Iterator[tuple[str, Contestant]]:
    for name, made in CONTESTANTS.items():
        try:
            yield name, made(cameras)
        except ImportError:
            continue


def measured(cameras: int, people: int, looks: int) -> dict[str, float]:
    """Median milliseconds a look of all cameras, by contestant; the first ten looks do not count."""
    rivals = dict(contestants(cameras))
    took: dict[str, list[float]] = {name: [] for name in rivals}
    for detections in stream(cameras, people, looks + 10):
        for name, take in rivals.items():
            call = take(detections)
            start = time.process_time()
            call()
            took[name].append(1000 * (time.process_time() - start))
    return {name: float(np.median(times[10:])) for name, times in took.items()}


def resident() -> float:
    """Megabytes of memory that the process holds."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def churned(looks: int) -> None:
    """One camera of 30 for hours: what a look costs, and what is held, at the start and at the end."""
    for name, take in contestants(1):
        took, held = [], []
        for k, detections in enumerate(stream(1, 30, looks)):
            call = take(detections)
            start = time.process_time()
            call()
            took.append(1000 * (time.process_time() - start))
            if k in (looks // 10, looks - 1):
                held.append(resident())
        part = max(1, looks // 10)
        early, late = np.median(took[10:part]), np.median(took[-part:])
        print(f"{name:28}{early:12.3f}{late:12.3f}{held[-1] - held[0]:16.1f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--looks", type=int, default=60)
    parser.add_argument("--churn", type=int, default=20_000, help="looks of one camera of 30, to compare start and end")
    chosen = parser.parse_args()
    print(describe("watchword", "numpy", "scipy", "trackers", "pyxtrackers"), end="\n\n")
    print(f"{'cameras':>8}{'boxes each':>12}  {'ms a camera-look':28}{'':>8}{'times watchword':>18}")
    for cameras, people in SIZES:
        took = measured(cameras, people, chosen.looks)
        for name, ms in took.items():
            print(f"{cameras:8}{people:12}  {name:28}{ms / cameras:8.4f}{ms / took['watchword']:18.2f}", flush=True)
    if chosen.churn:
        print(f"\n{chosen.churn} looks of one camera of 30")
        print(f"{'':28}{'first tenth':>12}{'last tenth':>12}{'MB more at end':>16}")
        churned(chosen.churn)


if __name__ == "__main__":
    main()
