"""What a detector saw: columns, one row a box, all cameras of a tick in one table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Self

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from watchword import boxes as bx
from watchword.errors import DataError

# Nothing about who somebody is: a column whose name has one of these words in it is refused, whoever declares it.
IDENTITY = frozenset(
    [
        "face",
        "faces",
        "facial",
        "gait",
        "name",
        "names",
        "surname",
        "plate",
        "plates",
        "licence_plate",
        "license_plate",
        "lpr",
        "anpr",
        "age",
        "ages",
        "sex",
        "gender",
        "skin",
        "race",
        "ethnicity",
        "ethnic",
        "emotion",
        "emotions",
        "identity",
        "identities",
        "person_id",
        "reid",
        "embedding",
        "iris",
        "fingerprint",
        "biometric",
        "biometrics",
        "religion",
    ]
)
NEVER = np.iinfo(np.int64).min
"""In a column of times: there is none."""


def check_column_name(name: str) -> None:
    """Refuse a column that would say who somebody is.

    Raises:
        DataError: The name is on the list, or is no identifier.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise DataError(f"a column cannot be named `{name}`", fix="use small letters, digits and _, a letter first")
    if name in IDENTITY or IDENTITY & set(name.split("_")):
        raise DataError(
            f"a column `{name}` would say who somebody is, and Watchword does not take it",
            fix="rules speak of what is done, where and for how long; leave this column out",
        )


@attrs.frozen
class Column:
    """A column that a detector adds to its boxes: its name, unit and range.

    The names `rest_since` (int64 nanoseconds, when a thing came to rest, `NEVER` where it did not) and `members` (how
    many people a box stands for, 1 where not said) mean the same whoever gives them.

    Raises:
        DataError: The name says who somebody is (a face, an age, a plate …), or is no identifier.
    """

    name: str
    unit: str = ""
    low: float = -np.inf
    high: float = np.inf

    def __attrs_post_init__(self) -> None:
        check_column_name(self.name)


REST_SINCE = Column("rest_since", "ns")
MEMBERS = Column("members", "", 0)


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """The array as a view that cannot be written to."""
    view = array.view()
    view.flags.writeable = False
    return view


def _columns(given: Mapping[str, NDArray[Any]]) -> Mapping[str, NDArray[Any]]:
    return MappingProxyType({name: frozen(column) for name, column in given.items()})


def _counts(given: Mapping[str, int]) -> Mapping[str, int]:
    return MappingProxyType(dict(given))


