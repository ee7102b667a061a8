"""ONVIF metadata streams (Profile M): scene descriptions of cameras, read and written.

A frame's boxes are in its own coordinates; with its transformations they are brought to the normalised ones, -1 to 1
and upward, and from there to pixels. What is *idle* is not listed again until it changes, so it is held. A thing with
another number after a `Rename` keeps its first one; `Delete` ends it. A thing that merged with another is not ended: it
may come back. What a place is marked with from where something was taken (`Removed`) is a `removed_object`.

Source: ONVIF Analytics Service Specification, "Scene description"; schema metadatastream.xsd.
"""

from __future__ import annotations

from collections import OrderedDict
from html import escape
from pathlib import Path
from typing import Any, TextIO

from watchword.errors import DataError
from watchword.interop.boxfile import Row
from watchword.interop.messages import Box, Refusal, corners, label, number, score, whole
from watchword.interop.scenexml import NAMESPACE, Element, SceneXml
from watchword.interop.stamps import iso, show
from watchword.interop.ticks import FOREVER, Feed, Ticks, size
from watchword.interop.writer import Writer
from watchword.tracks import Tracks
from watchword.units import SECOND

WORDS = {"human": "person", "humanface": "face", "vehical": "vehicle", "bike": "bicycle"}
"""What ONVIF's classes are called here, where that is another word. `Vehical` is the schema's own slip."""
CLASSES = {"person": "Human", "face": "HumanFace", "license_plate": "LicensePlate"}
CLASSES |= {name: name.capitalize() for name in ("animal", "bicycle", "vehicle")}
VEHICLES = ("bus", "car", "truck", "motorcycle")
OUTSIDE = 10.0
"""Normalised coordinates beyond are pixels that no transformation speaks of."""
KNOWN = 100_000
"""Of so many things the class and the first number are remembered."""


