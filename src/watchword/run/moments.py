"""Steps of what happens: `becomes`, and sequences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from watchword.run.logic import UNKNOWN, Values
from watchword.run.passes import Pass
from watchword.run.sequences import Becomes, Chain, Chains
from watchword.run.steps import Keeping, Nodes, standing_on


class _Moments(Keeping):
    """A step whose nodes are events, each over states or events of its own."""

    def __init__(self, scope: str, machine: Becomes | Chains, out: Nodes, bodies: Nodes) -> None:
        super().__init__(scope, machine)
        self.machine, self._out, self._bodies = machine, out, bodies
        self._rows = standing_on((body, k) for k, body in enumerate(bodies.tolist()))

    def _dates(self, at: Pass) -> Mapping[tuple[int, int], int]:
        return {(k, col): date for k, col, date in at.dated(self.scope, "state", self._rows)}

    def _tell(self, at: Pass, value: Values) -> None:
        slots, _, _, _ = at.clock(self.scope)
        for view in at.grids[self.scope].views():
            view.state[self._out] = value
        if self.machine.dates:
            col_of = {slot: col for col, slot in enumerate(slots.tolist())}
            for (k, slot), date in self.machine.dates.items():
                at.dates[self.scope, "state", int(self._out[k]), col_of[slot]] = date


class Turns(_Moments):
    """`p becomes STATE`."""

    def run(self, at: Pass) -> None:
        """Fill the rows of its nodes."""
        assert isinstance(self.machine, Becomes)
        grid = at.grids[self.scope]
        slots, now, _, _ = at.clock(self.scope)
        held, fresh = grid.held.state[self._bodies], grid.fresh.state[self._bodies]
        if at.blind:
            fresh = np.zeros_like(fresh)
        self._tell(at, self.machine.step(slots, held, fresh, self._dates(at), now))


class Sequences(_Moments):
    """`A then within 10s B then for 30s not C`."""

    def __init__(self, scope: str, chains: Sequence[Chain], out: Nodes, bodies: Nodes) -> None:
        super().__init__(scope, Chains(chains), out, bodies)
        self._event = np.array([part.event for chain in chains for part in chain.parts], np.bool_)[:, None]

    def begin(self, slots: NDArray[np.intp]) -> None:
        """Things that had ended are found again: what waits after their end goes on."""
        assert isinstance(self.machine, Chains)
        self.machine.begin(slots)

    def waiting(self, slots: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Which of these things a sequence still waits for, bool (n,)."""
        assert isinstance(self.machine, Chains)
        if self.scope == "thing":
            return self.machine.waiting(slots)
        return np.zeros(len(slots), np.bool_)

    def run(self, at: Pass) -> None:
        """Fill the rows of its nodes."""
        assert isinstance(self.machine, Chains)
        grid = at.grids[self.scope]
        slots, now, before, hole = at.clock(self.scope)
        held, fresh = grid.held.state[self._bodies], grid.fresh.state[self._bodies]
        # An event that could not be seen is not known not to have happened.
        if at.blind:
            held, fresh = np.where(self._event, UNKNOWN, held), np.zeros_like(fresh)
        elif self.scope != "camera" and not grid.whole:
            idle = self._event & (held < 0)
            held = np.where(idle & ~at.both(self.scope, at.near), UNKNOWN, held)
            fresh = np.where(idle & ~at.both(self.scope, at.look.seen), UNKNOWN, fresh)
        self._tell(at, self.machine.step(slots, held, fresh, self._dates(at), now, before, hole))
        if self.scope != "camera" and not at.blind and at.look.ended.any():
            self.machine.end(slots[~at.both(self.scope, ~at.look.ended)])
