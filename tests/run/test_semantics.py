"""What rules mean over time: sections 4 to 7 of the language, one promise a test."""

from __future__ import annotations

import pytest
from stream import S, Thing, brief, engine, fired, person, play, run, ticks

from watchword.events import Notice
from watchword.scene import Ground, Scene, Zone
from watchword.tracks import End, Tracks

HALL = "zone hall = polygon (100, 100) (1100, 100) (1100, 650) (100, 650)\n"
STAY = HALL + "rule r {{ each person p in zone hall when p is visible for {hold} {rest} }}"
OUT = (1500, 900)


def looks(seen: list[float], unseen: list[float] = (), *, id: int = 1, at=(500, 400), label="person", move=True):  # noqa: A002
    """Tables at these seconds; a thing that moves steps 100 px to and fro."""
    found = []
    for k, second in enumerate(sorted([*seen, *unseen])):
        x, y = at[0] + (100 * (k % 2) if move else 0), at[1]
        rows = ([id], [(x - 30, y - 150, x + 30, y)], [label]) if second in seen else ([], [], [])
        found.append(Tracks.of("test", round(second * S), *rows))
    return found


def every(start: float, stop: float, step: float = 0.5) -> list[float]:
    return [start + k * step for k in range(int((stop - start) / step) + 1)]


# ---- absence of an event


@pytest.mark.parametrize("said", ["not p enters zone hall", "not (p enters zone hall)"])
@pytest.mark.parametrize(("entered", "at"), [(4.0, []), (7.0, []), (7.5, [("r", 1, 7)]), (20.0, [("r", 1, 7)])])
def test_an_event_breaks_an_absence_by_its_own_time(said: str, entered: float, at: list):
    rules = HALL + f"signal badge is event\nrule r {{ each person p when signal badge then for 5s {said} gap reset }}"
    watch = engine(rules)
    told = []
    for table in [*looks(every(0, entered - 0.5), at=OUT), *looks(every(entered, 12))]:
        if table.times[0] == 2 * S:
            watch.signal("badge", 2 * S)
        told += watch.observe(table)
    assert fired(told) == at


# ---- gaps


@pytest.mark.parametrize(("policy", "at", "decided"), [("freeze", 90, 90), ("reset", 110, 110), ("assume", 60, 60)])
def test_the_table_of_gap_policies(policy: str, at: float, decided: float):
    rules = HALL + f"rule r {{ each person p when p in zone hall for 60s gap {policy} }}"
    alerts = run(rules, looks([*every(0, 20), *every(50, 120)]))
    assert fired(alerts) == [("r", 1, at)]
    assert [a.decided / S for a in alerts if a.state == "firing"] == [decided]


def test_a_deadline_that_falls_into_the_dark_is_decided_at_the_first_look_after():
    rules = HALL + "rule r { each person p when p in zone hall for 30s gap assume }"
    alerts = run(rules, looks([*every(0, 20), *every(50, 60)]))
    (firing,) = [a for a in alerts if a.state == "firing"]
    assert (firing.time / S, firing.decided / S) == (30, 50)


def test_a_deadline_that_falls_into_the_dark_is_off_if_the_condition_fails_after_it():
    rules = HALL + "rule r { each person p when p in zone hall for 30s gap assume }"
    dark = [*looks(every(0, 20)), *looks(every(50, 60), at=OUT)]
    assert brief(run(rules, dark)) == [("pending", 0), ("dropped", 50)]


def test_one_thing_unseen_for_longer_than_two_seconds_is_a_gap_of_its_own():
    rules = HALL + "rule r { each person p when p in zone hall for 10s }"
    assert fired(run(rules, looks([*every(0, 4), *every(6, 20)], [4.5, 5, 5.5]))) == [("r", 1, 10)]
    assert fired(run(rules, looks([*every(0, 4), *every(7, 20)], every(4.5, 6.5)))) == [("r", 1, 13)]


def test_gap_after_says_how_long_a_value_holds():
    rules = HALL + "rule r { each person p when p in zone hall for 10s gap freeze after 4s }"
    assert fired(run(rules, looks([*every(0, 4), *every(7, 20)], every(4.5, 6.5)))) == [("r", 1, 10)]
    assert fired(run(rules, looks([*every(0, 4), *every(9, 25)], every(4.5, 8.5)))) == [("r", 1, 15)]


