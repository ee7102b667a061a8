"""Scenes of a bag that is left behind, and of what may be taken for one.

A bag is *left* in the sense of `bag unattended`: its owner is farther from it than 1.5 of their own heights in the
picture, and nobody else stays by it for five seconds. Everybody else's path is drawn again until that holds.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np

from watchword.errors import DataError
from watchword.scene import Size
from watchword.sim.decoys import STAGED_BY, left_bag
from watchword.sim.director import Director
from watchword.sim.places import place_at_random
from watchword.sim.stage import Stage

Decoy = Literal[
    "stands", "sits", "returns", "lies", "moved_chair", "moved_bin", "light_patch", "door", "exposure", "tremble",
    "removed", "ghost",
]  # fmt: skip
DECOYS: tuple[Decoy, ...] = get_args(Decoy)
SIZES: tuple[Size, ...] = ((640, 360), (720, 480))


def left_scene(seed: int, *, decoy: Decoy | None = None, people_at_start: bool = False) -> Stage:
    """A bag left behind, or a decoy; 45 to 60 s, the first 5 s empty unless `people_at_start`.

    Args:
        seed: Where chance comes from.
        decoy: What is there instead of a left bag; None: a bag is left.
        people_at_start: People walk and stand in view from the first frame on.

    Raises:
        DataError: No such decoy.
    """
    if decoy is not None and decoy not in DECOYS:
        raise DataError(f"there is no decoy {decoy!r}", fix=f"known are: {', '.join(DECOYS)}")
    rng = np.random.default_rng((seed, DECOYS.index(decoy) + 1 if decoy else 0, int(people_at_start)))
    size = SIZES[rng.integers(len(SIZES))]
    place = place_at_random(size, rng, bench=decoy == "sits", door=decoy == "door")
    director = Director(place, rng, people_at_start or decoy == "ghost")
    if decoy is None:
        left_bag(director)
    else:
        STAGED_BY[decoy](director)
    return director.stage(seed)
