"""Any detection model in an ONNX file, as a detector."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import attrs
import numpy as np

from watchword.boxes import Bools, Boxes, Floats
from watchword.detect import labels as names
from watchword.detect import tiles as cutting
from watchword.detect.graph import Graph, Provider
from watchword.detect.heads import HEADS, Head, Match, Raw, Seen, recognise
from watchword.detect.heads.head import FORMS, MARGIN, UNITS
from watchword.detect.letterbox import FITS, PIXELS, Placing, put
from watchword.detect.nms import Numbers, suppress, without_cuts
from watchword.detections import Column, Detections
from watchword.errors import DetectorError
from watchword.scene import Scene
from watchword.video import Frame

PROVED = 200
"""Boxes that made sense, after which a reading is believed."""
FAR = 0.5
"""Share of the input's size by which a box can reach out of it: somebody half in the picture does."""
Part = tuple[Boxes, Floats, Numbers, Bools]
"""Boxes of a piece of a frame, scores, classes, and which are cut by its edge."""


@attrs.frozen
class Reading:
    """How a model is used: what was recognised, or told.

    Attributes:
        head: Its name.
        fit: How frames are brought to the input: letterbox, corner, stretch.
        pixels: What numbers the input takes: one of `letterbox.PIXELS`.
        form: What its coordinates are: corner or centre.
        unit: pixel or fraction.
    """

    head: str
    fit: str
    pixels: str
    form: str
    unit: str


