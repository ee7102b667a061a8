"""Sequences equal a slow judge that takes one chain of one column at a time and keeps its whole past."""

from __future__ import annotations

import pickle

import attrs
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from watchword.run.logic import ASSUME, FREEZE, RESET
from watchword.run.sequences import Becomes, Chain, Chains, Part

S = 1_000_000_000
STEP = S // 2


def within(seconds, *, event=True, ends=False):
    return Part("within", int(seconds * S), event, ends)


def absent(seconds, *, event=True):
    return Part("absent", int(seconds * S), event)


A, STATE = Part("first"), Part("first", event=False)


class Film:
    """One column and one chain, fed by hand: what completes, as (time of the look, time of the chain) in seconds."""

    def __init__(self, *parts, policy=FREEZE):
        self.chains = Chains([Chain(parts, policy)])
        self.chains.grow(1)
        self.parts, self.before, self.told = parts, 0, []

    def look(self, second, *values, seen=True, hole=False, dates=()):
        held = np.array([[v] for v in values], np.int8)
        fresh = held if seen else np.zeros_like(held)
        now = int(second * S)
        done = self.chains.step(
            np.array([0]),
            held,
            fresh,
            {(k, 0): int(d * S) for k, d in dates},
            np.array([now]),
            np.array([self.before]),
            np.array([hole]),
        )
        self.before = now
        if done[0, 0] > 0:
            self.told.append((second, self.chains.dates.get((0, 0), now) / S))
        return self


def test_a_step_within_its_bound_completes_the_chain():
    film = Film(A, within(10))
    film.look(0, 1, -1).look(10, -1, 1).look(11, -1, 1)
    assert film.told == [(10, 10)]
    assert Film(A, within(10)).look(0, 1, -1).look(10.5, -1, 1).told == []


def test_steps_of_one_look_are_taken_in_their_order():
    assert Film(A, within(1), within(1)).look(3, 1, 1, 1).told == [(3, 3)]
    assert Film(A, within(1), within(1)).look(3, -1, 1, 1).look(3.5, 1, -1, 1).told == []


def test_the_first_step_begins_the_chain_again():
    film = Film(A, within(4), within(4)).look(0, 1, -1, -1).look(1, -1, 1, -1)
    assert film.look(2, 1, -1, -1).look(3, -1, -1, 1).told == []
    assert film.look(5, -1, 1, -1).look(9, -1, -1, 1).told == [(9, 9)]


def test_a_later_step_takes_its_first_match():
    film = Film(A, within(10), within(2)).look(0, 1, -1, -1).look(1, -1, 1, -1).look(3, -1, 1, -1)
    assert film.look(4, -1, -1, 1).told == []


def test_a_step_that_is_told_late_counts_by_its_own_time():
    assert Film(A, within(2)).look(0, 1, -1).look(9, -1, 1, dates=[(1, 1.5)]).told == [(9, 1.5)]
    assert Film(A, within(2)).look(5, 1, -1).look(6, -1, 1, dates=[(1, 4)]).told == []


def test_a_state_counts_when_it_becomes_true():
    film = Film(A, within(5, event=False)).look(0, -1, 1).look(1, 1, 1).look(2, -1, 1).look(3, -1, -1)
    assert film.told == []
    assert film.look(4, -1, 1).told == [(4, 4)]


def test_a_state_that_was_unknown_becomes_true_unless_it_was_so_before():
    assert Film(A, within(9, event=False)).look(0, 1, 1).told == [(0, 0)]
    assert Film(A, within(9, event=False)).look(0, 1, -1).look(1, -1, 0).look(2, -1, 1).told == [(2, 2)]
    assert Film(A, within(9, event=False)).look(0, -1, 1).look(1, 1, 0).look(2, -1, 1).told == []


def test_an_absence_happens_at_its_start_and_its_bound():
    film = Film(A, absent(3)).look(0, 1, -1).look(2.5, -1, -1)
    assert film.told == []
    assert film.look(3.5, -1, -1).look(4, -1, -1).told == [(3.5, 3.0)]


