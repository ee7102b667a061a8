"""Laws of the engine: what must not matter does not."""

from __future__ import annotations

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st
from stream import S, engine, run

from watchword.events import Alert
from watchword.tracks import End, Tracks

ZONES = """
zone a = polygon (0, 100) (900, 100) (900, 700) (0, 700)
zone b = polygon (600, 300) (1500, 300) (1500, 900) (600, 900)
line l = (700, 0) to (700, 1000) from west to east
"""
RULES = {
    "stay": "rule stay { each person p in zone a when p is visible for 2s keep 3s }",
    "bag": "rule bag { each bag x when x is unattended for 2s }",
    "still": "rule still { each {bag, person} x when x is still and not x in zone b for 1s gap reset after 4s }",
    "hidden": "rule hidden { each person p when not p is visible for 1s gap assume after 1s }",
    "enter": "rule enter: person enters zone b",
    "cross": "rule cross { each person p when p crosses line l inward cooldown 3s per camera }",
    "many": "rule many { when count of person in zone a >= 2 for 1s }",
    "few": "rule few { when count of {person, bag} where (it is still) < 2 for 2s cooldown 4s per rule }",
}


@st.composite
def streams(draw, cameras=("one", "two", "three")) -> list[list[Tracks]]:
    """Ticks: in each some of the cameras look, and see people and bags, who come, stand, go and end."""
    places = [(200, 400), (640, 500), (720, 400), (1200, 800), (205, 402)]
    time, found = 0, []
    state: dict[tuple[str, int], tuple[int, int] | None] = {}
    for _ in range(draw(st.integers(5, 25))):
        time += draw(st.sampled_from([S // 2, S // 2, S, S, 3 * S, 12 * S]))
        tick = []
        for camera in draw(st.lists(st.sampled_from(cameras), unique=True, min_size=1)):
            ended = []
            for number in range(3):
                change = draw(st.integers(0, 5))
                if change == 0:
                    if state.get((camera, number)) and draw(st.booleans()):
                        ended.append(End(camera, number, time))
                    state[camera, number] = None
                elif change <= 2:
                    state[camera, number] = draw(st.sampled_from(places))
            here = [(k, p) for (c, k), p in state.items() if c == camera and p]
            boxes = [(x - 30, y - 100, x + 30, y) for _, (x, y) in here]
            labels = ["bag" if k == 2 else "person" for k, _ in here]
            tick.append(Tracks.of(camera, time, [k for k, _ in here], boxes, labels, ended=ended))
        found.append(tick)
    return found


def rules(*names: str) -> str:
    return ZONES + "\n".join(RULES[name] for name in (names or RULES))


def joined(ticks: list[list[Tracks]]) -> list[Tracks]:
    return [Tracks.join(tick) for tick in ticks]


def by_camera(alerts: list[Alert]) -> dict[str, list[Alert]]:
    return {c: [a for a in alerts if a.camera == c] for c in {a.camera for a in alerts}}


LAW = settings(max_examples=15, deadline=None)


@LAW
@given(streams(), st.randoms(use_true_random=False))
def test_the_order_of_cameras_in_a_tick_changes_nothing(ticks, rng):
    shuffled = [rng.sample(tick, len(tick)) for tick in ticks]
    assert by_camera(run(engine(rules()), joined(shuffled))) == by_camera(run(engine(rules()), joined(ticks)))


@LAW
@given(streams())
def test_cameras_in_one_call_or_in_several_are_the_same(ticks):
    several = [table for tick in ticks for table in tick]
    assert by_camera(run(engine(rules()), several)) == by_camera(run(engine(rules()), joined(ticks)))


@LAW
@given(streams(), st.sampled_from(sorted(RULES)))
def test_another_rule_changes_no_alert_of_a_rule(ticks, name):
    alone = run(engine(rules(name)), joined(ticks))
    among = [a for a in run(engine(rules()), joined(ticks)) if a.rule == name]
    assert among == alone


@LAW
@given(streams(("one",)))
def test_the_same_input_gives_the_same_alerts_ids_included(ticks):
    first, second = run(engine(rules()), joined(ticks)), run(engine(rules()), joined(ticks))
    assert first == second
    other = run(engine(rules(), source="another"), joined(ticks))
    assert {a.id for a in first}.isdisjoint(a.id for a in other)


def renamed(tick: list[Tracks]) -> list[Tracks]:
    return [
        Tracks.of(
            t.cameras[0],
            int(t.times[0]),
            [f"thing {9 - i}" for i in t.ids.tolist()],
            t.boxes,
            [t.label(k) for k in range(len(t))],
            ended=[End(e.camera, f"thing {9 - e.id}", e.time) for e in t.ended],
        )
        for t in tick
    ]


@LAW
@given(streams(("one",)))
def test_other_numbers_change_nothing_but_the_numbers(ticks):
    def plain(alerts: list[Alert], number) -> list[tuple]:
        return [
            (a.rule, a.state, a.time, a.decided, a.since, a.reason, [number(t.id) for t in a.things]) for a in alerts
        ]

    given_ids = plain(run(engine(rules()), joined(ticks)), lambda i: f"thing {9 - i}")
    assert plain(run(engine(rules()), joined(list(map(renamed, ticks)))), str) == given_ids


@LAW
@given(streams(("one",)))
def test_the_times_of_an_alert_never_run_backwards_and_its_end_is_its_last_word(ticks):
    alerts = run(engine(rules()), joined(ticks))
    for one in {a.id for a in alerts}:
        mine = [a for a in alerts if a.id == one]
        assert [a.time for a in mine] == sorted(a.time for a in mine)
        assert [a.decided for a in mine] == sorted(a.decided for a in mine)
        assert all(a.time <= a.decided for a in mine)
        assert not {"resolved", "dropped"} & {a.state for a in mine[:-1]}
        assert len({a.since for a in mine}) == 1
        assert all(a.observed >= 0 and a.gap >= 0 and a.observed + a.gap == a.held for a in mine)


@LAW
@given(streams(("one",)))
def test_a_time_shift_shifts_the_alerts(ticks):
    def moved(table: Tracks) -> Tracks:
        ends = [attrs.evolve(e, time=e.time + 1000 * S) for e in table.ended]
        return attrs.evolve(table, times=table.times + 1000 * S, ended=ends)

    here = run(engine(rules()), joined(ticks))
    there = run(engine(rules()), list(map(moved, joined(ticks))))
    assert [(a.rule, a.state, a.time + 1000 * S, a.decided + 1000 * S) for a in here] == [
        (a.rule, a.state, a.time, a.decided) for a in there
    ]
