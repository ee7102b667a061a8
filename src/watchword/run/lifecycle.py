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
from watchword.run.logic import ASSUME, FALSE, Clocks, Slots, Times, Values, widen
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
        end: When its condition ended, while recovering or while that is not known for sure, ns.
        told: Time of its last transition, ns.
        fired: When it fired, ns.
        gap: How much of the time since `since` nobody saw, ns.
        dark: Since when nobody sees it, once it has fired, ns.
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
    dark: int = NEVER

    def seen_again(self, time: int) -> None:
        """Its condition is known again from this time on; what was dark since it fired was gap."""
        if self.dark != NEVER:
            self.gap += max(0, time - self.dark)
            self.dark = NEVER


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
        before: int64 (n,), the time of the look before, ns.
        hole: bool (n,), unknown because nobody saw it.
        gone_at: int64 (n,), its thing ended then; `NEVER` where it has not.
        limbo: bool (n,), its still thing was told to have ended and may be found again; and since when, int64 (n,).
        blind: True where nothing was looked at, so that nothing is decided.
        dates: When a condition became false, by (rule, column), where that was not now.
        began: When an event happened, or a condition became true, by (rule, column), where that was not now.
    """

    slots: Slots
    held: Values
    fresh: Values
    now: Times
    before: Times
    hole: NDArray[np.bool_]
    gone_at: Times
    limbo: NDArray[np.bool_]
    limbo_at: Times
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
        self._event = np.array([root.event for root in roots], np.bool_)[:, None]
        self._events_too = bool(self._event.any())

    def grow(self, size: int) -> None:
        """Have room for this many slots."""
        self.clocks.grow(size)
        self._status = widen(self._status, size, IDLE)
        self._due = widen(self._due, size, FAR)

    def forget(self, slots: Slots) -> None:
        """Things have ended and what was told of them is over."""
        self.clocks.forget(slots)
        if self._cooldowns:
            gone = {str(slot) for slot in slots.tolist()}
            for key in [k for k in self._cooldowns if k[1][1].partition(".")[0] in gone]:
                del self._cooldowns[key]
        self._status[:, slots] = IDLE
        self._due[:, slots] = FAR

    def busy(self, slots: Slots) -> NDArray[np.bool_]:
        """Which of these slots have an alert under way; bool (n,)."""
        found: NDArray[np.bool_] = (self._status[:, slots] != IDLE).any(axis=0)
        return found

    def step(self, turn: Turn) -> None:
        """Go on to new values."""
        held, fresh = turn.held, turn.fresh
        if self._events_too:
            self._events(turn)
            held, fresh = np.where(self._event, FALSE, held), np.where(self._event, FALSE, fresh)
        row, col, resets = self.clocks.step(turn.slots, held, fresh, turn.now, turn.before, turn.hole)
        for (i, j), time in turn.began.items():
            slot = int(turn.slots[j])
            if self.clocks.since[i, slot] == turn.now[j]:
                self.clocks.since[i, slot] = min(time, int(turn.now[j]))
        for i, slot, since in resets:
            if self._status[i, slot] in (PENDING, SUPPRESSED):
                now = int(turn.now[np.flatnonzero(turn.slots == slot)[0]])
                self._close(self.open[i, slot], "dropped", since, now, "gap")
        due_row, due_col = np.nonzero(self._due[:, turn.slots] <= turn.now)
        # By column first: of one tick's transitions those of the thing first seen come first.
        at_hand = {*zip(col.tolist(), row.tolist(), strict=True), *zip(due_col.tolist(), due_row.tolist(), strict=True)}
        if turn.limbo.any():
            at_hand |= {(j, i) for j in np.flatnonzero(turn.limbo).tolist() for i in range(len(self._roots))}
        for j, i in sorted(at_hand):
            self._one(turn, i, j, int(held[i, j]), int(fresh[i, j]))

    def _events(self, turn: Turn) -> None:
        rows, cols = np.nonzero((turn.held > 0) & self._event)
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
        known = fresh != 0 and not turn.blind
        if held < 0:
            date = int(turn.gone_at[j]) if turn.gone_at[j] != NEVER else turn.dates.get((i, j), now)
            self._false(i, slot, status, date, now, known)
        elif held > 0:
            self._true(i, slot, status, now, known)
        elif status in (FIRING, STALE) and turn.limbo[j]:
            opened = self.open[i, slot]
            self._recover(opened, int(turn.limbo_at[j]), now)
            opened.dark = opened.told if opened.dark == NEVER else opened.dark
            self._due[i, slot] = FAR
        elif status == FIRING and turn.hole[j]:
            self._status[i, slot] = STALE
            self._due[i, slot] = FAR
            opened = self.open[i, slot]
            self._transition(opened, "stale", int(self.clocks.known[i, slot]), now)
            opened.dark, opened.end = opened.told, NEVER
        elif status in (PENDING, SUPPRESSED) or (status == IDLE and self._due[i, slot] != FAR):
            # Its clock stands still; it goes on when the condition is known again.
            self._due[i, slot] = FAR
            if status != IDLE:
                self.open[i, slot].end = NEVER

    def _false(self, i: int, slot: int, status: int, date: int, now: int, known: bool) -> None:
        if status == IDLE:
            self._due[i, slot] = FAR
            return
        opened = self.open[i, slot]
        if status != RECOVERING:
            opened.end = date if opened.end == NEVER else opened.end
            if not known:  # what is only held over ends nothing: to be asked at the next look
                self._due[i, slot] = now
                return
            opened.seen_again(opened.end)
            if status in (PENDING, SUPPRESSED):
                self._close(opened, "dropped", opened.end, now)
                return
            self._recover(opened, opened.end, now, tell=self._roots[i].rule.keep > 0)
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
        if known and status in (PENDING, SUPPRESSED) and (ended := self.open[i, slot].end) != NEVER:
            # It had failed by what was held over, and nothing seen since says otherwise.
            self._close(self.open[i, slot], "dropped", ended, now)
            status = IDLE
        if status == FIRING:
            self.open[i, slot].end = NEVER
            self._due[i, slot] = FAR
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
            opened.seen_again(now)
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
        if opened.gap and self._roots[i].policy == ASSUME:
            opened.gap = max(0, opened.gap - (now - due))  # what of the hole lies after the deadline is none of it
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