def test_a_slow_camera_gets_three_of_its_intervals():
    rules = HALL + "rule r { each person p when p in zone hall for 30s }"
    # A look every 1.5 s: one is missed, then the hole of 3 s is within 4.5 s.
    assert fired(run(rules, looks([*every(0, 12, 1.5), *every(15, 60, 1.5)]))) == [("r", 1, 30)]


def test_nothing_fires_while_the_thing_is_only_held_over():
    rules = HALL + "rule r { each person p when p in zone hall for 5s }"
    alerts = run(rules, looks([*every(0, 4.5), 6], [5, 5.5]))
    assert [(a.state, a.time / S, a.decided / S) for a in alerts] == [("pending", 0, 0), ("firing", 5, 6)]


def test_absence_starts_again_after_a_gap_and_presence_does_not():
    rules = (
        HALL
        + """
    rule empty { when count of person in zone hall < 1 for 10s }
    rule full { when count of person in zone hall >= 0 for 10s }
    """
    )
    tables = [Tracks.of("test", round(s * S)) for s in [*every(0, 5), *every(20, 40)]]
    assert fired(run(rules, tables)) == [("full", None, 25), ("empty", None, 30)]


def test_a_nested_for_obeys_the_policy_of_its_rule():
    rules = HALL + "rule r {{ each person p when (p in zone hall for 5s) and p is visible for 3s gap {} }}"
    dark = looks([*every(0, 4), *every(10, 30)])
    assert fired(run(rules.format("freeze"), dark)) == [("r", 1, 14)]
    assert fired(run(rules.format("reset"), dark)) == [("r", 1, 18)]
    assert fired(run(rules.format("assume"), dark)) == [("r", 1, 13)]


def test_visible_is_false_at_once_and_unknown_in_the_dark():
    rules = "rule r { each person p when not p is visible for 3s }"
    assert brief(run(rules, looks(every(0, 4), every(4.5, 9))))[:2] == [("pending", 4.5), ("firing", 7.5)]
    assert brief(run(rules, looks([*every(0, 4), *every(10, 12)]))) == []


# ---- an alert's life


def test_evidence_that_goes_dark_makes_an_alert_stale_and_back():
    rules = HALL + "rule r { each person p when p in zone hall for 2s }"
    alerts = run(rules, looks([*every(0, 5), *every(20, 22)]))
    assert [(a.state, a.time / S, a.reason) for a in alerts] == [
        ("pending", 0, ""),
        ("firing", 2, ""),
        ("stale", 5, ""),
        ("firing", 20, "seen again"),
    ]
    assert len({a.id for a in alerts}) == 1


def test_advance_makes_stale_and_after_five_minutes_lost_and_decides_nothing_else():
    rules = HALL + "rule r { each person p when p in zone hall for 2s }\nrule s: person in zone hall > 10s"
    made = engine(rules)
    run(made, looks(every(0, 5)))
    assert made.advance("test", 6 * S) == []
    assert made.advance("nobody", 999 * S) == []
    assert brief(made.advance("test", 60 * S)) == [("stale", 5)]
    assert brief(made.advance("test", 200 * S)) == []
    lost = made.advance("test", 306 * S)
    assert [(a.rule, a.state, a.time / S, a.reason) for a in lost] == [
        ("r", "resolved", 305, "lost"),
        ("s", "dropped", 305, "lost"),
    ]
    again = run(made, looks(every(400, 405)))
    assert brief(again, "r") == [("pending", 400), ("firing", 402)]
    assert again[0].id != lost[0].id


def test_what_advance_may_decide_a_look_decides_too():
    rules = HALL + "rule r { each person p when p in zone hall for 2s }"
    alerts = run(rules, looks([*every(0, 5), 400]))
    assert brief(alerts) == [("pending", 0), ("firing", 2), ("resolved", 305), ("pending", 400)]


def test_keep_holds_on_and_back_within_it_is_the_same_alert():
    rules = HALL + "rule r { each person p when p in zone hall for 2s keep 5s }"
    tables = [
        *looks(every(0, 5)),
        *looks(every(5.5, 8), at=OUT),
        *looks(every(8.5, 10)),
        *looks(every(10.5, 20), at=OUT),
    ]
    alerts = run(rules, tables)
    assert [(a.state, a.time / S, a.since / S) for a in alerts] == [
        ("pending", 0, 0),
        ("firing", 2, 0),
        ("recovering", 5.5, 0),
        ("firing", 8.5, 0),
        ("recovering", 10.5, 0),
        ("resolved", 15.5, 0),
    ]
    assert alerts[3].reason == "holds again"
    assert len({a.id for a in alerts}) == 1


