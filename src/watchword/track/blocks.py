"""Cameras stepped together keep their things in one block, so that a tick of them all is one pass over arrays.

A host that hands in the same cameras every time, one or three hundred, finds its block ready. Where the cameras of a
tick are others, blocks are taken apart and joined anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import attrs
import numpy as np
from numpy.typing import NDArray

from watchword.track.state import Looks, Things


@attrs.define(eq=False)
class Block:
    """Cameras that were stepped together last, and their things."""

    looks: Looks
    things: Things

    def parts(self) -> list[Self]:
        """One block a camera."""
        n = len(self.looks.time)
        ends = np.searchsorted(self.things.camera, np.arange(n + 1))
        blocks = []
        for k in range(n):
            things = self.things.take(slice(ends[k], ends[k + 1]))
            things.camera = np.zeros(len(things), np.int64)
            blocks.append(type(self)(self.looks.take(slice(k, k + 1)), things))
        return blocks

    @classmethod
    def join(cls, blocks: list[Self]) -> Self:
        """One block of several, each of one camera."""
        things = Things.join([block.things for block in blocks])
        things.camera = np.repeat(np.arange(len(blocks)), [len(block.things) for block in blocks])
        return cls(Looks.join([block.looks for block in blocks]), things)


class Blocks:
    """The blocks of all cameras, each camera in one of them."""

    def __init__(self) -> None:
        self._blocks: dict[tuple[str, ...], Block] = {}
        self._of: dict[str, tuple[str, ...]] = {}
        self._last_ids: dict[str, int] = {}

    def of(self, cameras: tuple[str, ...]) -> Block:
        """The block of exactly these cameras, in this order."""
        if cameras not in self._blocks:
            for camera in cameras:
                self._split(camera)
            alone = [self._blocks.pop((camera,)) if camera in self._of else self._new(camera) for camera in cameras]
            self._blocks[cameras] = Block.join(alone) if len(alone) != 1 else alone[0]
            self._of.update(dict.fromkeys(cameras, cameras))
        return self._blocks[cameras]

    def drop(self, camera: str) -> None:
        """Forget a camera, but not the last number it gave, so that none is given twice."""
        self._split(camera)
        self._of.pop(camera, None)
        block = self._blocks.pop((camera,), None)
        if block is not None and block.looks.last_id[0]:
            self._last_ids[camera] = int(block.looks.last_id[0])

    def dump(self) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
        """All that is remembered: what can be said in JSON, and arrays."""
        arrays: dict[str, NDArray[Any]] = {}
        for k, block in enumerate(self._blocks.values()):
            for what, columns in (("looks", block.looks), ("things", block.things)):
                arrays |= {f"{k}/{what}/{name}": column for name, column in vars(columns).items()}
        return {"cameras": [list(cameras) for cameras in self._blocks], "last": self._last_ids}, arrays

    def load(self, said: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
        """Take up what was remembered."""
        for k, names in enumerate(said["cameras"]):
            cameras = tuple(names)
            looks = Looks(*[arrays[f"{k}/looks/{field.name}"].copy() for field in attrs.fields(Looks)])
            things = Things(*[arrays[f"{k}/things/{field.name}"].copy() for field in attrs.fields(Things)])
            self._blocks[cameras] = Block(looks, things)
            self._of.update(dict.fromkeys(cameras, cameras))
        self._last_ids.update(said["last"])

    def _split(self, camera: str) -> None:
        cameras = self._of.get(camera, (camera,))
        if len(cameras) > 1:
            for name, part in zip(cameras, self._blocks.pop(cameras).parts(), strict=True):
                self._blocks[name,] = part
                self._of[name] = (name,)

    def _new(self, camera: str) -> Block:
        looks = Looks.new(1)
        looks.last_id[0] = self._last_ids.pop(camera, 0)
        return Block(looks, Things.none())