def test_what_happens_inside_breaks_an_absence():
    assert Film(A, absent(3)).look(0, 1, -1).look(3, -1, 1).look(4, -1, -1).told == []
    assert Film(A, absent(3)).look(0, 1, -1).look(3.5, -1, 1).told == [(3.5, 3.0)]
    assert Film(A, absent(3)).look(0, 1, -1).look(3.5, -1, 1, dates=[(1, 2)]).look(4, -1, -1).told == []
    assert Film(A, absent(3, event=False)).look(0, -1, 1).look(1, 1, 1).look(5, -1, -1).told == []


def test_an_absence_begins_when_it_is_first_known():
    film = Film(A, absent(3, event=False)).look(0, 1, 0).look(1, -1, 0).look(2, -1, -1).look(4.5, -1, -1)
    assert film.told == []
    assert film.look(5, -1, -1).told == [(5, 5)]


def test_an_absence_is_decided_by_what_is_seen():
    film = Film(A, absent(3, event=False)).look(0, 1, -1).look(2.5, -1, -1).look(3.5, -1, -1, seen=False)
    assert film.told == []
    assert film.look(4, -1, -1).told == [(4, 3)]


def test_a_hole_in_an_absence_obeys_the_policy():
    for event in (True, False):
        for policy, told in ((FREEZE, (19, 18)), (RESET, (23, 23)), (ASSUME, (13, 10))):
            film = Film(A, absent(10, event=event), policy=policy)
            blind = -1 if event else 0
            film.look(0, 1, -1).look(5, -1, -1)
            film.look(7, -1, -1, seen=False)  # held over, and since proved to be a hole from 5 to 13
            film.look(13, -1, blind, seen=False, hole=True).look(13, -1, -1)
            for second in range(15, 29, 2):
                film.look(second, -1, -1)
            assert film.told[:1] == [told], (event, policy, film.told)


def test_what_was_so_before_the_start_was_told_breaks_an_absence():
    for event in (True, False):
        film = Film(A, absent(3, event=event)).look(0, -1, -1).look(2, -1, 1)
        assert film.look(3, 1, -1, dates=[(0, 1)]).look(5, -1, -1).told == []
        film = Film(A, absent(3, event=event)).look(0, -1, 1).look(2, -1, -1)
        assert film.look(3, 1, -1, dates=[(0, 1)]).look(4.5, -1, -1).told == [(4.5, 4)]


def test_an_absence_waits_while_it_is_unknown_for_another_reason():
    for event in (True, False):
        film = Film(A, absent(3, event=event), policy=RESET).look(0, 1, -1).look(1, -1, 0).look(2, -1, -1)
        assert film.look(3.5, -1, -1).look(4.5, -1, -1).told == [(4.5, 4)]


def test_a_new_start_begins_an_absence_again():
    film = Film(A, absent(3)).look(0, 1, -1).look(2, 1, -1).look(4, -1, -1)
    assert film.told == []
    assert film.look(5, -1, -1).told == [(5, 5)]


def test_an_absence_in_the_middle():
    film = Film(A, absent(2), within(2)).look(0, 1, -1, -1).look(1, -1, -1, 1).look(3, -1, -1, -1)
    assert film.look(4, -1, -1, 1).told == [(4, 4)]
    assert Film(A, absent(2), within(2)).look(0, 1, -1, -1).look(3, -1, -1, -1).look(4.5, -1, -1, 1).told == []


def test_only_a_chain_that_waits_after_the_end_outlives_it():
    col = np.array([0])
    for ends in (True, False):
        film = Film(A, within(60, ends=ends), absent(3)).look(0, 1, -1, -1).look(1, -1, 1, -1)
        film.chains.end(col)
        assert film.chains.waiting(col)[0] == ends
        assert film.look(5, -1, -1, -1).told == ([(5, 4)] if ends else [])


def test_forgotten_columns_remember_nothing():
    film = Film(A, within(10)).look(0, 1, -1)
    film.chains.forget(np.array([0]))
    assert film.look(1, -1, 1).told == []
    film = Film(A, absent(2, event=False)).look(0, 1, -1)
    film.chains.forget(np.array([0]))
    assert film.look(1, 1, -1).look(2.5, -1, -1).look(3, -1, -1).told == [(3, 3)]