def test_keep_longer_than_a_things_memory_is_kept():
    rules = HALL + "rule r { each bag b when b in zone hall for 2s keep 60s }"
    bag = Thing(1, "bag", [(0, 500, 400), (4, 900, 400)], end=5)
    assert brief(play(rules, bag, rate=2, settle=80)) == [
        ("pending", 0),
        ("firing", 2),
        ("recovering", 5),
        ("resolved", 65),
    ]


def test_a_pending_that_fails_is_dropped():
    rules = HALL + "rule r { each person p when p in zone hall for 10s }"
    assert brief(run(rules, [*looks(every(0, 5)), *looks([5.5], at=OUT)])) == [("pending", 0), ("dropped", 5.5)]


def two(first: tuple[float, float], second: tuple[float, float]) -> list[Thing]:
    return [
        person(k, (a, 200 + 300 * k, 400), (b, 400 + 300 * k, 600), end=b)
        for k, (a, b) in enumerate([first, second], 1)
    ]


@pytest.mark.parametrize(
    ("per", "expected"),
    [
        ("per p", [("r", 1, 2), ("r", 2, 5)]),
        ("", [("r", 1, 2), ("r", 2, 5)]),
        # 1 resolves at 9 s: 2, in the hall from 3 s, waits until 9 + 20 s and is gone by then.
        ("per camera", [("r", 1, 2)]),
        ("per rule", [("r", 1, 2)]),
    ],
)
def test_cooldown_is_kept_for_its_key(per: str, expected: list):
    rules = HALL + f"rule r {{ each person p when p in zone hall for 2s cooldown 20s {per} }}"
    alerts = play(rules, *two((0, 9), (3, 12)), rate=2, settle=2)
    assert fired(alerts) == expected
    if len(expected) == 1:
        assert [(a.state, a.time / S) for a in alerts if a.things[0].id == 2] == [
            ("pending", 3), ("suppressed", 5), ("dropped", 12),
        ]  # fmt: skip


def test_what_is_suppressed_fires_when_the_cooldown_ends_if_it_still_holds():
    rules = HALL + "rule r { each person p when p in zone hall for 2s cooldown 6s per camera }"
    alerts = play(rules, *two((0, 9), (3, 25)), rate=2, settle=2)
    assert fired(alerts) == [("r", 1, 2), ("r", 2, 15)]


def test_an_event_inside_a_cooldown_is_suppressed_for_good():
    rules = HALL + "rule r { each person p when p enters zone hall cooldown 10s per camera }"
    paths = [
        person(k, (t, 50, 400), (t + 1, 60, 400), (t + 1.5, 500, 400), end=t + 3) for k, t in enumerate([0, 4, 20])
    ]
    alerts = play(rules, *paths, rate=2)
    assert [(a.state, a.things[0].id) for a in alerts] == [
        ("firing", 0), ("resolved", 0), ("suppressed", 1), ("firing", 2), ("resolved", 2),
    ]  # fmt: skip


# ---- the end of things


def test_a_moving_thing_ends_by_its_trackers_word_or_unseen_for_ten_seconds():
    rules = HALL + "rule r { each person p when p in zone hall for 2s }"
    told = [*looks(every(0, 5)), Tracks.of("test", 6 * S, ended=[End("test", 1, round(5.5 * S))])]
    assert brief(run(rules, told))[-1] == ("resolved", 5.5)
    silent = run(rules, looks(every(0, 5), every(5.5, 16)))
    assert [(a.state, a.time / S, a.decided / S) for a in silent][-2:] == [("stale", 5, 7.5), ("resolved", 5, 15.5)]


def test_the_dark_does_not_count_towards_a_things_memory():
    rules = HALL + "rule r { each person p when p in zone hall for 10s }"
    # Unseen for 1.5 s, dark for 60 s, seen again: the same thing, its credit frozen.
    alerts = run(rules, looks([*every(0, 5), *every(66, 80)], [5.5, 6, 65.5]))
    assert fired(alerts) == [("r", 1, 71)]


