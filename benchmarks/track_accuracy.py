"""How well trackers keep people's numbers: HOTA, IDF1, MOTA and switches, the default tracker beside others.

Run it with::

    pip install . --group bench
    python benchmarks/track_accuracy.py [--data ../shared/data] [--jitter 12]

Public detections of PETS09-S2L1 (recorded at 7 fps) and TUD-Stadtmitte (25 fps) are read from the data folder where it
is there; crowds are simulated (`watchword.sim.crowd`), 15 % of sights missed. Every tracker has one setting for all;
those that count in frames are told the rate. A tracker that is not installed is left out. Scores are those of
`trackeval`, the field's reference.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Sequence
from functools import partial
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
from watchword.tracks import Tracks

Step = Callable[[Detections], tuple[list[int], Floats]]
CROWDS = ((10, 7, 60), (30, 7, 60), (60, 7, 40), (15, 25, 30), (40, 25, 30), (15, 2, 120), (6, 1, 200))
"""People, looks a second, seconds."""


@attrs.frozen
class Film:
    """Truth and detections, look by look."""

    name: str
    fps: float
    looks: Sequence[tuple[Tracks, Detections]]


def sequences(data: Path) -> Iterator[Film]:
    for folder, name, fps in (
        ("pets09-s2l1", "PETS09-S2L1 at 7 fps", 7.0),
        ("pets09-s2l1", "PETS09-S2L1 taken as 10 fps", 10.0),
        ("tud-stadtmitte", "TUD-Stadtmitte at 25 fps", 25.0),
    ):
        if (data / folder).exists():
            truth = list(mot.read(data / folder / "gt.txt", fps, camera="c").ticks())
            seen = list(mot.read(data / folder / "det.txt", fps, camera="c").ticks())
            length = max(len(truth), len(seen))
            yield Film(
                name,
                fps,
                [
                    (
                        truth[k] if k < len(truth) else Tracks.of("c", round(k * 1e9 / fps)),  # type: ignore[misc]
                        seen[k] if k < len(seen) else Detections.of("c", round(k * 1e9 / fps)),
                    )
                    for k in range(length)
                ],
            )
    for seed, (people, fps, seconds) in enumerate(CROWDS):
        crowd = sim.crowd(seed, people, fps, seconds, camera="c")
        looks = zip(crowd.truths(), crowd.detections(misses=0.15), strict=True)
        yield Film(f"simulated crowd of {people} at {fps} fps", fps, list(looks))


def watchword(_: float) -> Step:
    tracker = Default()

    def step(detections: Detections) -> tuple[list[int], Floats]:
        tracks = tracker.track(detections)
        return tracks.ids.tolist(), tracks.boxes

    return step


def roboflow(name: str, fps: float) -> Step:
    import supervision
    import trackers

    tracker = getattr(trackers, name)(frame_rate=fps)

    def step(detections: Detections) -> tuple[list[int], Floats]:
        n = len(detections)
        given = supervision.Detections(
            xyxy=detections.boxes.copy(), confidence=detections.scores.copy(), class_id=np.zeros(n, int)
        )
        found = tracker.update(given)
        ids = [-1] * len(found) if found.tracker_id is None else found.tracker_id.tolist()
        keep = [k for k, i in enumerate(ids) if i >= 0]
        return [ids[k] for k in keep], np.asarray(found.xyxy, np.float64)[keep].reshape(-1, 4)

    return step


def norfair(fps: float) -> Step:
    from norfair import Detection, Tracker

    tracker = Tracker("iou", 0.7, hit_counter_max=max(2, round(fps)), initialization_delay=max(1, round(0.3 * fps)))

    def step(detections: Detections) -> tuple[list[int], Floats]:
        strong = detections.boxes[detections.scores >= 0.5]
        found = tracker.update([Detection(box.reshape(2, 2)) for box in strong])
        found = [t for t in found if t.id is not None]
        return [t.id for t in found], np.array([t.estimate.reshape(4) for t in found]).reshape(-1, 4)

    return step


def motpy(fps: float) -> Step:
    from motpy import Detection, MultiObjectTracker

    tracker = MultiObjectTracker(dt=1 / fps)
    numbers: dict[str, int] = {}

    def step(detections: Detections) -> tuple[list[int], Floats]:
        strong = detections.scores >= 0.5
        tracker.step(
            [Detection(b, s) for b, s in zip(detections.boxes[strong], detections.scores[strong], strict=True)]
        )
        found = tracker.active_tracks()
        ids = [numbers.setdefault(t.id, len(numbers)) for t in found]
        return ids, np.array([t.box for t in found]).reshape(-1, 4)

    return step


def contestants() -> Iterator[tuple[str, Callable[[float], Step]]]:
    yield "watchword", watchword
    others: tuple[tuple[str, Callable[[float], Step]], ...] = (
        ("trackers ByteTrack", partial(roboflow, "ByteTrackTracker")),
        ("trackers SORT", partial(roboflow, "SORTTracker")),
        ("norfair", norfair),
        ("motpy", motpy),
    )
    for name, made in others:
        try:
            made(25.0)
        except ImportError:
            continue
        yield name, made


def score(looks: Sequence[tuple[Tracks, Detections]], told: Sequence[tuple[list[int], Floats]]) -> Floats:
    """HOTA, IDF1, MOTA, switches, by `trackeval`."""
    people = sorted({i for truth, _ in looks for i in truth.ids.tolist()})
    numbers = sorted({i for ids, _ in told for i in ids})
    real = {i: k for k, i in enumerate(people)}
    given = {i: k for k, i in enumerate(numbers)}
    data: dict[str, Any] = {
        "num_timesteps": len(looks),
        "num_gt_ids": len(people),
        "num_tracker_ids": len(numbers),
        "num_gt_dets": sum(len(truth) for truth, _ in looks),
        "num_tracker_dets": sum(len(ids) for ids, _ in told),
        "gt_ids": [np.array([real[i] for i in truth.ids.tolist()], int) for truth, _ in looks],
        "tracker_ids": [np.array([given[i] for i in ids], int) for ids, _ in told],
        "similarity_scores": [bx.iou(truth.boxes, boxes) for (truth, _), (_, boxes) in zip(looks, told, strict=True)],
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
    chosen = parser.parse_args()
    packages = ("watchword", "numpy", "scipy", "trackeval", "trackers", "supervision", "norfair", "motpy")
    print(describe(*packages), end="\n\n")
    rivals = list(contestants())
    for sequence in sequences(chosen.data):
        people = sum(len(truth) for truth, _ in sequence.looks) / len(sequence.looks)
        print(f"{sequence.name}: {len(sequence.looks)} looks, {people:.1f} people a look")
        print(f"  {'':26}{'HOTA':>7}{'IDF1':>7}{'MOTA':>7}{'switches':>10}")
        for name, made in rivals:
            step = made(sequence.fps)
            row = score(sequence.looks, [step(seen) for _, seen in sequence.looks])
            print(f"  {name:26}{row[0]:7.3f}{row[1]:7.3f}{row[2]:7.3f}{row[3]:10.0f}")
            if chosen.jitter and name == "watchword":
                runs = []
                for seed in range(chosen.jitter):
                    rng, step = np.random.default_rng(seed), made(sequence.fps)
                    runs.append(score(sequence.looks, [step(trembling(seen, rng)) for _, seen in sequence.looks]))
                for what, row in (("mean", np.mean(runs, 0)), ("worst", np.min(runs, 0))):
                    label = f"  {what} of {chosen.jitter} trembling"
                    print(f"  {label:26}{row[0]:7.3f}{row[1]:7.3f}{row[2]:7.3f}")
        print(flush=True)


if __name__ == "__main__":
    main()
