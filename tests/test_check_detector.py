"""What `check_detector` says of detectors: nothing of those that are sound, one clear sentence of each fault."""

from __future__ import annotations

import random
import re
import threading
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import watchword as ww
from room import Room, bringer
from watchword.detect import CrowdDetector, MotionDetector
from watchword.detect.density import People, Points
from watchword.errors import DetectorError
from watchword.testing import check_detector
from watchword.video import Frame

DOCS = Path(__file__).parent.parent / "docs"


class Sound:
    """Finds what is bright."""

    name = "sound"
    labels: Any = ("fire",)
    columns: Any = (ww.Column("heat", "", 0, 255),)

    def detect(self, frames: Sequence[Frame]) -> Any:
        return ww.Detections.join([self.look(frame) for frame in frames])

    def box(self, frame: Frame) -> list[float] | None:
        y, x = np.nonzero(frame.image.mean(axis=2) >= 240)
        return [float(v) for v in (x.min(), y.min(), x.max() + 1, y.max() + 1)] if len(x) else None

    def look(self, frame: Frame) -> Any:
        box = self.box(frame)
        return self.table(frame, [box] if box else [])

    def table(self, frame: Frame, boxes: Any, labels: Any = "fire", **more: Any) -> Any:
        extra = {"heat": [200.0] * len(boxes)} | more
        return ww.Detections.of(frame.camera, frame.time, boxes, labels, [0.8] * len(boxes), **extra)

    def forget(self, camera: str) -> None: ...

    def close(self) -> None: ...


def faults(detector: Any, **how: Any) -> list[str]:
    with pytest.raises(DetectorError) as caught:
        check_detector(detector, **how)
    head, *lines = caught.value.message.splitlines()
    assert "breaks its contract" in head
    return [line.removeprefix("  - ") for line in lines]


def look(change: Callable[[Sound, Frame, list[float]], Any]) -> type[Sound]:
    """A detector that tells something else of what it found."""

    class Broken(Sound):
        def look(self, frame: Frame) -> Any:
            box = self.box(frame)
            return self.table(frame, []) if box is None else change(self, frame, box)

    return Broken


def with_(**what: Any) -> type[Sound]:
    return type("Broken", (Sound,), what)


class NoForget:
    name, labels, columns = "x", ("fire",), ()

    def detect(self, frames: Sequence[Frame]) -> Any: ...

    def close(self) -> None: ...


class Draws(Sound):
    def look(self, frame: Frame) -> Any:
        found = super().look(frame)
        frame.image[:5, :5] = 255
        return found


class Chance(Sound):
    def look(self, frame: Frame) -> Any:
        box = self.box(frame)
        return self.table(frame, [[v + self.rng.random() * 5 for v in box]] if box else [])

    rng = random.Random(1)


class Global(Sound):
    def look(self, frame: Frame) -> Any:
        np.random.rand()  # noqa: NPY002
        return super().look(frame)


class Reuses(Sound):
    """Gives tables over arrays that it fills again."""

    def __init__(self) -> None:
        self.boxes = np.zeros((1, 4))

    def look(self, frame: Frame) -> Any:
        self.boxes[:] = (frame.time / 1e9, 10, 100, 100)
        return ww.Detections(
            cameras=(frame.camera,),
            times=np.array([frame.time]),
            camera=np.zeros(1, np.int32),
            boxes=_Shared(self.boxes),
            labels=np.zeros(1, np.int32),
            names=("fire",),
            scores=np.ones(1),
            extra={"heat": np.array([9.0])},
        )

    def detect(self, frames: Sequence[Frame]) -> Any:
        return self.look(frames[0]) if len(frames) == 1 else super().detect(frames)


def _Shared(array: np.ndarray) -> np.ndarray:  # noqa: N802
    view = array.view()
    view.flags.writeable = False
    return view


class Keeps(Sound):
    """Compares with the frame before, of which it has kept no copy."""

    def __init__(self) -> None:
        self.last: dict[str, np.ndarray] = {}

    def look(self, frame: Frame) -> Any:
        before = self.last.get(frame.camera)
        self.last[frame.camera] = frame.image
        if before is None:
            return self.table(frame, [])
        y, x = np.nonzero((before != frame.image).any(axis=2))
        return self.table(frame, [(x.min(), y.min(), x.max() + 1, y.max() + 1)] if len(x) else [])

    def forget(self, camera: str) -> None:
        self.last.pop(camera, None)


class NeverForgets(Keeps):
    def look(self, frame: Frame) -> Any:
        found = super().look(frame)
        self.last[frame.camera] = frame.image.copy()
        return found

    def forget(self, camera: str) -> None: ...


class OneMemory(Keeps):
    """Remembers one frame for all cameras."""

    def look(self, frame: Frame) -> Any:
        before = self.last.get("any")
        self.last["any"] = frame.image.copy()
        if before is None or before.shape != frame.image.shape:
            return self.table(frame, [])
        y, x = np.nonzero((before != frame.image).any(axis=2))
        return self.table(frame, [(x.min(), y.min(), x.max() + 1, y.max() + 1)] if len(x) else [])

    def forget(self, camera: str) -> None:
        self.last.clear()