def test_a_moving_thing_that_was_told_to_have_ended_has_new_clocks_when_it_is_back():
    rules = HALL + "rule r { each person p when p in zone hall for 6s }"
    ended = Tracks.of("test", round(4.5 * S), ended=[End("test", 1, round(4.5 * S))])
    alerts = run(rules, [*looks(every(0, 4)), ended, *looks(every(5, 15))])
    assert brief(alerts) == [("pending", 0), ("dropped", 4.5), ("pending", 5), ("firing", 11)]


def test_a_still_thing_told_to_have_ended_is_recovering_until_its_memory_has_passed():
    rules = HALL + "rule r { each bag b in zone hall when b is still for 5s }"
    bag = Thing(1, "bag", [(0, 500, 400)], end=10)
    alerts = play(rules, bag, rate=2, settle=35)
    assert [(a.state, a.time / S) for a in alerts][-2:] == [("recovering", 10), ("resolved", 10)]
    assert alerts[-1].decided / S == 40
    back = Thing(2, "bag", [(20, 503, 402)], end=30)
    alerts = play(rules, bag, back, rate=2, settle=5)
    assert [(a.state, a.time / S, a.reason) for a in alerts][2:4] == [
        ("recovering", 10, ""),
        ("firing", 20, "holds again"),
    ]
    assert {a.things[0].id for a in alerts} == {1}


def test_a_still_thing_is_only_found_again_near_its_place_and_under_its_label():
    rules = HALL + "rule r { each bag b in zone hall when b is still for 5s }"
    bag = Thing(1, "bag", [(0, 500, 400)], end=10)
    for other in (Thing(2, "bag", [(12, 540, 400)], end=30), Thing(2, "car", [(12, 500, 400)], end=30)):
        alerts = play(rules, bag, other, rate=2)
        assert not [a for a in alerts if a.reason == "holds again"]


# ---- labels


def test_a_label_that_flips_keeps_its_clock_unless_out_of_the_class_beyond_the_gap_limit():
    rules = "class vehicle = car, truck\nrule r { each vehicle v when v is still for 20s }"
    flip = Thing(1, "car", [(0, 500, 400)], end=40, labelled=[(5, 8, "truck"), (10, 11.5, "boat")])
    assert fired(play(rules, flip, rate=2)) == [("r", 1, 21)]
    boat = Thing(1, "car", [(0, 500, 400)], end=40, labelled=[(10, 16, "boat")])
    assert fired(play(rules, boat, rate=2)) == [("r", 1, 36)]


# ---- groups


def test_a_count_is_between_what_is_sure_and_what_may_be():
    rules = HALL + "rule r { when count of person in zone hall >= 2 for 5s }"
    p, q = person(1, (0, 400, 400), end=30), person(2, (0, 800, 400), end=30, lost=[(6, 8)])
    assert brief(play(rules, p, q, rate=2)) == [("pending", 0), ("firing", 5)]
    q = person(2, (0, 800, 400), end=30, lost=[(6, 12)])
    assert brief(play(rules, p, q, rate=2))[2:] == [("resolved", 8), ("pending", 12), ("firing", 17)]


def test_members_are_summed():
    rules = HALL + "rule r { when count of person in zone hall >= 5 for 2s }"
    tables = [Tracks.of("test", k * S, [1], [(500, 300, 560, 450)], members=[5 if k else 4]) for k in range(5)]
    alerts = run(rules, tables)
    assert fired(alerts) == [("r", 1, 3)]
    assert alerts[-1].count == 5


def test_an_alert_of_a_count_names_its_members_and_number():
    rules = HALL + "rule r { when count of person in zone hall where (it is visible) > 1 for 1s }"
    alerts = play(rules, person("a", (0, 400, 400), end=3), person("b", (0, 800, 400), end=3), rate=2)
    firing = next(a for a in alerts if a.state == "firing")
    assert ([t.id for t in firing.things], firing.count, firing.zones) == (["a", "b"], 2, ("hall",))


# ---- events


def test_first_seen_inside_is_no_entry_and_the_end_of_a_track_no_exit():
    rules = HALL + "rule i: person enters zone hall\nrule o: person exits zone hall"
    assert play(rules, person(1, (0, 500, 400), end=3), rate=2, settle=3) == []
    walk = person(1, (0, 50, 400), (1, 500, 400), (2, 500, 400), (3, 50, 400), end=4)
    assert fired(play(rules, walk, rate=2)) == [("i", 1, 0.5), ("o", 1, 3.0)]


