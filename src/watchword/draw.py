"""Pictures for people: of an alert, and of a film with what is seen in it. See `marks` for what each mark means.

`alert` makes the picture that a guard decides from; `overlay` marks the frames of a film; `save` and `encode` keep a
picture small enough to be sent.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Literal

import attrs
import cv2
import numpy as np
from numpy.typing import NDArray

from watchword import marks
from watchword.errors import DataError
from watchword.lettering import Lettering, line_height
from watchword.marks import Box
from watchword.privacy import pixelate
from watchword.scene import Line, Point, Scene, Zone
from watchword.strip import SEVERITIES, strip
from watchword.tracks import Id, Tracks
from watchword.video import Frame

Image = NDArray[np.uint8]
NARROWEST, WIDEST = 640, 1280
LARGEST = 150_000
"""Bytes of a picture that is to be sent."""
OUTSIDE = 0.55
"""Share of the light that is left outside the zone."""
LENS = 0.1
"""A thing smaller than this share of the picture's width is shown enlarged beside it."""


@attrs.frozen
class Shown:
    """A thing in the picture of an alert.

    Attributes:
        label: Its class.
        number: Its number or key.
        box: Left, top, right, bottom in pixels of the frame; None where it is gone.
        path: Where it was: seconds (of any clock), x and y in pixels, oldest first.
        role: "thing" is what the alert is about, "owner" who belongs to it, "other" anything else.
        person: It is or may be a person, and is pixelated.
    """

    label: str
    number: int | str
    box: Box | None
    path: Sequence[tuple[float, float, float]] = ()
    role: Literal["thing", "owner", "other"] = "thing"
    person: bool = False

    @property
    def name(self) -> str:
        """Class and number."""
        return f"{self.label} {self.number}"


@attrs.frozen
class Part:
    """A part of a rule's condition through the last minute.

    Attributes:
        text: The part in words.
        spans: Start and end in seconds from the picture's time (so -60 to 0), and what held: 1 true, 0 false, -1
            unknown. Where there is no span, nothing was looked at.
    """

    text: str
    spans: Sequence[tuple[float, float, Literal[1, 0, -1]]] = ()


def _severity(_: object, __: object, value: str) -> None:
    if value not in SEVERITIES:
        raise DataError(f"severity is {value!r}", fix=f"it is one of {', '.join(SEVERITIES)}")


@attrs.frozen(kw_only=True)
class AlertPicture:
    """What a picture of an alert tells.

    Attributes:
        title: What happened, in a few words.
        rule: What the rule says.
        camera: The camera's name.
        when: The time, as people read it.
        zone: Where it happened, if in a zone.
        lines: Lines that the rule speaks of.
        things: What is shown, most important first.
        covered: Further places that are or may be people: pixelated, not drawn.
        parted: Where a thing and its owner parted, pixels.
        held: How long the condition has held, seconds.
        since: Since when, as people read it.
        parts: The parts of the condition.
        severity: "info", "low", "medium", "high" or "critical".
        window: How far back the bars of the parts go, seconds.

    Raises:
        DataError: The severity is another.
    """

    title: str
    rule: str
    camera: str
    when: str
    zone: Zone | None = None
    lines: tuple[Line, ...] = attrs.field(default=(), converter=tuple[Line, ...])
    things: tuple[Shown, ...] = attrs.field(default=(), converter=tuple[Shown, ...])
    covered: tuple[Box, ...] = attrs.field(default=(), converter=tuple[Box, ...])
    parted: Point | None = None
    held: float | None = None
    since: str = ""
    parts: tuple[Part, ...] = attrs.field(default=(), converter=tuple[Part, ...])
    severity: str = attrs.field(default="medium", validator=_severity)
    window: float = 60.0


