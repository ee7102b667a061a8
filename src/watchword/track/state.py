"""What a tracker remembers: one row a thing, one array a fact, rows sorted by camera.

Rows are compact: what ends is cut out, what is born is put in, so memory and time follow the number of things alive.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import attrs
import numpy as np
from numpy.typing import NDArray

from watchword import boxes as bx
from watchword.boxes import Floats
from watchword.detections import MEMBERS, NEVER, REST_SINCE, Detections

Ints = NDArray[np.int64]


class Columns:
    """Arrays of one length, by name."""

    def take(self, rows: NDArray[Any] | slice) -> Self:
        """The same columns with these rows (an index array, mask or slice)."""
        if isinstance(rows, slice):
            return type(self)(*[column[rows] for column in self.all()])
        at = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        return type(self)(*[column.take(at) for column in self.all()])

    @classmethod
    def join(cls, parts: Sequence[Self]) -> Self:
        """The rows of all parts, one after the other."""
        return cls(*[np.concatenate(columns) for columns in zip(*[part.all() for part in parts], strict=True)])

    def all(self) -> list[NDArray[Any]]:
        """The columns, in the order of their fields."""
        return list(self.__dict__.values())


@attrs.define(eq=False, slots=False)
class Looks(Columns):
    """What is remembered of each camera.

    Attributes:
        time: int64, nanoseconds, its last look; `NEVER` before the first.
        usual: Seconds between its looks, smoothed; NaN before the second.
        last_id: int64, the last number given to one of its things.
    """

    time: Ints
    usual: Floats
    last_id: Ints

    @classmethod
    def new(cls, n: int) -> Self:
        """Cameras that have not looked yet."""
        return cls(np.full(n, NEVER), np.full(n, np.nan), np.zeros(n, np.int64))


@attrs.define(eq=False, slots=False)
class Things(Columns):
    """What is remembered of each thing. H is its size, `scale`.

    Attributes:
        camera: int64, position of its camera in the tick; never falling.
        id: int64, its number; 0 while it is tentative.
        x, y, w, h: Centre and size in pixels.
        vx, vy: Pixels a second.
        pp, pv, vv: Covariance of place and velocity, the same for x and y, in H², H²/s, H²/s².
        ps: Variance of the size as a share of it.
        born, seen: int64, nanoseconds, its first and its last sight.
        hits: int64, how many sights.
        unseen: Seconds since the last sight, only those for which the camera looked; 0 where just seen.
        score: Mean score of its boxes.
        label: int64, class.
        credit: Seconds by which its label leads over others.
        rest_x, rest_y: The place it has not left, bottom centre.
        rested: int64, nanoseconds, when it came there.
        rest_since: int64, nanoseconds, when it came to rest by its detector's word, or `NEVER`.
        members: How many people it stands for by its detector's word.
    """

    camera: Ints
    id: Ints
    x: Floats
    y: Floats
    w: Floats
    h: Floats
    vx: Floats
    vy: Floats
    pp: Floats
    pv: Floats
    vv: Floats
    ps: Floats
    born: Ints
    seen: Ints
    hits: Ints
    unseen: Floats
    score: Floats
    label: Ints
    credit: Floats
    rest_x: Floats
    rest_y: Floats
    rested: Ints
    rest_since: Ints
    members: Floats

    @classmethod
    def none(cls) -> Self:
        """No thing at all."""
        whole, real = np.empty(0, np.int64), np.empty(0, np.float64)
        return cls(*[whole if field.type == "Ints" else real for field in attrs.fields(cls)])  # type: ignore[arg-type]

    def __len__(self) -> int:
        return len(self.x)

    @property
    def scale(self) -> Floats:
        """H in pixels: a box's height, or half its width where that is more (what lies, a vehicle)."""
        return np.maximum(self.h, self.w / 2)

    @property
    def boxes(self) -> bx.Boxes:
        """(n, 4), left, top, right, bottom."""
        w, h = self.w / 2, self.h / 2
        return np.column_stack((self.x - w, self.y - h, self.x + w, self.y + h))


@attrs.define(eq=False, slots=False)
class Sights(Columns):
    """The boxes of a tick, in the columns of `Things`."""

    camera: Ints
    x: Floats
    y: Floats
    w: Floats
    h: Floats
    score: Floats
    label: Ints
    rest_since: Ints
    members: Floats

    @classmethod
    def of(cls, detections: Detections, labels: Ints) -> Self:
        """The boxes of a table, their classes numbered as the tracker does."""
        left, top, right, bottom = detections.boxes.T
        n, extra = len(detections), detections.extra
        return cls(
            detections.camera.astype(np.int64),
            (left + right) / 2,
            (top + bottom) / 2,
            right - left,
            bottom - top,
            detections.scores,
            labels[detections.labels],
            extra[REST_SINCE.name] if REST_SINCE.name in extra else np.full(n, NEVER),
            extra[MEMBERS.name] if MEMBERS.name in extra else np.ones(n),
        )

    def __len__(self) -> int:
        return len(self.x)

    def things(self, now: Ints, place: Floats, size: Floats, speed: Floats) -> Things:
        """Each box as a new, tentative thing. Times, variances of place, size and velocity: (n,) each."""
        n = len(self)
        zero = np.zeros(n)
        return Things(
            camera=self.camera,
            id=np.zeros(n, np.int64),
            x=self.x,
            y=self.y,
            w=self.w,
            h=self.h,
            vx=zero,
            vy=zero,
            pp=place,
            pv=zero,
            vv=speed,
            ps=size,
            born=now,
            seen=now,
            hits=np.ones(n, np.int64),
            unseen=zero,
            score=self.score,
            label=self.label,
            credit=zero,
            rest_x=self.x,
            rest_y=self.y + self.h / 2,
            rested=now,
            rest_since=self.rest_since,
            members=self.members,
        )