def test_a_path_through_a_zone_between_two_near_looks_went_in_and_out():
    rules = HALL + "rule i: person enters zone hall\nrule o: person exits zone hall"
    boxes = [(20, 250, 80, 400), (1200, 250, 1260, 400)]
    through = [Tracks.of("test", k * S, [1], [box]) for k, box in enumerate(boxes)]
    assert fired(run(rules, through)) == [("i", 1, 1), ("o", 1, 1)]
    late = [Tracks.of("test", 9 * k * S, [1], [box]) for k, box in enumerate(boxes)]
    assert fired(run(rules, late)) == []
    beside = [Tracks.of("test", k * S, [1], [(a, b + 400, c, d + 400)]) for k, (a, b, c, d) in enumerate(boxes)]
    assert fired(run(rules, beside)) == []


def test_an_event_fires_and_resolves_at_its_moment_which_a_crossing_dates_back():
    rules = "line gate = (400, 400) to (800, 400) from a to b\nrule c: person crosses line gate inward"
    # 150 px high: beyond the line by 7.5 px it is committed.
    feet = [420, 404, 398, 396, 385]
    tables = [Tracks.of("test", k * S, [1], [(570, y - 150, 630, y)]) for k, y in enumerate(feet)]
    assert run(rules.replace("inward", "outward"), tables) == []
    alerts = run(rules, tables)
    assert [(a.state, a.time / S, a.decided / S) for a in alerts] == [("firing", 2, 4), ("resolved", 2, 4)]


# ---- the stream


def test_late_and_repeated_frames_are_refused_counted_and_told():
    notices: list[Notice] = []
    made = engine(HALL + "rule r: person in zone hall > 2s", notices=notices)
    alerts = run(made, [t for s in (0, 1, 1, 0.5, 2, 3) for t in looks([s])])
    assert fired(alerts) == [("r", 1, 2)]
    assert [(n.kind, n.count, n.last) for n in notices] == [("repeated", 1, S), ("late", 1, S)]


def test_a_clock_that_is_set_back_is_a_new_start():
    notices: list[Notice] = []
    made = engine(HALL + "rule r { each person p when p in zone hall for 2s }", notices=notices)
    alerts = run(made, [*looks(every(1000, 1005)), *(t for s in every(100, 110) for t in looks([s]))])
    assert [n.kind for n in notices][-1] == "restart"
    assert [(a.state, a.time / S, a.reason) for a in alerts] == [
        ("pending", 1000, ""),
        ("firing", 1002, ""),
        ("resolved", 1005, "restart"),
        ("pending", 102.5, ""),
        ("firing", 104.5, ""),
    ]


def test_the_same_number_on_two_cameras_is_two_things():
    made = engine(HALL + "rule r: person in zone hall > 5s")
    alerts = []
    for k in range(12):
        a = Tracks.of("a", k * S, [1] if k < 4 else [], [(470, 250, 530, 400)] if k < 4 else [])
        b = Tracks.of("b", k * S, [1] if k >= 4 else [], [(470, 250, 530, 400)] if k >= 4 else [])
        alerts += made.observe(Tracks.join([a, b]))
    assert [(a.camera, a.time / S) for a in alerts if a.state == "firing"] == [("b", 9)]


def test_rows_that_are_only_expected_are_no_sight():
    rules = HALL + "rule r { each person p when not p is visible for 1s }"
    tables = [Tracks.of("test", k * S, [1], [(470, 250, 530, 400)], seen=[k < 3]) for k in range(6)]
    assert fired(run(rules, tables)) == [("r", 1, 4)]


# ---- stillness


def test_stillness_is_unknown_until_a_second_and_three_looks_have_passed():
    rules = "rule r { each bag b when b is still }"
    for rate, at in ((10, 1.0), (4, 1.0), (1, 2.0), (0.5, 4.0)):
        assert fired(play(rules, Thing(1, "bag", [(0, 500, 400)], end=9), rate=rate)) == [("r", 1, at)]


