"""Draws people."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from watchword.sim import body
from watchword.sim.body import Look
from watchword.sim.lens import Lens
from watchword.sim.paint import Box, Image, Patch, darken, lit

Floats = NDArray[np.float64]


def extent(lens: Lens, look: Look, joints: Floats) -> Box:
    """The box around somebody whose joints are known (16, 3), pixels, parts outside the picture included."""
    px = lens.project_all(joints)
    r = (body.radii(look) * lens.focal / joints[:, 2])[:, None]
    low, high = (px - r).min(axis=0), (px + r).max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def shadow(canvas: Image, lens: Lens, joints: Floats, light: tuple[float, float], share: float) -> None:
    """The soft shadow of somebody on the ground: one under them, one thrown by the light's direction (x, z)."""
    low = joints[:, 1] < 0.35
    spread = joints[:, [0, 2]]
    if np.ptp(joints[:, 1]) < 0.6:  # lying
        axis = spread[body.HEAD] - spread[body.L_ANKLE]
        middle = spread.mean(axis=0)
        darken(canvas, lens, (middle[0], middle[1]), tuple(axis * 0.62), (-axis[1] * 0.25, axis[0] * 0.25), share)
        return
    x, z = spread[low].mean(axis=0)
    darken(canvas, lens, (x, z), (0.42, 0), (0, 0.36), share)
    length = float(np.hypot(*light))
    if length > 0.05:
        side = (-light[1] / length * 0.27, light[0] / length * 0.27)
        darken(
            canvas, lens, (x + light[0] / 2, z + light[1] / 2), (light[0] * 0.62, light[1] * 0.62), side, share * 0.75
        )


def figure(canvas: Image, lens: Lens, look: Look, joints: Floats, clip: tuple[int, int, int, int] | None) -> None:
    """Draw somebody, in place, inside `clip`."""
    box = extent(lens, look, joints)
    if box[2] < 0 or box[0] > lens.size[0] or box[1] > lens.size[1] or box[3] < 0:
        return
    patch = Patch(box, 3 if box[3] - box[1] < 110 else 2)
    px = lens.project_all(joints)
    s = lens.focal / float(joints[:, 2].mean()) * look.height / 1.75
    wide = 2 * body.radii(look) * s * 1.75 / look.height
    away = joints[body.L_HIP, 2] > joints[body.R_HIP, 2]  # the left side is the farther one
    order = (0, 1) if away else (1, 0)
    facing = float(joints[body.L_TOE, 2] + joints[body.R_TOE, 2] - joints[body.L_ANKLE, 2] - joints[body.R_ANKLE, 2])

    def arm(which: int, shade: float) -> None:
        shoulder, elbow, hand = px[body.L_SHOULDER + which], px[body.L_ELBOW + which], px[body.L_HAND + which]
        patch.line(shoulder, elbow, wide[body.L_ELBOW] * 1.1, lit(look.top, shade))
        patch.line(elbow, hand, wide[body.L_HAND] * 0.95, lit(look.top, shade))
        patch.ellipse(hand, (wide[body.L_HAND] * 0.55, wide[body.L_HAND] * 0.55), lit(look.skin, shade))

    def leg(which: int, shade: float) -> None:
        hip, knee = px[body.L_HIP + which], px[body.L_KNEE + which]
        ankle, toe = px[body.L_ANKLE + which], px[body.L_TOE + which]
        patch.line(ankle, toe, wide[body.L_TOE] * 1.2, lit(look.shoes, shade))
        patch.line(knee, ankle, wide[body.L_ANKLE] * 1.05, lit(look.trousers, shade * 0.95))
        patch.line(hip, knee, wide[body.L_KNEE] * 1.12, lit(look.trousers, shade))

    leg(order[0], 0.8)
    arm(order[0], 0.78)
    leg(order[1], 1.0)
    hips = (px[body.L_HIP] + px[body.R_HIP]) / 2
    chest = (px[body.L_SHOULDER] + px[body.R_SHOULDER]) / 2
    depth = 0.21 * look.girth * s
    if look.pack is not None and facing <= 0.02:
        _pack(patch, look, px, s, joints)
    patch.line(chest * 0.9 + hips * 0.1, hips * 0.76 + chest * 0.24, depth, look.top)
    torso = np.vstack((px[body.L_SHOULDER], px[body.R_SHOULDER], px[body.R_HIP], px[body.L_HIP]))
    grown = torso + (torso - torso.mean(axis=0)) * (0.14, 0.05)
    patch.polygon(_ordered(grown), look.top)
    patch.line(px[body.L_SHOULDER], px[body.R_SHOULDER], wide[body.L_SHOULDER], lit(look.top, 1.06))
    if look.coat and np.ptp(joints[:, 1]) > 1.0:
        knees = (px[body.L_KNEE] + px[body.R_KNEE]) / 2
        low = hips * 0.35 + knees * 0.65
        spread = np.array([depth * 0.62 + 0.04 * s, 0])
        patch.polygon(
            _ordered(np.vstack((hips - spread * 0.85, hips + spread * 0.85, low + spread, low - spread))), look.top
        )
        patch.line(chest, low, max(1.0, 0.012 * s), lit(look.top, 0.75))
    else:
        patch.line(_by(hips, -depth / 2, 0), _by(hips, depth / 2, 0), max(1.0, 0.05 * s), lit(look.trousers, 0.7))
    if look.pack is not None and facing > 0.02:
        _pack(patch, look, px, s, joints)
    arm(order[1], 0.94)
    _head(patch, look, px, s, joints, facing)
    patch.lay(canvas, clip, 0.28)


