"""What a detector gets wrong, in words.

Frames of a simulated street are given to it: one camera, two cameras at once, of two sizes, again after `forget`, in
memory that is used again, from another thread, and a black picture. A detector that finds nothing there is to be given
frames in which it does.
"""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NoReturn

import attrs
import numpy as np

from watchword.detect.base import Detector
from watchword.detections import Column, Detections
from watchword.errors import DetectorError, WatchwordError
from watchword.testing.manners import Stop, refuse, watched
from watchword.video import Frame

PARTS = ("name", "labels", "columns", "detect", "forget", "close")
SECOND = 1_000_000_000
FAR = 0.5
"""Share of the frame's size by which a box may stand out of it."""


@attrs.frozen
class Report:
    """What was found of a detector that is sound.

    Attributes:
        boxes: How many it found in all frames.
        seconds: The slower half of its looks took longer than this, one frame a look.
    """

    boxes: int
    seconds: float


def check_detector(detector: Any, frames: Sequence[Frame] | None = None, *, fps: float | None = None) -> Report:
    """Run a detector and say everything that is wrong with it.

    Args:
        detector: What is to be checked; it is not closed.
        frames: Frames of one camera, times rising, in some of which it finds something; a simulated street where not
            given.
        fps: How many frames a second it has to manage, where that matters.

    Raises:
        DetectorError: It breaks its contract: every fault that was found, a line each.
    """
    found: list[str] = []
    report = Report(0, 0.0)
    _declared(detector, found)
    if not found:
        given = list(frames) if frames is not None else street()
        with watched(found), contextlib.suppress(Stop):
            report = _Run(detector, given, found).report()
        if fps and report.seconds > 1 / fps:
            found.append(
                f"it takes {report.seconds * 1000:.0f} ms a frame, {1 / report.seconds:.1f} a second, not {fps:g}"
            )
    refuse("detector", detector, found)
    return report