def test_between_still_and_moving_it_is_what_it_was():
    rules = "rule s { each bag b when b is still }\nrule m { each bag b when b is moving }"
    # r = 0.15 of the diagonal of 40 × 40: 8.5 px. 10 px a second is neither still nor moving, 40 px a second is moving.
    slow = Thing(1, "bag", [(0, 500, 400), (3, 500, 400), (6, 530, 400)], end=6)
    assert brief(play(rules, slow), "s")[0] == ("firing", 1.0)
    assert [a.rule for a in play(rules, slow) if a.state == "firing"] == ["s"]
    fast = Thing(1, "bag", [(0, 500, 400), (3, 500, 400), (6, 620, 400)], end=6)
    assert [a.rule for a in play(rules, fast) if a.state == "firing"] == ["s", "m"]


def test_a_calibrated_camera_measures_stillness_in_metres():
    # 100 px are a metre: r = 20 px, where without calibration it is 8.5 px.
    pairs = tuple(((x * 100, y * 100), (x, y)) for x, y in ((0, 0), (9, 0), (9, 9), (0, 9)))
    scene = Scene(frame=(1920, 1080), ground=Ground(pairs))
    sway = Thing(1, "bag", [(0.1 * k, 500 + 12 * (k % 2), 400) for k in range(40)], end=4)
    rules = "rule s { each bag b when b is still }"
    assert fired(play(rules, sway)) == []
    assert fired(play(rules, sway, scene=scene)) == [("s", 1, 1.0)]


# ---- owners


LEFT = "rule l { each bag b when b is unattended for 10s }"


def bag(start: float = 0, end: float = 60) -> Thing:
    return Thing("b", "bag", [(start, 500, 400)], end=end)


def test_a_bag_is_attended_while_its_owner_is_near_and_not_by_who_walks_past():
    owner = person("o", (0, 520, 410), (8, 520, 410), (12, 1500, 410), end=14)
    passing = [person(k, (12 + 3 * k, 100, 430), (16 + 3 * k, 1100, 430), end=16 + 3 * k) for k in range(8)]
    # 150 px × 1.5 = 225 px: the owner is beyond it from 8.84 s.
    assert fired(play(LEFT, bag(), owner, *passing, rate=5)) == [("l", "b", pytest.approx(18.9, abs=0.3))]


def test_who_stays_five_seconds_attends_and_becomes_the_owner():
    owner = person("o", (0, 520, 410), (4, 520, 410), (6, 1500, 410), end=8)
    friend = person("f", (0, 1500, 900), (8, 1500, 900), (9, 530, 420), (20, 530, 420), (22, 1700, 800), end=24)
    alerts = play(LEFT, bag(), owner, friend, rate=5)
    ((_, _, at),) = fired(alerts)
    assert at == pytest.approx(30.5, abs=0.5)
    shown = next(a for a in alerts if a.state == "firing").things
    assert [(t.id, t.role) for t in shown] == [("b", "thing"), ("f", "owner")]


def test_an_owner_hidden_at_the_bag_goes_on_attending_until_the_end_is_known_and_five_seconds_more():
    hidden = person("o", (0, 520, 410), end=60, lost=[(10, 25)], told=False)
    # Still when last seen: its memory is 30 s, so it was never gone.
    assert fired(play(LEFT, bag(), hidden, rate=5)) == []
    gone = person("o", (0, 520, 410), end=10, told=False)
    ((_, _, at),) = fired(play(LEFT, bag(), gone, rate=5))
    assert at == pytest.approx(9.8 + 30 + 5 + 10, abs=0.6)


def test_an_owner_who_was_walking_away_when_last_seen_has_left_at_that_sight():
    leaving = person("o", (0, 520, 410), (8, 520, 410), (10, 680, 410), end=10, told=False)
    ((_, _, at),) = fired(play(LEFT, bag(), leaving, rate=5))
    assert at == pytest.approx(9.8 + 10, abs=0.3)


def test_a_bag_that_nobody_brought_is_unattended_as_soon_as_it_is_still():
    far = person("o", (0, 1500, 900), end=60)
    assert fired(play(LEFT, bag(), far, rate=5)) == [("l", "b", 11.0)]


def test_reach_and_stay_may_be_said():
    near = person("o", (0, 600, 410), end=60)
    assert fired(play(LEFT, bag(), near, rate=5)) == []
    close = "rule l { each bag b when b is unattended(50px) for 10s }"
    assert fired(play(close, bag(), near, rate=5)) == [("l", "b", 11.0)]


