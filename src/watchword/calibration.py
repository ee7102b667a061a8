"""Metres on the ground: the map from the picture worked out from point pairs or people's heights, and how good it is.

**From point pairs** the map is the homography that fits them best (Hartley & Zisserman, *Multiple View Geometry*, 4.1).
Four pairs fit some map exactly, right or wrong: a fifth tells.

**From heights** of people the camera's tilt, its height above the ground and, as far as the heights show it, its focal
length are fitted, for a level camera with square pixels and its axis in the middle of the picture (Hoiem, Efros,
Hebert, *Putting objects in perspective*, IJCV 2008; Lv, Zhao, Nevatia, *Camera calibration from video of a walking
human*, PAMI 2006). Of a camera that looks at the horizon heights say nothing of the focal length; then one usual for
cameras on walls is taken, and lengths away from the camera are only as good as that. `Calibration.doubt` tells.
"""

from __future__ import annotations

from functools import lru_cache

import attrs
import numpy as np
import shapely
from numpy.typing import NDArray

from watchword.errors import SceneError
from watchword.ground import Ground
from watchword.scene import Zone

Floats = NDArray[np.float64]

USUAL = 0.85
"""Focal length by the picture's width where nothing is known: 61° from side to side."""
USUAL_SPREAD = 0.35
"""Standard deviation of its logarithm: 44° to 80°, one in three outside."""
UNEVEN = 0.1
"""Metres by which people's heights, and what is measured of them, differ."""
NEWS = 20
"""As many heights count in full; more of them are the same people again, and weigh no more together."""
TILTS = (0.05, 0.2, 0.4, 0.6, 0.8)
"""Radians that a camera may look down: where the fit begins."""
ODD = 0.25
MOST = 0.7
"""So many of the people have to be as tall as said, to `ODD` metres: the others may bend, or be cut off."""
BEYOND = 0.1
"""Points a little outside the known ones are as good: by this share of the known area's size."""


@attrs.frozen(eq=False)
class Calibration:
    """A ground worked out.

    Attributes:
        matrix: float64 (3, 3), picture (px) to ground (m), homogeneous; the third row is over 0 on the ground.
        residuals: float64 (n,), metres: how far each pair's point lies from where the map puts it; or by how much each
            person would be taller than said.
        doubt: Relative standard deviation of lengths away from the camera that the heights leave open; 0 for pairs.
        focal: Focal length in px that was found or taken; None for pairs.
        height: Of the camera above the ground, metres; None for pairs.
    """

    matrix: Floats
    residuals: Floats
    doubt: float = 0.0
    focal: float | None = None
    height: float | None = None

    @property
    def rms(self) -> float:
        """Root of the mean square of the residuals, metres."""
        return float(np.sqrt(np.mean(self.residuals**2)))


@lru_cache(maxsize=4096)
def calibrate(ground: Ground) -> Calibration | None:
    """Work out the ground, from its pairs or else its heights.

    Returns:
        The calibration, or None where the ground tells nothing in metres (`Ground.metric`).

    Raises:
        SceneError: The points say nothing about the ground: on one line, in another order, or heights that grow away
            from the camera.
    """
    if not ground.metric:
        return None
    return _from_pairs(ground) if ground.pairs else _from_heights(ground)


def homography(ground: Ground) -> Floats | None:
    """The (3, 3) map from picture (px) to ground (m), or None where there is none; over 0 in the third row on it.

    Raises:
        SceneError: The points say nothing about the ground.
    """
    known = calibrate(ground)
    return None if known is None else known.matrix


def on_ground(ground: Ground | None, at: Floats) -> Floats:
    """Places (n, 2) in pixels as metres on the ground; NaN without calibration and above the horizon."""
    matrix = homography(ground) if ground else None
    if matrix is None:
        return np.full_like(at, np.nan)
    x, y, w = matrix @ np.column_stack((at, np.ones(len(at)))).T
    with np.errstate(divide="ignore", invalid="ignore"):
        metres: Floats = np.where((w > 0)[:, None], np.column_stack((x / w, y / w)), np.nan)
    return metres


def in_picture(ground: Ground, metres: Floats) -> Floats:
    """Places on the ground (n, 2), in metres, as pixels; NaN where the camera does not see that ground.

    Raises:
        SceneError: The ground is not calibrated.
    """
    matrix = homography(ground)
    if matrix is None:
        raise SceneError("the ground is not calibrated", fix="give it four pairs or more, or people's heights")
    x, y, w = np.linalg.inv(matrix) @ np.column_stack((metres, np.ones(len(metres)))).T
    with np.errstate(divide="ignore", invalid="ignore"):
        at = np.column_stack((x / w, y / w))
        front = matrix[2] @ np.column_stack((at, np.ones(len(at)))).T > 0
    found: Floats = np.where(front[:, None], at, np.nan)
    return found


