"""Rules on real footage, from pixels or from boxes that people drew to alerts: what was told, against what there is.

    python benchmarks/footage.py [--data ../shared/data] [--detector SPEC]

A *point* is one film and one rule, with what is to be told: how often, when, and where (the box of what it is about
shares 30 % or more with the true one, intersection over union). Nothing else may be told. The last point compares the
alerts of a rule on a busy film with those that the same rule gives on the people's true boxes, matched one to one
within a second and 30 % of overlap. Films that are not there are left out.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Callable, Iterable, Iterator
from itertools import product
from pathlib import Path

import attrs
import cv2
import numpy as np

from machine import describe
from watchword import Alert, Frame, Scene, Watch, Zone, frames
from watchword.boxes import iou
from watchword.interop import mot
from watchword.units import SECOND, clock

BAG = "bag unattended > 10s"
SLACK = 5
"""Seconds by which the pictures of a second may be off what the drawn boxes tell."""
WINDOWS = {3: (77, 81), 5: (69, 79), 7: (133, 142), 9: (48, 52), 10: (55, 60)}
"""Seconds of ABODA's films between which the one bag of each is to be told."""
LEFT = (450.0, 365.0, 505.0, 415.0)
JUNCTION = Scene(
    frame=(768, 576),
    zones={"junction": Zone("junction", ((330, 150), (520, 150), (560, 330), (300, 330)))},
    name="junction",
)
PASSES = "person enters zone junction"
SHARED = 0.3
WITHIN = 1.0
Box = tuple[float, float, float, float]


@attrs.frozen
class Point:
    """One film and one rule.

    Attributes:
        name: What the table calls it.
        alerts: Runs it; gives the alerts that fire.
        window: Seconds between which one alert is wanted; None where none is.
        box: The true box at a time in seconds; None where none is wanted.
    """

    name: str
    alerts: Callable[[], list[Alert]]
    window: tuple[float, float] | None = None
    box: Callable[[float], Box] | None = None

    def verdict(self) -> tuple[bool, str]:
        """Whether it was told as wanted, and what was told."""
        told = self.alerts()
        said = ", ".join(f"{clock(alert.time)} {self._shared(alert)}" for alert in told) or "nothing"
        if self.window is None:
            return not told, said
        low, high = self.window
        fine = len(told) == 1 and low <= told[0].time / SECOND <= high
        return fine and (self.box is None or overlap(told[0], self.box(told[0].time / SECOND)) >= SHARED), said

    def _shared(self, alert: Alert) -> str:
        return f"(overlap {overlap(alert, self.box(alert.time / SECOND)):.2f})" if self.box else str(alert.things[0])


def overlap(alert: Alert, box: Box) -> float:
    """Intersection over union of what an alert is about with a box."""
    return float(iou(np.array([alert.things[0].box]), np.array([box]))[0, 0])


def fired(watch: Watch, given: Iterable[Frame]) -> list[Alert]:
    """The alerts that frames bring about."""
    return [a for frame in given for a in watch.step(frame) if a.state == "firing" and not a.reason]


def on_film(path: Path, rule: str, detector: str | None, scene: Scene | None = None) -> list[Alert]:
    """The alerts of a film or a folder of pictures."""
    with Watch(rule, scene=scene, detector=detector) as watch, frames(path) as film:
        return fired(watch, film)


def on_boxes(path: Path, rule: str, fps: float | None = None, scene: Scene | None = None) -> list[Alert]:
    """The alerts of a file of boxes: detections are tracked, tracks are taken as they are."""
    watch, read = Watch(rule, scene=scene), mot.read(path, fps)
    found: list[Alert] = []
    for table in read.ticks():
        found += watch.observe(table) if read.tracked else watch.detected(table)
    return [a for a in found if a.state == "firing" and not a.reason]


def labelled(path: Path) -> Callable[[float], Box]:
    """The bag's box at the second that is nearest to a time, as people drew it."""
    with path.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["label"] == "bag"]

    def at(second: float) -> Box:
        row = min(rows, key=lambda r: abs(float(r["second"]) - second))
        left, top, width, height = (float(row[k]) for k in ("left", "top", "width", "height"))
        return left, top, left + width, top + height

    return at


def lights_on() -> Iterator[Frame]:
    """A textured room; at 8 s a dark box lies there, at 15 s the light grows by half, nobody ever comes."""
    rng = np.random.default_rng(27)
    room = cv2.GaussianBlur(rng.normal(0, 1, (480, 640)), (0, 0), 8)
    low, high = float(room.min()), float(room.max())
    room = 60 + (room - low) / (high - low) * 80
    for k in range(1000):
        image = np.repeat(room[..., None], 3, axis=2)
        if k >= 200:
            image[350:380, 300:340] = 25
        if k >= 375:
            image = image * 1.5
        noisy = np.clip(image + rng.normal(0, 2, image.shape), 0, 255)
        yield Frame("room", round(k * SECOND / 25), noisy.astype(np.uint8), k)