class OnnxDetector:
    """A model from a file. What it takes and gives is recognised; whatever is recognised wrongly can be told.

    The model is run once, on noise, when it is made: to warm up, and to see what its outputs are.

    Args:
        path: The .onnx file.
        labels: Names of the classes: in their order, by their number (classes left out are not reported), a file, or
            `coco`. Where not given, those in the file, else COCO's for a model of 80 or 91 classes.
        only: Report these classes alone, by the names that rules use.
        rename: Other names for classes: `{"pedestrian": "person"}`.
        score: Least score of what is reported.
        overlap: Two boxes of a class that share more of their union than this are one thing.
        head: A name of `heads.HEADS`.
        fit: How frames are brought to the input's size: `letterbox`, `corner` or `stretch`.
        pixels: What numbers it takes: `rgb 0-1`, `bgr 0-255`, `rgb imagenet` …
        form: What its coordinates are: `corner` or `centre`.
        unit: `pixel` or `fraction` of the input.
        size: Width and height of the input, px, for a model that takes any.
        batch: Most pictures run at once, where the model allows it.
        tiles: Columns and rows that a frame is cut into besides being seen whole, so that small things are found.
        threads: Most threads that ONNX runtime uses.
        providers: What may run it, the first that is there: `cpu`, `cuda` … or ONNX runtime's own names.
        scenes: Not used; detectors are made with it.

    Attributes:
        reading: How the model is used.
        provider: What runs it.

    Raises:
        DetectorError: There is no such file, or it is not understood: says what was seen and what to say.
    """

    columns: tuple[Column, ...] = ()

    def __init__(
        self,
        path: str | Path,
        *,
        labels: names.Labels | None = None,
        only: Collection[str] | None = None,
        rename: Mapping[str, str] | None = None,
        score: float = 0.3,
        overlap: float = 0.5,
        head: str = "",
        fit: str = "",
        pixels: str = "",
        form: str = "",
        unit: str = "",
        size: tuple[int, int] | None = None,
        batch: int = 8,
        tiles: tuple[int, int] = (1, 1),
        threads: int = 2,
        providers: Sequence[Provider] = ("CPUExecutionProvider",),
        scenes: Mapping[str, Scene] | None = None,  # noqa: ARG002 - what detectors are made with
    ) -> None:
        for what, given, known in (
            ("fit", fit, FITS), ("pixels", pixels, PIXELS), ("form", form, FORMS), ("unit", unit, UNITS),
        ):  # fmt: skip
            if given and given not in known:
                raise DetectorError(f"{what} is {given!r}", where=str(path), fix=f"one of: {', '.join(known)}")
        if not 0 < score < 1 or not 0 < overlap <= 1:
            raise DetectorError(f"score {score}, overlap {overlap}", where=str(path), fix="numbers between 0 and 1")
        if min(batch, threads, *tiles) < 1:
            raise DetectorError("batch, threads and tiles are 1 or more", where=str(path))
        self._graph = Graph(path, threads, providers, size)
        self._least, self._overlap, self._tiles, self._threads = score, overlap, tiles, threads
        self._where = str(path)
        self._head, self._match, self._labels = self._recognise(labels, head)
        if self._head.fixed and (form or unit):
            raise DetectorError(
                f"the head {self._head.name} decodes to corners in pixels by itself",
                where=self._where, fix="leave form and unit out, or say another head",
            )  # fmt: skip
        self.reading = Reading(
            self._head.name,
            fit or self._head.fit,
            pixels or self._head.pixels,
            form or self._match.form or self._head.form,
            unit or self._match.unit or self._head.unit,
        )
        renamed = {names.as_word(k): names.as_word(v) for k, v in (rename or {}).items()}
        self._labels = {k: renamed.get(v, v) for k, v in self._labels.items()}
        self._choose(only, renamed)
        self._believed = 0
        self._many = self._graph.batch or batch
        self._room = self._graph.room(1 if self._graph.batch is None else self._many)

    def _recognise(self, labels: names.Labels | None, told: str) -> tuple[Head, Match, dict[int, str]]:
        graph = self._graph
        coco = labels == "coco"
        first = HEADS[told].first if told in HEADS else 0
        given = None if coco else names.of_metadata(graph.metadata) if labels is None else names.read(labels, first)
        seen = Seen(
            graph.outputs, tuple(graph.probe()), graph.inputs, graph.metadata, graph.size,
            classes=len(given) if given else None,
            least=max(given) + 1 if given and isinstance(labels, Mapping) else 0,  # it may name some classes only
        )  # fmt: skip
        head, match = recognise(seen, told, self._where)
        if given is None:
            if not match.classes and not coco:
                raise DetectorError(
                    f"its head is {head.name}, and nothing says what its classes are",
                    where=self._where,
                    fix='say labels=["person", …], labels="coco" or a file of names',
                )
            given = names.coco(91 if head.first or match.classes > 80 else 80)
        elif head.first and not told and labels is not None and not isinstance(labels, Mapping):
            given = names.read(labels, head.first)
        return head, match, given

    def _choose(self, only: Collection[str] | None, renamed: Mapping[str, str]) -> None:
        have = set(self._labels.values())
        wanted = have if only is None else {names.as_word(name) for name in only}
        unknown = sorted((wanted | set(renamed.values())) - have)
        if unknown:
            raise DetectorError(
                f"no class is named {', '.join(unknown)}", where=self._where, fix=f"there is: {', '.join(sorted(have))}"
            )
        self._wanted = {k: v for k, v in self._labels.items() if v in wanted}
        self._known, self._chosen = (
            np.isin(np.arange(max(self._labels) + 2), list(some)) for some in (self._labels, self._wanted)
        )

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self._graph.path.stem

    @property
    def labels(self) -> tuple[str, ...]:
        """Names of what it reports."""
        return tuple(dict.fromkeys(self._wanted.values()))

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of its input, px."""
        return self._graph.size

    @property
    def provider(self) -> str:
        """What runs it: CPU, CUDA …"""
        return self._graph.provider

    def describe(self) -> str:
        """One line for people: head, input, classes, and what runs it."""
        w, h = self._graph.size
        how = self.reading
        return (
            f"{self._graph.path.name}: {how.head} ({how.form}, {how.unit}), {w}×{h} {how.fit} {how.pixels}, "
            f"{len(self.labels)} classes, on {self.provider} with {self._threads} thread{'s' * (self._threads > 1)}"
        )

    def detect(self, frames: Sequence[Frame]) -> Detections:
        """What is in these frames, boxes in px of the frame, within it.

        Raises:
            DetectorError: The outputs make no sense as they are read: says what was seen and what to say.
        """
        jobs = [(k, tile) for k, frame in enumerate(frames) for tile in cutting.cut(frame.size, *self._tiles)]
        found: list[list[Part]] = [[] for _ in frames]
        for start in range(0, len(jobs), self._many):
            some = jobs[start : start + self._many]
            for (k, tile), one in zip(some, self._look([(frames[k], tile) for k, tile in some]), strict=True):
                found[k].append(self._place(frames[k], tile, one))
        return Detections.join([self._table(frame, parts) for frame, parts in zip(frames, found, strict=True)])

    def _look(self, pieces: Sequence[tuple[Frame, cutting.Tile]]) -> list[Raw]:
        """Run the model on pieces of frames."""
        if self._graph.batch is None and len(self._room) != len(pieces):
            self._room = self._graph.room(len(pieces))
        pixels = PIXELS[self.reading.pixels]
        for target, (frame, tile) in zip(self._room, pieces, strict=False):
            left, top, right, bottom = tile
            placing = Placing.of(self.reading.fit, (right - left, bottom - top), self._graph.size)
            put(frame.image[top:bottom, left:right], placing, target, pixels, last=self._graph.last)
        outputs = self._graph.run(self._room)
        given = [outputs[k] for k in self._match.roles]
        if self._match.turned:
            given = [out.swapaxes(1, 2) for out in given]
        if self._match.classes and self._head.name == "yolov8":
            given = [given[0][..., : 4 + self._match.classes]]  # beyond them: masks or points of the body
        found = self._head.decode(given, self._graph.size, self._least)
        nothing = Raw(np.zeros((0, 4)), np.zeros(0), np.zeros(0, np.int64))
        return (found + [nothing] * len(pieces))[: len(pieces)]

    def _place(self, frame: Frame, tile: cutting.Tile, found: Raw) -> Part:
        """Boxes in px of the frame, not yet within it; scores, classes, and which are cut by their tile."""
        self._check(found)
        keep = _among(found.classes, self._chosen) & np.isfinite(found.boxes).all(axis=1)
        boxes, scores, classes = found.boxes[keep], found.scores[keep], found.classes[keep]
        if self.reading.form == "centre":
            boxes = np.hstack((boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, :2] + boxes[:, 2:] / 2))
        if self.reading.unit == "fraction":
            boxes = boxes * np.array(self._graph.size * 2)
        self._check_places(boxes)
        placing = Placing.of(self.reading.fit, (tile[2] - tile[0], tile[3] - tile[1]), self._graph.size)
        boxes = placing.back(boxes) + np.array(tile[:2] * 2)
        return boxes, scores, classes, cutting.cuts(boxes, tile, frame.size)

    def _check(self, found: Raw) -> None:
        """Refuse outputs that cannot be what they are read as, until many made sense: then one row is no misreading."""
        if not len(found.scores) or self._believed > PROVED:
            return
        how, boxes = self.reading, found.boxes
        strange = found.classes[~_among(found.classes, self._known)]
        far = float(np.abs(boxes[np.isfinite(boxes)]).max(initial=0.0))
        turned = (boxes[:, 2:] <= (boxes[:, :2] if how.form == "corner" else 0)).any(axis=1)
        wrong, fix = "", ""
        if found.scores.max() > 1.01:
            wrong, fix = f"scores of up to {found.scores.max():.3g}", "say another head"
        elif how.unit == "pixel" and far <= MARGIN:
            wrong, fix = f"coordinates of at most {far:.3g} taken for pixels", 'say unit="fraction"'
        elif how.unit == "fraction" and far > 2 * MARGIN:
            wrong, fix = f"coordinates of up to {far:.0f} taken for fractions", 'say unit="pixel"'
        elif turned.mean() > 0.5:
            other = FORMS[how.form == "corner"]
            wrong, fix = f"boxes turned inside out, taken for {how.form}s", f'say form="{other}"'
        elif len(strange) and not self._match.classes and len(self._labels) != len(names.coco()):
            wrong, fix = f"class {strange[0]} where there are {len(self._labels)} labels", "say all labels"
        if wrong:
            raise DetectorError(f"head {how.head}: {wrong}", where=self._where, fix=fix)

    def _check_places(self, boxes: Boxes) -> None:
        """Refuse boxes that mostly lie, or reach, far outside of the input: no reading of a picture's things."""
        if self._believed > PROVED:
            return
        size = np.array(self._graph.size)
        beyond = ((boxes[:, :2] < -FAR * size) | (boxes[:, 2:] > (1 + FAR) * size)).any(axis=1)
        if beyond.sum() > max(2, len(boxes) / 2):
            how = self.reading
            other = FORMS[how.form == "corner"]
            fix = "say another head" if self._head.fixed else f'say form="{other}", or another head'
            seen = f"{beyond.sum()} of {len(boxes)} boxes reach far out of the picture, taken for {how.form}s"
            raise DetectorError(f"head {how.head}: {seen}", where=self._where, fix=fix)
        self._believed += len(boxes)

    def _table(self, frame: Frame, parts: Sequence[Part]) -> Detections:
        """What the pieces of a frame gave, one box a thing, within the frame."""
        boxes, scores, classes, cut = parts[0] if len(parts) == 1 else map(np.concatenate, zip(*parts, strict=True))
        if self._head.suppress or len(parts) > 1:
            rows = suppress(boxes, scores, classes, self._overlap)
            boxes, scores, classes, cut = boxes[rows], scores[rows], classes[rows], cut[rows]
        if cut.any():
            keep = without_cuts(boxes, scores, classes, cut)
            boxes, scores, classes = boxes[keep], scores[keep], classes[keep]
        boxes = np.clip(boxes, 0, np.array(frame.size * 2))
        inside = ((boxes[:, 2:] - boxes[:, :2]) > 0).all(axis=1)
        labels = [self._wanted[int(k)] for k in classes[inside]]
        return Detections.of(frame.camera, frame.time, boxes[inside], labels, scores[inside])

    def forget(self, camera: str) -> None:
        """Nothing: each frame is seen for itself."""

    def close(self) -> None:
        """Give the model back."""
        self._graph.close()


def _among(classes: Numbers, table: Bools) -> Bools:
    """Which numbers a table, whose last entry is False, says yes to."""
    return np.asarray(table[np.clip(classes, -1, len(table) - 1)])