# ---- shape of an alert


def test_an_alert_says_what_why_and_how_much_was_seen():
    rules = (
        HALL
        + """rule r "Too long" { each person p in zone hall when p is visible for 10s
      severity high label desk = "north" message "{p.class} {p.id} in {zone} for {held}" }"""
    )
    alerts = run(engine(rules, source="film"), looks([*every(0, 4), *every(10, 20)]))
    firing = next(a for a in alerts if a.state == "firing")
    assert (firing.title, firing.severity, firing.labels, firing.source) == (
        "Too long",
        "high",
        {"desk": "north"},
        "film",
    )
    assert firing.message == "person 1 in hall for 16.0 s"
    assert (firing.observed / S, firing.gap / S, firing.held / S) == (10, 6, 16)
    assert [(p.text, p.value) for p in firing.parts] == [("p in zone hall", True), ("p is visible", True)]
    assert firing.why.startswith("person #1 in zone hall and is visible for 16.0 s")
    assert firing.to_dict()["time"] == 16


def test_zones_of_another_frame_size_are_scaled_or_refused():
    notices: list[Notice] = []
    scene = Scene(frame=(1920, 1080), zones=[Zone("hall", ((960, 0), (1920, 0), (1920, 1080), (960, 1080)))])
    made = engine("rule r: person in zone hall for 2s", scene, notices)
    assert made.size("test", (640, 360), 0)
    tables = [Tracks.of("test", round(k * S / 10), [1], [(400, 100, 440, 200)]) for k in range(50)]
    alerts = run(made, tables)
    assert fired(alerts) == [("r", 1, 2.0)]
    assert alerts[0].things[0].box == pytest.approx((400, 100, 440, 200))
    assert not made.size("test", (640, 480), 5 * S)
    assert [n.kind for n in notices] == ["scaled", "size"]
    assert "640×480" in notices[1].message
    assert "1920×1080" in notices[1].message


def test_tracks_after_the_last_thing_leave_nothing_behind():
    made = engine(HALL + "rule r { each person p when p in zone hall for 2s cooldown 5s per p }")
    for k in range(200):
        things = [person(k, (0, 500 + k, 400), (1, 700, 500), end=2)]
        run(
            made,
            [Tracks.of("test", round((k * 3 + t.times[0] / S) * S), t.ids, t.boxes) for t in ticks(things, rate=2)],
        )
    run(made, [Tracks.of("test", (700 + k) * S) for k in range(60)])
    bank = made.bank("test")
    assert bank.things.size <= 64
    assert not bank.things.alive.any()
    assert not bank.things.slot_of


def test_an_alert_that_has_fired_tells_the_path_of_its_thing():
    walker = Thing(1, "person", [(0, 300, 400), (4, 500, 400)], end=8)
    alerts = play(HALL + "rule r: person in zone hall for 3s", walker)
    pending, firing = alerts[:2]
    assert (pending.state, pending.things[0].path) == ("pending", ())
    (shown,) = firing.things
    assert [x for _, x, _ in shown.path] == sorted(x for _, x, _ in shown.path)
    for time, x, y in shown.path:
        assert (x, y) == pytest.approx((min(500, 300 + 50 * time / S), 400))
    assert shown.path[-1][0] <= firing.decided <= shown.path[-1][0] + S // 5
    assert firing.to_dict()["things"][0]["path"][-1][1:] == [round(v, 1) for v in shown.path[-1][1:]]


@pytest.mark.parametrize(("third", "told"), [((700, 400), True), ((320, 400), False), ((900, 400), False)])
def test_a_group_may_be_about_a_thing_and_its_second_thing(third, told):
    """Somebody within 250 px of the bag, who is not its owner and further than 150 px from them."""
    bag = Thing(1, "bag", [(0, 500, 400)], end=10)
    owner = Thing(2, "person", [(0, 450, 400), (3, 450, 400), (4, 300, 400)], end=10)
    thief = Thing(3, "person", [(0, *third)], end=10)
    rule = """rule r { each bag b using person o = owner of b within 100px
      when any person other than o within 250px of b where (distance(it, o) > 150px) for 2s }"""
    alerts = play(HALL + rule, bag, owner, thief)
    assert [a.rule for a in alerts if a.state == "firing"] == ["r"] * told
