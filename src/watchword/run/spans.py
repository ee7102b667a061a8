"""Steps of windows over time: `share of`, `rate of`, `rises by`, `distinct`, `flow`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from watchword.run.groups import Asked, Groups
from watchword.run.logic import Times
from watchword.run.measures import sums
from watchword.run.passes import Pass
from watchword.run.steps import Keeping, Nodes, standing_on
from watchword.run.windows import Changes, Distinct, Flow, Rate, Share


class _Window(Keeping):
    """A step with a window of time for each thing or camera. Where nobody looked, it is unknown."""

    def __init__(self, scope: str, window: Share | Rate | Changes, out: Nodes, child: Nodes, after: Times) -> None:
        super().__init__(scope, window)
        self.window, self._out, self._child, self._after = window, out, child, after
        self._rows = standing_on((c, k) for k, c in enumerate(child.tolist()))

    def _seen(self, at: Pass) -> NDArray[np.bool_]:
        return np.ones(len(at.cams), np.bool_) if self.scope == "camera" else at.both(self.scope, at.look.seen)


class Measured(_Window):
    """`share of (state) over W` and `rate of (event) over W`: numbers."""

    def run(self, at: Pass) -> None:
        """Fill the rows of its nodes."""
        if at.blind:
            return
        grid = at.grids[self.scope]
        slots, now, _, _ = at.clock(self.scope)
        body, limit = grid.held.state[self._child], at.limits(self.scope, self._after)
        if isinstance(self.window, Share):
            low = high = self.window.step(slots, body, now, limit)
        else:
            assert isinstance(self.window, Rate)
            dates = {(k, col): date for k, col, date in at.dated(self.scope, "state", self._rows)}
            low, high = self.window.step(slots, body > 0, now, limit, dates, None if grid.whole else self._seen(at))
        grid.held.low[self._out], grid.held.high[self._out] = low, high
        if not grid.whole:
            seen = self._seen(at)
            grid.fresh.low[self._out] = np.where(seen, low, np.nan)
            grid.fresh.high[self._out] = np.where(seen, high, np.nan)


class Trends(_Window):
    """`rises by X over D` and `drops by X over D`: states."""

    def run(self, at: Pass) -> None:
        """Fill the rows of its nodes."""
        if at.blind:
            return
        assert isinstance(self.window, Changes)
        grid = at.grids[self.scope]
        slots, now, _, _ = at.clock(self.scope)
        low, high = grid.held.low[self._child], grid.held.high[self._child]
        value = self.window.step(slots, low, high, now, at.limits(self.scope, self._after))
        grid.held.state[self._out] = value
        if not grid.whole:
            sure = (grid.fresh.low[self._child] == low) & (grid.fresh.high[self._child] == high)
            grid.fresh.state[self._out] = np.where(sure, value, 0)


class _GroupWindow(Groups):
    """A window over who is in a group of a camera."""

    def __init__(self, asked: Sequence[Asked], out: Nodes, after: Times) -> None:
        super().__init__("camera", _none, asked, out, after)

    def carry(self, at: Pass) -> None:
        """It changes at looks."""

    def _fill(self, at: Pass, low: NDArray[np.float64], high: NDArray[np.float64]) -> None:
        for view in at.grids["camera"].views():
            view.low[self._out], view.high[self._out] = low, high


def _none(*_: object) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    raise AssertionError("a window measures by itself")


class Different(_GroupWindow):
    """`distinct G over W`."""

    STATE = (*Groups.STATE, "window: part")

    def __init__(self, durations: Sequence[int], asked: Sequence[Asked], out: Nodes, after: Times) -> None:
        super().__init__(asked, out, after)
        self.window = Distinct(durations)

    def grow(self, things: int, cameras: int) -> None:
        """Have room for this many slots of things and cameras."""
        super().grow(things, cameras)
        self.window.grow(things, cameras)

    def forget(self, slots: NDArray[np.intp]) -> None:
        """Things have ended: they still count for a while."""
        super().forget(slots)
        self.window.forget_things(slots)

    def forget_camera(self, camera: int) -> None:
        """Begin anew for a camera."""
        super().forget_camera(camera)
        self.window.forget(np.array([camera], np.intp))

    def run(self, at: Pass) -> None:
        """Fill the rows of its nodes."""
        if at.blind:
            return
        sure = self.members.step(at)[0][0][0]
        limit = at.limits("camera", self._after)
        self._fill(at, *self.window.step(at.look.slots, at.starts, at.cams, sure, at.cam_now, limit))


class Flows(_GroupWindow):
    """`flow of G across line L over W`: who crossed while a member.

    Args:
        durations: ns.
        ways: Of each "in", "out", "net", or "to" (one side, by its name).
        crossing: Of each the states of crossing inward and outward; of "to" the one to that side, twice.
        asked: The groups.
        out: Its nodes.
        after: Gap limits, ns.
    """

    STATE = (*Groups.STATE, "window: part camera")

    def __init__(
        self,
        durations: Sequence[int],
        ways: Sequence[str],
        crossing: Sequence[tuple[int, int]],
        asked: Sequence[Asked],
        out: Nodes,
        after: Times,
    ) -> None:
        super().__init__(asked, out, after)
        self.window = Flow(durations, ["in" if way == "to" else way for way in ways])
        self._crossing = np.array(crossing, np.intp)
        self._of = standing_on((node, (k, i)) for i, pair in enumerate(crossing) for k, node in enumerate(pair))

    def grow(self, things: int, cameras: int) -> None:
        """Have room for this many slots of things and cameras."""
        super().grow(things, cameras)
        self.window.grow(cameras)

    def forget_camera(self, camera: int) -> None:
        """Begin anew for a camera."""
        super().forget_camera(camera)
        self.window.forget(np.array([camera], np.intp))

    def run(self, at: Pass) -> None:
        """Fill the rows of its nodes."""
        if at.blind:
            return
        sure = self.members.step(at)[0][0][0]
        weight = at.look.things.members[at.look.slots]
        held = at.grids["thing"].held.state
        ways = [sure & (held[self._crossing[:, k]] > 0) for k in (0, 1)]
        late = []
        for (k, node), row, date in at.dated("thing", "state", self._of):
            if ways[k][node, row]:  # decided now, but it was earlier
                ways[k][node, row] = False
                one = float(weight[row])
                late.append((node, int(at.column[row]), date, one if k == 0 else 0.0, one if k == 1 else 0.0))
        inward, outward = (sums(way, weight, at.starts) for way in ways)
        limit = at.limits("camera", self._after)
        self._fill(at, *self.window.step(at.cams, inward, outward, at.cam_now, limit, late))
