"""How fast the whole pipeline is, with decoding: times real time, memory, and where the time goes.

    python benchmarks/speed.py [FILM] [--rules SENTENCE] [--rate 0] [--runs 3]

Without a film, video4.avi of the data folder is watched, or, where that is not there, a simulated concourse. Of the
runs the fastest is told; memory is the largest resident size of the process.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

import cv2

from machine import describe
from watchword import Watch, frames, sim
from watchword.video import FilmWriter

DATA = Path(__file__).parents[2] / "shared" / "data"
FILM = DATA / "left-bag" / "video4.avi"


def concourse(folder: Path) -> Path:
    """A film of the simulated station."""
    stage = sim.concourse(1)
    path = folder / "concourse.avi"
    with FilmWriter(path, stage.fps, stage.scene.frame) as film:
        for frame in stage.frames():
            film.write(frame.image)
    return path


def run(path: Path, rules: str, rate: float | None) -> tuple[float, float, int, dict[str, float]]:
    """Seconds it took, seconds of film, frames, and seconds by part."""
    began = time.perf_counter()
    count, last = 0, 0
    with Watch(rules, timer=time.perf_counter_ns) as watch, frames(path, rate=rate) as film:
        for frame in film:
            watch.step(frame)
            count, last = count + 1, frame.time
        took = time.perf_counter() - began
        spent = {part: ns / 1e9 for part, ns in watch.spent.items()}
        lasted = film.duration or last / 1e9
    return took, lasted, count, {"decode": took - sum(spent.values()), **spent}


def peak() -> float | None:
    """The largest resident size of this process, MiB; None where the system does not tell."""
    try:
        import resource
    except ImportError:
        return None
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("film", nargs="?", type=Path)
    parser.add_argument("--rules", default="bag unattended > 10s")
    parser.add_argument("--rate", type=float, default=0.0, help="looks a second; 0 takes every frame")
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    print(describe("watchword", "numpy", "opencv-python-headless") + f", OpenCV threads {cv2.getNumThreads()}")
    with tempfile.TemporaryDirectory() as folder:
        path = given.film or (FILM if FILM.exists() else concourse(Path(folder)))
        took, lasted, count, spent = min(run(path, given.rules, given.rate or None) for _ in range(given.runs))
    print(f"film      {path.name}, {lasted:.1f} s, {count} frames; rule: {given.rules}; fastest of {given.runs}\n")
    print(f"{'part':10}{'seconds':>9}{'ms a frame':>12}{'share':>8}")
    for part, value in spent.items():
        print(f"{part:10}{value:9.2f}{value / count * 1e3:12.2f}{value / took:8.0%}")
    print(f"{'all':10}{took:9.2f}{took / count * 1e3:12.2f}{1:8.0%}")
    memory = peak()
    print(f"\n{lasted / took:.1f}× real time" + (f", {memory:.0f} MiB at most" if memory is not None else ""))


if __name__ == "__main__":
    main()
