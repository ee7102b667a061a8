"""An alert's life: pending → firing ⇄ recovering → resolved, with stale, suppressed and dropped beside.

Where things stand is columns over (rule, slot); an `Open` object exists only for what is under way. A tick touches the
pairs whose condition has changed, and those whose time has come.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import attrs
import numpy as np
from numpy.typing import NDArray

from watchword.detections import NEVER
from watchword.events import State
from watchword.run.logic import Clocks, Slots, Times, Values, widen
from watchword.run.plan import Root

IDLE, PENDING, FIRING, RECOVERING, STALE, SUPPRESSED = range(6)
FAR = np.iinfo(np.int64).max


@attrs.define
class Open:
    """An alert under way.

    Attributes:
        root: Which rule.
        slot: Which thing (or camera).
        since: When its condition began to hold, ns.
        key: What its cooldown is for.
        id: Given when first told.
        end: When its condition ended, while recovering, ns.
        told: Time of its last transition, ns.
    """

    root: int
    slot: int
    since: int
    key: tuple[str, ...]
    id: str = ""
    end: int = NEVER
    told: int = NEVER
    fired: int = NEVER
    gap: int = 0


@attrs.define
class Cooldown:
    """Of one key: the alerts that are up, and until when it lasts after the last was resolved, ns."""

    up: set[str] = attrs.field(factory=set)
    until: int = NEVER


class Tell(Protocol):
    """Writes a transition down; returns the alert's id."""

    def __call__(self, opened: Open, state: State, time: int, decided: int, reason: str = "") -> str: ...  # noqa: D102


@attrs.define
class Turn:
    """The values of all rules of one scope in one pass.

    Attributes:
        slots: (n,) things or cameras.
        held: int8 (rules, n), the conditions.
        fresh: int8 (rules, n), the same where only what was seen is known.
        now: int64 (n,), ns.
        hole: bool (n,), unknown because nobody saw it.
        hole_at: int64 (n,), since when.
        gone_at: int64 (n,), its thing ended then; `NEVER` where it has not.
        limbo: bool (n,), its still thing was told to have ended and may be found again.
        blind: True where nothing was looked at, so that nothing is decided.
        dates: When a condition became false, by (rule, column), where that was not now.
        began: When an event happened, or a condition became true, by (rule, column), where that was not now.
    """

    slots: Slots
    held: Values
    fresh: Values
    now: Times
    hole: NDArray[np.bool_]
    hole_at: Times
    gone_at: Times
    limbo: NDArray[np.bool_]
    blind: bool
    dates: dict[tuple[int, int], int] = attrs.field(factory=dict)
    began: dict[tuple[int, int], int] = attrs.field(factory=dict)