def _strings(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(names)


@attrs.frozen(eq=False, kw_only=True)
class Table:
    """The columns that detections and tracks share. One row a box, sorted by camera.

    A table covers one *tick*: every camera in `cameras` has looked, at its time in `times`, whether or not a row is
    about it. An empty table of a camera therefore says "looked, saw nothing".

    Attributes:
        cameras: Names, c of them, no name twice.
        times: int64 (c,), nanoseconds, when each camera looked.
        camera: int32 (n,), which of `cameras` a row is from; never falling.
        boxes: float64 (n, 4), left, top, right, bottom in pixels of the camera's frame.
        labels: int32 (n,), which of `names` a row's class is.
        names: The class names, no name twice.
        scores: float64 (n,), 0 to 1.
        extra: Further columns by name, each (n,), float64 (NaN: not known) or int64 (`NEVER`: none).
        dropped: How many rows were left out when the table was made, by reason.
        memo: What was worked out from the table, so that it need not be again.
    """

    cameras: tuple[str, ...] = attrs.field(converter=_strings)
    times: NDArray[np.int64]
    camera: NDArray[np.int32]
    boxes: NDArray[np.float64]
    labels: NDArray[np.int32]
    names: tuple[str, ...] = attrs.field(converter=_strings)
    scores: NDArray[np.float64]
    extra: Mapping[str, NDArray[Any]] = attrs.field(factory=dict, converter=_columns)
    dropped: Mapping[str, int] = attrs.field(factory=dict, converter=_counts)
    memo: dict[object, Any] = attrs.field(factory=dict, init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        n, c = len(self.boxes), len(self.cameras)
        wanted = {
            "times": (np.int64, (c,)),
            "camera": (np.int32, (n,)),
            "boxes": (np.float64, (n, 4)),
            "labels": (np.int32, (n,)),
            "scores": (np.float64, (n,)),
        }
        for name, (dtype, shape) in wanted.items():
            have = getattr(self, name)
            if have.dtype != dtype or have.shape != shape:
                raise DataError(
                    f"column `{name}` is {have.dtype} {have.shape}, it has to be {np.dtype(dtype)} {shape}",
                    fix=f"`{type(self).__name__}.of` takes lists and arrays of any number type",
                )
            object.__setattr__(self, name, frozen(have))
        for name, have in self.extra.items():
            check_column_name(name)
            if have.shape != (n,):
                raise DataError(f"column `{name}` has shape {have.shape}, it has to be ({n},): one value a row")

    def __len__(self) -> int:
        return len(self.boxes)

    def label(self, row: int) -> str:
        """The class name of a row."""
        return self.names[int(self.labels[row])]

    def rows_of(self, camera: int) -> slice:
        """The rows of the camera at this position, a slice (rows are sorted by camera)."""
        low, high = np.searchsorted(self.camera, [camera, camera + 1])
        return slice(int(low), int(high))

    def _columns(self) -> dict[str, NDArray[Any]]:
        """The row columns by field name, `extra` left out."""
        return {"camera": self.camera, "boxes": self.boxes, "labels": self.labels, "scores": self.scores}

    def take(self, rows: NDArray[Any] | slice) -> Self:
        """The same cameras and times with only these rows (an index array, mask or slice that keeps the order)."""
        columns: dict[str, Any] = {name: column[rows] for name, column in self._columns().items()}
        return attrs.evolve(self, **columns, extra={k: v[rows] for k, v in self.extra.items()})

    def at(self, camera: str) -> Self:
        """The table of one camera alone.

        Raises:
            DataError: The table has no such camera.
        """
        if camera not in self.cameras:
            raise DataError(f"there is no camera `{camera}` in this table", fix=f"it has: {', '.join(self.cameras)}")
        k = self.cameras.index(camera)
        one = self.take(self.rows_of(k))
        return attrs.evolve(one, cameras=(camera,), times=self.times[k : k + 1], camera=np.zeros(len(one), np.int32))

    @classmethod
    def join(cls, tables: Sequence[Self]) -> Self:
        """One table of several, whose cameras must all differ.

        Raises:
            DataError: A camera stands in two of them, or there is no table at all.
        """
        if not tables:
            raise DataError("no table to join")
        if len(tables) == 1:
            return tables[0]
        cameras = [c for t in tables for c in t.cameras]
        if len(set(cameras)) < len(cameras):
            twice = next(c for c in cameras if cameras.count(c) > 1)
            raise DataError(f"camera `{twice}` is in two tables of one tick", fix="give each camera one table a tick")
        names = list(dict.fromkeys(n for t in tables for n in t.names))
        offsets = np.cumsum([0, *(len(t.cameras) for t in tables)])
        columns: dict[str, Any] = {
            name: np.concatenate([t._columns()[name] for t in tables]) for name in tables[0]._columns()
        }
        columns["camera"] = np.concatenate([t.camera + np.int32(o) for t, o in zip(tables, offsets, strict=False)])
        columns["labels"] = np.concatenate(
            [np.array([names.index(n) for n in t.names] or [0], np.int32)[t.labels] for t in tables]
        )
        extra = {}
        for key in dict.fromkeys(k for t in tables for k in t.extra):
            kind = next(t.extra[key].dtype for t in tables if key in t.extra)
            extra[key] = np.concatenate([t.extra.get(key, missing(key, kind, len(t))) for t in tables])
        dropped: dict[str, int] = {}
        for t in tables:
            for reason, count in t.dropped.items():
                dropped[reason] = dropped.get(reason, 0) + count
        return cls(
            cameras=cameras,
            times=np.concatenate([t.times for t in tables]),
            names=names,
            extra=extra,
            dropped=dropped,
            **(columns | cls._join_rest(tables)),
        )

    @classmethod
    def _join_rest(cls, tables: Sequence[Any]) -> dict[str, Any]:  # noqa: ARG003 - subclasses need it
        return {}


def missing(name: str, dtype: np.dtype[Any], n: int) -> NDArray[Any]:
    """A column of values that nobody gave."""
    if name == MEMBERS.name:
        return np.ones(n)
    return np.full(n, NEVER if dtype == np.int64 else np.nan, dtype)


def clean(
    boxes: ArrayLike,
    labels: Sequence[str] | str,
    scores: ArrayLike | None,
    extra: Mapping[str, ArrayLike] | None,
) -> tuple[dict[str, Any], NDArray[np.bool_], dict[str, int]]:
    """Columns made of what a caller gave, which rows to keep, and why the others were left out.

    Raises:
        DataError: The columns have different lengths or a shape that is no column of boxes.
    """
    try:
        box = np.asarray(boxes, np.float64)
    except (TypeError, ValueError) as error:
        raise DataError(
            f"boxes are no table of numbers: {error}", fix="give rows of left, top, right, bottom"
        ) from None
    box = box.reshape(0, 4) if box.size == 0 else box
    if box.ndim != 2 or box.shape[1] != 4:
        raise DataError(f"boxes have shape {box.shape}, it has to be (n, 4)", fix="give left, top, right, bottom")
    n = len(box)
    given = [labels] * n if isinstance(labels, str) else list(labels)
    score = np.ones(n) if scores is None else np.asarray(scores, np.float64).reshape(-1)
    columns: dict[str, Any] = {}
    for name, values in (extra or {}).items():
        check_column_name(name)
        column = np.asarray(values)
        kind = np.int64 if name == REST_SINCE.name else np.float64
        columns[name] = np.ascontiguousarray(column, kind).reshape(-1)
    for name, length in [("labels", len(given)), ("scores", len(score)), *((k, len(v)) for k, v in columns.items())]:
        if length != n:
            raise DataError(f"{n} boxes but {length} {name}", fix="give each box one")
    names = list(dict.fromkeys(given))
    if any(not isinstance(name, str) for name in names):
        raise DataError(f"a label is {next(x for x in names if not isinstance(x, str))!r}, it has to be text")
    index = {name: i for i, name in enumerate(names)}
    infinite, flat = bx.faults(box)
    bad_score = ~infinite & ~flat & ~np.isfinite(score)
    dropped = {
        reason: int(rows.sum())
        for reason, rows in (
            ("box not finite", infinite),
            ("box without area", flat),
            ("score not finite", bad_score),
        )
        if rows.any()
    }
    made = {
        "boxes": box,
        "labels": np.array([index[g] for g in given], np.int32),
        "names": names,
        "scores": np.clip(score, 0.0, 1.0),
        "extra": columns,
    }
    return made, ~(infinite | flat | bad_score), dropped


@attrs.frozen(eq=False, kw_only=True)
class Detections(Table):
    """Boxes that a detector saw in one tick. See `Table` for the columns."""

    @classmethod
    def of(
        cls,
        camera: str,
        time: int,
        boxes: ArrayLike = (),
        labels: Sequence[str] | str = "person",
        scores: ArrayLike | None = None,
        **extra: ArrayLike,
    ) -> Self:
        """The detections of one camera's frame.

        Rows whose box is not finite or has no area, or whose score is not finite, are left out and counted in
        `dropped`; scores are brought into 0 to 1.

        Args:
            camera: The camera's name.
            time: When it looked, integer nanoseconds.
            boxes: (n, 4) left, top, right, bottom in pixels.
            labels: A class name a box, or one for all.
            scores: (n,), 1 where not given.
            extra: Further columns, (n,) each.

        Raises:
            DataError: Columns of different lengths, or a column that says who somebody is.
        """
        made, keep, dropped = clean(boxes, labels, scores, extra)
        whole = cls(
            cameras=(camera,),
            times=np.array([time], np.int64),
            camera=np.zeros(len(keep), np.int32),
            dropped=dropped,
            **made,
        )
        return whole if keep.all() else whole.take(keep)
