"""What a tracker knows: detections with an identity through time, all cameras of a tick in one table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Self

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from watchword.detections import Table, clean, frozen
from watchword.errors import DataError

UNTRACKED = frozenset({-1, 2**64 - 1})
"""Ids that mean "not tracked": MOTChallenge's and DeepStream's."""

Id = int | str


@attrs.frozen
class End:
    """A tracker's word that a thing has ended: which camera's, which id, and the time of its end in nanoseconds."""

    camera: str
    id: Id
    time: int


def _ends(given: Iterable[End]) -> tuple[End, ...]:
    return tuple(given)


def column_of_ids(ids: Sequence[Id]) -> NDArray[Any]:
    """Ids as a column: int64, uint64 where a number needs it, else objects (text, or numbers and text mixed)."""
    numbers = [i for i in ids if isinstance(i, int)]
    if len(numbers) == len(ids):
        if all(-(2**63) <= i < 2**63 for i in numbers):
            return np.array(numbers, np.int64)
        if all(i >= 0 for i in numbers):
            return np.array(numbers, np.uint64)
    column = np.empty(len(ids), object)
    column[:] = ids
    return column


def _ids(given: ArrayLike) -> list[Id]:
    """The host's ids as Python values, so that 64 bits stay 64 bits.

    Raises:
        DataError: An id is neither a whole number of at most 64 bits nor text.
    """
    values = given.tolist() if isinstance(given, np.ndarray) else list(given)  # type: ignore[arg-type]
    found: list[Id] = []
    for value in values:
        if isinstance(value, np.generic):
            value = value.item()
        if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise DataError(f"a track id is {value!r}", fix="ids are whole numbers of up to 64 bits, or text")
        if isinstance(value, int) and not -(2**63) <= value < 2**64:
            raise DataError(f"the track id {value} has more than 64 bits", fix="give it as text")
        found.append(value)
    return found


@attrs.frozen(eq=False, kw_only=True)
class Tracks(Table):
    """Tracked things of one tick. See `Table` for the shared columns.

    Attributes:
        ids: (n,), int64, uint64 or object (text); no id twice for one camera.
        seen: bool (n,). False where the tracker reports a place it only expects (coasting): such a row is no sight.
        ended: What the tracker says has ended. A tracker that says nothing leaves ends to the engine.
    """

    ids: NDArray[Any]
    seen: NDArray[np.bool_]
    ended: tuple[End, ...] = attrs.field(default=(), converter=_ends)

    def __attrs_post_init__(self) -> None:
        super().__attrs_post_init__()
        n = len(self.boxes)
        if self.ids.shape != (n,) or self.seen.shape != (n,) or self.seen.dtype != np.bool_:
            raise DataError(
                f"`ids` {self.ids.shape} and `seen` {self.seen.dtype} {self.seen.shape}: have to be ({n},), bool ({n},)"
            )
        object.__setattr__(self, "ids", frozen(self.ids))
        object.__setattr__(self, "seen", frozen(self.seen))

    def _columns(self) -> dict[str, NDArray[Any]]:
        return {**super()._columns(), "ids": self.ids, "seen": self.seen}

    def at(self, camera: str) -> Self:
        """The table of one camera alone, with its ends.

        Raises:
            DataError: The table has no such camera.
        """
        one = super().at(camera)
        return attrs.evolve(one, ended=[end for end in self.ended if end.camera == camera])

    @classmethod
    def _join_rest(cls, tables: Sequence[Any]) -> dict[str, Any]:
        kinds = {t.ids.dtype for t in tables if len(t)}
        if len(kinds) > 1:
            ids = column_of_ids([i for t in tables for i in t.ids.tolist()])
            return {"ended": [e for t in tables for e in t.ended], "ids": ids}
        return {"ended": [e for t in tables for e in t.ended]}

    @classmethod
    def of(
        cls,
        camera: str,
        time: int,
        ids: ArrayLike = (),
        boxes: ArrayLike = (),
        labels: Sequence[str] | str = "person",
        scores: ArrayLike | None = None,
        seen: ArrayLike | None = None,
        ended: Sequence[End] = (),
        **extra: ArrayLike,
    ) -> Self:
        """The tracks of one camera's frame.

        Left out and counted in `dropped`: boxes not finite or of no area, scores not finite, the ids -1 and 2^64 - 1
        ("not tracked"), other negative ids, and a second row with the same id.

        Args:
            camera: The camera's name.
            time: When it looked, integer nanoseconds.
            ids: (n,) whole numbers of up to 64 bits, or text.
            boxes: (n, 4) left, top, right, bottom in pixels.
            labels: A class name a box, or one for all.
            scores: (n,), 1 where not given.
            seen: (n,) bool, True where not given.
            ended: What has ended, if the tracker tells.
            extra: Further columns, (n,) each.

        Raises:
            DataError: Columns of different lengths, an id of another kind, a column that says who somebody is.
        """
        made, keep, dropped = clean(boxes, labels, scores, extra)
        known = _ids(ids)
        n = len(keep)
        if len(known) != n:
            raise DataError(f"{n} boxes but {len(known)} ids", fix="give each box one; -1 means not tracked")
        met: set[Id] = set()
        for row, value in enumerate(known):
            if not keep[row]:
                continue
            if value in UNTRACKED:
                reason = "not tracked"
            elif isinstance(value, int) and value < 0:
                reason = "negative id"
            elif value in met:
                reason = "id repeated in a frame"
            else:
                met.add(value)
                continue
            keep[row] = False
            dropped[reason] = dropped.get(reason, 0) + 1
        sight = np.ones(n, np.bool_) if seen is None else np.asarray(seen, np.bool_).reshape(-1)
        if len(sight) != n:
            raise DataError(f"{n} boxes but {len(sight)} seen", fix="give each box one")
        if not keep.all():
            made = {
                **made,
                **{k: made[k][keep] for k in ("boxes", "labels", "scores")},
                "extra": {k: v[keep] for k, v in made["extra"].items()},
            }
            known = [i for i, kept in zip(known, keep, strict=True) if kept]
        return cls(
            cameras=(camera,),
            times=np.array([time], np.int64),
            camera=np.zeros(len(known), np.int32),
            dropped=dropped,
            ids=column_of_ids(known),
            seen=sight[keep],
            ended=ended,
            **made,
        )
