"""Frigate: messages of its topic `frigate/events`, and events of its HTTP API, as tracks.

A message is told when something about a thing changes, not for every frame: `new`, `update`, `end`. Between two
messages a thing is where it was told to be, so it is held until its `end`, and stands in every look of its camera. How
fast it moves, and whether it is still, is therefore not to be asked; `stationary`, a further column, is Frigate's own
word.

Two kinds of box are in use, and are told apart message by message: left, top, right, bottom in pixels of the size that
Frigate detects in (the topic), and left, top, width, height in fractions of the frame (`data.box`, the API).

Source: Frigate's documentation, "MQTT" (frigate/events) and "HTTP API" (events).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from watchword.errors import DataError
from watchword.interop.boxfile import Row
from watchword.interop.messages import Box, Message, Refusal, corners, ident, label, mapping, number, parse, score, text
from watchword.interop.stamps import unix
from watchword.interop.ticks import FOREVER, Feed, Ticks, scale, size
from watchword.interop.writer import Writer
from watchword.tracks import Id, Tracks
from watchword.units import SECOND

HOLD = 150.0
KINDS = ("new", "update", "end")
BEYOND = 1.02
"""Fractions reach as far as this where they were rounded."""
BELIEVED = 86_400 * SECOND
"""An end so much later than the last sight is no end."""


def is_event(message: object) -> bool:
    """Whether a message is one of the kinds that `Frigate` takes, by the fields it has."""
    if not isinstance(message, Mapping):
        return False
    if "payload" in message:
        return str(message.get("topic", "")).endswith("/events") or "after" in str(message["payload"])[:2000]
    return ("type" in message and ("after" in message or "before" in message)) or (
        {"id", "camera", "label"} <= message.keys() and bool({"data", "start_time", "frame_time"} & message.keys())
    )


class Frigate(Feed[Tracks]):
    """A stream of events as looks. See `watchword.interop.ticks.Feed` for `feed`, `flush` and `refused`.

    Args:
        frame: Width and height that Frigate detects in (`detect:` in its settings), by camera where they differ. Needed
            for boxes in fractions, and for `to`.
        to: Width and height of the frame that zones are drawn for, where that is another.
        hold: For how many seconds a thing counts as seen that no message speaks of. Frigate tells of each at least once
            a minute; what it is silent about for longer was lost with a restart. None holds until the end is told.
        delay: How many seconds messages may take; `look` says what was then.

    Raises:
        DataError: A size, `hold` or `delay` is none.
    """

    def __init__(
        self,
        frame: tuple[float, float] | Mapping[str, tuple[float, float]] | None = None,
        *,
        to: tuple[float, float] | None = None,
        hold: float | None = HOLD,
        delay: float = 1.0,
    ) -> None:
        if hold is not None and not 0 <= hold < 1e9:
            raise DataError(f"hold is {hold}", fix="give seconds, or None: until the end of a thing is told")
        if not 0 <= delay < 1e6:
            raise DataError(f"delay is {delay}", fix="give seconds")
        self._delay = round(delay * SECOND)
        super().__init__(Ticks(columns=("stationary",), hold=FOREVER if hold is None else round(hold * SECOND)))
        self._sizes = {name: size("frame", one) for name, one in frame.items()} if isinstance(frame, Mapping) else {}
        self._size = None if isinstance(frame, Mapping) else size("frame", frame)
        self._to = size("to", to)

    def look(self, time: int) -> list[Tracks]:
        """Say that it is `time` (ns since 1970): a look of each camera, `delay` before then, with what was there.

        To be called about once a second, with the clock that Frigate has, while it is connected: in rules time goes on
        by looks.
        """
        then = time - self._delay
        return [table for camera in self._ticks.names() for table in self._ticks.beat(camera, then)]

    def take(self, message: object) -> list[Tracks]:
        """The looks that a message completes.

        Raises:
            Refusal: It cannot be used.
        """
        event = mapping("the message", message)
        if "payload" in event:
            payload = event["payload"]
            event = mapping("payload", parse(payload) if isinstance(payload, str | bytes) else payload)
        if "type" in event and ("after" in event or "before" in event):
            kind = text("type", event["type"])
            if kind not in KINDS:
                raise Refusal("type not known", f"{kind[:40]!r} is none of {', '.join(KINDS)}")
            return self._told(kind, mapping("after", event.get("after")))
        if not is_event(event):
            raise Refusal("no event", f"it has {', '.join(map(str, list(event)[:6])) or 'no fields'}")
        return self._of_api(event)

    def _told(self, kind: str, after: Message) -> list[Tracks]:
        camera, name, time = text("camera", after.get("camera")), ident("id", after.get("id")), self._time(after)
        if after.get("false_positive") is True:
            raise Refusal("false positive", f"{name} of `{camera}`")
        if self._ticks.is_over(camera, name):
            raise Refusal("after its end", f"{name} of `{camera}` is over")
        over = after.get("end_time")
        if kind != "end" and over is None:
            row = self._row(after, camera, name, time)
            done = self._ticks.begin(camera, time)
            self._ticks.see(row, hold=True)
            self.tracked += 1
            return done
        done = []
        end = time if over is None else _unix("end_time", over)
        if end - time > BELIEVED:
            self.refuse(Refusal("end_time far after the last sight", f"{name} of `{camera}`"))
            end = time
        try:  # its end counts whatever is wrong with its last sight
            row = self._row(after, camera, name, time)
            done += self._ticks.begin(camera, time)
            self._ticks.see(row)
            self.tracked += 1
        except Refusal as refusal:
            if refusal.reason != "late":  # the last sight has been told, as a rule, by a message before
                self.refuse(refusal)
                done += self._begun(camera, time)
        self._ticks.end(camera, name, end)
        return done + self._begun(camera, end)

    def _of_api(self, event: Message) -> list[Tracks]:
        """An event of the HTTP API: a thing from its start to its end, with one box."""
        camera, name = text("camera", event.get("camera")), ident("id", event.get("id"))
        if event.get("false_positive") is True:
            raise Refusal("false positive", f"{name} of `{camera}`")
        if self._ticks.is_over(camera, name):
            raise Refusal("after its end", f"{name} of `{camera}` is over")
        start = _unix("start_time", event.get("start_time", event.get("frame_time")))
        end = event.get("end_time")
        over = None if end is None else _unix("end_time", end)
        row = self._row(event, camera, name, start)
        done = self._ticks.begin(camera, start)
        self._ticks.see(row, hold=True)
        self.tracked += 1
        if over is not None:
            self._ticks.end(camera, name, max(over, start))
        return done

    def _begun(self, camera: str, time: int) -> list[Tracks]:
        try:
            return self._ticks.begin(camera, time)
        except Refusal:
            return []

    def _time(self, after: Message) -> int:
        return _unix("frame_time", after.get("frame_time", after.get("start_time")))

    def _row(self, event: Message, camera: str, name: Id, time: int) -> Row:
        data = event.get("data")
        inner = data if isinstance(data, Mapping) else {}
        frame = self._sizes.get(camera, self._size)
        found = box(inner.get("box", event.get("box")), frame, of_api=event.get("box") is None)
        x, y = scale(frame, self._to)
        said = event.get("score", inner.get("score", event.get("top_score", inner.get("top_score"))))
        return Row(
            time,
            camera,
            name,
            (found[0] * x, found[1] * y, found[2] * x, found[3] * y),
            label(event.get("label")),
            score(said),
            extra=(float(event.get("stationary") is True),),
        )


def _unix(what: str, value: object) -> int:
    if value is None:
        raise Refusal("field missing", f"{what} is not there")
    try:
        return unix(what, value)
    except ValueError as error:
        raise Refusal("time not understood", str(error)) from None


def box(given: object, frame: tuple[float, float] | None = None, *, of_api: bool = False) -> Box:
    """Left, top, right, bottom in pixels, of either kind of box.

    Numbers that are all 0 to 1 are fractions: left, top, width, height. Whole numbers on the topic are pixels, however
    small.

    Args:
        given: Four numbers.
        frame: Width and height that Frigate detects in.
        of_api: It is an event's `data.box`, where 0 and 1 are fractions, too.

    Raises:
        Refusal: It is no box.
        DataError: It is in fractions and `frame` is not known.
    """
    if not isinstance(given, list | tuple) or len(given) != 4:
        raise Refusal("field missing" if given is None else "field of the wrong type", "box has to be four numbers")
    a, b, c, d = (number("box", value) for value in given)
    whole = all(isinstance(value, int) for value in given)
    if max(abs(a), abs(b), abs(c), abs(d)) > 1 or (whole and not of_api):
        return corners(a, b, c, d)
    if frame is None:
        raise DataError(
            "a box is in fractions of the frame", fix="say the size that Frigate detects in: frame=(1280, 720)"
        )
    if a + c > BEYOND or b + d > BEYOND or min(a, b) < 1 - BEYOND:
        raise Refusal("box beyond any picture", f"in fractions: {a:g}, {b:g}, {c:g} wide, {d:g} high")
    w, h = frame
    return corners(a * w, b * h, (a + c) * w, (b + d) * h)


class FrigateWriter(Writer):
    """Writes tracks as the events that Frigate tells, JSON lines: `new`, `update` where a box has changed, `end`.

    What is not in a table any more is told as ended after `memory` seconds, dated at its last sight.

    Args:
        target: A path, opened and closed by the writer, or an open text file, which stays open.
        memory: Seconds.

    Raises:
        DataError: The file cannot be opened.
    """

    def __init__(self, target: str | Path | TextIO, memory: float = 5.0) -> None:
        super().__init__(target)
        self._memory = round(memory * SECOND)
        self._known: dict[tuple[str, Id], dict[str, Any]] = {}
        self._seen: dict[tuple[str, Id], int] = {}

    def write(self, tracks: Tracks) -> None:
        """Write a tick. Rows that are only expected are no news.

        Raises:
            DataError: A time before 1970.
        """
        over = {(end.camera, end.id): end.time for end in tracks.ended}
        for k, camera in enumerate(tracks.cameras):
            time = int(tracks.times[k])
            if time < 0:
                raise DataError(f"the time is {time} ns, before 1970", fix="events bear seconds since 1970")
            for row in range(*tracks.rows_of(k).indices(len(tracks))):
                if tracks.seen[row]:
                    self._sight(camera, time, tracks, row)
            for key, last in list(self._seen.items()):
                if key[0] == camera and (key in over or time - last > self._memory):
                    self._end(key, over.get(key, last))

    def _sight(self, camera: str, time: int, tracks: Tracks, row: int) -> None:
        key = (camera, tracks.ids[row : row + 1].tolist()[0])
        before = self._known.get(key)
        after = {
            "id": str(key[1]),
            "camera": camera,
            "frame_time": time / SECOND,
            "label": tracks.label(row),
            "false_positive": False,
            "start_time": time / SECOND if before is None else before["start_time"],
            "end_time": None,
            "score": float(tracks.scores[row]),
            "box": tracks.boxes[row].tolist(),
            "stationary": bool(tracks.extra["stationary"][row] == 1) if "stationary" in tracks.extra else False,
        }
        self._seen[key] = time
        self._known[key] = after
        if before is None:
            self._tell("new", after, after)
        elif any(before[what] != after[what] for what in ("box", "label", "stationary")):
            self._tell("update", before, after)

    def _end(self, key: tuple[str, Id], time: int) -> None:
        before = self._known.pop(key)
        del self._seen[key]
        self._tell("end", before, {**before, "end_time": time / SECOND})

    def _tell(self, kind: str, before: Message, after: Message) -> None:
        self._file.write(json.dumps({"type": kind, "before": before, "after": after}, ensure_ascii=False) + "\n")

    def close(self) -> None:
        """End all that is there, and close the file if it is the writer's."""
        for key, last in list(self._seen.items()):
            self._end(key, last)
        super().close()