def alert(frame: Frame, picture: AlertPicture, *, blur: bool = True, letters: Lettering | None = None) -> Image:
    """The picture of an alert: the frame with its marks, and the strip below.

    Args:
        frame: The frame it is about.
        picture: What to tell.
        blur: Pixelate everything that is or may be a person.
        letters: What draws text; one kept from picture to picture saves opening fonts again.

    Returns:
        uint8 (height, width, 3), blue, green, red; 640 to 1280 pixels wide.
    """
    letters = letters or Lettering()
    image = frame.image
    if blur:
        people = [t.box for t in picture.things if t.person and t.box is not None]
        image = pixelate(image, [*people, *picture.covered])
    width, height = frame.size
    wide = min(max(width, NARROWEST), WIDEST)
    scale = wide / width
    size = (wide, max(1, round(height * scale)))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    canvas = image.copy() if scale == 1 else np.asarray(cv2.resize(image, size, interpolation=how), np.uint8)
    clear = canvas.copy()
    thick = max(2, round(wide / 320))
    tags = marks.Tags(letters, round(wide / 36))
    if picture.zone is not None:
        of_zone = _scale_of(picture.zone, canvas, scale)
        marks.darken_outside(canvas, marks.rings(picture.zone, of_zone), OUTSIDE)
        marks.outline(canvas, picture.zone, of_zone, thick)
    for line in picture.lines:
        marks.crossing_line(canvas, line, _scale_of(line, canvas, scale), thick)
    things = [_scaled(thing, scale) for thing in picture.things]
    order = {"other": 0, "owner": 1, "thing": 2}
    for thing in sorted(things, key=lambda t: order[t.role]):
        _draw_thing(canvas, thing, thick)
    tags.taken += [t.box for t in things if t.box is not None and t.role != "other"]
    spot: Box | None = None
    if picture.parted is not None:
        x, y, reach = picture.parted[0] * scale, picture.parted[1] * scale, 3.0 * thick
        marks.ring_mark(canvas, (x, y), reach)
        spot = (x - reach, y - reach, x + reach, y + reach)
        tags.taken.append(spot)
    _lens(canvas, clear, things, tags, thick)
    for thing in things:
        if thing.box is not None and thing.role == "thing":
            tags.put(canvas, thing.name, thing.box, (0, 0, 0), marks.ORANGE)
        elif thing.box is not None and thing.role == "owner":
            tags.put(canvas, f"{thing.name} · owner", thing.box, (0, 0, 0), marks.SKY)
    if spot is not None:
        tags.put(canvas, "parted here", spot, (0, 0, 0), marks.WHITE)
    _names(canvas, picture.zone, picture.lines, scale, tags)
    return np.vstack((canvas, strip(picture, wide, letters)))


def _scale_of(shape: Zone | Line, canvas: Image, otherwise: float) -> Point:
    """From the frame that a zone or line was drawn for to this picture; `otherwise` where it names no frame."""
    if shape.frame is None:
        return otherwise, otherwise
    return canvas.shape[1] / shape.frame[0], canvas.shape[0] / shape.frame[1]


def _scaled(thing: Shown, scale: float) -> Shown:
    path = [(t, x * scale, y * scale) for t, x, y in thing.path]
    if thing.box is None:
        return attrs.evolve(thing, path=path)
    left, top, right, bottom = thing.box
    return attrs.evolve(thing, path=path, box=(left * scale, top * scale, right * scale, bottom * scale))


def _draw_thing(canvas: Image, thing: Shown, thick: int) -> None:
    if thing.role == "other":
        if thing.box is not None:
            marks.frame_box(canvas, thing.box, marks.GREY, 1)
        return
    main = thing.role == "thing"
    colour = marks.ORANGE if main else marks.SKY
    marks.fading_path(canvas, thing.path, colour, thick, dots=not main)
    if thing.box is not None:
        (marks.frame_box if main else marks.corner_box)(canvas, thing.box, colour, thick + 1)


def _names(canvas: Image, zone: Zone | None, lines: Iterable[Line], scale: float, tags: marks.Tags) -> None:
    if zone is not None:
        x, y = min(marks.rings(zone, _scale_of(zone, canvas, scale))[0], key=lambda p: (p[1], p[0]))
        tags.put(canvas, zone.name, (x, y, x + 1, y + 1), marks.WHITE, marks.DARK)
    for line in lines:
        sx, sy = _scale_of(line, canvas, scale)
        x, y = line.start[0] * sx, line.start[1] * sy
        tags.put(canvas, line.name, (x, y, x + 1, y + 1), marks.YELLOW, marks.DARK)


