"""What a camera looks at, as data: zones, lines, frame size, time zone, view, ground calibration.

Pure Python, so that an editor can read a scene without NumPy. `watchword.geometry` prepares it for measuring.

A scene file is JSON. Shapes are GeoJSON geometries (RFC 7946) in pixels of the scene's frame, x to the right and y
down, with what else is known of them beside (RFC 7946 allows such members)::

    {
      "frame": [1280, 720],
      "time_zone": "Europe/Paris",
      "view": "eye",
      "north": 40,
      "zones": {
        "hall": {"type": "Polygon", "coordinates": [[[0, 300], [1280, 300], [1280, 720], [0, 720]]]},
        "stairs": {"type": "Polygon", "coordinates": [[…]], "anchor": "any", "flow": [[10, 20], [300, 20]]}
      },
      "lines": {
        "gate": {"type": "LineString", "coordinates": [[640, 90], [640, 700]], "from": "street", "to": "lobby"}
      },
      "ground": {"pairs": [[[100, 700], [0, 0]], …], "heights": [[640, 700, 310]]},
      "masks": [[[900, 0], [1280, 0], [1280, 200], [900, 200]]]
    }

A turning camera has zones, lines, ground, north and masks for each of its presets::

    {"frame": [1280, 720], "presets": {"gate": {"zones": {…}}, "yard": {"zones": {…}, "masks": […]}}}
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self, TypeVar
from zoneinfo import ZoneInfo

import attrs

from watchword.errors import SceneError
from watchword.ground import Ground as Ground
from watchword.polygon import Point as Point
from watchword.polygon import Ring as Ring
from watchword.polygon import Size as Size
from watchword.polygon import inside_frame, ring_of
from watchword.polygon import show_point as show_point
from watchword.shapes import VIEWS
from watchword.shapes import Line as Line
from watchword.shapes import View as View
from watchword.shapes import Zone as Zone

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from watchword.crossings import LinesCounter
    from watchword.tracks import Tracks


def same_shape(a: Size, b: Size) -> bool:
    """True where pictures of two sizes have one shape; a pixel of rounding in the smaller is no other."""
    return abs((b[0] / a[0]) / (b[1] / a[1]) - 1) <= max(1 / min(a), 1 / min(b))


T = TypeVar("T", Zone, Line)


def _named(what: str, given: Iterable[T] | Mapping[str, T]) -> Mapping[str, T]:
    items = list(given.values()) if isinstance(given, Mapping) else list(given)
    named: dict[str, T] = {}
    for item in items:
        if item.name in named:
            raise SceneError(f"the name {item.name} is used for two {what}s", fix="give each its own name")
        named[item.name] = item
    return MappingProxyType(named)


@attrs.frozen(kw_only=True)
class Scene:
    """All that is known of one camera's view.

    Attributes:
        frame: Width and height, in pixels, that zones and lines are drawn for.
        zones: By name; give a list or a mapping.
        lines: By name; give a list or a mapping.
        time_zone: Where the camera hangs, as an IANA name such as Europe/Paris; None: nobody said, and UTC is taken.
        view: "eye" (people stand on the ground, seen from the side) or "overhead".
        ground: Calibration, where there is one.
        north: Where north lies in the picture, in degrees clockwise from up, 0 ≤ north < 360; None: nobody said.
        masks: Parts of the picture that nobody may look at, as polygons: they are black before any detector sees them.
        presets: Of a turning camera what it looks at in each of its positions, by name; it then has no zones, lines,
            ground and north of its own, and its masks hold in all of them.
        name: The file it came from, for messages.

    Raises:
        SceneError: Something in it makes no sense.
    """

    frame: Size
    zones: Mapping[str, Zone] = attrs.field(factory=dict)
    lines: Mapping[str, Line] = attrs.field(factory=dict)
    time_zone: str | None = None
    view: View = "eye"
    ground: Ground | None = None
    north: float | None = None
    masks: tuple[Ring, ...] = ()
    presets: Mapping[str, Scene] = attrs.field(factory=dict)
    name: str = "scene"
    _cover: Any = attrs.field(default=None, init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        frame = tuple(self.frame) if isinstance(self.frame, Sequence) else ()
        if len(frame) != 2 or any(isinstance(v, bool) or not isinstance(v, int) or v < 1 for v in frame):
            raise SceneError(f"frame is {self.frame!r}", fix="give width and height in whole pixels, [1280, 720]")
        object.__setattr__(self, "frame", frame)
        if self.north is not None:
            number = isinstance(self.north, int | float) and not isinstance(self.north, bool)
            if not number or not 0 <= self.north < 360:
                raise SceneError(
                    f"north is {self.north!r}", fix="give degrees clockwise from up in the picture, from 0 to below 360"
                )
            object.__setattr__(self, "north", float(self.north))
        if self.view not in VIEWS:
            raise SceneError(f"view is {self.view!r}", fix="it is eye or overhead")
        try:
            ZoneInfo(self.clock)
        except (ValueError, OSError, KeyError, TypeError):
            raise SceneError(
                f"there is no time zone {self.time_zone!r}", fix="give an IANA name, Europe/Paris"
            ) from None
        for what, field in (("zone", "zones"), ("line", "lines")):
            named = _named(what, getattr(self, field))
            bound = {k: attrs.evolve(v, frame=frame, view=self.view) for k, v in named.items()}
            object.__setattr__(self, field, MappingProxyType(bound))
        masks = tuple(ring_of(f"mask {k}", ring) for k, ring in enumerate(self.masks, 1))
        for k, ring in enumerate(masks, 1):
            inside_frame(f"mask {k}", ring, frame)
        object.__setattr__(self, "masks", masks)
        if self.ground is not None:
            seen = frame if self.view == "eye" else None  # from overhead a height says nothing of the ground
            object.__setattr__(self, "ground", attrs.evolve(self.ground, frame=seen))
        object.__setattr__(self, "presets", MappingProxyType(self._turned()))

    def _turned(self) -> dict[str, Scene]:
        """The scenes of the presets, with what holds in all of them."""
        found: dict[str, Scene] = {}
        if not self.presets:
            return found
        own = {"zones": self.zones, "lines": self.lines, "ground": self.ground, "north": self.north}
        for what, value in own.items():
            if value is not None and value != {}:
                raise SceneError(
                    f"{what} beside presets",
                    fix="put it into the preset in which it was drawn; only masks hold in all of them",
                )
        for name, preset in self.presets.items():
            if not isinstance(name, str) or not name.strip():
                raise SceneError(f"a preset cannot be named {name!r}", fix="give it the name it has in the camera")
            if preset.presets:
                raise SceneError(f"preset {name} has presets of its own", fix="give each a place beside the others")
            if preset.frame != self.frame:
                raise SceneError(
                    f"preset {name} is drawn for {preset.frame[0]}×{preset.frame[1]}, the scene for "
                    f"{self.frame[0]}×{self.frame[1]}",
                    fix="draw both for the camera's frames",
                )
            masks = (*self.masks, *(ring for ring in preset.masks if ring not in self.masks))
            shown = f"{self.name} at {name}"
            found[name] = attrs.evolve(preset, time_zone=self.time_zone, view=self.view, masks=masks, name=shown)
        return found

    @property
    def clock(self) -> str:
        """The time zone that schedules are read in: the camera's, UTC where nobody said which it is."""
        return "UTC" if self.time_zone is None else self.time_zone

    @property
    def views(self) -> Mapping[str, Scene]:
        """What it may look at: the scenes of its presets, or itself under an empty name."""
        return self.presets or {"": self}

    def at(self, preset: str = "") -> Scene:
        """One view: that of a preset, or the scene itself where it has none.

        Raises:
            SceneError: There is no such preset, or there are some and none is said.
        """
        views = self.views
        if preset in views:
            return views[preset]
        said = f"has no preset {preset}" if preset else "is of a turning camera, and no preset is said"
        fix = f"say one: {' or '.join(f'{self.name}#{name}' for name in self.presets)}"
        raise SceneError(said, where=self.name, fix=fix if self.presets else "it has none: leave the preset out")

    @property
    def every_zone(self) -> Mapping[str, Zone]:
        """Zones by name, of all presets; of one that is drawn in several the first."""
        return {name: zone for view in reversed(tuple(self.views.values())) for name, zone in view.zones.items()}

    @property
    def every_line(self) -> Mapping[str, Line]:
        """Lines by name, of all presets; of one that is drawn in several the first."""
        return {name: line for view in reversed(tuple(self.views.values())) for name, line in view.lines.items()}

    def contains(self, tracks: Tracks) -> NDArray[Any]:
        """Which rows of a table are in which zone, asked at once: bool (zones, n), in the order of `zones`."""
        from watchword.geometry import Cover, rows_in_cover

        if self._cover is None:
            object.__setattr__(self, "_cover", Cover(tuple(self.zones.values())))
        return rows_in_cover(self._cover, tracks)

    def counter(self) -> LinesCounter:
        """A counter of all lines, in the order of `lines`, that takes tables one by one."""
        from watchword.crossings import LinesCounter

        return LinesCounter(tuple(self.lines.values()))

    @classmethod
    def load(cls, path: str | Path) -> Scene:
        """Read a scene file; `site.json#gate` is one preset of a turning camera.

        Raises:
            SceneError: The file is not there, is no JSON, or holds what makes no sense, or has no such preset.
        """
        file, _, preset = str(path).rpartition("#")
        if file and preset and not Path(path).exists():
            return cls.load(file).at(preset)
        try:
            text = Path(path).read_text("utf-8")
        except OSError as error:
            raise SceneError(f"cannot be read: {error.strerror}", where=str(path), fix="check the path") from None
        except UnicodeDecodeError:
            raise SceneError("is not text in UTF-8", where=str(path), fix="a scene is a JSON file") from None
        return cls.loads(text, str(path))

    @classmethod
    def loads(cls, text: str, name: str = "scene") -> Self:
        """Read a scene from JSON text; `name` stands in messages.

        Raises:
            SceneError: The text is no JSON, or holds something that makes no sense.
        """
        try:
            data = json.loads(text, object_pairs_hook=_no_doubles)
            return cls._from(data, name)
        except json.JSONDecodeError as error:
            raise SceneError(
                f"is not JSON: {error.msg}", where=f"{name}:{error.lineno}:{error.colno}", fix="see docs/scene.md"
            ) from None
        except SceneError as error:
            raise SceneError(error.message, where=name, fix=error.fix) from None

    @classmethod
    def _from(cls, data: Any, name: str) -> Self:
        _only("the scene", data, {"frame", "time_zone", "view", "camera", "presets", *DRAWN})
        if "frame" not in data:
            raise SceneError("frame is missing", fix='say what size the zones are drawn for: "frame": [1280, 720]')
        frame = data["frame"]
        size = tuple(frame) if isinstance(frame, list) else frame
        shared = {"frame": size, "time_zone": data.get("time_zone"), "view": data.get("view", "eye")}
        presets = {}
        for preset, drawn in _mapping("presets", data.get("presets", {})).items():
            _only(f"preset {preset}", drawn, set(DRAWN))
            try:
                presets[preset] = cls(**shared, **_drawn(drawn, size))
            except SceneError as error:
                raise SceneError(f"preset {preset}: {error.message}", fix=error.fix) from None
        return cls(**shared, **_drawn(data, size), presets=presets, name=name)

    def dumps(self) -> str:
        """The scene as JSON text, which `loads` reads back to an equal scene."""
        data: dict[str, Any] = {"frame": list(self.frame), "time_zone": self.time_zone, "view": self.view}
        if self.time_zone is None:
            del data["time_zone"]
        data |= self._shapes()
        if self.presets:
            del data["zones"]
            data["presets"] = {name: preset._shapes(self.masks) for name, preset in self.presets.items()}
        return json.dumps(data, indent=2, ensure_ascii=False) + "\n"

    def _shapes(self, known: tuple[Ring, ...] = ()) -> dict[str, Any]:
        """What is drawn, as JSON has it, without masks that are known."""
        data: dict[str, Any] = {"zones": {}}
        for zone in self.zones.values():
            parts = [[[list(p) for p in (*ring, ring[0])] for ring in part] for part in zone.polygons]
            shape: dict[str, Any] = {"type": "Polygon", "coordinates": parts[0]}
            if zone.parts:
                shape = {"type": "MultiPolygon", "coordinates": parts}
            if zone.anchor != "bottom":
                shape["anchor"] = zone.anchor
            if zone.flow is not None:
                shape["flow"] = [list(p) for p in zone.flow]
            data["zones"][zone.name] = shape
        if self.lines:
            data["lines"] = {}
        for line in self.lines.values():
            shape = {"type": "LineString", "coordinates": [list(line.start), list(line.end)]}
            if line.sides:
                shape["from"], shape["to"] = line.sides
            data["lines"][line.name] = shape
        if self.north is not None:
            data["north"] = self.north
        if self.ground:
            data["ground"] = self.ground.to_json()
        masks = [ring for ring in self.masks if ring not in known]
        if masks:
            data["masks"] = [[list(p) for p in ring] for ring in masks]
        return data