def _by(point: Floats, dx: float, dy: float) -> Floats:
    moved: Floats = point + np.array((dx, dy))
    return moved


def _ordered(points: Floats) -> Floats:
    around = points - points.mean(axis=0)
    return points[np.argsort(np.arctan2(around[:, 1], around[:, 0]))]


def _pack(patch: Patch, look: Look, px: Floats, s: float, joints: Floats) -> None:
    assert look.pack is not None
    toes = (joints[body.L_TOE] + joints[body.R_TOE] - joints[body.L_ANKLE] - joints[body.R_ANKLE])[0]
    middle = px[body.NECK] * 0.62 + (px[body.L_HIP] + px[body.R_HIP]) * 0.19
    middle = middle - (np.clip(toes / 0.28, -1, 1) * 0.1 * s, 0)
    patch.ellipse(middle, (0.14 * s, 0.22 * s), look.pack)
    patch.ellipse(_by(middle, 0, 0.07 * s), (0.1 * s, 0.09 * s), lit(look.pack, 0.8))


def _head(patch: Patch, look: Look, px: Floats, s: float, joints: Floats, facing: float) -> None:
    lying = np.ptp(joints[:, 1]) < 0.6
    head, neck = px[body.HEAD], px[body.NECK]
    patch.line(neck, head, 0.1 * s, lit(look.skin, 0.85))
    axes = (0.088 * s, 0.12 * s)
    angle = 0.0
    if lying:
        way = head - neck
        angle = float(np.degrees(np.arctan2(way[1], way[0]))) + 90
    turn = float(np.clip((joints[body.L_TOE, 0] - joints[body.L_ANKLE, 0]) / 0.13, -1, 1))
    patch.ellipse(head, axes, look.hair if facing > 0.05 else look.skin, angle)
    if facing > 0.05:
        if not look.long_hair:
            patch.ellipse(_by(head, turn * 0.02 * s, 0.075 * s), (0.055 * s, 0.035 * s), lit(look.skin, 0.9), angle)
    elif not lying:
        patch.ellipse(_by(head, -turn * 0.035 * s, -0.05 * s), (0.086 * s, 0.072 * s), look.hair)
        if look.long_hair:
            patch.ellipse(_by(head, -0.055 * s - turn * 0.02 * s, 0.03 * s), (0.032 * s, 0.1 * s), look.hair)
            if abs(turn) < 0.6:
                patch.ellipse(_by(head, 0.055 * s, 0.03 * s), (0.032 * s, 0.1 * s), look.hair)
    else:
        patch.ellipse(_by(head, 0, -0.03 * s), (0.085 * s, 0.06 * s), look.hair, angle)
