"""What is measured of groups at one moment, by word: how members and their columns go to `run.crowd`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from watchword.run import crowd
from watchword.run.groups import Gathered, Measure
from watchword.run.logic import Times
from watchword.run.look import Atlas, Bools
from watchword.run.metres import calibrated
from watchword.run.passes import Floats, Pass
from watchword.run.steps import Nodes, Plain

Bounds = tuple[Floats, Floats]


def sums(member: Bools, weight: Floats, starts: NDArray[np.int64]) -> Floats:
    """Sums of weights (rows,) over members (m, rows) by segment: float64 (m, k)."""
    return crowd.over(np.add, member * weight, starts, 0.0)


def count(of: Gathered) -> Bounds:
    """How many there are, between those that are sure and those that may be."""
    weight = of.at.look.things.members[of.at.look.slots][of.thing]
    low = sums(of.sure, weight, of.starts)
    return low, low if of.maybe is of.sure else sums(of.maybe, weight, of.starts)


def density(of: Gathered) -> Bounds:
    """How many there are, by the area of the zones they are in, /m²."""
    low, high = count(of)
    cameras = of.at.cams[of.at.column] if of.paired else of.at.cams
    area = np.array([[_area(of, asked.zones, camera) for camera in cameras.tolist()] for asked in of.asked])
    return low / area, high / area


def _area(of: Gathered, names: Sequence[str], camera: int) -> float:
    """The area of a camera's zones of these names, m²."""
    scene = of.at.look.cameras[camera].scene
    zones = of.at.look.atlas.places[camera].zones
    areas = [crowd.zone_area(zones[name], scene.ground if scene else None) for name in names if name in zones]
    return sum(areas) if areas else float("nan")


def _of_attribute(measure: Callable[..., Bounds]) -> Measure:
    """A measure of an attribute of the members, as it was when they were seen last."""

    def measured(of: Gathered) -> Bounds:
        attribute = [asked.attribute for asked in of.asked if asked.attribute is not None]
        value = of.at.grids["thing"].held.low[attribute]  # of one thing it is one number
        if of.paired:
            value = value.take(of.thing, axis=1)
        return measure(value, value, of.sure, of.maybe, of.starts)

    return measured


def _of_sure(measure: Callable[[Gathered, Bools, bool | None], Floats]) -> Measure:
    """A measure of the members that are sure; where only what is seen counts, it is unknown while one is not."""

    def measured(of: Gathered) -> Bounds:
        value = np.empty((len(of.asked), len(of.starts) - 1))
        for metric in {asked.metric for asked in of.asked}:
            mine = [k for k, asked in enumerate(of.asked) if asked.metric is metric]
            value[mine] = measure(of, of.sure[mine], metric)
        if of.hidden is not None:
            value = np.where(sums(of.hidden, np.ones(of.sure.shape[1]), of.starts) > 0, np.nan, value)
        return value, value

    return measured


def _places(of: Gathered, metric: bool | None) -> Floats:
    return _either(of, of.at.look.things.at, of.at.look.things.ground, metric)


def _velocities(of: Gathered, metric: bool | None) -> Floats:
    return _either(of, of.at.look.things.velocity, of.at.look.things.ground_velocity, metric)


def _either(of: Gathered, pixels: Floats, metres: Floats, metric: bool | None) -> Floats:
    """A column of the members in pixels, in metres, or (None) in metres on a calibrated camera."""
    look = of.at.look
    slots = look.slots[of.thing]
    if metric is None:
        where = calibrated((look.cameras[c] for c in look.cams), look.camera[of.thing])
        return np.where(where[:, None], metres[slots], pixels[slots])
    return metres[slots] if metric else pixels[slots]


def _moving(of: Gathered) -> Bools:
    found: Bools = of.at.look.things.still[of.at.look.slots[of.thing]] < 0
    return found


def _spread(of: Gathered, member: Bools, metric: bool | None) -> Floats:
    return crowd.spread(_places(of, metric), member, of.starts)


def _alignment(of: Gathered, member: Bools, metric: bool | None) -> Floats:
    return crowd.alignment(_velocities(of, metric), _moving(of), member, of.starts)


def _divergence(of: Gathered, member: Bools, metric: bool | None) -> Floats:
    return crowd.divergence(_places(of, metric), _velocities(of, metric), _moving(of), member, of.starts)


MEASURES: Mapping[str, Measure] = {
    "count": count,
    "density": density,
    "average": _of_attribute(crowd.average),
    "max": _of_attribute(crowd.greatest),
    "min": _of_attribute(crowd.smallest),
    "total": _of_attribute(crowd.total),
    "spread": _of_sure(_spread),
    "alignment": _of_sure(_alignment),
    "divergence": _of_sure(_divergence),
}
"""What is measured of the members of a group at one moment, by word."""


class Occupied(Plain):
    """`occupied share of zone Z`: by the boxes of things that are seen or held over."""

    scope = "camera"

    def __init__(self, zones: Sequence[str], out: Nodes, after: Times) -> None:
        self._zones, self._out, self._after = tuple(zones), out, after

    def run(self, at: Pass) -> None:
        """Fill the rows of its nodes."""
        look, grid = at.look, at.grids["camera"]
        for view, known in zip(grid.views(), (at.near, look.seen), strict=False):
            rows = np.flatnonzero(known)
            starts = np.searchsorted(rows, at.starts)
            boxes = look.things.box[look.slots[rows]]
            for node, name in zip(self._out.tolist(), self._zones, strict=True):
                view.low[node] = view.high[node] = _covered(look.atlas, name, at.cams, boxes, starts)
        if not grid.whole and not at.blind:  # what is not seen may lie anywhere: known where all was seen
            unseen = sums(~look.seen[None], np.ones(len(look.slots)), at.starts)[0] > 0
            for numbers in (grid.fresh.low, grid.fresh.high):
                numbers[self._out] = np.where(unseen, np.nan, numbers[self._out])
        if at.dark:
            grid.unknown(self._out, at.dark_for(self._after))


def _covered(
    atlas: Atlas, name: str, cams: NDArray[np.int64], boxes: Floats, starts: NDArray[np.intp]
) -> NDArray[np.float64]:
    """How much of each camera's zone of a name is covered by its boxes."""
    zones, which = atlas.zones(name)
    found = np.full(len(cams), np.nan)
    of = np.array([which[c] for c in cams.tolist()])
    for k, zone in enumerate(zones):
        mine = np.flatnonzero(of == k)
        if len(mine) == len(cams):
            return crowd.occupied(zone, boxes, starts)
        if len(mine):
            rows = [np.arange(starts[c], starts[c + 1]) for c in mine.tolist()]
            found[mine] = crowd.occupied(zone, boxes[np.concatenate(rows)], np.cumsum([0, *map(len, rows)]))
    return found
