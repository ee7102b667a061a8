"""How the simulated camera maps the ground to the picture.

The ground is measured in metres: x to the right of the camera's axis, z away from it, `up` above the floor. The picture
plane stands upright (a shift lens), so verticals stay vertical, and a height of `h` metres on the ground at picture row
`y` is `h * (y - horizon) / height` pixels tall: perspective in one line.
"""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

from watchword.scene import Ground, Size

Floats = NDArray[np.float64]


@attrs.frozen
class Lens:
    """A camera over flat ground.

    Attributes:
        size: Width and height of the picture, pixels.
        focal: Focal length, pixels.
        horizon: Picture row of the horizon; may be above the picture.
        height: Of the camera above the ground, metres.
    """

    size: Size
    focal: float
    horizon: float
    height: float

    def scale(self, z: float) -> float:
        """Pixels per metre at distance z."""
        return self.focal / z

    def project(self, x: float, up: float, z: float) -> tuple[float, float]:
        """Picture point of a point in space."""
        s = self.focal / z
        return self.size[0] / 2 + x * s, self.horizon + (self.height - up) * s

    def project_all(self, points: Floats) -> Floats:
        """Picture points, (n, 2), of points in space, (n, 3) with columns x, up, z."""
        s = self.focal / points[:, 2]
        return np.column_stack((self.size[0] / 2 + points[:, 0] * s, self.horizon + (self.height - points[:, 1]) * s))

    def ground_at(self, px: float, py: float) -> tuple[float, float]:
        """The point x, z of the ground that is seen at a picture point below the horizon."""
        z = self.focal * self.height / (py - self.horizon)
        return (px - self.size[0] / 2) * z / self.focal, z

    def depth_at(self, py: float) -> float:
        """How far away the ground at a picture row is, metres."""
        return self.focal * self.height / (py - self.horizon)

    def half_width(self, z: float) -> float:
        """Metres from the axis to the picture's edge at distance z."""
        return self.size[0] / 2 * z / self.focal

    def ground(self, near: float, far: float) -> Ground:
        """The exact calibration, from four points between the distances `near` and `far` (metres)."""
        pairs = []
        for z in (near, far):
            for x in (-2.0, 2.0):
                px, py = self.project(x, 0, z)
                pairs.append(((round(px, 3), round(py, 3)), (x, z)))
        return Ground(pairs=tuple(pairs))
