"""Windows over time equal slow ones that keep the whole past."""

from __future__ import annotations

import math
import pickle
from fractions import Fraction
from itertools import pairwise

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchword.run.ring import RING
from watchword.run.windows import Changes, Distinct, Flow, Rate, Share

S = 1_000_000_000
DURATIONS = [2 * S, 5 * S, 12 * S]
LIMIT = 2 * S
STEPS = [S // 10, S // 2, S, S, LIMIT, LIMIT + 1, 4 * S, 30 * S]  # no closer than a 254th of the longest window
COLUMNS = 3


@attrs.frozen
class Tick:
    """A look of one or more columns at the same time; `forget` are columns that begin anew after it."""

    now: int
    cols: list[int]
    values: np.ndarray
    forget: list[int]


@st.composite
def ticks(draw, values):
    now, found = draw(st.integers(0, 3)) * S, []
    for _ in range(draw(st.integers(1, 40))):
        now += draw(st.sampled_from(STEPS))
        cols = sorted(draw(st.sets(st.integers(0, COLUMNS - 1), min_size=1)))
        rows = draw(st.lists(st.lists(values, min_size=len(cols), max_size=len(cols)), min_size=3, max_size=3))
        gone = draw(st.sampled_from([[]] * 9 + [[0], [1, 2]]))
        found.append(Tick(now, cols, np.array(rows), gone))
    return found


def run(window, found, step):
    """What a window says at each look, grown late, and pickled in the middle."""
    window.grow(2)
    window.grow(COLUMNS)
    said = []
    for i, tick in enumerate(found):
        if i == len(found) // 2:
            window = pickle.loads(pickle.dumps(window))
        cols = np.array(tick.cols, np.intp)
        n = len(cols)
        said.append(step(window, cols, tick.values, np.full(n, tick.now), np.full((3, n), LIMIT)))
        if tick.forget:
            window.forget(np.array(tick.forget, np.intp))
    return said


def pasts(found):
    """For each look, each of its columns and each call: the looks of that column since it began, the newest last."""
    past = {col: [] for col in range(COLUMNS)}
    for i, tick in enumerate(found):
        for k, col in enumerate(tick.cols):
            past[col].append((tick.now, tick.values[:, k]))
            for node in range(3):
                yield i, node, k, DURATIONS[node], [(now, value[node]) for now, value in past[col]]
        for col in tick.forget:
            past[col] = []


def is_whole(past, duration):
    now = past[-1][0]
    watched = now - past[0][0] >= duration
    for (a, _), (b, _) in pairwise(past):
        watched &= b - a <= LIMIT or b <= now - duration
    return watched


@given(ticks(st.integers(-1, 1)))
@settings(max_examples=50, deadline=None)
def test_share_is_time_true_by_time_known(found):
    said = run(Share(DURATIONS), found, lambda w, cols, v, now, limit: w.step(cols, v.astype(np.int8), now, limit))
    for i, node, k, duration, past in pasts(found):
        now = past[-1][0]
        true = known = 0
        for (a, value), (b, _) in pairwise(past):
            span = max(0, min(b, a + LIMIT) - max(a, now - duration))
            true += span * (value > 0)
            known += span * (value != 0)
        if now - past[0][0] < duration or 2 * known < duration:
            assert math.isnan(said[i][node, k])
        else:
            assert said[i][node, k] == pytest.approx(float(Fraction(true, known)), abs=1e-12)


def test_share_of_a_state_true_for_six_seconds_of_ten():
    share = Share([10 * S])
    share.grow(1)
    at = {}
    for t in range(21):
        value = np.array([[1 if t < 6 else -1]], np.int8)
        at[t] = share.step(np.array([0]), value, np.array([t * S]), np.array([[LIMIT]]))[0, 0]
    assert math.isnan(at[9])
    assert (at[10], at[13], at[16]) == pytest.approx((0.6, 0.3, 0.0))


@given(ticks(st.integers(0, 3)))
@settings(max_examples=50, deadline=None)
def test_rate_counts_what_happened_in_the_window(found):
    said = run(Rate(DURATIONS), found, lambda w, *a: w.step(*a))
    for i, node, k, duration, past in pasts(found):
        now = past[-1][0]
        rate = sum(value for t, value in past if t > now - duration) * S / duration
        low, high = said[i]
        assert low[node, k] == pytest.approx(rate, abs=1e-12)
        assert high[node, k] == (low[node, k] if is_whole(past, duration) else math.inf)


@given(ticks(st.integers(0, 8)))
@settings(max_examples=50, deadline=None)
def test_flow_is_one_way_or_what_is_left_of_both(found):
    ways = ["in", "out", "net"]
    said = run(Flow(DURATIONS, ways), found, lambda w, cols, v, *a: w.step(cols, v % 3, v // 3, *a))
    for i, node, k, duration, past in pasts(found):
        inside = [value for t, value in past if t > past[-1][0] - duration]
        ins, outs = sum(v % 3 for v in inside), sum(v // 3 for v in inside)
        whole, low, high = is_whole(past, duration), said[i][0][node, k], said[i][1][node, k]
        if ways[node] == "net" and not whole:
            assert math.isnan(low)
            assert math.isnan(high)
            continue
        assert low == (ins, outs, ins - outs)[node]
        assert high == (low if whole else math.inf)


def margins(low, high, then_low, then_high, by, percent, up):
    """Least and greatest of (change − what is asked) over values in the bounds."""
    every = []
    for now in (low, high):
        for then in (then_low, min(max(5.0, then_low), then_high), then_high):
            need = by * max(then, 5.0) if percent else by
            every.append((now - then if up else then - now) - need)
    return min(every), max(every)


bounds = st.tuples(st.sampled_from([None, 0, 2, 4, 5, 7, 10, 20, 40]), st.sampled_from([0, 0, 1, 5])).map(
    lambda v: math.nan if v[0] is None else complex(v[0], v[0] + v[1])
)


@given(ticks(bounds), st.booleans(), st.booleans(), st.sampled_from([0.3, 0.9, 1.7]))
@settings(max_examples=50, deadline=None)
def test_changes_are_against_the_last_look_before_the_window(found, percent, up, by):
    by = [by, 10 * by, 3.1] if not percent else [by, by / 2, by]
    window = Changes(DURATIONS, by, percent, up)

    def step(w, cols, v, now, limit):
        v = v.astype(np.complex128)
        return w.step(cols, v.real.copy(), np.where(np.isnan(v.real), np.nan, v.imag), now, limit)

    said = run(window, found, step)
    for i, node, k, duration, past in pasts(found):
        now, value = past[-1]
        edge, want = now - duration, 0
        before = [p for p in past if p[0] <= edge]
        if before and not math.isnan(np.real(value)):
            t, then = before[-1]
            after = past[len(before)][0]
            if (t == edge or after - t <= LIMIT) and not math.isnan(np.real(then)):
                value, then = complex(value), complex(then)
                least, most = margins(value.real, value.imag, then.real, then.imag, by[node], percent, up)
                want = 1 if least >= -1e-9 else -1 if most < -1e-9 else 0
        assert said[i][node, k] == want, (node, k, past)


def test_seven_percent_of_a_hundred_is_seven():
    rises = Changes([S], [0.07], True, True)
    rises.grow(1)
    said = []
    for t, value in enumerate((100.0, 107.0)):
        v = np.array([[value]])
        said.append(int(rises.step(np.array([0]), v, v, np.array([t * S]), np.array([[LIMIT]]))[0, 0]))
    assert said == [0, 1]


def test_a_bound_without_end_leaves_a_rise_open():
    for up in (True, False):
        window = Changes([S], [0.5], True, up)
        window.grow(1)
        for t in range(3):
            low, high = np.array([[10.0]]), np.array([[math.inf]])
            assert window.step(np.array([0]), low, high, np.array([t * S]), np.array([[LIMIT]]))[0, 0] == 0


@st.composite
def crowds(draw):
    """Looks of two cameras with things that come, are members or not, and end; a thing's slot is used again."""
    now, slots, camera_of, found = 0, [], {}, []
    for _ in range(draw(st.integers(1, 30))):
        now += draw(st.sampled_from(STEPS))
        cols = draw(st.sampled_from([[0], [1], [0, 1]]))
        for _ in range(draw(st.integers(0, 2))):
            free = next(s for s in range(80) if s not in camera_of)
            camera_of[free] = draw(st.sampled_from(cols))
        slots = sorted((s for s in camera_of if camera_of[s] in cols), key=lambda s: (camera_of[s], s))
        members = [[draw(st.booleans()) for _ in slots] for _ in DURATIONS]
        ended = [s for s in slots if draw(st.integers(0, 4)) == 0]
        found.append((now, cols, slots, [camera_of[s] for s in slots], members, ended))
        for s in ended:
            del camera_of[s]
        if draw(st.integers(0, 12)) == 0:
            found.append(("anew", 0, [s for s in camera_of if camera_of[s] == 0]))
            camera_of = {s: c for s, c in camera_of.items() if c != 0}
    return found


@given(crowds())
@settings(max_examples=40, deadline=None)
def test_distinct_counts_things_that_have_ended_too(found):
    window = Distinct(DURATIONS)
    window.grow(40, 1)
    window.grow(80, 2)
    identity, fresh = {}, iter(range(10**6))
    past = {0: [], 1: []}
    for i, tick in enumerate(found):
        if i == len(found) // 2:
            window = pickle.loads(pickle.dumps(window))
        if tick[0] == "anew":
            window.forget(np.array([0], np.intp))
            window.forget_things(np.array(tick[2], np.intp))
            for slot in tick[2]:
                identity.pop(slot, None)
            past[0] = []
            continue
        now, cols, slots, cameras, members, ended = tick
        starts = np.searchsorted(np.array(cameras), [*cols, 9])
        n = len(cols)
        low, high = window.step(
            np.array(slots, np.intp),
            starts,
            np.array(cols, np.intp),
            np.array(members, np.bool_).reshape(3, len(slots)),
            np.full(n, now),
            np.full((3, n), LIMIT),
        )
        for slot in slots:
            identity.setdefault(slot, next(fresh))
        for k, col in enumerate(cols):
            mine = [j for j, c in enumerate(cameras) if c == col]
            past[col].append((now, [{identity[slots[j]] for j in mine if members[d][j]} for d in range(3)]))
            for node, duration in enumerate(DURATIONS):
                who = set().union(*(sets[node] for t, sets in past[col] if t > now - duration))
                assert low[node, k] == len(who)
                assert high[node, k] == (len(who) if is_whole(past[col], duration) else math.inf)
        window.forget_things(np.array(ended, np.intp))
        for slot in ended:
            del identity[slot]


moments = st.lists(
    st.tuples(
        st.sampled_from([S // 10, S // 2, S, 3 * S]), st.integers(0, 2), st.sampled_from([0, 0, S, 2 * S, 9 * S])
    ),
    max_size=40,
)


@given(moments, st.booleans())
@settings(max_examples=80, deadline=None)
def test_what_is_told_late_counts_at_its_own_time(looks, flow):
    rate, now, told = Flow([5 * S], ["out"]) if flow else Rate([5 * S]), 0, []
    rate.grow(1)
    col, limit = np.array([0]), np.array([[LIMIT]])
    for step, number, late in looks:
        now += step
        told += [now - late] * number
        many, at = np.array([[number]]), np.array([now])
        if flow:
            none = np.zeros_like(many)
            extra = [(0, 0, now - late, 0, number)] if late else []
            low = rate.step(col, none, none if late else many, at, limit, extra)[0][0, 0]
        else:
            low = rate.step(col, many, at, limit, {(0, 0): now - late} if late else {})[0][0, 0] * 5
        assert low == pytest.approx(sum(now - 5 * S < time <= now for time in told))


def test_many_told_late_are_few_samples():
    rate, rng = Rate([10 * S]), np.random.default_rng(0)
    rate.grow(1)
    for i in range(3000):
        now = 20 * S + i * S // 100
        date = int(now - rng.integers(0, 9 * S))
        low, _ = rate.step(np.array([0]), np.array([[1]]), np.array([now]), np.array([[LIMIT]]), {(0, 0): date})
    assert rate.sums.ring.begin.shape[2] <= RING
    assert low[0, 0] * 10 == pytest.approx(550, abs=60)  # 100 a second, told 0 to 9 s late


def test_distinct_has_a_cap_and_says_so(monkeypatch):
    monkeypatch.setattr("watchword.run.windows.ENDED", 5)
    window = Distinct([10 * S])
    window.grow(1, 1)
    said = []
    for t in range(40):
        here = t < 20  # one thing a second, each gone at once
        slots = np.zeros(int(here), np.intp)
        step = window.step(
            slots,
            np.array([0, len(slots)]),
            np.array([0]),
            np.ones((1, len(slots)), np.bool_),
            np.array([t * S]),
            np.array([[LIMIT]]),
        )
        said.append((step[0][0, 0], step[1][0, 0]))
        window.forget_things(slots)
    assert said[15] == (6, math.inf)
    assert said[24] == (5, 5)
    assert said[30] == (0, 0)


@pytest.mark.parametrize(
    "make", [lambda d: Share([d]), lambda d: Rate([d]), lambda d: Changes([d], [1.0], False, True)]
)
def test_memory_has_an_end_however_often_it_is_looked(make):
    window = make(10 * S)
    window.grow(1)
    ring = window.ring if isinstance(window, Changes) else window.sums.ring
    col, limit = np.array([0]), np.array([[LIMIT]])
    for i in range(2500):
        now = np.array([i * S // 100])
        value = np.array([[float(i % 7 < 3)]])
        if isinstance(window, Changes):
            window.step(col, value, value, now, limit)
        elif isinstance(window, Share):
            share = window.step(col, (2 * value - 1).astype(np.int8), now, limit)
        else:
            low, high = window.step(col, value, now, limit)
    assert ring.begin.shape[2] <= RING
    if isinstance(window, Share):
        assert share[0, 0] == pytest.approx(3 / 7, abs=0.005)
    elif isinstance(window, Rate):
        assert low[0, 0] == high[0, 0] == pytest.approx(300 / 7, abs=0.5)


def test_a_thinned_change_is_against_a_sample_close_to_the_window():
    rises = Changes([20 * S] * 2, [20.0, 20.1], False, True)  # samples lie no closer than 79 ms
    rises.grow(1)
    for i in range(2500):  # rises by one a second
        v = np.full((2, 1), i / 100)
        said = rises.step(np.array([0]), v, v, np.array([i * S // 100]), np.full((2, 1), LIMIT))[:, 0].tolist()
        assert said == ([0, 0] if i < 2000 else [1, -1])
    assert rises.ring.begin.shape[2] <= RING