class Lifecycle:
    """The alerts of all rules of one scope.

    Args:
        roots: The rules, one row each.
        keys: The cooldown key of a rule and a slot.
        tell: Called for each transition, in order.
    """

    def __init__(self, roots: Sequence[Root], keys: Callable[[int, int], tuple[str, ...]], tell: Tell) -> None:
        m = len(roots)
        self._roots = roots
        self._keys = keys
        self._tell = tell
        self.clocks = Clocks([root.policy for root in roots])
        self._status = np.zeros((m, 0), np.int8)
        self._due = np.zeros((m, 0), np.int64)
        self.open: dict[tuple[int, int], Open] = {}
        self._cooldowns: dict[tuple[int, tuple[str, ...]], Cooldown] = {}
        self._event = np.array([root.event for root in roots], np.bool_)

    def grow(self, size: int) -> None:
        """Have room for this many slots."""
        self.clocks.grow(size)
        self._status = widen(self._status, size, IDLE)
        self._due = widen(self._due, size, FAR)

    def forget(self, slots: Slots) -> None:
        """Things have ended and what was told of them is over."""
        self.clocks.forget(slots)
        self._status[:, slots] = IDLE
        self._due[:, slots] = FAR

    def step(self, turn: Turn) -> None:
        """Go on to new values."""
        if self._event.any():
            self._events(turn)
        held = turn.held if not self._event.any() else np.where(self._event[:, None], -1, turn.held).astype(np.int8)
        row, col, resets = self.clocks.step(turn.slots, held, turn.now, turn.hole, turn.hole_at)
        for (i, j), time in turn.began.items():
            slot = int(turn.slots[j])
            if self.clocks.since[i, slot] == turn.now[j]:
                self.clocks.since[i, slot] = min(time, int(turn.now[j]))
        for i, slot in resets:
            if self._status[i, slot] in (PENDING, SUPPRESSED):
                opened = self.open[i, slot]
                self._close(opened, "dropped", opened.told, int(turn.now[np.flatnonzero(turn.slots == slot)[0]]), "gap")
        due_row, due_col = np.nonzero(self._due[:, turn.slots] <= turn.now)
        # By column first: of one tick's transitions those of the thing first seen come first.
        changed = zip(col.tolist(), row.tolist(), strict=True)
        for j, i in sorted({*changed, *zip(due_col.tolist(), due_row.tolist(), strict=True)}):
            self._one(turn, i, j, int(held[i, j]), int(turn.fresh[i, j]))

    def _events(self, turn: Turn) -> None:
        rows, cols = np.nonzero((turn.held > 0) & self._event[:, None])
        for j, i in sorted(zip(cols.tolist(), rows.tolist(), strict=True)):
            slot, now = int(turn.slots[j]), int(turn.now[j])
            time = turn.began.get((i, j), now)
            opened = Open(i, slot, time, self._keys(i, slot))
            cooldown = self._cooldown(opened)
            if cooldown is not None and (cooldown.up or time < cooldown.until):
                self._tell(opened, "suppressed", time, now, "cooldown")
                continue
            self._tell(opened, "firing", time, now)
            self._tell(opened, "resolved", time, now)
            duration = self._roots[i].rule.cooldown
            if cooldown is not None and duration is not None:
                cooldown.until = time + duration

    def _one(self, turn: Turn, i: int, j: int, held: int, fresh: int) -> None:
        slot, now = int(turn.slots[j]), int(turn.now[j])
        status = int(self._status[i, slot])
        if held < 0:
            date = int(turn.gone_at[j]) if turn.gone_at[j] != NEVER else turn.dates.get((i, j), now)
            self._false(i, slot, status, date, now, fresh < 0 and not turn.blind)
        elif held > 0:
            self._true(i, slot, status, now, fresh > 0 and not turn.blind)
        elif status == FIRING and turn.limbo[j]:
            self._recover(self.open[i, slot], int(turn.hole_at[j]), now)
            self._due[i, slot] = FAR
        elif status == FIRING and turn.hole[j]:
            opened = self.open[i, slot]
            self._status[i, slot] = STALE
            self._transition(opened, "stale", int(turn.hole_at[j]), now)
        elif status in (PENDING, SUPPRESSED) or (status == IDLE and self._due[i, slot] != FAR):
            # Its clock stands still; it goes on when the condition is known again.
            self._due[i, slot] = FAR

    def _false(self, i: int, slot: int, status: int, date: int, now: int, known: bool) -> None:
        if status == IDLE:
            self._due[i, slot] = FAR
            return
        opened = self.open[i, slot]
        if status in (PENDING, SUPPRESSED):
            self._close(opened, "dropped", date, now)
            return
        if status in (FIRING, STALE):
            self._recover(opened, date, now, tell=self._roots[i].rule.keep > 0)
        resolved = opened.end + self._roots[i].rule.keep
        if known and resolved <= now:
            self._close(opened, "resolved", resolved, now)
        else:
            self._due[i, slot] = resolved

    def _recover(self, opened: Open, date: int, now: int, tell: bool = True) -> None:
        opened.end = max(date, opened.told)
        self._status[opened.root, opened.slot] = RECOVERING
        cooldown = self._cooldown(opened)
        if cooldown is not None:
            cooldown.up.discard(opened.id)
            cooldown.until = max(cooldown.until, opened.end + (self._roots[opened.root].rule.cooldown or 0))
        if tell:
            self._transition(opened, "recovering", opened.end, now)

    def _true(self, i: int, slot: int, status: int, now: int, known: bool) -> None:
        since = int(self.clocks.since[i, slot])
        due = since + self._roots[i].duration
        if status == FIRING:
            return
        if status in (RECOVERING, STALE):
            if not known:
                self._due[i, slot] = now
                return
            opened = self.open[i, slot]
            if (cooldown := self._cooldown(opened)) is not None:
                cooldown.up.add(opened.id)
            self._status[i, slot] = FIRING
            self._due[i, slot] = FAR
            opened.end = NEVER
            self._transition(opened, "firing", now, now, "holds again" if status == RECOVERING else "seen again")
            return
        self._due[i, slot] = due
        if not known:
            self._due[i, slot] = min(due, now)  # to be told at the next look that knows it
            return
        if status == IDLE:
            opened = self.open[i, slot] = Open(i, slot, since, self._keys(i, slot))
            if due > now:
                self._status[i, slot] = PENDING
                self._transition(opened, "pending", since, now)
                return
        opened = self.open[i, slot]
        opened.gap = int(self.clocks.gap[i, slot])
        if due > now:
            return
        cooldown = self._cooldown(opened)
        if cooldown is not None and (cooldown.up or due < cooldown.until):
            if cooldown.up or now < cooldown.until:
                if status != SUPPRESSED:
                    self._status[i, slot] = SUPPRESSED
                    self._transition(opened, "suppressed", due, now, "cooldown")
                self._due[i, slot] = now if cooldown.up else cooldown.until
                return
            due = cooldown.until
        self._status[i, slot] = FIRING
        self._due[i, slot] = FAR
        opened.fired = due
        self._transition(opened, "firing", due, now)
        if cooldown is not None:
            cooldown.up.add(opened.id)

    def _cooldown(self, opened: Open) -> Cooldown | None:
        if self._roots[opened.root].rule.cooldown is None:
            return None
        return self._cooldowns.setdefault((opened.root, opened.key), Cooldown())

    def _transition(self, opened: Open, state: State, time: int, now: int, reason: str = "") -> None:
        time = max(time, opened.told)  # the times of one alert never run backwards
        opened.told = time
        opened.id = self._tell(opened, state, time, now, reason)

    def _close(self, opened: Open, state: State, time: int, now: int, reason: str = "") -> None:
        self._transition(opened, state, time, now, reason)
        i, slot = opened.root, opened.slot
        cooldown = self._cooldown(opened)
        if cooldown is not None and opened.fired != NEVER:
            cooldown.up.discard(opened.id)
            cooldown.until = max(cooldown.until, opened.told + (self._roots[i].rule.cooldown or 0))
        del self.open[i, slot]
        self._status[i, slot] = IDLE
        self._due[i, slot] = FAR

    def end(self, slots: Sequence[int], time: int, now: int, reason: str) -> None:
        """End all that is under way for these slots, whatever its condition: the camera is lost or began anew."""
        for (i, slot), opened in sorted(self.open.items()):
            if slot in slots:
                state: State = "dropped" if self._status[i, slot] in (PENDING, SUPPRESSED) else "resolved"
                self._close(opened, state, time, now, reason)