class OneThread(Sound):
    def __init__(self) -> None:
        self.here = threading.local()
        self.here.ready = True

    def look(self, frame: Frame) -> Any:
        assert self.here.ready
        return super().look(frame)


class FailsInTheDark(Sound):
    def box(self, frame: Frame) -> list[float] | None:
        y, x = np.nonzero(frame.image.mean(axis=2) >= 240)
        return [float(v) for v in (x.min(), y.min(), x.max() + 1, y.max() + 1)]


class Backwards(Sound):
    def detect(self, frames: Sequence[Frame]) -> Any:
        return ww.Detections.join([self.look(frame) for frame in reversed(frames)])


class LeavesOut(Sound):
    """Gives no table for a camera where it saw nothing."""

    def detect(self, frames: Sequence[Frame]) -> Any:
        tables = [self.look(frame) for frame in frames]
        return ww.Detections.join([t for t in tables if len(t)] or tables[:1])

    def box(self, frame: Frame) -> list[float] | None:
        return None if frame.camera == "other" else super().box(frame)


class Warns(Sound):
    def look(self, frame: Frame) -> Any:
        warnings.warn("old", DeprecationWarning, stacklevel=1)
        return super().look(frame)


class Prints(Sound):
    def look(self, frame: Frame) -> Any:
        print("1 fire")
        return super().look(frame)


class Slow(Sound):
    def look(self, frame: Frame) -> Any:
        time.sleep(0.03)
        return super().look(frame)


