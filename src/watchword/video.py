"""Frames with their time, from films, folders of pictures and hosts."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray


@attrs.frozen(eq=False)
class Frame:
    """One picture of one camera.

    Attributes:
        camera: The camera's name.
        time: When it was taken, integer nanoseconds.
        image: uint8 (height, width, 3), blue, green, red.
        index: Its number in the stream, from 0.
    """

    camera: str
    time: int
    image: NDArray[np.uint8]
    index: int = 0

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return int(self.image.shape[1]), int(self.image.shape[0])