DRAWN = ("zones", "lines", "ground", "north", "masks")
"""What belongs to one view; a turning camera has it for each preset."""


def _drawn(data: dict[str, Any], size: Any) -> dict[str, Any]:
    return {
        "zones": [_zone(k, v, size) for k, v in _mapping("zones", data.get("zones", {})).items()],
        "lines": [_line(k, v) for k, v in _mapping("lines", data.get("lines", {})).items()],
        "ground": None if data.get("ground") is None else Ground.from_json(data["ground"]),
        "masks": _masks(data.get("masks", [])),
        "north": data.get("north"),
    }


def _masks(data: Any) -> tuple[Ring, ...]:
    if not isinstance(data, list) or any(not isinstance(ring, list) for ring in data):
        raise SceneError("masks are a list of polygons", fix='"masks": [[[x, y], [x, y], [x, y]], …]')
    return tuple(tuple(ring) for ring in data)


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [k for k, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise SceneError(f"the name {name} is used twice", fix="give each its own name")
    return dict(pairs)


def _mapping(what: str, data: Any) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise SceneError(f"{what}: {type(data).__name__} where names were expected", fix=f'"{what}": {{"name": …}}')
    return data


def _only(what: str, data: Any, known: set[str]) -> None:
    for key in _mapping(what, data):
        if key not in known:
            raise SceneError(f"{what}: unknown member {key!r}", fix=f"known are: {', '.join(sorted(known))}")


def _zone(name: str, data: Any, frame: Any) -> Zone:
    size = frame if isinstance(frame, tuple) and len(frame) == 2 and all(type(v) is int for v in frame) else None
    if isinstance(data, list):
        return Zone(name, tuple(data), frame=size)
    what = f"zone {name}"
    _only(what, data, {"type", "coordinates", "anchor", "flow"})
    rings = data.get("coordinates")
    if data.get("type") not in ("Polygon", "MultiPolygon") or not isinstance(rings, list) or not rings:
        raise SceneError(
            f"{what}: not a Polygon with coordinates",
            fix='{"type": "Polygon", "coordinates": [[[x, y], …]]} or a plain list of points',
        )
    several = data["type"] == "MultiPolygon"
    parts = rings if several else [rings]
    if any(
        not isinstance(part, list) or not part or any(not isinstance(ring, list) for ring in part) for part in parts
    ):
        raise SceneError(f"{what}: coordinates", fix="GeoJSON wants a list of rings, each a list of [x, y]")
    flow = data.get("flow")
    anchor, way = data.get("anchor", "bottom"), tuple(flow) if isinstance(flow, list) else flow
    drawn = [Zone(name, tuple(p[0]), tuple(tuple(r) for r in p[1:]), anchor, way, size) for p in parts]
    return attrs.evolve(drawn[0], parts=tuple((z.points, *z.holes) for z in drawn)) if several else drawn[0]


def _line(name: str, data: Any) -> Line:
    what = f"line {name}"
    if isinstance(data, list):
        data = {"type": "LineString", "coordinates": data}
    _only(what, data, {"type", "coordinates", "from", "to"})
    ends = data.get("coordinates")
    if data.get("type") != "LineString" or not isinstance(ends, list) or len(ends) != 2:
        raise SceneError(f"{what}: not a LineString of two points", fix='{"type": "LineString", "coordinates": [a, b]}')
    if ("from" in data) != ("to" in data):
        raise SceneError(f"{what}: only one side is named", fix='give both "from" and "to", or neither')
    return Line(name, ends[0], ends[1], (data["from"], data["to"]) if "from" in data else None)


class Scenes(dict[str, Scene]):
    """Scenes by camera and preset, with one for every other camera."""

    def __init__(self, scenes: Mapping[str, Scene], other: Scene | None) -> None:
        views = {f"{name} at {k}": view for name, one in scenes.items() for k, view in one.presets.items()}
        super().__init__({**scenes, **views})
        self._other = other

    def get(self, key: str, default: Scene | None = None) -> Scene | None:  # type: ignore[override]
        """The scene of a camera, or of a preset of it (`CAMERA at PRESET`)."""
        if key not in self and self._other is not None:
            return self._other.presets.get(key.rpartition(" at ")[2], self._other)
        return super().get(key, default)
