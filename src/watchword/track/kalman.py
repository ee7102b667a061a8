"""The filter of the tracker: constant velocity in the picture, everything in seconds and in H, the box's height.

A Kalman filter whose x and y share one 2 × 2 covariance of place and velocity, and whose width and height share one
scalar: the measurement is as good in x as in y, so nothing is lost, and all things of all cameras are stepped in a few
array operations. Covariances are in units of H, so that a person near the camera and one far away are alike.

Source: R. E. Kalman, "A new approach to linear filtering and prediction problems", 1960; the continuous white-noise
acceleration model as in Y. Bar-Shalom et al., "Estimation with Applications to Tracking and Navigation", ch. 6.2.
"""

from __future__ import annotations

import attrs
import numpy as np

from watchword.boxes import Bools, Floats
from watchword.track.state import Things


@attrs.frozen(kw_only=True)
class Motion:
    """How people move, other things faster by a factor, and how boxes err. H is the height of a box.

    Attributes:
        speed: H/s, how fast a thing may be when first seen.
        acceleration: H/s by which a velocity changes in a second (as the root of seconds).
        place: H, error of a box's centre.
        size: Share of a box's size, its error.
        lasting: Seconds for which a detector's error lasts; looks closer together than that say less each.
        drift: Share by which a size changes in a second (as the root of seconds).
        decay: Seconds in which the velocity of a thing unseen falls to 1/e.
    """

    speed: float = 0.7
    acceleration: float = 0.3
    place: float = 0.045
    size: float = 0.065
    lasting: float = 0.04
    drift: float = 0.05
    decay: float = 1.5

    def predict(self, things: Things, dt: Floats, agility: Floats, resting: Bools) -> None:
        """Move each thing by `dt` seconds, (n,), in place; what rests unseen stays."""
        if resting.any():
            things.vx = np.where(resting, 0.0, things.vx)
            things.vy = np.where(resting, 0.0, things.vy)
        away = things.unseen > 0
        fade = np.where(away, np.exp(-dt / self.decay), 1.0)
        path = np.where(away, self.decay * (1.0 - fade), dt)
        things.x = things.x + things.vx * path
        things.y = things.y + things.vy * path
        things.vx = things.vx * fade
        things.vy = things.vy * fade
        q = (self.acceleration * agility) ** 2
        things.pp = things.pp + dt * (2 * things.pv + dt * (things.vv + q * dt / 3))
        things.pv = things.pv + dt * (things.vv + q * dt / 2)
        things.vv = things.vv + q * dt
        things.ps = things.ps + self.drift**2 * dt

    def hold(self, things: Things, which: Bools) -> None:
        """Keep, in place, the place and size of still things that are seen in part, as well known as before."""
        things.pp = np.where(which, np.minimum(things.pp, self.place**2), things.pp)
        things.ps = np.where(which, np.minimum(things.ps, self.size**2), things.ps)
        things.pv = np.where(which, 0.0, things.pv)
        things.vx = np.where(which, 0.0, things.vx)
        things.vy = np.where(which, 0.0, things.vy)

    def errors(self, dt: Floats) -> tuple[Floats, Floats]:
        """Variances of a box's place (H²) and size (share²) where the looks are `dt` seconds apart."""
        more = 1.0 + self.lasting / dt
        return self.place**2 * more, self.size**2 * more

    def correct(self, things: Things, hit: Bools, box: tuple[Floats, Floats, Floats, Floats], dt: Floats) -> None:
        """Take in a box's centre x, y, width, height, (n,) each, for the things that were hit, in place."""
        x, y, w, h = box
        r, rs = self.errors(dt)
        s = things.pp + r
        k = np.where(hit, things.pp / s, 0.0)
        kv = np.where(hit, things.pv / s, 0.0)
        ks = np.where(hit, things.ps / (things.ps + rs), 0.0)
        dx, dy = x - things.x, y - things.y
        things.x = things.x + k * dx
        things.y = things.y + k * dy
        things.vx = things.vx + kv * dx
        things.vy = things.vy + kv * dy
        things.w = things.w + ks * (w - things.w)
        things.h = things.h + ks * (h - things.h)
        things.vv = things.vv - kv * things.pv
        things.pv = things.pv * (1.0 - k)
        things.pp = things.pp * (1.0 - k)
        things.ps = things.ps * (1.0 - ks)
