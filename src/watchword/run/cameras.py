"""Each camera's time: when it looked, how often it does, how long it was dark, and which frames are refused."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque
from typing import Any

from watchword.detections import NEVER
from watchword.events import Notice, NoticeKind, show_time
from watchword.scene import Scene, Size
from watchword.units import SECOND

GAP = 2 * SECOND
LOST = 300 * SECOND
MEDIAN_OF = 100
KNOWN = ("floor", "told_dark", "start", "last", "before", "dark", "interval")


class Camera:
    """What the engine knows of one camera's stream.

    Attributes:
        name: Its name.
        index: Its position.
        scene: What it looks at, where that is known.
        preset: Of a turning camera the position that this is; empty else.
        floor: Of one that the camera came to, the last look before in another, ns; None where there was none.
        told_dark: Of a position that the camera left: when it was last worked out what becomes of it, ns.
        start: Time of its first look since it (last) began, ns.
        last: Time of its last look, None before the first.
        before: Time of the look before that.
        dark: How long it has been dark in all, ns.
        passed: Between these two, ns.
        was: The usual frame interval at the look before, ns.
        interval: Its usual frame interval, ns: the median of the 100 before the last look.
        frame: Size the zones are drawn for, px.
        scale: From the frames' pixels to the scene's.
    """

    def __init__(self, name: str, index: int, scene: Scene | None, preset: str = "") -> None:
        self.name = name
        self.preset = preset
        self.told_dark = NEVER
        self.floor: int | None = None
        self.index = index
        self.scene = scene
        self.frame: Size | None = scene.frame if scene else None
        self.scale = (1.0, 1.0)
        self.start: int | None = None
        self.last: int | None = None
        self.before: int | None = None
        self.dark = 0
        self.interval = self.was = self.passed = 0
        self.counts: dict[str, int] = {}
        self._intervals: deque[int] = deque()
        self._sorted: list[int] = []
        self._behind: int | None = None

    @property
    def optics(self) -> tuple[object, ...]:
        """Equal for cameras whose boxes are measured alike."""
        scene = self.scene
        return (self.scale, self.frame, scene.view, id(scene.ground)) if scene else (self.scale, self.frame)

    @property
    def shown(self) -> str:
        """Its name for people, with the preset."""
        return f"{self.name} at {self.preset}" if self.preset else self.name

    @property
    def turning(self) -> bool:
        """Whether it is a turning camera between its presets: nothing is known of what it sees."""
        return self.scene is not None and bool(self.scene.presets)

    def limit(self, after: int = GAP) -> int:
        """How long a value holds past the last observation, ns: never less than three usual intervals."""
        return max(after, 3 * self.interval)

    def count(self, kind: str, more: int = 1) -> int:
        """One more of a kind, or several; how many there are now."""
        self.counts[kind] = self.counts.get(kind, 0) + more
        return self.counts[kind]

    def accept(self, time: int, index: int | None) -> tuple[bool, Notice | None]:
        """Whether a frame of this time is taken, and what is to be told of it.

        A frame that is late or repeats a time is refused. Where time stays behind for longer than the gap limit,
        counted from the first refused frame, the clock was set back: a notice "restart" says that all begins anew.
        """
        last = self.last if self.floor is None else max(self.floor, self.last or self.floor)
        if last is None or time > last:
            self._behind = None
            return True, None
        if self._behind is None or time < self._behind:  # set back further than where a late frame was
            self._behind = time
        elif time - self._behind > self.limit():
            message = f"the clock of {self.name} was set back from {show_time(last)} to {show_time(time)}: a new start"
            return True, Notice("restart", self.name, time, message, self.count("restart"), last, index)
        kind: NoticeKind = "repeated" if time == last else "late"
        what = "repeats the time of the last" if kind == "repeated" else f"is older than the last, {show_time(last)}"
        number = "a frame" if index is None else f"frame {index}"
        message = f"{self.name}: {number} at {show_time(time)} {what}; it is left out"
        return False, Notice(kind, self.name, time, message, self.count(kind), last, index)

    def dump(self) -> dict[str, Any]:
        """What is known of the stream, for a snapshot."""
        known = {name: getattr(self, name) for name in KNOWN}
        rest = {"scale": self.scale, "counts": self.counts, "behind": self._behind}
        return {**known, **rest, "intervals": list(self._intervals)}

    def load(self, saved: dict[str, Any]) -> None:
        """Take up what was known."""
        for name in KNOWN:
            setattr(self, name, saved[name])
        self.scale = (float(saved["scale"][0]), float(saved["scale"][1]))
        self.counts |= saved["counts"]
        self._intervals, self._behind = deque(saved["intervals"]), saved["behind"]
        self._sorted = sorted(self._intervals)

    def restart(self) -> None:
        """Begin anew: nothing was seen yet."""
        self.start = self.last = self.before = self._behind = self.floor = None
        self.told_dark = NEVER
        self._intervals.clear()
        self._sorted.clear()
        self.interval = 0

    def look(self, time: int) -> None:
        """Write down a look. What interval is usual is known from the looks before it."""
        self.before, self.was, self.passed = self.last, self.interval, 0
        if self.last is None:
            self.start = time
        else:
            self._usual()
            self.passed = passed = time - self.last
            if passed > self.limit():
                self.dark += passed
            self._intervals.append(passed)
            insort(self._sorted, passed)
            if len(self._intervals) > MEDIAN_OF:
                del self._sorted[bisect_left(self._sorted, self._intervals.popleft())]
        self.last = time

    def _usual(self) -> None:
        n = len(self._sorted)
        if n:
            self.interval = (self._sorted[(n - 1) // 2] + self._sorted[n // 2]) // 2