def street(count: int = 8, size: tuple[int, int] = (320, 240), camera: str = "street") -> list[Frame]:
    """Frames of a grey street: a light and a dark upright shape walk across it, a bright patch lies there."""
    w, h = size
    rng = np.random.default_rng(1)
    ground = rng.integers(90, 110, (h, w, 3))
    made = []
    for k in range(count):
        image = ground.copy()
        for shade, start, speed in ((20, 0.1, 0.05), (180, 0.8, -0.05)):
            x = round((start + speed * k) * w)
            image[round(0.4 * h) : round(0.8 * h), x : x + round(0.06 * w)] = shade
        image[round(0.85 * h) : round(0.95 * h), round(0.45 * w) : round(0.55 * w)] = 255
        made.append(Frame(camera, k * SECOND // 10, image.astype(np.uint8), k))
    return made


def _declared(detector: Any, found: list[str]) -> None:
    """What can be said of it before it runs."""
    missing = [part for part in PARTS if not hasattr(detector, part)]
    if isinstance(detector, type):
        found.append("it is a class: give one that is made")
        return
    if missing:
        found.append(f"it has no {', no '.join(missing)}")
        return
    found.extend(f"`{part}` cannot be called" for part in PARTS[3:] if not callable(getattr(detector, part)))
    if not isinstance(detector.name, str) or not detector.name:
        found.append(f"`name` is {detector.name!r}: give a word for the terminal")
    labels = detector.labels
    if isinstance(labels, str) or not isinstance(labels, tuple) or not labels:
        found.append(f"`labels` is {labels!r}: give a tuple of every class that it can say")
    else:
        found.extend(
            f"the label {label!r} cannot be named in a rule: use letters, digits and _, a letter first"
            for label in labels
            if not isinstance(label, str) or not re.fullmatch(r"[^\W\d]\w*", label)
        )
    columns = detector.columns
    if not isinstance(columns, tuple) or not all(isinstance(c, Column) for c in columns):
        found.append(f"`columns` is {columns!r}: give a tuple of Column, empty where it adds none")
    if not found and not isinstance(detector, Detector):
        found.append("it is no Detector: name, labels, columns, detect, forget, close")


class _Run:
    """One run of a detector over frames."""

    def __init__(self, detector: Detector, frames: Sequence[Frame], found: list[str]) -> None:
        if not frames:
            raise DetectorError("no frames to check with", fix="give some, times rising, of one camera")
        self._detector, self._frames, self._found = detector, frames, found
        self._kinds: set[str] = set()

    def report(self) -> Report:
        """All checks that need a look."""
        first, spent = self._pass()
        boxes = sum(map(len, first))
        if not boxes:
            self._say("it finds nothing in these frames: give `frames` in which it does, or nothing else is checked")
        self._detector.forget(self._frames[0].camera)
        again, _ = self._pass()
        if not all(map(_same, first, again)):
            self._stop(
                "the same frames after `forget` give something else: it remembers more than it should, or is chance"
            )
        self._together(first)
        self._again_in_one_buffer(first)
        self._blank()
        self._elsewhere(first[0])
        return Report(boxes, float(np.median(spent)) if spent else 0.0)

    def _say(self, fault: str, kind: str = "") -> None:
        """Write a fault down; of a kind the first."""
        if (kind or fault) not in self._kinds:
            self._kinds.add(kind or fault)
            self._found.append(fault)

    def _stop(self, fault: str) -> NoReturn:
        """Write a fault down after which others would be found that are none of their own."""
        self._say(fault)
        raise Stop

    def _pass(self) -> tuple[list[Detections], list[float]]:
        """Frame after frame."""
        tables: list[Detections] = []
        spent: list[float] = []
        kept: Detections | None = None
        for frame in self._frames:
            start = time.perf_counter()
            table = self._look([frame])
            spent.append(time.perf_counter() - start)
            tables.append(table)
            copy = attrs.evolve(table, boxes=table.boxes.copy(), scores=table.scores.copy())
            self._content(frame, table)
            if kept is not None and not _same(tables[-2], kept):
                self._say("a table that it gave changes when it looks again: give arrays of its own each time")
            kept = copy
        self._detector.forget(self._frames[0].camera)
        return tables, spent

    def _look(self, frames: Sequence[Frame], where: str = "") -> Detections:
        """One call, and what can be said of its answer as a whole; `where` is said before a failure."""
        before = [frame.image.copy() for frame in frames]
        try:
            table: Any = self._detector.detect(frames)
        except WatchwordError as error:
            self._say(f"{where}`detect` gives no table: {error}")
            raise Stop from None
        except Exception as error:
            self._say(f"{where}`detect` fails: {type(error).__name__}: {error}")
            raise Stop from None
        if any(not np.array_equal(frame.image, old) for frame, old in zip(frames, before, strict=True)):
            self._stop("it draws into the frame it is given: copy it first")
        if not isinstance(table, Detections):
            self._say(f"`detect` gives {type(table).__name__}: make a table with Detections.of")
            raise Stop
        want = tuple(frame.camera for frame in frames)
        if table.cameras != want:
            self._say(
                f"`detect` gives cameras {table.cameras} for frames of {want}: one table of each frame, in their "
                "order, empty where nothing is seen"
            )
            raise Stop
        times = [frame.time for frame in frames]
        if table.times.tolist() != times:
            self._say(
                f"its times are {table.times.tolist()}, those of the frames are {times}: take the frame's time, ns",
                "times",
            )
        return table

    def _content(self, frame: Frame, table: Detections) -> None:
        """Labels, boxes and columns of one camera's table."""
        declared = set(self._detector.labels)
        strange = sorted({table.label(k) for k in range(len(table))} - declared)
        if strange:
            self._say(f"it says {', '.join(strange)}, which `labels` does not hold")
        for reason, count in table.dropped.items():
            sides = ": give left, top, right, bottom" if "area" in reason else ""
            self._say(f"{count} of its boxes are left out: {reason}{sides}", reason)
        if len(table):
            w, h = frame.size
            far = float(table.boxes.max())
            low = table.boxes.min(axis=0)
            if far <= 2.0:
                self._say(f"its coordinates are {far:.2f} at most: give pixels of the frame, not fractions", "where")
            elif (table.boxes[:, 2:] > np.array([w, h]) * (1 + FAR)).any() or (low[:2] < [-FAR * w, -FAR * h]).any():
                self._say(
                    f"a box reaches to {far:.0f} in a frame of {w}×{h}: give pixels of the frame, not the model's",
                    "where",
                )
            elif (table.boxes[:, :2] >= [w, h]).any() or (table.boxes[:, 2:] <= 0).any():
                self._say(f"a box lies outside of the frame of {w}×{h}: it would be nowhere", "where")
        names = {column.name for column in self._detector.columns}
        if set(table.extra) - names:
            self._say(f"it adds {', '.join(sorted(set(table.extra) - names))}, which `columns` does not declare")
        if len(table) and names - set(table.extra):
            self._say(f"it declares {', '.join(sorted(names - set(table.extra)))} and does not give it")
        for column in self._detector.columns:
            values = table.extra.get(column.name)
            if values is not None and values.dtype.kind == "f":
                known = values[~np.isnan(values)]
                if ((known < column.low) | (known > column.high)).any():
                    self._say(f"its {column.name} leaves the range it declares, {column.low:g} to {column.high:g}")

    def _together(self, first: Sequence[Detections]) -> None:
        """Two cameras in one call, of two sizes, see what each sees alone; no camera knows of the other."""
        other = [attrs.evolve(f, camera="other", image=_cropped(f.image)) for f in self._frames]
        alone = [self._look([frame]) for frame in other]
        self._detector.forget("other")
        for k, (frame, beside) in enumerate(zip(self._frames, other, strict=True)):
            both = self._look([beside, frame])
            self._content(beside, both.at("other"))
            if not (_same(both.at(frame.camera), first[k]) and _same(both.at("other"), alone[k])):
                self._stop("two cameras in one call are seen otherwise than each alone: keep them apart")

    def _again_in_one_buffer(self, first: Sequence[Detections]) -> None:
        """Hosts read frames into the same memory again and again."""
        if len({frame.image.shape for frame in self._frames}) > 1:
            return
        camera = self._frames[0].camera
        self._detector.forget(camera)
        buffer = np.empty_like(self._frames[0].image)
        for frame, before in zip(self._frames, first, strict=True):
            buffer[:] = frame.image
            if not _same(self._look([attrs.evolve(frame, image=buffer)]), before):
                self._say(
                    "it keeps a frame that it was given, and hosts use that memory again: copy what is remembered"
                )
                break
        self._detector.forget(camera)

    def _blank(self) -> None:
        """A camera at night, or one whose cable was pulled."""
        last = self._frames[-1]
        for shade, what in ((0, "on a black picture "), (255, "on a white picture ")):
            image = np.full_like(last.image, shade)
            self._content(last, self._look([attrs.evolve(last, image=image, camera="blank")], what))
            self._detector.forget("blank")

    def _elsewhere(self, before: Detections) -> None:
        """One thread at a time, but not always the same."""
        frame = self._frames[0]
        self._detector.forget(frame.camera)
        with ThreadPoolExecutor(1) as pool:
            table = pool.submit(self._look, [frame], "in another thread than before ").result()
        if not _same(table, before):
            self._say("in another thread it gives something else: keep what it remembers in the object")


def _cropped(image: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The picture without its right and lower eighth: another size and shape."""
    return np.ascontiguousarray(image[: image.shape[0] * 7 // 8, : image.shape[1] * 3 // 4])


def _same(a: Detections, b: Detections) -> bool:
    """Whether two tables of one camera tell the same, but for rounding."""
    if len(a) != len(b) or [a.label(k) for k in range(len(a))] != [b.label(k) for k in range(len(b))]:
        return False
    columns = [(a.boxes, b.boxes), (a.scores, b.scores)]
    columns += [(a.extra[k], b.extra[k]) for k in a.extra if k in b.extra]
    return all(np.allclose(x, y, rtol=1e-4, atol=1e-3, equal_nan=True) for x, y in columns)
