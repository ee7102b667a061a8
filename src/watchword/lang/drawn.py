"""The zones and lines that hold for a camera: its scene's, and those that the rule file draws or makes of others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from watchword.errors import SceneError
from watchword.lang import nodes as n
from watchword.lang.findings import Finding, finding
from watchword.lang.load import Placed
from watchword.lang.names import Names
from watchword.scene import Line, Scene, Size, View, Zone
from watchword.text import Source


def known(
    names: Names, frame: Size | None, scene: Scene | None
) -> tuple[dict[str, Zone], dict[str, Line], list[Finding]]:
    """The zones and lines of a camera: the scene's, and the file's in a frame of this size; and what is wrong there.

    A zone made of others is there where all of them are.
    """
    findings: list[Finding] = []
    zones = dict(scene.zones) if scene else {}
    lines = dict(scene.lines) if scene else {}
    view: View = scene.view if scene else "eye"
    for name, placed in names.get("zone").items():
        if isinstance(placed.item, n.ZoneDef):
            zone = zone_of(placed, frame)
            if isinstance(zone, Finding):
                findings.append(zone)
            else:
                zones[name] = attrs.evolve(zone, view=view)
    for name, placed in names.get("zone").items():
        if isinstance(placed.item, n.ZoneMade):
            zones.pop(name, None)  # the file's own goes before the scene's
    for name in names.get("zone"):
        _make(name, names, zones, findings, ())
    for name, placed in names.get("line").items():
        line = line_of(placed, frame)
        if isinstance(line, Finding):
            findings.append(line)
        else:
            lines[name] = attrs.evolve(line, view=view)
    return zones, lines, findings


def _make(name: str, names: Names, zones: dict[str, Zone], findings: list[Finding], above: tuple[str, ...]) -> None:
    """Add a zone that is made of others, and those it is made of, where that can be."""
    placed = names.get("zone").get(name)
    if placed is None or not isinstance(placed.item, n.ZoneMade) or name in zones or name in above:
        return
    item = placed.item
    operands: list[Zone] = []
    from watchword.made import made, together  # measuring takes shapely; an editor's check without scenes does not

    for operand in operands_of(item):
        members = names.zone_members(operand.text)
        for member in members:
            _make(member, names, zones, findings, (*above, name))
        if not all(member in zones for member in members):
            return
        operands.append(together([zones[m] for m in members], operand.text.replace(".", "_")))
    try:
        rest = tuple((how, zone) for (how, _), zone in zip(item.rest, operands[1:], strict=True))
        zones[name] = made(name.replace(".", "_"), operands[0], rest)
    except SceneError as error:
        message = f"zone {item.name.text}: {error.message}"
        findings.append(finding("E207", placed.source, item.span, message=message, hint=error.fix))


def operands_of(item: n.ZoneMade) -> tuple[n.Name, ...]:
    """The names of what a zone is made of."""
    return (item.first, *(name for _, name in item.rest))


def lacking(
    name: n.Name, source: Source, names: Names, zones: Mapping[str, Zone], above: tuple[str, ...] = ()
) -> Iterator[tuple[n.Name, Source]]:
    """The names that are missing for a zone, where they stand: its own, or of what it is made of."""
    placed = names.get("zone").get(name.text)
    item = placed.item if placed is not None else None
    if name.text in zones or name.text in above:
        return
    if placed is None:
        yield name, source
    elif isinstance(item, n.ZoneMade | n.ZonesDef):
        for part in operands_of(item) if isinstance(item, n.ZoneMade) else item.members:
            yield from lacking(part, placed.source, names, zones, (*above, name.text))


def in_circle(name: str, names: Names, above: tuple[str, ...] = ()) -> bool:
    """True for a zone or a group of zones that is made of itself."""
    if above and name == above[0]:
        return True
    placed = names.get("zone").get(name)
    item = placed.item if placed is not None else None
    if name in above or not isinstance(item, n.ZoneMade | n.ZonesDef):
        return False
    parts = operands_of(item) if isinstance(item, n.ZoneMade) else item.members
    return any(in_circle(part.text, names, (*above, name)) for part in parts)


def zone_of(placed: Placed, frame: Size | None) -> Zone | Finding:
    """The zone that a file draws, in a frame of this size; a finding where it makes no sense."""
    definition = placed.item
    assert isinstance(definition, n.ZoneDef)
    try:
        flow = definition.flow
        ends = (flow[0], flow[1]) if flow else None
        name = definition.name.text.replace(".", "_")
        return Zone(name, definition.points, anchor=definition.anchor, flow=ends, frame=frame)
    except SceneError as error:
        return finding("E207", placed.source, definition.span, message=error.message, hint=error.fix)


def line_of(placed: Placed, frame: Size | None) -> Line | Finding:
    """The line that a file draws; a finding where it makes no sense."""
    definition = placed.item
    assert isinstance(definition, n.LineDef)
    try:
        sides = (definition.sides[0].text, definition.sides[1].text) if definition.sides else None
        return Line(definition.name.text.replace(".", "_"), definition.start, definition.end, sides, frame)
    except SceneError as error:
        return finding("E207", placed.source, definition.span, message=error.message, hint=error.fix)
