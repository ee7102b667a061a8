"""An alert's life: pending → firing ⇄ recovering → resolved, with stale, suppressed and dropped beside.

Where things stand is columns over (rule, slot); an `Open` object exists only for what is under way. A tick touches the
pairs whose condition has changed, and those whose time has come.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from watchword.detections import NEVER
from watchword.events import State
from watchword.run.cooldown import Cap, Cooldown, Cooldowns, Key, Up, forget
from watchword.run.logic import ASSUME, FALSE, UNKNOWN, Clocks, Slots, Values, flat, widen
from watchword.run.memory import Leaf, Memory, Rows
from watchword.run.plan import Root
from watchword.run.turn import Open, Tell, Turn
from watchword.run.underway import of_lives

IDLE, PENDING, FIRING, RECOVERING, STALE, SUPPRESSED = range(6)
FIRED = (FIRING, RECOVERING, STALE)
FAR = np.iinfo(np.int64).max
CAP = 1000
"""How many alerts of a rule may be under way on a camera."""


class Lifecycle(Memory):
    """The alerts of all rules of one scope.

    Args:
        roots: The rules, one row each.
        keys: The cooldown key of a rule and a slot.
        tell: Called for each transition, in order.
        up: Which alerts are up, for rules that yield to others; all that share it are judged in that order.
        camera_of: The camera of a slot; where not given, a slot is a camera.
        cooldowns: Shared where one rule has instances in several of these.
        cap: How many alerts of a rule may be under way on a camera; a further one waits until one of them is over.
        capped: Called once per rule and camera where one has to wait, with rule, camera, time and how many there are.
    """

    PASSING = frozenset({"_excepted"})

    def __init__(
        self,
        roots: Sequence[Root],
        keys: Callable[[int, int], Key],
        tell: Tell,
        *,
        up: Up | None = None,
        camera_of: Callable[[int], int] = int,
        cooldowns: Cooldowns | None = None,
        cap: int = CAP,
        capped: Callable[[str, int, int, int], None] | None = None,
    ) -> None:
        m = len(roots)
        self._roots = roots
        self._durations = np.array([root.duration for root in roots], np.int64)
        self._rules = [root.rule for root in roots]
        self._keys = keys
        self._tell = tell
        self._up = Up() if up is None else up
        self._camera_of = camera_of
        self._cooldowns: Cooldowns = {} if cooldowns is None else cooldowns
        self._cap = Cap(cap, capped)
        self.clocks = Clocks([root.policy for root in roots])
        self._status = np.zeros((m, 0), np.int8)
        self._due = np.zeros((m, 0), np.int64)
        self._soon = np.zeros(0, np.int64)  # of each slot: no rule is due before
        self.open: dict[tuple[int, int], Open] = {}
        self._events = np.flatnonzero([root.event for root in roots])
        self._clears = [rule.clear is not None for rule in self._rules]
        self._clear = np.flatnonzero(self._clears)
        self._clear_at = {int(row): k for k, row in enumerate(self._clear)}
        self._clear_value = np.zeros((len(self._clear), 0), np.int8)
        self._clear_since = np.zeros((len(self._clear), 0), np.int64)
        self._spent = np.zeros((m, 0), np.bool_)  # cleared while its condition held: that has to fail first
        self._rises = [sorted(root.rule.rises, key=lambda rise: rise[1]) for root in roots]
        self._excepted: dict[int, list[tuple[str, NDArray[np.bool_]]]] = {}

    def grow(self, size: int) -> None:
        """Have room for this many slots."""
        self.clocks.grow(size)
        self._status = widen(self._status, size, IDLE, "F")
        self._due = widen(self._due, size, FAR, "F")
        self._soon = np.concatenate((self._soon, np.full(size - len(self._soon), FAR)))
        if len(self._clear):
            self._spent = widen(self._spent, size, False, "F")
            self._clear_value = widen(self._clear_value, size, UNKNOWN, "F")
            self._clear_since = widen(self._clear_since, size, NEVER, "F")

    def forget(self, slots: Slots) -> None:
        """Things have ended and what was told of them is over."""
        self.clocks.forget(slots)
        if self._cooldowns:
            forget(self._cooldowns, (rule.name for rule in self._rules), slots.tolist())
        self._status[:, slots] = IDLE
        self._due[:, slots] = self._soon[slots] = FAR
        if len(self._clear):
            self._spent[:, slots] = False
            self._clear_value[:, slots] = UNKNOWN

    def memory(self, rows: Rows, axis: str) -> Iterator[Leaf]:
        """Where things stand, and what is under way."""
        return of_lives(self, rows, axis)

    def busy(self, slots: Slots) -> NDArray[np.bool_]:
        """Which of these slots have an alert under way; bool (n,)."""
        found: NDArray[np.bool_] = (self._status.T[slots] != IDLE).any(axis=1)
        return found

    # ---- a turn

    def step(self, turn: Turn) -> None:
        """Go on to new values."""
        held, fresh = turn.held, turn.fresh
        self._excepted = {}
        for row, name, back in turn.excepted:
            self._excepted.setdefault(row, []).append((name, back))
        if len(self._events):
            self._happen(turn)
            held, fresh = held.copy(), fresh.copy()
            held[self._events] = fresh[self._events] = FALSE
        rows, cols, resets = self.clocks.step(turn.slots, held, fresh, turn.now, turn.before, turn.hole)
        if turn.waits is not None:
            fresh = np.where(turn.waits, UNKNOWN, fresh)
        for (i, j), time in turn.began.items():
            slot = int(turn.slots[j])
            if self.clocks.since[i, slot] == turn.now[j]:
                self.clocks.since[i, slot] = min(time, int(turn.now[j]))
        for i, slot, since in resets:
            if self._status[i, slot] in (PENDING, SUPPRESSED):
                now = int(turn.now[np.flatnonzero(turn.slots == slot)[0]])
                self._close(self.open[i, slot], "dropped", since, now, "gap")
        # By column first: of one tick's transitions those of the thing first seen come first.
        at_hand = [cols * len(self._roots) + rows] if len(rows) else []
        soon = np.flatnonzero(self._soon.take(turn.slots) <= turn.now)
        if len(soon):
            at_hand.append(self._come_due(turn, soon))
        if turn.limbo.any():
            rules = np.arange(len(self._roots))
            at_hand.append((np.flatnonzero(turn.limbo)[:, None] * len(rules) + rules).ravel())
        if turn.clear is not None and len(self._clear):
            at_hand.append(self._cleared(turn, turn.clear[0]))
        if at_hand:
            self._take(turn, held, fresh, at_hand[0] if len(at_hand) == 1 else np.unique(np.concatenate(at_hand)))
        if len(soon):
            slots = turn.slots[soon]
            self._soon[slots] = self._due.T[slots].min(axis=1)
        self._cap.tell()

    def _come_due(self, turn: Turn, soon: Slots) -> Slots:
        k, rows = np.nonzero(self._due.T[turn.slots[soon]] <= turn.now[soon, None])
        return soon[k] * len(self._roots) + rows

    def _cleared(self, turn: Turn, held: Values) -> Slots:
        """Where what ends alerts has changed; since when it is so is written down."""
        value, was = held[self._clear].T, self._clear_value.T
        cols, k = np.nonzero(was[turn.slots] != value)
        was[turn.slots] = value
        self._clear_since[k, turn.slots[cols]] = turn.now[cols]
        for (i, j), date in turn.cleared.items():
            if self._clears[i]:
                self._clear_since[self._clear_at[i], turn.slots[j]] = date
        return cols * len(self._roots) + self._clear[k]

    def _take(self, turn: Turn, held: Values, fresh: Values, at: Slots) -> None:
        """Go through what is at hand.

        Nearly all of it only begins to wait, or fails while it does, or is nothing; of that columns are filled at once.
        """
        m = len(self._roots)
        cols, rows = np.divmod(at, m)
        place = turn.slots[cols] * m + rows
        values = held[rows, cols]
        status, due = flat(self._status), flat(self._due)
        idle = status.take(place) == IDLE
        nothing = idle & (values <= 0)
        if nothing.any():
            due[place[nothing]] = FAR
            if len(self._clear):
                flat(self._spent)[place[nothing & (values < 0)]] = False
            left = np.flatnonzero(~nothing)
            rows, cols, place, values, idle = rows[left], cols[left], place[left], values[left], idle[left]
        slots, now, since = turn.slots[cols], turn.now[cols], flat(self.clocks.since).take(place)
        known = np.zeros(len(rows), np.bool_) if turn.blind else fresh[rows, cols] != 0
        when = since + self._durations[rows]
        begins, fails = idle & known & (when > now), (status.take(place) == PENDING) & known & (values < 0)
        if len(self._clear):
            begins &= ~flat(self._spent).take(place)
        status[place[begins]], due[place[begins]] = PENDING, when[begins]
        np.minimum.at(self._soon, slots[begins], when[begins])
        status[place[fails]], due[place[fails]] = IDLE, FAR
        dated = bool(turn.dates) or bool((turn.gone_at != NEVER).any())
        each = (rows, cols, slots, now, begins, fails, since, flat(self.clocks.gap).take(place))
        for i, j, slot, time, first, last, began, gap in zip(*(column.tolist() for column in each), strict=True):
            if first:
                self._pend(i, slot, began, gap, time)
            elif last:
                opened = self.open[i, slot]
                if opened.end == NEVER:
                    opened.end = self._date(turn, i, j) if dated else time
                self._over(opened, "dropped", opened.end, time)
            else:
                self._one(turn, i, j, int(held[i, j]), int(fresh[i, j]))

    def _one(self, turn: Turn, i: int, j: int, held: int, fresh: int) -> None:
        slot, now = int(turn.slots[j]), int(turn.now[j])
        status = int(self._status[i, slot])
        known = fresh != 0 and not turn.blind
        if self._clears[i] and status in FIRED and turn.clear and turn.gone_at[j] == NEVER and not turn.limbo[j]:
            ends, ends_fresh = (int(table[i, j]) for table in turn.clear)
            self._until_clear(turn, i, j, held, known, ends, ends_fresh != 0 and not turn.blind)
            return
        if held > 0:
            self._true(turn, i, j, slot, status, now, known)
        elif held < 0:
            self._false(turn, i, slot, status, self._date(turn, i, j), now, known)
        else:
            self._unknown(turn, i, j, slot, status, now)

    def _date(self, turn: Turn, i: int, j: int) -> int:
        gone = int(turn.gone_at[j])
        return gone if gone != NEVER else turn.dates.get((i, j), int(turn.now[j]))

    def _until_clear(self, turn: Turn, i: int, j: int, held: int, known: bool, ends: int, ends_known: bool) -> None:
        """Once fired, an alert with `clear when` goes on until that is true, whatever has become of its condition."""
        slot, now = int(turn.slots[j]), int(turn.now[j])
        status = int(self._status[i, slot])
        if ends > 0:
            self._false(turn, i, slot, status, int(self._clear_since[self._clear_at[i], slot]), now, ends_known)
            if status != RECOVERING and self._status[i, slot] != status:
                self._spent[i, slot] = True
            self._spent[i, slot] &= held >= 0
        elif status == RECOVERING:
            if ends < 0:
                self._holds_on(turn, self.open[i, slot], status, now, ends_known)
        elif held == 0:
            self._unknown(turn, i, j, slot, status, now)
        else:
            self._holds_on(turn, self.open[i, slot], status, now, known)

    def _happen(self, turn: Turn) -> None:
        happened = turn.held[self._events] > 0
        if not happened.any():
            return
        for j, k in np.argwhere(happened.T).tolist():
            i, slot, now = int(self._events[k]), int(turn.slots[j]), int(turn.now[j])
            rule = self._rules[i]
            time = turn.began.get((i, j), now)
            key = () if rule.cooldown is None else self._keys(i, slot)
            opened = Open(i, slot, time, key, self._camera_of(slot), rule.severity)
            cooldown = self._cooldown(opened)
            reason = self._blocked(opened, j, now)
            if not reason and cooldown is not None and (cooldown.up or time < cooldown.until):
                reason = "cooldown"
            if reason:
                self._tell(opened, "suppressed", time, now, reason)
                continue
            self._tell(opened, "firing", time, now)
            self._tell(opened, "resolved", time, now)
            self._up.happened(rule.name, opened.camera, now)
            if cooldown is not None and rule.cooldown is not None:
                cooldown.until = time + rule.cooldown

    # ---- of one rule and slot, by the value of its condition

    def _unknown(self, turn: Turn, i: int, j: int, slot: int, status: int, now: int) -> None:
        opened = self.open[i, slot]
        if status in FIRED and turn.limbo[j]:
            if status != RECOVERING:
                if status == FIRING:
                    self._rise(opened, now, int(turn.limbo_at[j]))
                self._recover(opened, int(turn.limbo_at[j]), now)
                opened.dark = opened.told if opened.dark == NEVER else opened.dark
                self._due[i, slot] = FAR
            self._cool(opened, opened.end)  # it may come back, but holds no other back
        elif status == FIRING and turn.hole[j]:
            self._status[i, slot] = STALE
            self._due[i, slot] = FAR
            self._transition(opened, "stale", int(self.clocks.known[i, slot]), now)
            opened.dark, opened.end = opened.told, NEVER
        elif status == FIRING:
            opened.end = NEVER
            if not turn.blind:
                self._rise(opened, now)
            self._wait(i, slot, now)  # it may yet prove to be a hole
        elif status in (PENDING, SUPPRESSED):
            # Its clock stands still; it goes on when the condition is known again.
            self._due[i, slot] = FAR
            opened.end = NEVER

    def _false(self, turn: Turn, i: int, slot: int, status: int, date: int, now: int, known: bool) -> None:
        opened = self.open[i, slot]
        if status != RECOVERING:
            opened.end = date if opened.end == NEVER else opened.end
            if not known:  # what is only held over ends nothing: to be asked at the next look
                if status == FIRING and not turn.blind:
                    self._rise(opened, now)
                self._wait(i, slot, now)
                return
            opened.seen_again(opened.end)
            if status in (PENDING, SUPPRESSED):
                self._close(opened, "dropped", opened.end, now)
                return
            if status == FIRING:
                self._rise(opened, now, opened.end)
            self._recover(opened, opened.end, now, tell=self._rules[i].keep > 0)
        resolved = opened.end + self._rules[i].keep
        if known and resolved <= now:
            self._close(opened, "resolved", resolved, now)
        else:
            self._wait(i, slot, resolved)

    def _recover(self, opened: Open, date: int, now: int, tell: bool = True) -> None:
        opened.end = max(date, opened.told)
        self._status[opened.root, opened.slot] = RECOVERING
        if tell:
            self._transition(opened, "recovering", opened.end, now)

    def _true(self, turn: Turn, i: int, j: int, slot: int, status: int, now: int, known: bool) -> None:
        if status in FIRED:
            self._holds_on(turn, self.open[i, slot], status, now, known)
            return
        if known and status != IDLE and (ended := self.open[i, slot].end) != NEVER:
            # It had failed by what was held over, and nothing seen since says otherwise.
            self._close(self.open[i, slot], "dropped", ended, now)
            status = IDLE
        if status == IDLE and self._clears[i] and self._spent[i, slot]:
            self._due[i, slot] = FAR
            return
        since = int(self.clocks.since[i, slot])
        due = since + self._roots[i].duration
        if not known:
            self._wait(i, slot, min(due, now))  # to be told at the next look that knows it
            return
        gap = int(self.clocks.gap[i, slot])
        if status == IDLE and due > now:
            self._status[i, slot] = PENDING
            self._wait(i, slot, due)
            self._pend(i, slot, since, gap, now)
            return
        if status == IDLE and not self._begin(i, slot, since, now):
            self._wait(i, slot, now)
            return
        opened = self.open[i, slot]
        opened.gap = gap
        if due > now:
            self._wait(i, slot, due)
            return
        if opened.gap and self._roots[i].policy == ASSUME:
            opened.gap = max(0, opened.gap - (now - due))  # what of the hole lies after the deadline is none of it
        self._come_true(turn, opened, j, status, due, now)

    def _holds_on(self, turn: Turn, opened: Open, status: int, now: int, known: bool) -> None:
        i, slot = opened.root, opened.slot
        if status != FIRING:
            if not known:
                self._wait(i, slot, now)
                return
            if (cooldown := self._cooldown(opened)) is not None:
                cooldown.up.add(opened.id)
            self._status[i, slot] = FIRING
            opened.seen_again(now)
            self._transition(opened, "firing", now, now, "holds again" if status == RECOVERING else "seen again")
        opened.end = NEVER
        if not turn.blind:
            self._rise(opened, now)
        self._due[i, slot] = FAR
        if opened.rises < len(self._rises[i]):
            self._wait(i, slot, opened.fired + self._rises[i][opened.rises][1])

    def _come_true(self, turn: Turn, opened: Open, j: int, status: int, due: int, now: int) -> None:
        """It is due: it fires, unless something holds it back."""
        i, slot = opened.root, opened.slot
        cooldown = self._cooldown(opened)
        reason, until = self._blocked(opened, j, now), now
        was_blocked, opened.blocked = opened.blocked, bool(reason)
        if not reason and cooldown is not None:
            until = max(due, cooldown.until)
            if cooldown.up or until > now:
                reason, until = "cooldown", now if cooldown.up else until
        if reason:
            if status != SUPPRESSED:
                self._status[i, slot] = SUPPRESSED
                self._transition(opened, "suppressed", due, now, reason)
            self._wait(i, slot, until)
            return
        # Only a look can tell that an exception is over; a cooldown ends by itself.
        opened.fired = now if was_blocked else due if cooldown is None else until
        self._status[i, slot] = FIRING
        self._transition(opened, "firing", opened.fired, now)
        self._up.add(self._rules[i].name, opened.camera, opened.id)
        if cooldown is not None:
            cooldown.up.add(opened.id)
        self._holds_on(turn, opened, FIRING, now, True)
        if self._clears[i] and turn.clear is not None and turn.clear[0][i, j] > 0:
            self._wait(i, slot, now)  # what ends it holds already: it ends at the next look that still sees it so

    def _rise(self, opened: Open, now: int, end: int = FAR) -> None:
        """Severities whose time has come, before its end where that is known now."""
        rises = self._rises[opened.root]
        while opened.rises < len(rises):
            severity, after = rises[opened.rises]
            time = opened.fired + after
            if time > now or time >= end:
                return
            opened.severity = severity
            opened.rises += 1
            self._transition(opened, "firing", time, now, "severity")

    def _blocked(self, opened: Open, j: int, now: int) -> str:
        """The exception, or the other rule's alert, that holds this one back."""
        for name, back in self._excepted.get(opened.root, ()):
            if back[j]:
                return f"except {name}"
        for rule in self._rules[opened.root].unless:
            if self._up.is_up(rule.text, opened.camera, now):
                return f"unless {rule.text}"
        return ""

    # ---- what is under way

    def _wait(self, i: int, slot: int, time: int) -> None:
        self._due[i, slot] = time
        if time < self._soon[slot]:
            self._soon[slot] = time

    def _pend(self, i: int, slot: int, since: int, gap: int, now: int) -> None:
        """It begins to wait; the columns say so already."""
        if self._begin(i, slot, since, now):
            opened = self.open[i, slot]
            opened.gap = gap
            self._transition(opened, "pending", since, now)
        else:
            self._status[i, slot] = IDLE
            self._wait(i, slot, now)

    def _begin(self, i: int, slot: int, since: int, now: int) -> bool:
        rule, camera = self._rules[i], self._camera_of(slot)
        if not self._cap.take(rule.name, camera, now):
            return False
        key = () if rule.cooldown is None else self._keys(i, slot)
        self.open[i, slot] = Open(i, slot, since, key, camera, rule.severity)
        return True

    def _cooldown(self, opened: Open) -> Cooldown | None:
        if not opened.key:
            return None
        key = (self._rules[opened.root].name, opened.key)
        if key not in self._cooldowns:
            self._cooldowns[key] = Cooldown()
        return self._cooldowns[key]

    def _cool(self, opened: Open, time: int) -> None:
        """It is over, as far as its cooldown goes."""
        if (cooldown := self._cooldown(opened)) is not None:
            cooldown.up.discard(opened.id)
            cooldown.until = max(cooldown.until, time + (self._rules[opened.root].cooldown or 0))

    def _transition(self, opened: Open, state: State, time: int, now: int, reason: str = "") -> None:
        if time > opened.told:  # the times of one alert never run backwards
            opened.told = time
        opened.id = self._tell(opened, state, opened.told, now, reason)

    def _close(self, opened: Open, state: State, time: int, now: int, reason: str = "") -> None:
        self._over(opened, state, time, now, reason)
        self._status[opened.root, opened.slot] = IDLE
        self._due[opened.root, opened.slot] = FAR

    def _over(self, opened: Open, state: State, time: int, now: int, reason: str = "") -> None:
        """Its last transition; the columns are the caller's to clear."""
        self._transition(opened, state, time, now, reason)
        rule = self._rules[opened.root]
        if opened.fired != NEVER:
            self._up.discard(rule.name, opened.camera, opened.id)
            self._cool(opened, opened.told)
        self._cap.give(rule.name, opened.camera)
        del self.open[opened.root, opened.slot]

    def end(self, slots: Sequence[int], time: int, now: int, reason: str) -> None:
        """End all that is under way for these slots, whatever its condition: the camera is lost or began anew."""
        order = {slot: k for k, slot in enumerate(slots)}
        for i, _, slot in sorted((i, order[slot], slot) for i, slot in self.open if slot in order):
            opened = self.open[i, slot]
            state: State = "dropped" if self._status[i, slot] in (PENDING, SUPPRESSED) else "resolved"
            self._close(opened, state, time, now, reason)
