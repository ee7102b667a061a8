"""Parts of the picture that nobody may look at, black before any detector sees them: a neighbour's window, a screen.

What lies under a mask is lost for detectors, for pictures of alerts and for films, as all of them get the masked frame.
"""

from __future__ import annotations

from functools import lru_cache

import attrs
import cv2
import numpy as np
from numpy.typing import NDArray

from watchword.scene import Ring, Scene, Size
from watchword.video import Frame


def masked(frame: Frame, scene: Scene | None) -> Frame:
    """The frame with the scene's masks black; the frame itself where there are none. The image given is not changed.

    Args:
        frame: Of the size that the scene is drawn for, or another, to which the masks are scaled; each side for itself,
            so that nothing that should be hidden is seen even where the shape differs.
        scene: What the camera looks at.
    """
    if scene is None or not scene.masks:
        return frame
    keep = kept(scene, frame.size)
    return attrs.evolve(frame, image=np.asarray(cv2.bitwise_and(frame.image, frame.image, mask=keep), np.uint8))


def kept(scene: Scene, size: Size) -> NDArray[np.uint8]:
    """What of a picture of this size may be seen: uint8 (height, width), 255 there and 0 in the scene's masks."""
    return _keep(scene.masks, scene.frame, size)


@lru_cache(maxsize=1024)
def _keep(masks: tuple[Ring, ...], drawn: Size, size: Size) -> NDArray[np.uint8]:
    """uint8 (height, width): 255 where the picture may be seen. Borders are hidden, with a pixel more."""
    keep = np.full((size[1], size[0]), 255, np.uint8)
    scale = np.array(size) / np.array(drawn)
    for ring in masks:
        corners = np.rint(np.array(ring) * scale).astype(np.int32)
        cv2.fillPoly(keep, [corners], 0)
        cv2.polylines(keep, [corners], isClosed=True, color=0, thickness=3)
    keep.flags.writeable = False
    return keep