class Onvif(Feed[Tracks]):
    """A camera's metadata stream as looks. `flush` and `refused`: see `watchword.interop.ticks.Feed`.

    Args:
        camera: Its name.
        frame: Width and height of the picture that zones are drawn for.
        label: What a thing is called that has no class.
        hold: For how many seconds an idle thing is held; None: until the stream says otherwise.
        source: The analytics module whose frames are taken, where several are interleaved; all where not given.
        delay: How many seconds frames may take; `look` says what was then.
        name: The file or stream, for errors.

    Raises:
        DataError: A size, `hold` or `delay` is none.
    """

    def __init__(
        self,
        camera: str,
        frame: tuple[float, float],
        *,
        label: str = "object",
        hold: float | None = None,
        source: str | None = None,
        delay: float = 1.0,
        name: str = "",
    ) -> None:
        if hold is not None and not 0 <= hold < 1e9:
            raise DataError(f"hold is {hold}", fix="give seconds, or None: until the stream says otherwise")
        super().__init__(Ticks(hold=FOREVER if hold is None else round(hold * SECOND)))
        checked = size("frame", frame)
        if checked is None or not 0 <= delay < 1e6:
            raise DataError(
                f"delay is {delay}" if checked else "there is no frame", fix="give the frame's size, and seconds"
            )
        self._camera, self._frame, self._label, self._source = camera, checked, label, source
        self._delay = round(delay * SECOND)
        self._xml = SceneXml(name or camera)
        self._classes: OrderedDict[int, tuple[str, float]] = OrderedDict()
        self._first: OrderedDict[int, int] = OrderedDict()
        self._empty = False
        self._done: list[Tracks] = []  # what was complete before a mistake comes with the next call

    @property
    def whole(self) -> bool:
        """Whether what was fed ends where a document ends."""
        return self._xml.whole

    def feed(self, message: Any) -> list[Tracks]:
        """Take a piece of the stream: documents, whole or in parts.

        Returns:
            The looks that it completes.

        Raises:
            DataError: It is no XML, no metadata stream, or declares entities; what follows begins a new document.
        """
        for frame in self._xml.feed(message):
            try:
                self._done += self.take(frame)
            except Refusal as refusal:
                self.refuse(refusal)
        done, self._done = self._done, []
        return done

    def flush(self) -> list[Tracks]:
        """The looks that are under way: to be called at the end of a stream."""
        done, self._done = self._done, []
        return done + super().flush()

    def look(self, time: int) -> list[Tracks]:
        """Say that it is `time` (ns since 1970) and no frame has come.

        After an empty frame all that follow are empty until one comes: there is a look, `delay` before then, with what
        is idle. After one with things it is not known what is there: no look.
        """
        then = time - self._delay
        names = self._ticks.names()
        if not self._empty:
            return [table for camera in names for table in self._ticks.overdue(camera, then)]
        return [table for camera in names for table in self._ticks.beat(camera, then)]

    def take(self, message: object) -> list[Tracks]:
        """The look that a frame completes.

        Raises:
            Refusal: It cannot be used.
        """
        assert isinstance(message, Element)
        if self._source is not None and message.get("Source") != self._source:
            return []
        try:
            time = iso(message.get("UtcTime"), utc=True)
        except ValueError as error:
            reason = "field missing" if message.get("UtcTime") is None else "time not understood"
            raise Refusal(reason, f"UtcTime {error}") from None
        space = _transformed(message, (0.0, 0.0, 1.0, 1.0))
        done = self._ticks.begin(self._camera, time)
        objects = message.all("Object")
        self._empty = not objects
        for rename in message.all("ObjectTree", "Rename"):
            self._rename(rename)
        for thing in objects:
            try:
                self._see(thing, time, space)
            except Refusal as refusal:
                self.refuse(refusal)
        for tree in message.all("ObjectTree"):
            self._tree(tree, time)
        return done

    def _see(self, thing: Element, time: int, space: Box) -> None:
        said = whole("ObjectId", thing.get("ObjectId"))
        if said < 0:
            raise Refusal("negative id", str(said))
        name = self._first.get(said, said)
        kind, likelihood = self._class(name, thing)
        shape = thing.first("Appearance", "Shape", "BoundingBox")
        removed = thing.first("Behaviour", "Removed") is not None
        if shape is None:
            if removed:
                self._ticks.end(self._camera, name, time, final=False)
            return
        for inner in thing.all("Appearance"):
            space = _transformed(inner, space)
        if self._ticks.has(self._camera, name):
            raise Refusal("id repeated in a frame", f"{said} of `{self._camera}`")
        row = Row(time, self._camera, name, self._box(shape, space), "removed_object" if removed else kind, likelihood)
        self._ticks.see(row, hold=thing.first("Behaviour", "Idle") is not None)
        self.tracked += 1

    def _class(self, name: int, thing: Element) -> tuple[str, float]:
        """The likeliest class, or what the thing was before; cameras do not say it in every frame."""
        said: list[tuple[str | None, str | None]] = [
            (kind.text, kind.get("Likelihood")) for kind in thing.all("Appearance", "Class", "Type")
        ]
        if not said:
            pairs = [*thing.all("Appearance", "Class", "ClassCandidate")]
            pairs += thing.all("Appearance", "Class", "Extension", "OtherTypes")
            said = [(_text(pair.first("Type")), _text(pair.first("Likelihood"))) for pair in pairs]
        found = [(label(kind), score(likely)) for kind, likely in said if kind and kind.strip()]
        if not found:
            return self._classes.get(name, (self._label, 1.0))
        kind, likely = max(found, key=lambda pair: pair[1])
        kind = WORDS.get(kind.replace("_", ""), kind)
        vehicle = thing.first("Appearance", "VehicleInfo", "Type")
        if kind == "vehicle" and vehicle is not None and vehicle.text.strip():
            kind = label(vehicle.text)
        _remember(self._classes, name, (kind, likely))
        return kind, likely

    def _box(self, shape: Element, space: Box) -> Box:
        sides = {side: number(side, shape.get(side)) for side in ("left", "top", "right", "bottom")}
        tx, ty, sx, sy = space
        x1, x2 = (sx * sides[side] + tx for side in ("left", "right"))
        y1, y2 = (sy * sides[side] + ty for side in ("top", "bottom"))
        if max(abs(x1), abs(x2), abs(y1), abs(y2)) > OUTSIDE:
            raise Refusal("box beyond any picture", "no transformation says what its coordinates are")
        if y1 < y2 and x1 < x2:
            told = f"top {sides['top']:g} is below bottom {sides['bottom']:g}; y grows upward"
            raise Refusal("box upside down", told)
        w, h = self._frame
        return corners((x1 + 1) / 2 * w, (1 - y1) / 2 * h, (x2 + 1) / 2 * w, (1 - y2) / 2 * h)

    def _rename(self, rename: Element) -> None:
        try:
            before, after = (whole(f"Rename/{end}", _id(rename.first(end))) for end in ("from", "to"))
        except Refusal as refusal:
            self.refuse(refusal)
            return
        _remember(self._first, after, self._first.pop(before, before))

    def _tree(self, tree: Element, time: int) -> None:
        gone = [one.get("ObjectId") for one in tree.all("Delete")]
        hidden = [_id(one) for kind in ("Merge", "Split") for one in tree.all(kind, "from")]
        for ids, over in ((hidden, False), (gone, True)):
            for said in ids:
                try:
                    now = whole("ObjectId", said)
                except Refusal as refusal:
                    self.refuse(refusal)
                    continue
                name = self._first.get(now, now)
                if over:
                    self._ticks.end(self._camera, name, time, final=False)
                    self._classes.pop(name, None)
                    self._first.pop(now, None)
                elif not self._ticks.has(self._camera, name):
                    self._ticks.hold_no_more(self._camera, name)


