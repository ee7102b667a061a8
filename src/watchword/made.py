"""Zones made of other zones: `zone quiet = booth minus kiosk`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Literal

import attrs
import shapely

from watchword.errors import SceneError
from watchword.scene import Ring, Zone

How = Literal["minus", "plus", "overlap"]
SLIVER = 1e-6
"""Parts of less than this area, px², are what rounding leaves."""
WORDS: dict[How, str] = {
    "minus": "nothing is left of `{}` without `{}`",
    "plus": "`{}` and `{}` are both empty",
    "overlap": "`{}` and `{}` do not overlap",
}


def shape(zone: Zone) -> Any:
    """A zone as a shapely (multi)polygon."""
    return shapely.union_all([shapely.Polygon(outer, holes) for outer, *holes in zone.polygons])


def together(zones: Sequence[Zone], name: str) -> Zone:
    """Zones as one: what stands behind the name of a group."""
    return zones[0] if len(zones) == 1 else made(name, zones[0], tuple(("plus", zone) for zone in zones[1:]))


@lru_cache(maxsize=1024)
def made(name: str, first: Zone, rest: tuple[tuple[How, Zone], ...]) -> Zone:
    """A zone made of others, from left to right; its anchor, flow, frame and view are those of the first.

    Args:
        name: Its name.
        first: What it begins with.
        rest: How each further one is joined: cut away, added, or kept where both are.

    Raises:
        SceneError: Nothing is left; it names the two that leave nothing.
    """
    area, said = shape(first), first.name
    for how, zone in rest:
        other = shape(zone)
        if how == "minus":
            area = shapely.difference(area, other)
        elif how == "plus":
            area = shapely.union(area, other)
        else:
            area = shapely.intersection(area, other)
        if area.area < SLIVER:
            raise SceneError(WORDS[how].format(said, zone.name), fix="leave one out, or draw it anew")
        said = f"{said} {how} {zone.name}"
    return attrs.evolve(first, name=name, parts=tuple(_parts(area)))


def _parts(area: Any) -> Iterable[tuple[Ring, ...]]:
    for part in shapely.get_parts(area).tolist():
        if part.geom_type == "Polygon" and part.area >= SLIVER:
            yield tuple(_ring(ring) for ring in (part.exterior, *part.interiors))


def _ring(ring: Any) -> Ring:
    return tuple((float(x), float(y)) for x, y in shapely.get_coordinates(ring)[:-1].tolist())