def _lens(canvas: Image, clear: Image, things: Sequence[Shown], tags: marks.Tags, thick: int) -> None:
    """A small thing enlarged, in the corner where it covers least."""
    height, width = canvas.shape[:2]
    small = [t.box for t in things if t.role == "thing" and not t.person and t.box is not None]
    if len(small) != 1:
        return
    left, top, right, bottom = small[0]
    longer = max(right - left, bottom - top)
    side = round(min(width * 0.22, height * 0.35))
    if longer >= LENS * width or side < 40:
        return
    reach = round(min(max(longer * 0.9, 12), min(width, height) / 2 - 1))
    cx = round(min(max((left + right) / 2, reach), width - reach))
    cy = round(min(max((top + bottom) / 2, reach), height - reach))
    part = clear[cy - reach : cy + reach, cx - reach : cx + reach]
    shown = cv2.resize(part, (side, side), interpolation=cv2.INTER_CUBIC)
    gap = 2 * thick
    corners = [(x, y) for y in (gap, height - side - gap) for x in (width - side - gap, gap)]
    points: list[Box] = [(x, y, x + 4, y + 4) for t in things for _, x, y in t.path]
    busy = [*tags.taken, *(t.box for t in things if t.box is not None), *points]

    cost = marks.covering(busy, side, side)
    # Covering nothing matters most; then the corner nearest to the thing, whose leader crosses least.
    x, y = min(corners, key=lambda at: (cost(at), math.hypot(at[0] + side / 2 - cx, at[1] + side / 2 - cy)))
    near = (min(max(cx, x), x + side), min(max(cy, y), y + side))
    edge = (min(max(near[0], left), right), min(max(near[1], top), bottom))
    marks.stroke(canvas, [edge, near], marks.ORANGE, max(1, thick // 2))
    canvas[y : y + side, x : x + side] = shown
    marks.frame_box(canvas, (x, y, x + side - 1, y + side - 1), marks.ORANGE, thick)
    tags.taken.append((x, y, x + side, y + side))


@attrs.frozen
class Told:
    """An alert that is up, for the frames of a film.

    Attributes:
        text: What to say.
        ids: The numbers of its things in the tracks.
    """

    text: str
    ids: Collection[Id] = ()


def overlay(
    image: Image,
    tracks: Tracks | None,
    scene: Scene | None = None,
    alerts: Sequence[Told] = (),
    *,
    when: str = "",
    blur: bool = True,
    people: Collection[str] = ("person",),
    letters: Lettering | None = None,
) -> Image:
    """A frame of a film with what is seen in it: zones, lines, boxes with class and number, and the alerts that are up.

    Things of an alert are thick and orange, others thin; a place that the tracker only expects has corners alone.

    Args:
        image: uint8 (height, width, 3).
        tracks: Of this camera alone (`tracks.at(camera)`), boxes in pixels of the image.
        scene: Zones and lines; scaled where it was drawn for another size.
        alerts: What is up.
        when: The time, as people read it.
        blur: Pixelate the boxes whose label is one of `people`.
        people: Labels that are or may be people.
        letters: What draws text; keep one for the film.
    """
    letters = letters or Lettering()
    rows = [] if tracks is None else list(range(len(tracks)))
    labels = [] if tracks is None else [tracks.label(row) for row in rows]
    boxes = np.zeros((0, 4)) if tracks is None else tracks.boxes
    out = pixelate(image, boxes[[r for r in rows if labels[r] in people]]) if blur else image.copy()
    height, width = out.shape[:2]
    thick = max(1, round(width / 400))
    tags = marks.Tags(letters, max(11, round(width / 52)))
    if scene is not None:
        scale = (width / scene.frame[0], height / scene.frame[1])
        for zone in scene.zones.values():
            marks.outline(out, zone, scale, thick)
        for line in scene.lines.values():
            marks.crossing_line(out, line, scale, thick)
        for zone in scene.zones.values():
            _names(out, zone, (), 1.0, tags)
        _names(out, None, scene.lines.values(), 1.0, tags)
    up = {i for told in alerts for i in told.ids}
    for row in rows:
        assert tracks is not None
        told = tracks.ids[row] in up
        left, top, right, bottom = boxes[row].tolist()
        style = marks.frame_box if tracks.seen[row] else marks.corner_box
        style(out, (left, top, right, bottom), marks.ORANGE if told else marks.PALE, thick + 1 if told else 1)
        ink, paper = ((0, 0, 0), marks.ORANGE) if told else (marks.WHITE, marks.DARK)
        tags.put(out, f"{labels[row]} {tracks.ids[row]}", (left, top, right, bottom), ink, paper)
    size = max(13, round(width / 40))
    lines = [told.text for told in alerts][-3:]
    step = line_height(size) + 2
    for k, text in enumerate(reversed(lines)):
        y = height - (k + 1) * step
        out[max(0, y) : y + step] = marks.DARK
        out[max(0, y) : y + step, : size // 3] = marks.ORANGE
        letters.write(out, size // 2 + 2, y + 1, letters.fit(text, size, width - size), size, marks.WHITE)
    if when:
        tags.put(out, when, (0, 0, 0, 0), marks.WHITE, marks.DARK)
    return out


def encode(image: Image) -> bytes:
    """The picture as a JPEG of at most 1280 pixels in width and 150 KB: less wide and less fine where it has to be."""
    height, width = image.shape[:2]
    shrink = min(1.0, WIDEST / width)
    while True:
        size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
        scaled = image if size == (width, height) else cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        for quality in (88, 80, 70, 60, 50, 40):
            done, data = cv2.imencode(".jpg", scaled, [cv2.IMWRITE_JPEG_QUALITY, quality])
            if not done:
                raise DataError("the picture cannot be written as a JPEG", fix="give uint8 (height, width, 3)")
            if len(data) <= LARGEST or max(size) < 64:
                return bytes(data)
        shrink *= 0.8


def save(path: str | Path, image: Image) -> None:
    """Write the picture to a file, as `encode` makes it. The folder has to be there.

    Raises:
        DataError: The name does not end in .jpg or .jpeg, or the file cannot be written.
    """
    place = Path(path)
    if place.suffix.lower() not in {".jpg", ".jpeg"}:
        raise DataError("a picture is written as a JPEG", where=str(path), fix="let its name end in .jpg")
    data = encode(image)
    try:
        place.write_bytes(data)
    except OSError as error:
        raise DataError(f"cannot be written: {error.strerror}", where=str(path), fix="check the folder") from None