def person_metres(ground: Ground) -> Floats:
    """How tall (m) the people of `ground.heights` measure on the ground, (n,): a check of pairs and heights together.

    A height is measured with what a step sideways at the feet measures, which is right for a camera that looks level,
    and too little for one that looks down: by its cosine.
    """
    at = np.array([(x, y) for x, y, _ in ground.heights]).reshape(-1, 2)
    step = np.array([0.5, 0.0])
    across = np.hypot(*(on_ground(ground, at + step) - on_ground(ground, at - step)).T)
    found: Floats = across * np.array([h for _, _, h in ground.heights])
    return found


# ---- pairs


def _from_pairs(ground: Ground) -> Calibration:
    source = np.array([p for p, _ in ground.pairs])
    target = np.array([q for _, q in ground.pairs])
    a, b = _normalise(source), _normalise(target)
    p = np.column_stack((source, np.ones(len(source)))) @ a.T
    q = np.column_stack((target, np.ones(len(target)))) @ b.T
    rows = []
    for (x, y, _), (u, v, _) in zip(p, q, strict=True):
        rows += [[-x, -y, -1, 0, 0, 0, u * x, u * y, u], [0, 0, 0, -x, -y, -1, v * x, v * y, v]]
    _, sizes, vt = np.linalg.svd(np.array(rows))
    if sizes[7] < 1e-9 * sizes[0]:
        raise SceneError("ground: the points of the pairs lie on one line", fix="give points spread over the ground")
    found: Floats = np.linalg.inv(b) @ vt[-1].reshape(3, 3) @ a
    points = np.column_stack((source, np.ones(len(source))))
    w = points @ found[2]
    if w.min() <= 0 <= w.max():
        raise SceneError(
            "ground: no camera sees the points of the pairs like this",
            fix="check that each point of the picture stands beside its own point on the ground",
        )
    # Scaled to 1 in its corner, as is the custom, but with a third row over 0 on the ground's side of the horizon.
    found = found / (np.sign(w.mean()) * max(abs(found[2, 2]), 1e-12))
    there = points @ found.T
    off = there[:, :2] / there[:, 2:] - target
    return Calibration(found, np.hypot(off[:, 0], off[:, 1]))


def _normalise(points: Floats) -> Floats:
    centre = points.mean(axis=0)
    spread = np.sqrt(((points - centre) ** 2).sum(axis=1)).mean()
    scale = np.sqrt(2) / spread if spread > 0 else 1.0
    return np.array([[scale, 0, -scale * centre[0]], [0, scale, -scale * centre[1]], [0, 0, 1]])


# ---- heights


def _from_heights(ground: Ground) -> Calibration:
    from scipy.optimize import least_squares

    assert ground.frame is not None
    width, height = ground.frame
    rows = np.array(ground.heights)
    feet, pixels = rows[:, 1] - height / 2, rows[:, 2]
    tall = np.array(ground.tall)
    usual = USUAL * width if ground.focal is None else ground.focal
    spread = USUAL_SPREAD if ground.focal is None else 1e-6

    weight = min(1.0, np.sqrt(NEWS / len(rows)))

    def off(p: Floats) -> Floats:
        """How far off people are, in `UNEVEN` (far ones less: pseudo-Huber); the last the focal length."""
        much = (_measure(p, feet, pixels) - tall) / UNEVEN
        less = np.sign(much) * np.sqrt(2 * (np.sqrt(1 + much**2) - 1))
        return np.append(weight * less, (p[2] - np.log(usual)) / spread)

    # Of several tilts the best to begin with; a person's metres are in proportion to the camera's height.
    starts = [np.array([tilt, 0.0, np.log(usual)]) for tilt in TILTS]
    for begin in starts:
        begin[1] = np.log(np.clip(np.median(tall / np.maximum(_measure(begin, feet, pixels), 1e-3)), 0.5, 100.0))
    start = min(starts, key=lambda p: float((off(p) ** 2).sum()))
    low, high = [-0.5, np.log(0.3), np.log(0.3 * width)], [1.5, np.log(200.0), np.log(20 * width)]
    if ground.focal is not None:
        low[2], high[2] = np.log(ground.focal) - 1e-3, np.log(ground.focal) + 1e-3
    start = np.clip(start, np.array(low) + 1e-6, np.array(high) - 1e-6)
    found = least_squares(off, start, bounds=(low, high), x_scale=[0.1, 0.3, 0.3])
    tilt, up, focal = float(found.x[0]), float(np.exp(found.x[1])), float(np.exp(found.x[2]))
    jacobian = np.asarray(found.jac)
    covariance = np.linalg.pinv(jacobian.T @ jacobian)
    sin, cos = np.sin(tilt), np.cos(tilt)
    # How a pixel's length away from the camera, up · focal / down², at the middle feet hangs on tilt, up and focal.
    foot = float(np.median(feet))
    down = foot * cos + focal * sin
    hangs = np.array([-2 * (focal * cos - foot * sin) / down, 1.0, 1 - 2 * focal * sin / down])
    matrix = np.array(
        [
            [up, 0.0, -up * width / 2],
            [0.0, -up * sin, up * (focal * cos + sin * height / 2)],
            [0.0, cos, focal * sin - cos * height / 2],
        ]
    )
    points = np.column_stack((rows[:, :2], np.ones(len(rows))))
    residuals = _measure(found.x, feet, pixels) - tall
    if (points @ matrix[2]).min() <= 0 or float(np.quantile(np.abs(residuals), MOST)) > ODD:
        raise SceneError(
            "ground: no camera that stands level sees people of these heights at these places",
            fix="give heights of people standing upright from foot to head, some near and some far",
        )
    return Calibration(
        matrix / float(np.mean(points @ matrix[2])),
        residuals,
        float(np.sqrt(max(0.0, hangs @ covariance @ hangs))),
        focal,
        up,
    )


