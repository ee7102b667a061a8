"""A bound on the things of a camera: who goes is always the same, and it is told and counted."""

from __future__ import annotations

from collections.abc import Iterable

from watchword.events import Alert, Notice
from watchword.lang import RuleSet
from watchword.run.engine import Engine
from watchword.tracks import Tracks

S = 1_000_000_000
RULE = "rule here { each person p when p is visible for 3s }"


def table(second: float, ids: Iterable[int], camera: str = "hall") -> Tracks:
    numbers = list(ids)
    boxes = [(10 * k % 900, 100, 10 * k % 900 + 9, 130) for k in numbers]
    return Tracks.of(camera, round(second * S), numbers, boxes, ["person"] * len(numbers))


def engine(most: int, rules: str = RULE) -> tuple[Engine, list[Notice]]:
    told: list[Notice] = []
    return Engine(RuleSet.loads(rules), notice=told.append, most=most), told


def fired(alerts: Iterable[Alert]) -> list[int]:
    return sorted(int(a.things[0].id) for a in alerts if a.state == "firing")


def test_where_all_are_seen_new_ones_wait_and_come_in_when_there_is_room():
    made, told = engine(4)
    found = [a for k in range(50) for a in made.observe(table(k / 10, range(1, 8)))]
    assert fired(found) == [1, 2, 3, 4]
    assert [(n.kind, n.camera, n.time) for n in told] == [("capped", "hall", 0)]
    assert "more than 4 things" in told[0].message
    assert made.camera("hall").counts["things"] == 3 * 50, "each look in which three had to wait"
    # 1 and 2 are gone: they make room at once, though they could still come back
    later = [a for k in range(50, 100) for a in made.observe(table(k / 10, range(3, 8)))]
    assert fired(later) == [5, 6]
    assert made.bank("hall").things.alive.sum() <= 4 + 2


def test_those_unseen_longest_end_first_and_their_alerts_with_them():
    made, _ = engine(3, "rule here { each person p when p.seen_for > 3s }")
    seen = [[1, 2, 3]] * 35 + [[2, 3]] * 3 + [[3]] * 2
    found = [a for k, ids in enumerate(seen) for a in made.observe(table(k / 10, ids))]
    assert fired(found) == [1, 2, 3]
    found = made.observe(table(4.0, [3, 4]))
    assert [(a.things[0].id, a.state, a.time / S) for a in found if a.state == "resolved"] == [(1, "resolved", 3.4)]
    found = made.observe(table(4.1, [3, 4, 5]))
    assert [(a.things[0].id, a.time / S) for a in found if a.state == "resolved"] == [(2, 3.7)]


def test_what_was_still_stays_before_what_moved():
    made, _ = engine(2, "rule here { each person p when p is visible for 30s }")
    for k in range(30):
        still = (100, 100, 160, 250)
        moving = (300 + 10 * k, 100, 360 + 10 * k, 250)
        boxes = [still, moving] if k < 25 else [moving]
        ids = [1, 2] if k < 25 else [2]
        made.observe(Tracks.of("hall", k * S // 10, ids, boxes, ["person"] * len(ids)))
    made.observe(table(3.0, [9]))
    things = made.bank("hall").things
    assert {things.ids[s] for s in things.of_cameras([0]).tolist() if not things.over[s]} == {1, 9}


def test_it_is_told_once_each_time_that_it_begins():
    made, told = engine(10)
    for k in range(120):
        crowd = range(100, 120) if 10 <= k < 20 or 100 <= k < 110 else range(3)
        made.observe(table(k, crowd))
    assert [n.time // S for n in told] == [10, 100]
    assert told[0].count < told[1].count


def test_a_flood_of_new_numbers_neither_grows_nor_starves():
    """Two hundred new numbers a second, each seen once: a tracker that has lost its mind."""
    made, told = engine(100)
    for k in range(600):
        made.observe(table(k / 10, [1, *range(1000 + 20 * k, 1020 + 20 * k)]))
    things = made.bank("hall").things
    assert things.size <= 512
    assert (0, 1) in things.slot_of, "what is seen stays"
    assert len(told) == 1


def test_each_camera_has_its_own_bound_and_the_same_stream_ends_the_same():
    def run() -> tuple[list[Alert], dict[str, int]]:
        made, _ = engine(5)
        found = []
        for k in range(40):
            found += made.observe(Tracks.join([table(k / 10, range(1, 9), "a"), table(k / 10, range(1, 6), "b")]))
        return found, {name: made.camera(name).counts.get("things", 0) for name in "ab"}

    first, counts = run()
    assert counts == {"a": 3 * 40, "b": 0}
    assert run() == (first, counts)
    assert [a.camera for a in first if a.state == "firing"].count("b") == 5
