"""A floor seen from straight above: how places in metres become boxes in a picture that rules run on.

Research files give where people are on the ground, without a picture. Here they are drawn to scale: so many pixels a
metre, x to the right, y up as on a plan, a square for each person. The scene's ground is calibrated, so metres come
back as they were.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from watchword.calibration import in_picture
from watchword.errors import SceneError
from watchword.ground import Ground
from watchword.scene import Line, Point, Scene, Zone

PIXELS = 100.0
"""Pixels a metre."""
MARGIN = 1.0
"""Metres of floor around the outermost places."""
PERSON = 0.5
"""Metres of a side of a person's square: shoulders."""
LARGEST = 20_000
"""Pixels; a larger floor is drawn smaller."""


def floor(metres: NDArray[np.float64], name: str = "floor") -> Scene:
    """A scene of view "overhead" that holds these places (n, 2), in metres."""
    low, high = metres.min(axis=0) - MARGIN, metres.max(axis=0) + MARGIN
    scale = min(PIXELS, LARGEST / float((high - low).max()))
    w, h = (max(1, math.ceil(v * scale)) for v in (high - low).tolist())
    x, y = low.tolist()
    pairs = tuple(
        ((px, py), (x + px / scale, y + (h - py) / scale)) for px in (0.0, float(w)) for py in (0.0, float(h))
    )
    return Scene(frame=(w, h), view="overhead", ground=Ground(pairs=pairs), name=name)


def squares(scene: Scene, metres: NDArray[np.float64]) -> NDArray[np.float64]:
    """A person's square, (n, 4) in pixels, around each place (n, 2) in metres of a floor."""
    at, half = _seen(scene, metres), PERSON / 2 * _scale(scene)
    return np.column_stack((at - half, at + half))


def zone(scene: Scene, name: str, metres: Iterable[Point]) -> Zone:
    """A zone of a floor by its corners in metres.

    Raises:
        SceneError: It makes no zone, or lies outside the picture.
    """
    return Zone(name, _points(scene, metres), frame=scene.frame, view=scene.view)


def line(scene: Scene, name: str, start: Point, end: Point, sides: tuple[str, str] | None = None) -> Line:
    """A line of a floor by its ends in metres. Side A lies to its left on the plan, from start to end.

    Raises:
        SceneError: It makes no line, or lies outside the picture.
    """
    a, b = _points(scene, (end, start))  # the picture's y runs down: what is left on the plan is right there
    return Line(name, a, b, sides, frame=scene.frame, view=scene.view)


def _points(scene: Scene, metres: Iterable[Point]) -> tuple[Point, ...]:
    at = _seen(scene, np.array(list(metres), np.float64).reshape(-1, 2))
    rows = np.round(at, 6).tolist()
    return tuple((x, y) for x, y in rows)


def _seen(scene: Scene, metres: NDArray[np.float64]) -> NDArray[np.float64]:
    if scene.ground is None:
        raise SceneError("the ground is not calibrated", fix="use a scene made by `floor`, or give it a ground")
    return in_picture(scene.ground, metres)


def _scale(scene: Scene) -> float:
    a, b = _seen(scene, np.array([[0.0, 0.0], [1.0, 0.0]]))
    return float(np.hypot(*(b - a)))
