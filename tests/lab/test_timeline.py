"""Pictures made of text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from watchword.lab.timeline import STATES, Mark, draw, fit, in_seconds
from watchword.lab.trace import FALSE, NOTHING, TRUE, UNKNOWN, Held, Lane
from watchword.run.logic import POLICIES
from watchword.text import width
from watchword.units import SECOND


def s(seconds: float) -> int:
    return round(seconds * SECOND)


def test_a_picture() -> None:
    still = Lane(
        "b is still", changes=[(s(3), UNKNOWN), (s(5), TRUE), (s(20), FALSE), (s(20.2), TRUE), (s(20.4), FALSE)]
    )
    enters = Lane("b enters zone bay", event=True, changes=[(0, FALSE), (s(12.1), TRUE), (s(12.2), FALSE)])
    life = Lane(
        "still of b", changes=[(s(5), STATES["pending"]), (s(15), STATES["firing"]), (s(25), STATES["resolved"])]
    )
    drawn = draw([still, enters], [life], [Mark(s(14), "expected: firing 14s")], 0, s(30), 50)
    assert (
        drawn
        == """\
                   0s        10s       20s
                   ┴─────────┴─────────┴─────────
b is still            ░░███████████████▚·········
b enters zone bay  ············█·················
still of b              ppppppppppFFFFFFFFFF
                                 ▲ expected: firing 14s

█ true  ░ unknown  · false  ▚ several in one column
p pending  F firing  r recovering  s stale  x suppressed"""
    )


def test_a_moment_outside_is_pointed_at_from_the_edge() -> None:
    lane = Lane("x", changes=[(0, TRUE)])
    drawn = draw([lane], [], [Mark(s(1), "early"), Mark(s(99), "late")], s(10), s(40), 40).splitlines()
    assert drawn[3].strip() == "◂ early"
    assert drawn[4].endswith("late ▸")


@given(
    changes=st.lists(st.tuples(st.integers(0, 10**11), st.sampled_from([TRUE, UNKNOWN, FALSE, NOTHING])), max_size=20),
    start=st.integers(0, 10**11),
    length=st.integers(1, 10**12),
    columns=st.integers(0, 200),
    marks=st.lists(st.integers(-(10**11), 10**12), max_size=3),
)
def test_any_picture_is_drawn_and_its_lanes_are_of_one_width(
    changes: list[tuple[int, int]], start: int, length: int, columns: int, marks: list[int]
) -> None:
    lane = Lane("a lane", changes=sorted(changes, key=lambda change: change[0]))
    full = Lane("full", changes=[(0, TRUE)])
    drawn = draw([lane, full], [], [Mark(m, "here") for m in marks], start, start + length, columns).splitlines()
    margin = drawn[3].index("█")
    assert drawn[3].count("█") >= 20
    assert width(drawn[2]) <= margin + drawn[3].count("█")
    assert sum("here" in line for line in drawn) == len(marks)


@given(st.text(max_size=60), st.integers(1, 40))
def test_a_text_is_cut_to_fit(text: str, columns: int) -> None:
    assert width(fit(text, columns)) <= max(columns, 1)


def test_seconds_are_written_as_the_language_has_them() -> None:
    assert [in_seconds(s(t)) for t in (79.9, 0, 130, 0.05)] == ["79.9s", "0s", "130s", "0.05s"]


def test_how_long_a_condition_held_obeys_the_gap_policy() -> None:
    def longest(policy: str) -> float:
        held = Held(s(60), POLICIES[policy])
        for k in range(40):
            if not 20 <= k < 30:
                held.look(s(k), TRUE, hole=k == 30, seen=True)
        held.look(s(40), FALSE, hole=False, seen=True)
        return held.longest / SECOND

    assert [longest(policy) for policy in ("freeze", "reset", "assume")] == [28, 19, 39]


def test_what_is_held_over_counts_once_it_is_seen_again() -> None:
    held = Held(s(60), POLICIES["freeze"])
    for k, seen in ((0, True), (1, True), (2, False), (3, True), (4, False), (5, False)):
        held.look(s(k), TRUE, hole=False, seen=seen)
    held.look(s(6), UNKNOWN, hole=False, seen=False)
    assert (held.longest, held.until) == (s(3), s(3))


def test_a_lane_is_put_right_back_to_a_time() -> None:
    lane = Lane("x", changes=[(s(1), TRUE), (s(4), FALSE), (s(5), TRUE)])
    lane.back(s(3), UNKNOWN)
    assert lane.changes == [(s(1), TRUE), (s(3), UNKNOWN)]
    assert lane.at(s(2)) == (TRUE, s(1))
    assert lane.at(0) == (NOTHING, None)
