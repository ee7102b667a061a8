"""How boxes overlap, in pairs, and who stands before whom."""

from __future__ import annotations

import numpy as np

from watchword.boxes import Floats
from watchword.track.match import Index, near
from watchword.track.state import Sights, Things


def shares(things: Things, others: Things | Sights, thing: Index, other: Index) -> tuple[Floats, Floats, Floats]:
    """Of pairs, (k,): intersection over union, the share of the thing's box in the other's, and the other way round."""
    width, height = (
        np.maximum(
            np.minimum((p + s / 2)[thing], (q + r / 2)[other]) - np.maximum((p - s / 2)[thing], (q - r / 2)[other]),
            0.0,
        )
        for p, s, q, r in ((things.x, things.w, others.x, others.w), (things.y, things.h, others.y, others.h))
    )
    both = width * height
    mine, its = (things.w * things.h)[thing], (others.w * others.h)[other]
    return both / (mine + its - both), both / mine, both / its


def hidden(things: Things) -> Floats:
    """How much of each thing a known one hides that stands nearer, its feet lower in the picture: a share, (n,)."""
    share = np.zeros(len(things))
    back, front = near(things.x, things.camera, things.w, things.x, things.camera)
    half = things.h / 2
    foot, head = things.y + half, things.y - half
    nearer = (foot[front] > foot[back]) & (head[front] < foot[back]) & ((things.id > 0) & (things.hits >= 3))[front]
    at = nearer.nonzero()[0]
    if len(at):
        back, front = back[at], front[at]
        np.maximum.at(share, back, shares(things, things, back, front)[1])
    return share