# ---- against the slow judge


@attrs.frozen
class Look:
    now: int
    before: int
    kind: str
    """seen, over (unseen, values held over), or hole (those values were no more than that)."""
    held: tuple[int, ...]
    fresh: tuple[int, ...]
    dates: dict[int, int]


class Judge:
    """One chain over the looks of one column."""

    def __init__(self, chain: Chain) -> None:
        self.chain, self.looks, self.begun, self.place, self.at = chain, [], None, 0, None

    def becomes(self, k):
        """When body k, a state, became true, if that is told at the newest look."""
        known = [look.fresh[k] for look in self.looks[:-1] if look.fresh[k]]
        if self.looks[-1].fresh[k] <= 0 or (known and known[-1] > 0):
            return None
        i = len(self.looks) - 1
        while i and self.looks[i - 1].held[k] > 0:
            i -= 1
        return self.looks[i].dates.get(k, self.looks[i].now)

    def happens(self, k):
        look = self.looks[-1]
        if not self.chain.parts[k].event:
            return self.becomes(k)
        return look.dates.get(k, look.now) if look.held[k] > 0 else None

    def absence(self, k):
        """ "broken", None (not yet), or when it has happened; read off all looks since it began."""
        part = self.chain.parts[k]
        since, run_from, pause, deadline = None, None, None, None
        before = 1  # what was so before it begins between two looks is so until the second
        if self.begun and self.at < self.looks[self.begun].now:
            last = self.looks[self.begun - 1]
            before = -last.held[k] if not part.event else (0 if last.kind == "hole" else 1)
            if before < 0:
                return "broken"
        for i, look in enumerate(self.looks[self.begun :]):
            value = -look.held[k] if not part.event else (0 if look.kind == "hole" else 1)
            if value < 0:
                return "broken"
            if look.kind == "hole":
                if pause is None:
                    if since is not None and run_from > self.known_before(self.begun + i):
                        since = None
                    elif since is not None:
                        pause = self.known_before(self.begun + i)
                continue
            if since is None:
                since = self.at if i == 0 and before != 0 else look.now
                run_from = look.now
            elif pause is not None:
                since = {FREEZE: since + look.now - pause, RESET: look.now, ASSUME: since}[self.chain.policy]
                pause = None
            deadline = since + part.bound
            time = look.dates.get(k, look.now)
            if part.event and look.held[k] > 0 and self.at <= time <= deadline:
                return "broken"
        look = self.looks[-1]
        if len(self.looks) - 1 == self.begun:  # it began before this look: what was so in between breaks it
            so = [o.dates.get(k, o.now) if part.event else o.now for o in self.looks[:-1] if o.held[k] > 0]
            if so and max(so) >= self.at and (since is None or max(so) <= deadline):
                return "broken"
        if look.kind == "seen" and deadline is not None and look.now >= deadline:
            return deadline
        return None

    def known_before(self, i):
        """The last look before look i that saw."""
        while self.looks[i].kind != "seen":
            i -= 1
            if i < 0:
                return -1
        return self.looks[i].now

    def step(self, look):
        """When the chain is completed, if it is at this look."""
        self.looks.append(look)
        first = self.happens(0)
        if first is not None:
            self.place, self.at, self.begun = 1, first, None
        for k, part in enumerate(self.chain.parts):
            if k == 0 or k != self.place:
                continue
            if part.kind == "within":
                time = self.happens(k)
                if time is not None and self.at <= time <= self.at + part.bound:
                    self.place, self.at, self.begun = k + 1, time, None
                continue
            if self.begun is None:
                self.begun = len(self.looks) - 1
            found = self.absence(k)
            if found == "broken":
                self.place, self.begun = 0, None
            elif found is not None:
                self.place, self.at, self.begun = k + 1, found, None
        if self.place == len(self.chain.parts):
            self.place, self.begun = 0, None
            return self.at
        return None


