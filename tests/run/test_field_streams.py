"""The hand-made streams of the cases from the field: faults of other systems, each with the answer that is right."""

from __future__ import annotations

import pytest
from stream import Thing, brief, fired, person, play

HALL = "zone hall = polygon (100, 100) (1100, 100) (1100, 650) (100, 650)\n"
STOP = """
class vehicle = car, truck, bus, motorcycle
line stop = (200, 400) to (1000, 400) from road to junction
rule passed { each vehicle v when v crosses line stop either way grace 1s }
"""
TREMBLE = [(0, 600, 200), *[(4 + 0.4 * k, 600, 404 if k % 2 else 396) for k in range(5)], (6.4, 600, 396)]


def test_01_a_car_that_trembles_on_the_line_and_drives_on_is_counted_once():
    car = Thing("v", "car", [*TREMBLE, (10, 600, 396), (14, 600, 600)], end=15)
    assert fired(play(STOP, car)) == [("passed", "v", pytest.approx(10.1, abs=1.2))]


def test_01_a_car_that_trembles_and_backs_off_is_not_counted():
    car = Thing("v", "car", [*TREMBLE[:-2], (5.6, 600, 396), (10, 600, 396), (14, 600, 200)], end=15)
    assert fired(play(STOP, car)) == []


def test_01_without_a_grace_it_is_dated_when_it_was_first_off_the_old_side():
    # 80 px high: 404 is not more than 4 px beyond the line, so it is committed to neither side until it drives on.
    car = Thing("v", "car", [*TREMBLE, (10, 600, 396), (14, 600, 600)], end=15)
    assert fired(play(STOP.replace(" grace 1s", ""), car)) == [("passed", "v", pytest.approx(4.2, abs=0.1))]


LONG_STAY = HALL + "rule long_stay: person in zone hall > 60s"


def test_09_a_number_that_comes_back_minutes_later_is_another_thing():
    p = person("p", (0, 500, 400), end=445, lost=[(20, 400)])
    assert fired(play(LONG_STAY, p, rate=2)) == []


def test_09_hidden_for_less_than_its_memory_a_still_thing_keeps_its_credit():
    alerts = play(LONG_STAY, person("p", (0, 500, 400), end=100, lost=[(20, 45)]), settle=40)
    # The last sight is at 19.9 s, the next at 45 s: 25.1 s of hole.
    assert fired(alerts) == [("long_stay", "p", pytest.approx(85.1, abs=0.05))]
    assert brief(alerts)[-1] == ("resolved", 100.0)


def test_09_hidden_for_longer_it_starts_again():
    alerts = play(LONG_STAY, person("p", (0, 500, 400), end=130, lost=[(20, 60)]), settle=40)
    assert fired(alerts) == [("long_stay", "p", 120.0)]
    assert brief(alerts) == [
        ("pending", 0.0),
        ("dropped", 19.9),
        ("pending", 60.0),
        ("firing", 120.0),
        ("recovering", 130.0),
        ("resolved", 130.0),
    ]


def test_11_the_clock_of_a_parked_car_goes_on_under_a_new_number():
    rules = """
    class vehicle = car, truck, bus, motorcycle
    zone bay = polygon (300, 300) (700, 300) (700, 500) (300, 500)
    rule parked { each vehicle v in zone bay when v is still for 60s }
    """
    things = (
        Thing("a", "car", [(0, 500, 400)], end=40),
        person("p", (39, 100, 450), (47, 900, 450), end=48),
        Thing("b", "car", [(46, 500, 400)], end=120),
    )
    assert fired(play(rules, *things)) == [("parked", "a", pytest.approx(66, abs=2))]


def test_20_each_stay_has_its_own_clock_and_the_place_another():
    rules = """
    zone door = polygon (400, 300) (800, 300) (800, 600) (400, 600)
    rule lingers: person in zone door for 60s
    rule occupied { when count of person in zone door >= 1 for 60s }
    """
    p = person("p", (0, 600, 450), (35, 600, 450), (36, 600, 700), end=37)
    q = person("q", (30, 600, 700), (34, 600, 700), (35, 600, 450), end=75)
    alerts = play(rules, p, q, settle=5)
    assert fired(alerts) == [("occupied", "q", 60.0)]
    assert brief(alerts, "occupied")[-1] == ("resolved", pytest.approx(75, abs=0.5))


def test_23_a_dark_camera_is_no_proof_of_absence():
    rules = """
    zone post = polygon (100, 100) (400, 100) (400, 400) (100, 400)
    rule unmanned { when count of guard in zone post < 1 for 60s gap reset }
    """
    g = Thing("g", "guard", [(0, 1000, 500)], end=130)
    assert fired(play(rules, g, dark=[(30, 50)])) == [("unmanned", None, 110.0)]


def test_24_an_outage_makes_an_alert_stale_and_no_second_one():
    rules = HALL + "rule waiting { when count of person in zone hall >= 2 for 10s keep 5s }"
    p, q = person("p", (0, 400, 400), end=100), person("q", (0, 800, 400), end=100)
    alerts = play(rules, p, q, dark=[(40, 60)], settle=10)
    assert brief(alerts) == [
        ("pending", 0.0),
        ("firing", 10.0),
        ("stale", 39.9),
        ("firing", 60.0),
        ("recovering", pytest.approx(100, abs=0.1)),
        ("resolved", pytest.approx(105, abs=1.5)),
    ]
    assert len({a.id for a in alerts}) == 1
    assert alerts[3].reason == "seen again"


def test_25_an_outage_of_ten_seconds_costs_ten_seconds():
    alerts = play(LONG_STAY, person("p", (0, 500, 400), end=100), dark=[(30, 40)], settle=40)
    (firing,) = [a for a in alerts if a.state == "firing"]
    assert firing.time == pytest.approx(70e9, abs=0.1e9 + 1)
    assert (firing.since, firing.observed, firing.gap) == (0, 60e9, pytest.approx(10e9, abs=0.1e9 + 1))
    assert brief(alerts)[-1] == ("resolved", 100.0)


def test_the_worked_example_of_the_language():
    rules = "rule left_bag { each bag b when b is unattended for 60s keep 10s }"
    p = person("p", (0, 100, 300), (10, 500, 300), (12, 500, 300), (24, 1500, 300), end=30, tall=150)
    b = Thing("b", "bag", [(9, 500, 300)], end=120, lost=[(50, 51)])
    alerts = play(rules, p, b, dark=[(40, 45)], settle=45)
    # The bag's end may yet prove to be a loss: it is recovering, and resolved 10 s after the end once 30 s have passed.
    assert brief(alerts) == [
        ("pending", 14.8),
        ("firing", 79.9),
        ("recovering", 120.0),
        ("resolved", 130.0),
    ]
    assert alerts[-1].decided == pytest.approx(149.9e9, abs=0.2e9)
