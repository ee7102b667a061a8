"""How well trackers keep people's numbers: HOTA, IDF1, MOTA and switches, the default tracker beside others.

Run it with::

    pip install . --group bench
    python benchmarks/track_accuracy.py [--data ../shared/data] [--jitter 12] [--seeds 3] [--only PETS]

Public detections of PETS09-S2L1 (recorded at 7 fps) and TUD-Stadtmitte (25 fps) are read from the data folder where it
is there; crowds are simulated (`watchword.sim.crowd`): people cross and hide each other, 15 % of sights are missed, one
box a look is false; scores are means over the seeds. Every tracker has one setting for all, its own; the others
run behind Watchword's adapters and are told the rate. One that is not installed is left out. Scores are those of
`trackeval`, the field's reference.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import trackeval

from machine import describe
from watchword import boxes as bx
from watchword import sim
from watchword.boxes import Floats
from watchword.detections import Detections
from watchword.interop import mot
from watchword.track import Default
from watchword.track.adapters import TRACKERS
from watchword.track.base import Tracker
from watchword.tracks import Tracks
from watchword.units import SECOND

CROWDS = ((15, 7, 40), (40, 7, 30), (15, 25, 20), (40, 25, 15), (15, 2, 90))
"""People, looks a second, seconds."""


@attrs.frozen
class Film:
    """Truth and detections, look by look."""

    fps: float
    looks: Sequence[tuple[Tracks, Detections]]


def sequences(data: Path) -> Iterator[tuple[str, list[Film]]]:
    for folder, name, fps in (
        ("pets09-s2l1", "PETS09-S2L1 at 7 fps", 7.0),
        ("pets09-s2l1", "PETS09-S2L1 taken as 10 fps", 10.0),
        ("tud-stadtmitte", "TUD-Stadtmitte at 25 fps", 25.0),
    ):
        if (data / folder).exists():
            truth, seen = (
                list(mot.read(data / folder / file, fps, camera="c").ticks()) for file in ("gt.txt", "det.txt")
            )
            looks = []
            for k in range(max(len(truth), len(seen))):
                time = round(k * SECOND / fps)
                real = truth[k] if k < len(truth) else Tracks.of("c", time)
                given = seen[k] if k < len(seen) else Detections.of("c", time)
                looks.append((real, given))
            yield name, [Film(fps, looks)]  # type: ignore[arg-type]


def crowds(seeds: int) -> Iterator[tuple[str, list[Film]]]:
    for people, fps, seconds in CROWDS:
        films = []
        for seed in range(seeds):
            crowd = sim.crowd(seed, people, fps, seconds, camera="c")
            films.append(Film(fps, list(zip(crowd.truths(), crowd.detections(misses=0.15, false=1.0), strict=True))))
        yield f"simulated crowds of {people} at {fps} fps, {seeds} seeds", films


def contestants() -> Iterator[tuple[str, Callable[[float], Tracker]]]:
    """Names, and what makes a tracker for so many looks a second."""
    yield "watchword", lambda _: Default()
    for name, value in TRACKERS.items():
        module, _, attribute = value.partition(":")
        try:
            made = getattr(import_module(module), attribute)
        except ImportError:
            continue
        yield name, lambda fps, made=made: made(fps=fps)  # type: ignore[misc]


def run(tracker: Tracker, looks: Sequence[tuple[Tracks, Detections]]) -> list[Tracks]:
    return [tracker.track(seen) for _, seen in looks]


def score(looks: Sequence[tuple[Tracks, Detections]], told: Sequence[Tracks]) -> Floats:
    """HOTA, IDF1, MOTA, switches, by `trackeval`."""
    people = sorted({i for truth, _ in looks for i in truth.ids.tolist()})
    numbers = sorted({i for tracks in told for i in tracks.ids.tolist()})
    real = {i: k for k, i in enumerate(people)}
    given = {i: k for k, i in enumerate(numbers)}
    data: dict[str, Any] = {
        "num_timesteps": len(looks),
        "num_gt_ids": len(people),
        "num_tracker_ids": len(numbers),
        "num_gt_dets": sum(len(truth) for truth, _ in looks),
        "num_tracker_dets": sum(map(len, told)),
        "gt_ids": [np.array([real[i] for i in truth.ids.tolist()], int) for truth, _ in looks],
        "tracker_ids": [np.array([given[i] for i in tracks.ids.tolist()], int) for tracks in told],
        "similarity_scores": [
            bx.iou(truth.boxes, tracks.boxes) for (truth, _), tracks in zip(looks, told, strict=True)
        ],
    }
    quiet = {"PRINT_CONFIG": False}
    hota = trackeval.metrics.HOTA().eval_sequence(data)
    clear = trackeval.metrics.CLEAR(quiet).eval_sequence(data)
    identity = trackeval.metrics.Identity(quiet).eval_sequence(data)
    return np.array([hota["HOTA"].mean(), identity["IDF1"], clear["MOTA"], clear["IDSW"]])


def trembling(detections: Detections, rng: np.random.Generator) -> Detections:
    """Each side of each box moved by up to 0.3 % of its place."""
    boxes = detections.boxes * (1 + 0.003 * rng.uniform(-1, 1, detections.boxes.shape))
    return attrs.evolve(detections, boxes=boxes)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--jitter", type=int, default=0, help="also the worst of so many runs with trembling boxes")
    parser.add_argument("--only", default="", help="only films in whose title this stands")
    parser.add_argument("--seeds", type=int, default=3, help="of each simulated crowd")
    chosen = parser.parse_args()
    peers = ("trackers", "supervision", "pyxtrackers", "norfair", "motpy", "boxmot")
    print(describe("watchword", "numpy", "scipy", "trackeval", *peers), end="\n\n")
    rivals = list(contestants())
    for title, films in chain(sequences(chosen.data), crowds(chosen.seeds)):
        if chosen.only not in title:
            continue
        people = np.mean([len(truth) for film in films for truth, _ in film.looks])
        print(f"{title}: {sum(len(film.looks) for film in films)} looks, {people:.1f} people a look")
        print(f"  {'':26}{'HOTA':>7}{'IDF1':>7}{'MOTA':>7}{'switches':>10}")
        for name, made in rivals:
            row = np.mean([score(film.looks, run(made(film.fps), film.looks)) for film in films], 0)
            print(f"  {name:26}{row[0]:7.3f}{row[1]:7.3f}{row[2]:7.3f}{row[3]:10.0f}", flush=True)
            if chosen.jitter and name == "watchword":
                trembled(films[0], made, chosen.jitter)
        print(flush=True)


def trembled(film: Film, made: Callable[[float], Tracker], runs: int) -> None:
    rows = []
    for seed in range(runs):
        rng = np.random.default_rng(seed)
        looks = [(truth, trembling(seen, rng)) for truth, seen in film.looks]
        rows.append(score(looks, run(made(film.fps), looks)))
    for what, row in (("mean", np.mean(rows, 0)), ("worst", np.min(rows, 0))):
        label = f"  {what} of {runs} trembling"
        print(f"  {label:26}{row[0]:7.3f}{row[1]:7.3f}{row[2]:7.3f}")


if __name__ == "__main__":
    main()