def on_lights(detector: str | None) -> list[Alert]:
    """The alerts of the room in which the light goes on."""
    room = Zone("room", ((0, 0), (640, 0), (640, 480), (0, 480)))
    rules = "rule walks: person in zone room for 1s\nrule left_bag: bag unattended > 10s in zone room"
    with Watch(rules, scene=Scene(frame=(640, 480), zones={"room": room}), detector=detector) as watch:
        return fired(watch, lights_on())


def points(data: Path, detector: str | None) -> Iterator[Point]:
    """Every point whose film is there."""
    film = data / "left-bag" / "video4.avi"
    if film.exists():
        for rule, window in ((BAG, (28.0, 36.0)), ("bag unattended > 3s", (21.0, 29.0))):
            yield Point(f"left bag, {rule}", lambda rule=rule: on_film(film, rule, detector), window, lambda _: LEFT)  # type: ignore[misc]
    view = data / "pets09-s2l1" / "view1.avi"
    if view.exists():
        yield Point(f"PETS, {BAG}", lambda: on_film(view, BAG, detector))
    folder = data / "aboda-1fps"
    for number, window in WINDOWS.items():
        drawn = folder / f"video{number}.csv"
        if drawn.exists():
            yield Point(f"ABODA {number}, boxes", lambda drawn=drawn: on_boxes(drawn, BAG), window, labelled(drawn))  # type: ignore[misc]
    for number in (9, 10):
        seen = folder / f"video{number}"
        if seen.exists():
            truth = labelled(seen.with_suffix(".csv"))
            yield Point(
                f"ABODA {number}, pictures",
                lambda seen=seen: on_film(seen, BAG, detector),  # type: ignore[misc]
                (WINDOWS[number][0] - SLACK, WINDOWS[number][1] + SLACK),
                truth,
            )
    yield Point("light goes on", lambda: on_lights(detector), (17.9, 23.1), lambda _: (300.0, 350.0, 340.0, 380.0))


def matched(told: list[Alert], true: list[Alert]) -> int:
    """How many alerts of two lists are the same, one to one, the nearest in time first."""
    near = [
        (abs(a.time - b.time), i, j)
        for (i, a), (j, b) in product(enumerate(told), enumerate(true))
        if abs(a.time - b.time) <= WITHIN * SECOND and overlap(a, b.things[0].box) >= SHARED
    ]
    used: tuple[set[int], set[int]] = (set(), set())
    for _, i, j in sorted(near):
        if i not in used[0] and j not in used[1]:
            used[0].add(i)
            used[1].add(j)
    return len(used[0])


def junction(folder: Path, detector: str | None) -> tuple[int, int, int]:
    """Told, true and matched alerts of people who pass a junction."""
    told = on_film(folder / "view1.avi", PASSES, detector, JUNCTION)
    true = on_boxes(folder / "gt.txt", PASSES, 10.0, JUNCTION)
    return len(told), len(true), matched(told, true)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    parser.add_argument("--detector", help="a detector's spec; the default one where not given")
    parser.add_argument("--json", action="store_true", help="a line of JSON a point, nothing else")
    given = parser.parse_args()
    if not given.json:
        print(describe("watchword", "numpy", "opencv-python-headless"))
        print(f"\n{'point':34} {'wanted':18} {'':3} told")
    for point in points(given.data, given.detector):
        fine, said = point.verdict()
        wanted = f"one, {point.window[0]:g} to {point.window[1]:g} s" if point.window else "nothing"
        if given.json:
            print(json.dumps({"point": point.name, "wanted": wanted, "fine": fine, "told": said}), flush=True)
        else:
            print(f"{point.name:34} {wanted:18} {'✓' if fine else '✗':3} {said}", flush=True)
    folder = given.data / "pets09-s2l1"
    if folder.exists():
        told, true, both = junction(folder, given.detector)
        precision, recall = both / max(told, 1), both / max(true, 1)
        if given.json:
            print(
                json.dumps({"point": "junction", "precision": precision, "recall": recall, "told": told, "true": true})
            )
        else:
            print(f"\nPETS, {PASSES}: {told} told, {true} true, {both} matched")
            print(f"  precision {precision:.3f}, recall {recall:.3f}")


if __name__ == "__main__":
    main()
