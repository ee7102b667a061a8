"""A person's looks and skeleton; sizes as shares of body height (Winter, Biomechanics of Human Movement, 2009)."""

from __future__ import annotations

import math

import attrs
import numpy as np
from numpy.typing import NDArray

from watchword.sim.script import Path, Pose

Floats = NDArray[np.float64]
Colour = tuple[int, int, int]

HEAD, NECK, L_SHOULDER, R_SHOULDER, L_ELBOW, R_ELBOW, L_HAND, R_HAND = range(8)
L_HIP, R_HIP, L_KNEE, R_KNEE, L_ANKLE, R_ANKLE, L_TOE, R_TOE = range(8, 16)
# How thick a body is around each joint, metres for somebody of 1.75 m.
RADII = np.array([0.12, 0.09, 0.075, 0.075, 0.05, 0.05, 0.045, 0.045, 0.1, 0.1, 0.07, 0.07, 0.05, 0.05, 0.035, 0.035])
STRIDE = 0.83  # length of two steps, as a share of body height


@attrs.frozen
class Look:
    """What somebody looks like: height in metres, girth as a factor, colours (blue, green, red)."""

    height: float
    girth: float
    top: Colour
    trousers: Colour
    skin: Colour
    hair: Colour
    shoes: Colour
    coat: bool = False
    long_hair: bool = False
    pack: Colour | None = None


CLOTHES: tuple[Colour, ...] = (
    (45, 42, 40), (70, 60, 52), (95, 88, 84), (150, 146, 140), (205, 206, 204), (110, 72, 40), (140, 104, 60),
    (48, 44, 120), (60, 66, 160), (70, 92, 70), (96, 128, 110), (70, 110, 160), (60, 150, 190), (150, 120, 150),
    (90, 60, 90), (160, 150, 110), (40, 70, 100), (180, 170, 185),
)  # fmt: skip
TROUSERS: tuple[Colour, ...] = (
    (44, 40, 38), (78, 58, 46), (104, 80, 60), (90, 92, 94), (84, 104, 122), (58, 62, 68),
    (120, 130, 140),
)  # fmt: skip
SKINS: tuple[Colour, ...] = ((150, 175, 215), (130, 155, 200), (105, 135, 180), (70, 95, 140), (50, 70, 105))
HAIRS: tuple[Colour, ...] = ((28, 28, 30), (36, 44, 58), (50, 70, 96), (90, 120, 150), (120, 122, 124))


def dress(rng: np.random.Generator) -> Look:
    """Somebody, at random."""

    def one(of: tuple[Colour, ...], spread: int) -> Colour:
        base = np.array(of[rng.integers(len(of))]) + rng.integers(-spread, spread + 1, 3)
        b, g, r = (int(v) for v in np.clip(base, 20, 225))
        return b, g, r

    return Look(
        height=float(np.clip(rng.normal(1.71, 0.08), 1.52, 1.92)),
        girth=float(rng.uniform(0.9, 1.2)),
        top=one(CLOTHES, 14),
        trousers=one(TROUSERS, 10),
        skin=one(SKINS, 8),
        hair=one(HAIRS, 6),
        shoes=one(((32, 30, 30), (60, 56, 54), (190, 190, 190)), 8),
        coat=bool(rng.random() < 0.3),
        long_hair=bool(rng.random() < 0.35),
        pack=one(CLOTHES, 10) if rng.random() < 0.2 else None,
    )


