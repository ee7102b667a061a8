"""What hosts tell: states and events, in whatever order they arrive."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.errors import DataError
from watchword.run.signals import KEPT, MOST, Signals
from watchword.tracks import Tracks
from watchword.watch import Watch

S = 1_000_000_000


def state(signals: Signals, second: float, camera: str = "one", at: str = "") -> int:
    return signals.state("armed", at, camera, round(second * S))


def events(signals: Signals, since: float, now: float, camera: str = "one", at: str = "door") -> list[float]:
    return [t / S for t in signals.events("badge", at, camera, round(since * S), round(now * S))]


def test_a_state_is_unknown_until_told_and_counts_from_its_time():
    signals = Signals()
    assert state(signals, 5) == 0
    signals.tell("armed", 10 * S)
    signals.tell("armed", 20 * S, False)
    assert [state(signals, s) for s in (9.9, 10, 19.9, 20, 99999)] == [0, 1, 1, -1, -1]


def test_told_out_of_order_or_again_it_is_the_same():
    signals = Signals()
    for time, value in ((20, False), (10, True), (20, False)):
        signals.tell("armed", time * S, value)
    assert [state(signals, s) for s in (5, 15, 25)] == [0, 1, -1]


def test_of_two_words_for_one_time_the_later_holds():
    signals = Signals()
    signals.tell("armed", S, True)
    signals.tell("armed", S, False)
    assert state(signals, 1) == -1


def test_a_camera_hears_what_is_for_it_and_what_is_for_all():
    signals = Signals()
    signals.tell("armed", 1 * S)
    signals.tell("armed", 2 * S, False, camera="two")
    assert (state(signals, 3, "one"), state(signals, 3, "two")) == (1, -1)
    signals.tell("armed", 4 * S)
    assert state(signals, 5, "two") == 1


def test_a_signal_at_a_place_is_another():
    signals = Signals()
    signals.tell("armed", S, at="door")
    assert (state(signals, 2), state(signals, 2, at="door"), state(signals, 2, at="gate")) == (0, 1, 0)


def test_an_event_is_in_the_look_that_follows_it():
    signals = Signals()
    signals.tell("badge", 3 * S, at="door")
    signals.tell("badge", 2 * S, at="door", camera="one")
    signals.tell("badge", 3 * S, False, at="door")
    assert events(signals, 1, 2) == [2]
    assert events(signals, 2, 3) == [3]
    assert events(signals, 3, 4) == []
    assert events(signals, 1, 4, "two") == [3]


def test_an_event_told_twice_is_one():
    signals = Signals()
    for camera in (None, None, "one"):
        signals.tell("badge", 3 * S, at="door", camera=camera)
    assert events(signals, 2, 4) == [3]


def test_every_part_that_asks_in_one_look_hears_the_same():
    signals = Signals()
    events(signals, 0, 1)
    signals.tell("badge", S // 2, at="door")
    assert [events(signals, 1, 2) for _ in range(2)] == [[0.5], [0.5]]


def test_an_event_that_comes_late_over_the_wire_is_in_the_next_look_once():
    signals = Signals()
    assert events(signals, 9, 10) == []
    signals.tell("badge", round(9.7 * S), at="door")
    assert events(signals, 10, 10.1) == [9.7]
    assert events(signals, 10.1, 10.2) == []
    assert events(signals, 9, 10.2, "two") == [9.7]


def test_an_event_older_than_five_minutes_is_over():
    signals = Signals()
    events(signals, 999, 1000)
    signals.tell("badge", 699 * S, at="door")
    assert events(signals, 1000, 1001) == []


def test_a_camera_behind_by_minutes_still_knows_how_it_was():
    signals = Signals()
    signals.tell("armed", 0)
    for second in range(1, 1000):
        assert state(signals, second, "fast") == (1 if second % 2 else -1) or second == 1
        signals.tell("armed", second * S, second % 2 == 0)
    assert [state(signals, s, "slow") for s in (760, 761)] == [1, -1]


def test_memory_is_bounded_whether_or_not_a_camera_asks():
    signals = Signals()
    for second in range(3 * MOST):
        signals.tell("badge", second * S, at="door")
    assert len(signals._told["badge", "door", None].entries) == MOST
    events(signals, 0, 3 * MOST)
    signals.tell("badge", 3 * MOST * S, at="door")
    assert len(signals._told["badge", "door", None].entries) <= KEPT // S + 2


def test_clocks_set_back_are_believed():
    signals = Signals()
    assert state(signals, 90_000) == 0
    for second in (1000, 1010, 1020):
        signals.tell("armed", second * S, second != 1010)
        assert state(signals, second + 1) == (1 if second != 1010 else -1)


@given(st.lists(st.tuples(st.integers(0, 60), st.booleans()), max_size=30), st.lists(st.integers(1, 20), max_size=10))
def test_whatever_comes_before_its_time_is_heard_once_and_in_order(told: list[tuple[int, bool]], steps: list[int]):
    signals, now, heard = Signals(), 0, []
    for time, value in told:
        signals.tell("badge", time * S, value, at="door")
    for step in steps:
        heard += events(signals, now, now + step)
        now += step
    assert heard == sorted({t for t, value in told if value and 0 < t <= now})


# ---- told to a watch

RULES = """
signal armed is state
signal badge is event
rule intruder { each person p when signal armed for 2s }
rule entry { when signal badge at gate }
"""


def told(*calls: tuple[float, dict]) -> list[tuple[str, str, float]]:
    """What a watch tells of ten seconds, five looks a second; each call is made before the look at its second."""
    watch = Watch(RULES)
    found = []
    for k in range(50):
        for second, how in calls:
            if second == k / 5:
                watch.signal(**how)
        found += watch.observe(Tracks.of("one", k * S // 5, [1], [(0, 0, 60, 150)], ["person"]))
    return [(a.rule, a.state, a.time / S) for a in found]


def test_a_watch_takes_a_state_from_its_time_on():
    alerts = told(
        (0, {"name": "armed", "time": 0, "value": False}),
        (3, {"name": "armed", "time": 3 * S}),
        (8, {"name": "armed", "time": 8 * S, "value": False}),
    )
    assert alerts == [("intruder", "pending", 3), ("intruder", "firing", 5), ("intruder", "resolved", 8)]


def test_a_watch_takes_an_event_at_its_place_and_time():
    alerts = told(
        (2, {"name": "badge", "at": "gate", "time": 19 * S // 10}),
        (4, {"name": "badge", "at": "yard", "time": 4 * S}),
        (5, {"name": "badge", "at": "gate", "time": 5 * S, "camera": "two"}),
    )
    assert alerts == [("entry", "firing", 1.9), ("entry", "resolved", 1.9)]


def test_a_watch_takes_signals_by_position():
    watch = Watch(RULES)
    watch.signal("badge", "gate", 0, True)
    assert [a.rule for a in watch.observe(Tracks.of("one", 0))] == ["entry", "entry"]


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"name": "alarm", "time": 0}, "no signal `alarm`"),
        ({"name": "armed"}, "time of signal `armed` is None"),
        ({"name": "armed", "time": 1.5}, "time of signal `armed` is 1.5"),
    ],
)
def test_a_signal_that_makes_no_sense_is_refused(how: dict, says: str):
    with pytest.raises(DataError, match=says) as caught:
        Watch(RULES).signal(**how)
    assert caught.value.fix