BROKEN: dict[str, tuple[Any, str]] = {
    "a class": (lambda: Sound, "it is a class: give one that is made"),
    "no forget": (NoForget, "it has no forget"),
    "labels are a text": (with_(labels="fire"), "`labels` is 'fire': give a tuple of every class"),
    "labels of numbers": (with_(labels=(0, 1)), "the label 0 cannot be named in a rule"),
    "a label of two words": (with_(labels=("traffic light",)), "the label 'traffic light' cannot be named in a rule"),
    "columns are names": (with_(columns=("heat",)), r"`columns` is \('heat',\): give a tuple of Column"),
    "a list of boxes": (with_(detect=lambda self, frames: [[1, 2, 3, 4]]), "`detect` gives list: make a table"),
    "five columns": (look(lambda d, f, b: d.table(f, [[*b, 0.9]])), r"`detect` gives no table: .*\(n, 4\)"),
    "boxes of text": (look(lambda d, f, b: d.table(f, [["a", "b", "c", "d"]])), "`detect` gives no table: .*boxes"),
    "labels of another length": (look(lambda d, f, b: d.table(f, [b], ["fire", "fire"])), "`detect` gives no table: "),
    "labels that are numbers": (look(lambda d, f, b: d.table(f, [b], [0])), "`detect` gives no table: .*label"),
    "NaN": (look(lambda d, f, b: d.table(f, [b, [np.nan, 0, 9, 9]])), "1 of its boxes are left out: .*not finite"),
    "right before left": (
        look(lambda d, f, b: d.table(f, [b, [b[2], b[1], b[0], b[3]]])),
        "1 of its boxes are left out: box without area: give left, top, right, bottom",
    ),
    "fractions": (
        look(lambda d, f, b: d.table(f, [[b[0] / 320, b[1] / 240, b[2] / 320, b[3] / 240]])),
        r"its coordinates are 0\.\d\d at most: give pixels of the frame, not fractions",
    ),
    "pixels of the model": (
        look(lambda d, f, b: d.table(f, [[v * 4 for v in b]])),
        "a box reaches to .* in a frame of 320×240: give pixels of the frame, not the model's",
    ),
    "outside": (
        look(lambda d, f, b: d.table(f, [[b[0] + 300, b[1], b[2] + 300, b[3]]])),
        "a box reaches to|a box lies outside of the frame of 320×240",
    ),
    "an undeclared label": (
        look(lambda d, f, b: d.table(f, [b], "smoke")),
        "it says smoke, which `labels` does not hold",
    ),
    "an undeclared column": (
        look(lambda d, f, b: d.table(f, [b], cold=[1.0])),
        "it adds cold, which `columns` does not",
    ),
    "a column out of range": (
        look(lambda d, f, b: d.table(f, [b], heat=[900.0])),
        "its heat leaves the range it declares",
    ),
    "its own clock": (
        look(lambda d, f, b: ww.Detections.of(f.camera, 7, [b], "fire", [0.8], heat=[1.0])),
        "its times are .* take the frame's time",
    ),
    "draws into the frame": (Draws, "it draws into the frame it is given: copy it first"),
    "chance": (Chance, "the same frames after `forget` give something else"),
    "global random numbers": (Global, "it uses NumPy's global random numbers"),
    "a buffer used again": (Reuses, "a table that it gave changes when it looks again"),
    "keeps the frame": (Keeps, "it keeps a frame that it was given, and hosts use that memory again"),
    "never forgets": (NeverForgets, "the same frames after `forget` give something else"),
    "one memory for all cameras": (OneMemory, "two cameras in one call are seen otherwise than each alone"),
    "one thread": (OneThread, "in another thread than before `detect` fails: AttributeError"),
    "fails in the dark": (FailsInTheDark, "on a black picture `detect` fails: ValueError"),
    "another order": (Backwards, r"`detect` gives cameras \('street', 'other'\) for frames of \('other', 'street'\)"),
    "no table for nothing": (LeavesOut, "`detect` gives cameras .* empty where nothing is seen"),
    "warns": (Warns, r"it warns \(old\)"),
    "prints": (Prints, r"it prints \('1 fire"),
    "finds nothing": (look(lambda d, f, b: d.table(f, [])), "it finds nothing in these frames: give `frames`"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_detector_is_told_what_is_wrong(name: str):
    made, says = BROKEN[name]
    told = faults(made())
    assert any(re.search(says, line) for line in told), told
    assert len(told) <= 2, told
    assert all(len(line) < 200 for line in told), "one clear sentence"


def test_a_slow_one_is_told_where_speed_matters():
    assert re.match(r"it takes \d+ ms a frame, \d+\.\d a second, not 100", faults(Slow(), fps=100)[0])
    check_detector(Slow())


def test_a_sound_one_passes():
    assert check_detector(Sound()).boxes == 8


def test_one_with_a_long_memory_passes():
    figures = [bringer((180, 200), 4)]
    assert check_detector(MotionDetector(), list(Room(fps=4, seconds=7, figures=figures).frames())).boxes > 0


# ---- the guide


def fences(page: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (DOCS / page).read_text("utf-8"), re.DOTALL)


def guide(name: str) -> type:
    """A class of the guide to detectors, as it stands there."""
    text = next(text for text in fences("detectors.md") if f"class {name}" in text)
    start = text.index(f"class {name}")
    body = re.match(r"class .*?(?=\n\S|\Z)", text[start:], re.DOTALL)
    assert body
    names: dict[str, Any] = {}
    exec("import numpy as np\nimport watchword as ww\n" + body[0], names)
    return names[name]


def test_the_detector_of_the_guide_passes_as_it_stands_there():
    report = check_detector(guide("Bright")())
    assert report.boxes == 8


def test_the_crowd_estimator_of_the_guide_passes_as_it_stands_there():
    assert check_detector(CrowdDetector(guide("Heads")())).boxes > 0


# ---- people per pixel, and points, through a watch


class Crowd:
    """Tells as many people as `many` says at that second, in the left half of the picture."""

    name = "crowd"

    def __init__(self, many: Callable[[float], float], points: bool) -> None:
        self.many, self.points, self.closed = many, points, False

    def estimate(self, frames: Sequence[Frame]) -> list[Points | People]:
        return [self._one(self.many(frame.time / 1e9)) for frame in frames]

    def _one(self, many: float) -> Points | People:
        if self.points:
            n = int(many)
            places = np.column_stack((np.linspace(20, 300, n), np.linspace(100, 400, n)))
            return Points(places, np.full(n, 0.9))
        people = np.zeros((18, 32))
        people[4:14, 2:14] = many / 120
        return People(people)

    def close(self) -> None:
        self.closed = True


SCENE = ww.Scene(
    frame=(640, 480),
    zones=[
        ww.Zone("left", ((0, 0), (320, 0), (320, 480), (0, 480))),
        ww.Zone("right", ((330, 0), (640, 0), (640, 480))),
    ],
    ground=ww.Ground((((0, 0), (0, 0)), ((640, 0), (16, 0)), ((640, 480), (16, 12)), ((0, 480), (0, 12)))),
)
RULES = """
rule many { when count of person in zone left > 40 for 2s }
rule dense { when density of person in zone left > 0.5/m2 for 2s }
rule there { when count of person in zone right > 4 }
"""


@pytest.mark.parametrize("points", [True, False])
def test_a_crowd_estimator_feeds_count_and_density(points: bool):
    crowd = Crowd(lambda s: 30 if s < 5 else 60 if s < 12 else 20, points)
    image = np.full((480, 640, 3), 90, np.uint8)
    found = []
    with ww.Watch(RULES, scene=SCENE, detector=CrowdDetector(crowd)) as watch:
        for k in range(100):
            found += watch.step(Frame("hall", k * 200_000_000, image))
    told = {rule: [(a.state, round(a.time / 1e9, 1)) for a in found if a.rule == rule] for rule in ("many", "dense")}
    for rule in told:
        assert [state for state, _ in told[rule]] == ["pending", "firing", "resolved"]
        assert 7 <= told[rule][1][1] <= 7.6, "60 people on 96 m2 since 5 s; a new track is confirmed a little later"
        assert 11.8 <= told[rule][2][1] <= 14.2, "dated at the last sight of those who went"
    assert not [a for a in found if a.rule == "there"]
    fired = next(a for a in found if a.rule == "many" and a.state == "firing")
    assert fired.count == pytest.approx(60, abs=1)
    assert crowd.closed