def _upright(phase: float, swing: float, lean: float, carries: bool) -> Floats:
    """Joints of somebody upright, (16, 3): forward, to the right, up, as shares of body height."""
    joints = np.zeros((16, 3))
    hip_up, thigh, shank = 0.52, 0.245, 0.235
    for side, sign in ((0, -1.0), (1, 1.0)):
        p = phase + (math.pi if side else 0.0)
        angle = 0.42 * swing * math.sin(p)
        knee = 0.06 + swing * (0.1 + 0.85 * max(0.0, math.cos(p)) ** 1.5)
        joints[L_HIP + side] = 0, sign * 0.045, hip_up
        kf, ku = thigh * math.sin(angle), hip_up - thigh * math.cos(angle)
        joints[L_KNEE + side] = kf, sign * 0.05, ku
        af, au = kf + shank * math.sin(angle - knee), ku - shank * math.cos(angle - knee)
        joints[L_ANKLE + side] = af, sign * 0.05, au
        foot = 0.35 + angle - knee
        joints[L_TOE + side] = af + 0.08 * math.cos(foot), sign * 0.06, au + 0.08 * math.sin(foot) - 0.035
        tilt, out = math.sin(lean), math.cos(lean)
        joints[L_SHOULDER + side] = 0.3 * tilt, sign * 0.1, hip_up + 0.3 * out
        arm = -0.42 * swing * math.sin(p)
        bend = 0.25 + 0.25 * swing
        if carries and side:
            arm, bend = 0.03 - 0.05 * swing * math.sin(p), 0.05
        ef = joints[L_SHOULDER + side, 0] + 0.165 * math.sin(arm)
        eu = joints[L_SHOULDER + side, 2] - 0.165 * math.cos(arm)
        joints[L_ELBOW + side] = ef, sign * 0.122, eu
        joints[L_HAND + side] = ef + 0.17 * math.sin(arm + bend), sign * 0.115, eu - 0.17 * math.cos(arm + bend)
    tilt, out = math.sin(lean), math.cos(lean)
    joints[NECK] = 0.32 * tilt, 0, hip_up + 0.32 * out
    joints[HEAD] = 0.41 * tilt + 0.01, 0, hip_up + 0.41 * out
    joints[:, 2] -= joints[[L_ANKLE, R_ANKLE, L_TOE, R_TOE], 2].min() - 0.01  # a foot is always on the ground
    return joints


def _posed(pose: Pose, phase: float, swing: float, carries: bool) -> Floats:
    if pose == "bend":
        joints = _upright(0.0, 0.0, 1.0, False)
        joints[[L_HAND, R_HAND], 0] = 0.33
        joints[[L_HAND, R_HAND], 2] = 0.3
        joints[[L_ELBOW, R_ELBOW], 0] = 0.27
        joints[[L_ELBOW, R_ELBOW], 2] = 0.46
        return joints
    joints = _upright(phase, swing, 0.04 + 0.04 * swing, carries)
    if pose == "sit":
        top = joints[:L_HIP, :].copy()
        joints[:L_HIP, 2] = top[:, 2] - 0.25
        joints[[L_HIP, R_HIP], 2] = 0.27
        joints[[L_KNEE, R_KNEE]] = [[0.24, -0.06, 0.27], [0.24, 0.06, 0.27]]
        joints[[L_ANKLE, R_ANKLE]] = [[0.23, -0.06, 0.04], [0.24, 0.06, 0.04]]
        joints[[L_TOE, R_TOE]] = [[0.31, -0.07, 0.01], [0.32, 0.07, 0.01]]
        joints[[L_HAND, R_HAND]] = [[0.18, -0.06, 0.32], [0.18, 0.06, 0.32]]
    if pose == "lie":
        flat = joints.copy()
        flat[:, 0] = joints[:, 2] - 0.5
        flat[:, 2] = 0.06 + 0.25 * np.clip(joints[:, 0], 0, None)
        return flat
    return joints


def skeleton(look: Look, path: Path, t: float, carries: bool = False) -> Floats:
    """Joints in space at time t, (16, 3): x, up, z in metres."""
    speed = path.speed(t)
    swing = min(1.0, speed / 1.15)
    phase = path.walked(t) / (STRIDE * look.height) * 2 * math.pi
    before, after, share = path.pose(t)
    joints = _posed(before, phase, swing, carries)
    if after != before and share > 0:
        joints = joints * (1 - share) + _posed(after, phase, swing, carries) * share
    joints = joints * look.height
    if swing < 0.3:  # nobody stands like a post: the upper body sways by a centimetre or two
        sway = (1 - swing / 0.3) * 0.012
        own = look.height * 37
        joints[:L_HIP, 0] += sway * math.sin(0.9 * t + own)
        joints[:L_HIP, 1] += sway * math.sin(0.63 * t + 2 * own)
    x, z = path.place(t)
    fx, fz = path.heading(t)
    return np.column_stack(
        (x + joints[:, 0] * fx + joints[:, 1] * fz, joints[:, 2], z + joints[:, 0] * fz - joints[:, 1] * fx)
    )


def radii(look: Look) -> Floats:
    """How thick the body is around each joint, metres, (16,)."""
    thick: Floats = RADII * (look.height / 1.75)
    thick[NECK:R_HIP] *= look.girth
    return thick
