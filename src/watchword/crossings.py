"""Who crosses lines: sides, paths that meet a line, a state that a trembling box does not turn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from watchword.detections import NEVER
from watchword.geometry import table_places
from watchword.scene import Line
from watchword.tracks import Id, Tracks

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def ends(line: Line) -> Floats:
    """The ends of a line as x1, y1, x2, y2, (4,)."""
    return np.array([*line.start, *line.end])


def _off(ends: Floats, at: Floats) -> Floats:
    """Signed distances of places (…, 2) from the endless lines with these ends (…, 4), px."""
    x1, y1 = ends[..., 0], ends[..., 1]
    dx, dy = ends[..., 2] - x1, ends[..., 3] - y1
    cross: Floats = (dx * (at[..., 1] - y1) - dy * (at[..., 0] - x1)) / np.hypot(dx, dy)
    return cross


def side(line: Line, at: Floats) -> Floats:
    """Signed distance of places (n, 2) from the endless line, px; over 0 on side A (the inward way starts there)."""
    return _off(ends(line), at)


def path_meets_line(line: Line, start: Floats, end: Floats) -> Bools:
    """Which straight paths from `start` to `end` (each (n, 2), px) meet the line itself, ends included."""
    return _meets(ends(line), start, end)


def _meets(ends: Floats, start: Floats, end: Floats) -> Bools:
    x1, y1 = ends[..., 0], ends[..., 1]
    dx, dy = ends[..., 2] - x1, ends[..., 3] - y1
    sx, sy, ex, ey = start[:, 0] - x1, start[:, 1] - y1, end[:, 0] - x1, end[:, 1] - y1
    a, b = dx * sy - dy * sx, dx * ey - dy * ex  # how far off the endless line, by its length
    meets: Bools = a * b <= 0
    if not meets.any():
        return meets  # the usual case: all stay on their side
    span = a - b
    t = np.divide(a, span, out=np.zeros_like(a), where=span != 0)
    square = dx * dx + dy * dy
    along = ((sx + t * (ex - sx)) * dx + (sy + t * (ey - sy)) * dy) / square
    meets &= (along >= -1e-12) & (along <= 1 + 1e-12)
    # A path along the line itself meets it where the two overlap.
    level = (a == 0) & (b == 0)
    if level.any():
        other = (ex * dx + ey * dy) / square
        low, high = np.minimum(along, other), np.maximum(along, other)
        meets = np.where(level, (high >= 0) & (low <= 1), meets)
    return meets


def margin(heights: Floats) -> Floats:
    """How far beyond a line a thing has to be to be committed to that side: 2 px or 5 % of its height."""
    far: Floats = np.maximum(2.0, 0.05 * heights)
    return far


@attrs.frozen
class Crossing:
    """A thing has crossed a line.

    Attributes:
        line: The line's name.
        camera: Whose line.
        id: Whose path.
        time: When it was first no longer on the old side, ns.
        decided: When it was known: it was beyond the line by the margin, ns.
        inward: True from side A to side B.
        row: The thing's row in the table that decided it.
    """

    line: str
    camera: str
    id: Id
    time: int
    decided: int
    inward: bool
    row: int


class Sides:
    """Who is on which side of lines, as arrays over slots of things and lines: the state behind `crosses line`.

    A thing is committed to a side once it is beyond the line by the margin. A crossing is a change of committed side
    where the path between meets the line itself. One that trembles on the line is committed to neither and crosses
    once. Its date is the first look since it was committed to the old side at which it was not there any more.

    With a grace the change has to last: a look, the grace or more after it began, sees it off the old side still, and
    no look between saw it back; else it did not begin. `step` may be given the same slots tick by tick, in any order.

    Args:
        lines: How many lines.
        grace: How long a change has to last, ns.
    """

    def __init__(self, lines: int = 1, grace: int = 0) -> None:
        self.grace = grace
        self._rays: tuple[Floats, Floats, Floats, Floats] = (np.zeros((0, 4)),) * 4
        self.committed = np.zeros((0, lines), np.int8)
        self.met = np.zeros((0, lines), np.bool_)
        self.left = np.zeros((0, lines), np.int64)
        self.stands = np.zeros((0, lines), np.bool_)
        self.beyond = np.zeros((0, lines), np.bool_)
        self.open = np.zeros((0, lines), np.bool_)  # it met the line, or left its side, and is not settled yet
        self.last = np.zeros((0, 2))

    def grow(self, slots: int) -> None:
        """Have room for this many slots."""
        shape = (slots - len(self.last), self.committed.shape[1])
        if shape[0] > 0:
            self.committed = np.concatenate((self.committed, np.zeros(shape, np.int8)))
            self.met = np.concatenate((self.met, np.zeros(shape, np.bool_)))
            self.left = np.concatenate((self.left, np.full(shape, NEVER)))
            self.stands = np.concatenate((self.stands, np.zeros(shape, np.bool_)))
            self.beyond = np.concatenate((self.beyond, np.zeros(shape, np.bool_)))
            self.open = np.concatenate((self.open, np.zeros(shape, np.bool_)))
            self.last = np.concatenate((self.last, np.full((shape[0], 2), np.nan)))

    def forget(self, slots: NDArray[np.intp]) -> None:
        """Begin anew for these slots."""
        self.committed[slots] = 0
        self.met[slots] = self.stands[slots] = self.beyond[slots] = self.open[slots] = False
        self.left[slots] = NEVER
        self.last[slots] = np.nan

    def step(
        self, ends: Floats, slots: NDArray[np.intp], at: Floats, heights: Floats, times: NDArray[np.int64]
    ) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
        """Move things to their new places.

        Args:
            ends: Of the lines, as `ends` gives them: (lines, 4), or (n, lines, 4) where each thing has its own; NaN for
                a line that it has not.
            slots: (n,) whose places these are, none twice.
            at: (n, 2) pixels; NaN where nowhere.
            heights: (n,) of the boxes, pixels.
            times: (n,) nanoseconds.

        Returns:
            int8 (n, lines): 1 crossed inward, -1 outward, 0 not; and int64 (n, lines) when the old side was left,
            `NEVER` where it was not.
        """
        off = _off(ends, at[:, None]) if ends.ndim == 3 else self._off_each(ends, at)
        crossed, when = np.zeros(off.shape, np.int8), np.full(off.shape, NEVER)
        # What stays on its side of a line has nothing to tell; what is nowhere stays as it was.
        was = self.committed.take(slots, axis=0)
        unsettled = np.flatnonzero((was * off <= 0) | self.open.take(slots, axis=0))
        if len(unsettled):
            row, line = np.divmod(unsettled, off.shape[1])
            flat = slots.take(row) * off.shape[1] + line
            distance, side, far = off.take(unsettled), was.take(unsettled), margin(heights.take(row))
            now = (distance > far).astype(np.int8) - (distance < -far)
            fresh = side == 0
            if fresh.any():  # not on a side yet
                self.committed.reshape(-1)[flat[fresh]] = now[fresh]
            busy = np.isfinite(distance) & ~fresh
            if not busy.all():
                unsettled, row, line, flat = unsettled[busy], row[busy], line[busy], flat[busy]
                distance, side, now = distance[busy], side[busy], now[busy]
            if len(flat):
                met = _meets(ends[line] if ends.ndim == 2 else ends[row, line], self.last[slots[row]], at[row])
                turned, left = self._turn(flat, side, distance, now, met, times[row])
                crossed.reshape(-1)[unsettled], when.reshape(-1)[unsettled] = turned, left
        here = np.isfinite(at[:, 0])
        if here.all():
            self.last[slots] = at
        else:
            self.last[slots[here]] = at[here]
        return crossed, when

    def _off_each(self, ends: Floats, at: Floats) -> Floats:
        """Signed distances of all places from the same lines, (n, lines)."""
        if ends is not self._rays[0]:
            dx, dy = ends[:, 2] - ends[:, 0], ends[:, 3] - ends[:, 1]
            self._rays = ends, np.stack((-dy, dx)), dy * ends[:, 0] - dx * ends[:, 1], np.hypot(dx, dy)
        _, turned, base, length = self._rays
        cross: Floats = at @ turned  # not yet divided by the length, so that on the line is exactly 0
        cross += base
        cross /= length
        return cross

    def _turn(
        self,
        flat: NDArray[np.intp],
        was: NDArray[np.int8],
        distance: Floats,
        now: NDArray[np.int8],
        met: Bools,
        times: NDArray[np.int64],
    ) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
        """The same for pairs that have left their side or had before.

        Args:
            flat: Position of each pair of a slot and a line, as if each state were one row of numbers.
            was: The side it is committed to.
            distance: Signed, from the endless line, px.
            now: The side that it is beyond, 0 on neither.
            met: Whether its path since the last look meets the line.
            times: Of the look, ns.
        """
        mets, lefts, stood, beyonds = (a.reshape(-1) for a in (self.met, self.left, self.stands, self.beyond))
        met = np.logical_or(met, mets.take(flat))
        off = distance * was <= 0
        left = lefts.take(flat)
        left = np.where(off & (left == NEVER), times, left)
        stands = stood.take(flat)
        if self.grace:
            stands |= off & (times - left >= self.grace)
            left = np.where(off | stands, left, NEVER)  # back before it stood: it never left
        else:
            stands |= off
        beyond = off & (beyonds.take(flat) | (now != 0))
        done = stands & beyond
        crossed: NDArray[np.int8] = was * (done & met)
        settled = done | (now == was)
        met &= ~done & (off | (now == 0))
        kept = np.where(settled, NEVER, left)
        self.committed.reshape(-1)[flat] = np.where(done, -was, was)
        mets[flat], lefts[flat], stood[flat], beyonds[flat] = met, kept, stands & ~settled, beyond & ~settled
        self.open.reshape(-1)[flat] = met | ~settled & (left != NEVER)
        return crossed, np.where(done, left, NEVER)


class LinesCounter:
    """Counts crossings of several lines of one scene over tables given one by one; remembers each id of each camera."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines = tuple(lines)
        self._sides = Sides(len(self.lines))
        self._ends = np.array([ends(line) for line in self.lines]).reshape(-1, 4)
        self._slots: dict[str, dict[Id, int]] = {}
        self._free: list[int] = []
        self._size = 0

    def step(self, tracks: Tracks) -> NDArray[np.int8]:
        """For each line and row: 1 has now crossed inward (A to B), -1 outward, 0 not; int8 (lines, n).

        Coasting rows do not cross.
        """
        return self._step(tracks)[0].T

    def _step(self, tracks: Tracks) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
        slots = self._slots_of(tracks)
        if not self.lines:
            return np.zeros((len(slots), 0), np.int8), np.zeros((len(slots), 0), np.int64)
        at = table_places(tracks, self.lines[0].view, self.lines[0].frame)
        heights, times = tracks.boxes[:, 3] - tracks.boxes[:, 1], tracks.times[tracks.camera]
        if tracks.seen.all():
            return self._sides.step(self._ends, slots, at, heights, times)
        rows = np.flatnonzero(tracks.seen)
        shape = (len(slots), len(self.lines))
        crossed, left = np.zeros(shape, np.int8), np.full(shape, NEVER)
        crossed[rows], left[rows] = self._sides.step(self._ends, slots[rows], at[rows], heights[rows], times[rows])
        return crossed, left

    def _slots_of(self, tracks: Tracks) -> NDArray[np.intp]:
        ids, found = tracks.ids.tolist(), []
        for k, camera in enumerate(tracks.cameras):
            known = self._slots.setdefault(camera, {})
            mine = ids if len(tracks.cameras) == 1 else ids[tracks.rows_of(k)]
            for ident in mine:
                slot = known.get(ident)
                if slot is None:
                    if not self._free:
                        self._free.append(self._size)
                        self._size += 1
                    slot = known[ident] = self._free.pop()
                found.append(slot)
        self._sides.grow(self._size)
        return np.array(found, np.intp)

    def crossings(self, tracks: Tracks) -> Iterator[Crossing]:
        """The crossings that this table decides, row by row."""
        crossed, left = self._step(tracks)
        for row, line in zip(*(found.tolist() for found in np.nonzero(crossed)), strict=True):
            k = int(tracks.camera[row])
            yield Crossing(
                self.lines[line].name,
                tracks.cameras[k],
                tracks.ids[row : row + 1].tolist()[0],
                int(left[row, line]),
                int(tracks.times[k]),
                bool(crossed[row, line] > 0),
                row,
            )

    def forget(self, camera: str, ids: Iterable[Id] | None = None) -> None:
        """Drop these ids of a camera, or all that is remembered of it; their slots are used again."""
        known = self._slots.get(camera, {})
        freed = [known.pop(ident) for ident in (list(known) if ids is None else ids) if ident in known]
        self._sides.forget(np.array(freed, np.intp))
        self._free += freed


class LineCounter(LinesCounter):
    """The same for one line."""

    def __init__(self, line: Line) -> None:
        super().__init__((line,))
        self.line = line

    def step(self, tracks: Tracks) -> NDArray[np.int8]:
        """For each row: 1 has now crossed inward (A to B), -1 outward, 0 not; int8 (n,). Coasting rows do not cross."""
        return self._step(tracks)[0][:, 0]