later = st.builds(
    Part,
    kind=st.sampled_from(["within", "absent"]),
    bound=st.sampled_from([0, S, 2 * S, 4 * S]),
    event=st.booleans(),
).map(lambda p: attrs.evolve(p, bound=max(p.bound, S)) if p.kind == "absent" else p)
chain = st.builds(
    lambda first, rest, policy: Chain((Part("first", event=first), *rest), policy),
    st.booleans(),
    st.lists(later, min_size=1, max_size=3),
    st.sampled_from([FREEZE, RESET, ASSUME]),
)


@st.composite
def films(draw):
    chains = draw(st.lists(chain, min_size=1, max_size=3))
    parts = [part for c in chains for part in c.parts]
    columns = draw(st.integers(1, 2))
    now, before, looks, kinds = 0, 0, [], ["seen"] * columns
    held = [[-1] * len(parts) for _ in range(columns)]
    for i in range(draw(st.integers(1, 25))):
        before, now = now, now + STEP * draw(st.sampled_from([1, 1, 1, 2, 5]))
        row = []
        for col in range(columns):
            may = {"seen": ["seen"] * 4 + ["over"], "over": ["seen", "over", "hole"], "hole": ["seen", "hole"]}
            kinds[col] = draw(st.sampled_from(may[kinds[col]] if i else ["seen"]))
            if kinds[col] == "seen":
                values = [draw(st.sampled_from([-1, -1, 1])) for _ in parts]
            else:
                values = [
                    -1 if p.event else v if kinds[col] == "over" else 0 for p, v in zip(parts, held[col], strict=True)
                ]
            dates = {}
            for k, value in enumerate(values):
                if value > 0 and (parts[k].event or held[col][k] <= 0) and draw(st.integers(0, 3)) == 0:
                    dates[k] = max(0, now - STEP * draw(st.integers(1, 3)))
            held[col] = values
            fresh = values if kinds[col] == "seen" else [0] * len(parts)
            row.append(Look(now, before, kinds[col], tuple(values), tuple(fresh), dates))
        looks.append(row)
    return chains, columns, looks


@given(films(), st.integers(0, 25))
@settings(max_examples=150, deadline=None)
def test_chains_equal_the_slow_judge(film, cut):
    chains, columns, looks = film
    fast = Chains(chains)
    fast.grow(2 * columns)
    cols = np.arange(columns) * 2
    offsets = np.cumsum([0, *(len(c.parts) for c in chains)])
    judges = [[Judge(c) for c in chains] for _ in range(columns)]
    for i, row in enumerate(looks):
        if i == cut:
            fast = pickle.loads(pickle.dumps(fast))
        dates = {(k, col): date for col, look in enumerate(row) for k, date in look.dates.items()}
        said = fast.step(
            cols,
            np.array([look.held for look in row], np.int8).T.copy(),
            np.array([look.fresh for look in row], np.int8).T.copy(),
            dates,
            np.array([look.now for look in row]),
            np.array([look.before for look in row]),
            np.array([look.kind == "hole" for look in row]),
        )
        for col, look in enumerate(row):
            for node in range(len(chains)):
                a, b = offsets[node : node + 2]
                mine = attrs.evolve(
                    look,
                    held=look.held[a:b],
                    fresh=look.fresh[a:b],
                    dates={k - a: date for k, date in look.dates.items() if a <= k < b},
                )
                want = judges[col][node].step(mine)
                got = fast.dates.get((node, int(cols[col])), look.now) if said[node, col] > 0 else None
                assert got == want, (i, col, node)


@given(st.lists(st.tuples(st.sampled_from([-1, 0, 1]), st.booleans()), max_size=20))
def test_becomes_true_once_and_again_only_after_false(values):
    becomes = Becomes(1)
    becomes.grow(1)
    last, began = 0, None
    for t, (value, seen) in enumerate(values):
        fresh = value if seen else 0
        said = becomes.step(np.array([0]), np.array([[value]]), np.array([[fresh]]), {}, np.array([t]))
        began = None if value <= 0 else t if began is None else began
        assert (said[0, 0] > 0) == (fresh > 0 and last <= 0)
        if said[0, 0] > 0:
            assert becomes.dates.get((0, 0), t) == began
        last = fresh or last