def _transformed(node: Element, space: Box) -> Box:
    """The coordinate system inside a node: translation and scaling of x and y.

    Raises:
        Refusal: A number is none, or a scale is nought.
    """
    found = node.first("Transformation")
    if found is None:
        return space
    tx, ty, sx, sy = space
    move, by = found.first("Translate"), found.first("Scale")
    if move is not None:
        x, y = (number(f"Translate {axis}", move.get(axis)) for axis in "xy")
        tx, ty = sx * x + tx, sy * y + ty
    if by is not None:
        x, y = (number(f"Scale {axis}", by.get(axis)) for axis in "xy")
        if not x or not y:
            raise Refusal("box without area", "a scale is 0")
        sx, sy = sx * x, sy * y
    return tx, ty, sx, sy


def _remember(known: OrderedDict[int, Any], key: int, value: Any) -> None:
    known[key] = value
    known.move_to_end(key)
    if len(known) > KNOWN:
        known.popitem(last=False)


def _text(node: Element | None) -> str | None:
    return None if node is None else node.text


def _id(node: Element | None) -> str | None:
    return None if node is None else node.get("ObjectId")


def frame_text(tracks: Tracks, frame: tuple[float, float], *, camera: str | None = None) -> str:
    """A camera's look as a `tt:Frame`, its namespace not declared: boxes in pixels, with their transformation.

    Args:
        tracks: The table. Rows that are only expected are things without a shape.
        frame: Width and height of the picture that its boxes are in.
        camera: Whose look, where the table has several.

    Raises:
        DataError: An id is text, or the table has several cameras and `camera` is not said.
    """
    checked = size("frame", frame)
    if checked is None or (camera is None and len(tracks.cameras) != 1):
        raise DataError(f"{len(tracks.cameras)} cameras in one tick", fix="say which: camera=…")
    one = tracks if camera is None else tracks.at(camera)
    w, h = checked
    lines = [
        f'<tt:Frame UtcTime="{show(int(one.times[0]))}">',
        f'<tt:Transformation><tt:Translate x="-1" y="1"/><tt:Scale x="{2 / w!r}" y="{-2 / h!r}"/></tt:Transformation>',
    ]
    for row, name in enumerate(one.ids.tolist()):
        _check(name)
        inner = _appearance(one, row) if one.seen[row] else ""
        lines.append(f'<tt:Object ObjectId="{name}">{inner}</tt:Object>')
    if one.ended:
        for end in one.ended:
            _check(end.id)
        gone = "".join(f'<tt:Delete ObjectId="{end.id}"/>' for end in one.ended)
        lines.append(f"<tt:ObjectTree>{gone}</tt:ObjectTree>")
    return "\n".join([*lines, "</tt:Frame>"])


def _check(name: object) -> None:
    if not isinstance(name, int):
        raise DataError(f"the id `{name}` is text", fix="ONVIF's object ids are numbers")


def _appearance(tracks: Tracks, row: int) -> str:
    left, top, right, bottom = (repr(value) for value in tracks.boxes[row].tolist())
    x, y = ((tracks.boxes[row, :2] + tracks.boxes[row, 2:]) / 2).tolist()
    name, likely = tracks.label(row), repr(float(tracks.scores[row]))
    kind = "Vehicle" if name in VEHICLES else CLASSES.get(name, name)
    vehicle = f"<tt:VehicleInfo><tt:Type>{name.capitalize()}</tt:Type></tt:VehicleInfo>" if name in VEHICLES else ""
    return (
        f'<tt:Appearance><tt:Shape><tt:BoundingBox left="{left}" top="{top}" right="{right}" bottom="{bottom}"/>'
        f'<tt:CenterOfGravity x="{x!r}" y="{y!r}"/></tt:Shape>'
        f'<tt:Class><tt:Type Likelihood="{likely}">{escape(kind)}</tt:Type></tt:Class>{vehicle}</tt:Appearance>'
    )


def document(tracks: Tracks, frame: tuple[float, float]) -> str:
    """A look of one camera as a document of its own, as it is sent by RTP or a broker. See `frame_text`.

    Raises:
        DataError: An id is text, or there are several cameras.
    """
    return f"{HEAD}\n{frame_text(tracks, frame)}\n{TAIL}\n"


HEAD = f'<?xml version="1.0" encoding="UTF-8"?>\n<tt:MetadataStream xmlns:tt="{NAMESPACE}">\n<tt:VideoAnalytics>'
TAIL = "</tt:VideoAnalytics>\n</tt:MetadataStream>"


class OnvifWriter(Writer):
    """Writes the looks of one camera as one metadata stream, frame by frame.

    Args:
        target: A path, opened and closed by the writer, or an open text file, which stays open.
        frame: Width and height of the picture that boxes are in.

    Raises:
        DataError: The file cannot be opened, or the size is none.
    """

    def __init__(self, target: str | Path | TextIO, frame: tuple[float, float]) -> None:
        size("frame", frame)
        super().__init__(target)
        self._frame = frame
        self._file.write(f"{HEAD}\n")

    def write(self, tracks: Tracks) -> None:
        """Write a look.

        Raises:
            DataError: An id is text, or there are several cameras.
        """
        self._file.write(f"{frame_text(tracks, self._frame)}\n")

    def close(self) -> None:
        """End the document, and close the file if it is the writer's."""
        if not self._file.closed:
            self._file.write(f"{TAIL}\n")
        super().close()