def _measure(p: Floats, feet: Floats, pixels: Floats) -> Floats:
    """Metres of people whose feet are at `feet` (px under the middle) and so many pixels tall.

    The head's ray meets the upright line over the feet. With `d` the down and `z` the forward part of a ray of the
    camera (tilted down), the feet are at `up * z / d` along the ground, and the head is where its ray is there.
    """
    sin, cos = np.sin(p[0]), np.cos(p[0])
    up, focal = np.exp(p[1]), np.exp(p[2])
    head = feet - pixels
    down, forth = feet * cos + focal * sin, focal * cos - feet * sin
    head_down, head_forth = head * cos + focal * sin, focal * cos - head * sin
    # Near the horizon or behind the camera nothing can be measured: far off, smoothly.
    far = np.maximum(down, 1e-3 * focal)
    metres: Floats = up * (1 - head_down / np.maximum(head_forth, 1e-3 * focal) * forth / far)
    return metres


# ---- where it holds


@lru_cache(maxsize=4096)
def zone_area(zone: Zone, ground: Ground | None) -> float:
    """A zone's area on the ground, m²; NaN without calibration, or where the zone reaches the horizon.

    Straight lines stay straight, so that the corners are enough.
    """
    area = 0.0
    for part in zone.polygons:
        outer, *holes = (on_ground(ground, np.array(ring, np.float64)) for ring in part)
        if not all(np.isfinite(ring).all() for ring in (outer, *holes)):
            return float("nan")
        area += float(shapely.Polygon(outer, holes).area)
    return area


def outside(ground: Ground, zone: Zone) -> float:
    """The share of a zone (of its area in the picture) that lies where the calibration is only a guess, 0 to 1.

    Pairs are believed inside their outline and a little beyond; heights between the nearest and the farthest feet, over
    the whole width, as a level camera's ground does not change sideways.
    """
    if not ground.metric:
        return 1.0
    if ground.pairs:
        known = shapely.MultiPoint([p for p, _ in ground.pairs]).convex_hull
        known = known.buffer(BEYOND * float(np.sqrt(known.area)))
    else:
        feet = [y for _, y, _ in ground.heights]
        more = BEYOND * (max(feet) - min(feet))
        wide = [x for part in zone.polygons for x, _ in part[0]]
        known = shapely.box(min(wide) - 1, min(feet) - more, max(wide) + 1, max(feet) + more)
    parts = [shapely.Polygon(part[0], part[1:]) for part in zone.polygons]
    inside = sum(part.intersection(known).area for part in parts)
    return max(0.0, float(1 - inside / sum(part.area for part in parts)))


def meets_horizon(ground: Ground, zone: Zone) -> bool:
    """Whether a zone reaches the horizon or above, where nothing has a place on the ground."""
    corners = np.array([point for part in zone.polygons for point in part[0]])
    return ground.metric and bool(np.isnan(on_ground(ground, corners)).any())
