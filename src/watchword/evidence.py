"""What a picture of an alert shows, gathered from a watch at the moment it told the alert."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from watchword import boxes as bx
from watchword.draw import AlertPicture, Part, Shown
from watchword.events import Alert, Thing, show_time
from watchword.lang.show import show
from watchword.marks import Box
from watchword.run.bank import Bank
from watchword.run.plan import Root
from watchword.tracks import Id
from watchword.units import SECOND, seconds
from watchword.watch import Watch

MAYBE_PEOPLE = frozenset({"vehicle"})
"""A detector without a model tells people and vehicles apart by size alone: its vehicle may be a person."""

Value = Literal[1, 0, -1]


def people(watch: Watch) -> frozenset[str]:
    """The labels of what is or may be a person."""
    return watch.rules.people | MAYBE_PEOPLE


def people_boxes(watch: Watch, camera: str) -> NDArray[np.float64]:
    """Boxes of all that is or may be a person, (n, 4) in pixels of the frame: detected, tracked, or hidden just now."""
    labels = people(watch)
    found = [np.zeros((0, 4))]
    for table in (watch.detections, watch.tracks):
        if table is not None and camera in table.cameras:
            one = table.at(camera)
            wanted = [row for row in range(len(one)) if one.label(row) in labels]
            found.append(one.boxes[wanted])
    engine = watch.engine
    things = engine.bank(camera).things
    known = engine.camera(camera)
    slots = [s for s in things.of_cameras([known.index]).tolist() if things.labels[things.label[s]] in labels]
    found.append(things.box[slots] / np.array([*known.scale, *known.scale]))
    return np.concatenate(found)


def things_of(watch: Watch, camera: str, ids: Collection[Id]) -> list[Box]:
    """Boxes of the tracks of these numbers that are no people, in pixels of the frame."""
    if watch.tracks is None or camera not in watch.tracks.cameras:
        return []
    tracks, labels = watch.tracks.at(camera), people(watch)
    numbers = tracks.ids.tolist()
    rows = [row for row in range(len(tracks)) if numbers[row] in ids and tracks.label(row) not in labels]
    return [(left, top, right, bottom) for left, top, right, bottom in tracks.boxes[rows].tolist()]


def picture(watch: Watch, alert: Alert) -> AlertPicture:
    """What to draw for an alert that the last step has told."""
    engine = watch.engine
    bank = engine.bank(alert.camera)
    camera = engine.camera(alert.camera)
    root = next(root for root in bank.roots if root.rule.name == alert.rule)
    place = engine.places(alert.camera)
    labels = people(watch)
    things = [_shown(bank, camera.index, camera.scale, thing, labels) for thing in alert.things]
    mine = {thing.id for thing in alert.things}
    for label, number, box in _others(watch, alert.camera):
        if number not in mine:
            things.append(Shown(label, number, box, role="other", person=label in labels))
    return AlertPicture(
        title=alert.message or alert.why,
        rule=f"{alert.title}: {show(root.rule.when)}" if alert.title != "rule" else show(root.rule.when),
        camera=alert.camera,
        when=alert.at,
        zone=place.zones[alert.zones[0]] if alert.zones else None,
        lines=[place.lines[name] for name in alert.lines],
        things=things,
        covered=_covered(people_boxes(watch, alert.camera), [t.box for t in alert.things if t.label not in labels]),
        parted=_parted(alert, things),
        held=seconds(alert.held) if alert.held else None,
        since=show_time(alert.since),
        parts=_parts(bank, root, alert, camera.index),
        severity=alert.severity,
    )


def _covered(
    found: NDArray[np.float64], things: list[tuple[float, float, float, float]]
) -> list[tuple[float, float, float, float]]:
    """The boxes to pixelate: not those that are the thing itself, which was taken for somebody as it was set down."""
    shown = np.array(things, np.float64).reshape(-1, 4)
    share = bx.intersections(found, shown) / bx.areas(found)[:, None]
    same = (bx.iou(found, shown) > 0.4) | (share > 0.8)
    kept: list[tuple[float, float, float, float]] = [tuple(box) for box in found[~same.any(axis=1)].tolist()]
    return kept


def _shown(bank: Bank, camera: int, scale: tuple[float, float], thing: Thing, labels: frozenset[str]) -> Shown:
    slot = bank.things.slot_of.get((camera, thing.id))
    path: list[tuple[float, float, float]] = []
    if slot is not None:
        times, places = bank.things.path(slot)
        path = [
            (seconds(int(t)), x / scale[0], y / scale[1]) for t, (x, y, _) in zip(times, places.tolist(), strict=True)
        ]
    role: Literal["thing", "owner"] = "owner" if thing.role == "owner" else "thing"
    return Shown(thing.label, thing.id, thing.box, path, role, thing.label in labels)


def _others(watch: Watch, camera: str) -> Iterator[tuple[str, int | str, tuple[float, float, float, float]]]:
    if watch.tracks is None or camera not in watch.tracks.cameras:
        return
    tracks = watch.tracks.at(camera)
    for row, (left, top, right, bottom) in enumerate(tracks.boxes.tolist()):
        yield tracks.label(row), tracks.ids.tolist()[row], (left, top, right, bottom)


def _parted(alert: Alert, things: list[Shown]) -> tuple[float, float] | None:
    """Where the owner was when the thing was last attended."""
    owner = next((t for t in things if t.role == "owner"), None)
    if owner is None or not owner.path:
        return None
    _, x, y = min(owner.path, key=lambda p: abs(p[0] - seconds(alert.since)))
    return x, y


def _parts(bank: Bank, root: Root, alert: Alert, camera: int) -> list[Part]:
    """Each part of the condition through the last minute, from the bank's log."""
    slot = camera
    if root.rule.each is not None and alert.things:
        slot = bank.things.slot_of.get((camera, alert.things[0].id), -1)
    found = []
    for expression, node in root.parts:
        scope = bank.scopes[node.scope]
        where = slot if node.scope == root.node.scope else camera
        if scope.log is None or where < 0:
            continue
        changes: list[tuple[int, int]] = []
        for time, nodes, slots, values in scope.log.entries:
            hit = np.flatnonzero((nodes == node.index) & (slots == where))
            changes += [(time, int(v)) for v in values[hit]]
        found.append(Part(show(expression), list(_spans(changes, alert.decided))))
    return found


def _spans(changes: list[tuple[int, int]], now: int) -> Iterator[tuple[float, float, Value]]:
    """Stretches of one value, in seconds before `now`: 1 true, 0 false, -1 unknown, as pictures have it."""
    shown: dict[int, Value] = {1: 1, -1: 0, 0: -1}
    ends = [*(time for time, _ in changes[1:]), now]
    for (start, value), end in zip(changes, ends, strict=False):
        yield (start - now) / SECOND, (end - now) / SECOND, shown[value]
