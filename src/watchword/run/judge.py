"""From the values of a pass to turns of alerts' lives: the rules of one scope that are judged together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from watchword.detections import NEVER
from watchword.run.cooldown import Cooldowns, Key, Up
from watchword.run.lifecycle import Lifecycle
from watchword.run.logic import FALSE, UNKNOWN
from watchword.run.look import Slots
from watchword.run.passes import Pass, View
from watchword.run.plan import Root
from watchword.run.turn import Tell, Turn

Bools = NDArray[np.bool_]


def ranks(roots: Sequence[Root]) -> list[int]:
    """In which order rules are judged: one that yields to others (`unless firing`) after them."""
    asks = {root.rule.name: [name.text for name in root.rule.unless] for root in roots}
    known: dict[str, int] = {}

    def rank(name: str) -> int:
        if name not in known:  # the check has refused circles
            known[name] = 1 + max((rank(other) for other in asks.get(name, ())), default=-1)
        return known[name]

    return [rank(root.rule.name) for root in roots]


class Judge:
    """The rules of one scope and one rank.

    Args:
        scope: What they are about: "thing" or "camera".
        roots: The rules.
        keys: The cooldown key of a rule and a slot.
        tell: Called for each transition.
        camera_of: The camera of a slot.
        up: Which alerts are up, shared by all.
        cooldowns: Shared by all.
        cap: How many alerts of a rule may be under way on a camera.
        capped: Called where one has to wait.
    """

    def __init__(
        self,
        scope: str,
        roots: Sequence[Root],
        keys: Callable[[Root, int], Key],
        tell: Callable[[Root], Tell],
        camera_of: Callable[[int], int],
        up: Up,
        cooldowns: Cooldowns,
        cap: int,
        capped: Callable[[str, int, int, int], None],
    ) -> None:
        self.scope, self.roots = scope, roots
        tells = [tell(root) for root in roots]
        self.life = Lifecycle(
            roots,
            lambda i, slot: keys(roots[i], slot),
            lambda opened, *rest: tells[opened.root](opened, *rest),
            up=up,
            camera_of=camera_of,
            cooldowns=cooldowns,
            cap=cap,
            capped=capped,
        )
        self._nodes = np.array([root.node.index for root in roots], np.intp)
        self._rules: dict[int, list[int]] = {}
        for i, node in enumerate(self._nodes.tolist()):
            self._rules.setdefault(node, []).append(i)
        self._ends = np.array([root.ends for root in roots], np.bool_)[:, None]
        self._clearing: dict[int, list[int]] = {}
        for i, root in enumerate(roots):
            if root.clear is not None:  # equal conditions of several rules are one node
                self._clearing.setdefault(root.clear.index, []).append(i)
        self._settled = [(i, root.settled.index) for i, root in enumerate(roots) if root.settled is not None]
        self._excepted = [(i, name, node.index) for i, root in enumerate(roots) for name, node in root.excepted]

    def judge(self, at: Pass, gone: Bools, limbo: Bools) -> None:
        """Take in a pass.

        Args:
            at: The pass, its tables filled.
            gone: bool (n,), of things: they have ended, so that no rule is about them.
            limbo: bool (n,), of things: they may yet be found again.
        """
        grid = at.grids[self.scope]
        slots, now, before, hole = at.clock(self.scope)
        held, fresh = grid.held.state[self._nodes], grid.fresh.state[self._nodes]
        never = np.full(len(slots), NEVER, np.int64)
        gone_at = limbo_at = never
        if self.scope == "thing":
            end = at.look.things.end[slots]
            if gone.any():
                out = gone & ~self._ends
                held, fresh = np.where(out, FALSE, held), np.where(out, FALSE, fresh)
                gone_at = np.where(gone, end, NEVER)
            if limbo.any():
                held, fresh = np.where(limbo, UNKNOWN, held), np.where(limbo, UNKNOWN, fresh)
                limbo_at = end
        else:
            limbo = np.zeros(len(slots), np.bool_)
        turn = Turn(slots, held, fresh, now, before, hole, gone_at, limbo, limbo_at, at.blind)
        if self._clearing:
            turn.clear = self._clear(grid.held), self._clear(grid.fresh)
        state = grid.held.state
        turn.excepted = [(i, name, state[node] >= 0) for i, name, node in self._excepted]
        for i, node in self._settled:
            if (waiting := at.waiting.get((self.scope, node))) is not None and waiting.any():
                turn.waits = np.zeros(held.shape, np.bool_) if turn.waits is None else turn.waits
                turn.waits[i] = waiting & (gone_at == NEVER)
        if at.dates:
            self._date(turn, at)
        self.life.step(turn)

    def _clear(self, view: View) -> NDArray[np.int8]:
        value = np.zeros((len(self.roots), view.state.shape[1]), np.int8)
        for node, rules in self._clearing.items():
            value[rules] = view.state[node]
        return value

    def _date(self, turn: Turn, at: Pass) -> None:
        """When what this look decided happened, became true or became false, where that was earlier."""
        for (scope, kind, node, col), date in at.dates.items():
            if scope != self.scope or kind != "state":
                continue
            for i in self._rules.get(node, ()):
                (turn.began if turn.held[i, col] > 0 else turn.dates)[i, col] = date
            for i in self._clearing.get(node, ()):
                turn.cleared[i, col] = date

    def end(self, slots: Slots, time: int, now: int, reason: str) -> None:
        """End all that is under way for these slots."""
        self.life.end(slots.tolist(), time, now, reason)
