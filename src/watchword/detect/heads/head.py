"""What a head is: how one layout of a model's outputs is read, and how its pictures are to be prepared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Size = tuple[int, int]
"""Width and height of the model's input, px."""

FORMS = ("corner", "centre")
UNITS = ("pixel", "fraction")
MARGIN = 2.0
"""Coordinates that are all below it are fractions of the input: no box of a thing is two pixels wide."""
LARGEST = 1500
"""Classes of the largest data sets that detectors are trained on: LVIS has 1,203."""
MANY = 20
"""Rows that have to say something before what they have in common is believed."""


@attrs.frozen(eq=False)
class Raw:
    """What one picture's outputs say, before it is brought to the frame.

    Attributes:
        boxes: float64 (n, 4), as the head's `form` and `unit` say.
        scores: float64 (n,).
        classes: int64 (n,), numbers of classes, as the model counts them.
    """

    boxes: Array
    scores: Array
    classes: Array


Decode = Callable[[Sequence[Array], Size, float], list[Raw]]
"""Outputs in the order of the head's roles, size of the input, least score: one `Raw` a picture of the batch."""


@attrs.frozen
class Seen:
    """What is known of a model when its head is looked for.

    Attributes:
        names: Names of the outputs.
        arrays: What they held for a plain grey picture.
        inputs: Names of all inputs.
        metadata: What the file says of itself.
        size: The input's width and height, px.
        classes: How many classes there are, where labels are known; else None.
        least: How many there are at least, where only some of them are named; 0 where nothing is known.
    """

    names: tuple[str, ...]
    arrays: tuple[Array, ...]
    inputs: tuple[str, ...]
    metadata: Mapping[str, str]
    size: Size
    classes: int | None = None
    least: int = 0

    def counts(self, classes: int, *usual: int) -> bool:
        """Whether a layout with so many classes fits the labels; where none are known, the usual numbers do."""
        if self.classes is not None:
            return classes == self.classes
        return self.least <= classes <= LARGEST if self.least else classes in (usual or (80,))


@attrs.frozen
class Match:
    """How a model's outputs fit a head.

    Attributes:
        roles: Which output each of the head's roles is.
        classes: How many classes; 0 where the outputs do not tell.
        turned: Axes 1 and 2 are exchanged before decoding.
        form: What its coordinates are seen to be: corner or centre; empty where nothing is seen.
        unit: pixel or fraction; empty where nothing is seen.
        sure: Seen in the values, not only in the shape.
    """

    roles: tuple[int, ...] = (0,)
    classes: int = 0
    turned: bool = False
    form: str = ""
    unit: str = ""
    sure: bool = False


@attrs.frozen
class Head:
    """One layout.

    Attributes:
        name: What it is called where it has to be told.
        what: The models that have it and the shapes of their outputs, for messages.
        decode: A pure function of NumPy arrays.
        match: Whether outputs can be of this layout, and how.
        form: corner (left, top, right, bottom) or centre (centre, width, height), where nothing else is seen.
        unit: pixel or fraction of the input.
        fit: How frames are brought to the input's size: letterbox, corner (at the top left), stretch.
        pixels: What numbers the input takes; see `letterbox.PIXELS`.
        suppress: Whether one thing has many boxes.
        fixed: Decoding makes corners in px of it, whatever the file: `form` and `unit` cannot be told.
        first: The number of its first class.
    """

    name: str
    what: str
    decode: Decode
    match: Callable[[Seen], Match | None]
    form: str = "corner"
    unit: str = "pixel"
    fit: str = "letterbox"
    pixels: str = "rgb 0-1"
    suppress: bool = True
    fixed: bool = False
    first: int = 0


def sigmoid(x: Array) -> Array:
    """1 / (1 + e⁻ˣ), without overflow."""
    return 0.5 * (1.0 + np.tanh(0.5 * np.asarray(x, np.float64)))


def softmax(x: Array) -> Array:
    """Over the last axis."""
    raised = np.exp(np.asarray(x, np.float64) - x.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


def raw(boxes: Array, scores: Array, classes: Array) -> Raw:
    """Columns of any number type as a `Raw`."""
    return Raw(np.asarray(boxes, np.float64).reshape(-1, 4), np.asarray(scores, np.float64), classes.astype(np.int64))


def best(table: Array, least: float) -> tuple[Array, Array, Array]:
    """Rows whose best class reaches a score: their numbers, scores and classes. The table is (n, classes)."""
    top = table.max(axis=1) if table.shape[1] else np.zeros(len(table))
    rows = np.flatnonzero(top >= least)
    return rows, top[rows], table[rows].argmax(axis=1) if len(rows) else np.zeros(0, np.int64)


def reading(boxes: Array, size: Size) -> tuple[str, str]:
    """What many boxes' coordinates are seen to be: form and unit, each empty where they do not tell.

    Corners never turn inside out, and centres with their sizes do it often; fractions never exceed two.

    Args:
        boxes: (n, 4), all of a picture's rows, good or not.
        size: The input's width and height, px.
    """
    some = np.asarray(boxes, np.float64).reshape(-1, 4)
    some = some[np.isfinite(some).all(axis=1) & (some != 0).any(axis=1)]  # a row of zeros fills a table up
    if len(some) < MANY or np.ptp(some[:, 0]) == 0:
        return "", ""
    unit = "pixel" if np.abs(some).max() > MARGIN else "fraction"
    whole = np.array(size) if unit == "pixel" else np.ones(2)
    upright = float(((some[:, 2] > some[:, 0]) & (some[:, 3] > some[:, 1])).mean())
    low, high = some[:, :2] - some[:, 2:] / 2, some[:, :2] + some[:, 2:] / 2
    outside = float(((low < -0.25 * whole) | (high > 1.25 * whole)).any(axis=1).mean())
    if upright > 0.995:
        return ("corner" if outside > 0.05 else ""), unit
    return ("centre" if upright < 0.95 else ""), unit
