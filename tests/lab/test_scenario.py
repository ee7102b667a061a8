"""What `given` lines say, as a stream."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from watchword.errors import DataError, SceneError
from watchword.lab.scenario import Moment, Scenario
from watchword.lang.ruleset import RuleSet
from watchword.tracks import Tracks
from watchword.units import SECOND

MONDAY = 1_767_614_400 * SECOND  # 2026-01-05 12:00 UTC
RULE = "rule r: person in zone z > 1s\nzone z = polygon (0, 0) (900, 0) (900, 900)\n"


def scenario(given: str, name: str = "rules", more: str = "") -> Scenario:
    rules = RuleSet.loads(f'{RULE}{more}\ntest "t" {{ {given} expect nothing else }}', name)
    return Scenario.of(rules.tests[0], rules)


def looks(given: str, until: float) -> dict[float, Moment]:
    made = scenario(given)
    return {(m.time - made.origin) / SECOND: m for m in made.moments(round(until * SECOND))}


def table(moment: Moment) -> Tracks:
    assert moment.tracks is not None
    return moment.tracks


def test_a_camera_looks_ten_times_a_second_from_a_monday_noon_on() -> None:
    made = scenario("given person p at (100, 300) from 0s to 1s")
    moments = list(made.moments(SECOND))
    assert made.origin == MONDAY
    assert [m.time - MONDAY for m in moments] == [k * SECOND // 10 for k in range(11)]
    assert all(table(m).cameras == ("test",) for m in moments)
    assert dict(made.scenes)["test"].frame == (1920, 1080)


def test_from_a_to_b_ends_before_b_and_its_end_is_the_trackers_word() -> None:
    seen = looks("given person p at (100, 300) from 0.2s to 0.5s given bag b at (9, 9) from 0s to 2s", 1)
    assert [t for t, m in seen.items() if "p" in table(m).ids.tolist()] == [0.2, 0.3, 0.4]
    ends = [(t, e.id, e.time - MONDAY) for t, m in seen.items() for e in table(m).ended]
    assert ends == [(0.5, "p", SECOND // 2)]


def test_a_thing_without_an_end_is_there_until_the_last_given_and_then_unseen() -> None:
    seen = looks("given person p at (100, 300) from 0s given bag b at (9, 9) from 0s to 0.5s", 1)
    assert [t for t, m in seen.items() if "p" in table(m).ids.tolist()] == [0, 0.1, 0.2, 0.3, 0.4]
    assert {e.id for m in seen.values() for e in table(m).ended} == {"b"}


def test_positions_are_bottom_centres_and_walks_are_even() -> None:
    walk = "walks to (300, 500) by 2s, walks to (300, 100) from 3s by 4s"
    seen = looks(f"given person p at (100, 300) from 0s, {walk}, ends 5s", 4.5)

    def at(second: float) -> tuple[float, float]:
        left, _, right, bottom = table(seen[second]).boxes[0].tolist()
        return (left + right) / 2, bottom

    places = [at(t) for t in (0, 1, 2, 2.9, 3.5, 4.4)]
    assert places == [(100, 300), (200, 400), (300, 500), (300, 500), (300, 300), (300, 100)]


@pytest.mark.parametrize(
    ("label", "size"),
    [
        ("person", (60, 150)),
        ("person p tall 300px", (120, 300)),
        ("bag", (40, 40)),
        ("suitcase", (40, 40)),
        ("bag p tall 20px", (20, 20)),
        ("vehicle", (160, 80)),
        ("truck", (160, 80)),
        ("cat", (60, 60)),
    ],
)
def test_sizes(label: str, size: tuple[float, float]) -> None:
    named = label if " " in label else f"{label} p"
    box = table(looks(f"given {named} at (500, 500) from 0s to 1s", 0)[0]).boxes[0]
    assert (box[2] - box[0], box[3] - box[1]) == size


def test_in_the_dark_nobody_looks_and_what_is_lost_is_not_seen() -> None:
    given = "given person p at (9, 9) from 0s to 2s given dark from 0.2s to 0.4s given lost p from 0.5s to 0.7s"
    seen = looks(given, 1)
    assert 0.2 not in seen
    assert 0.3 not in seen
    assert [t for t, m in seen.items() if not len(table(m))] == [0.5, 0.6]


def test_each_camera_has_its_own_things_and_its_own_dark() -> None:
    given = "given person p at (9, 9) from 0s to 1s on camera a given person q at (9, 9) from 0s to 1s on camera b "
    seen = looks(given + "given dark from 0.1s to 0.2s on camera b", 0.2)
    assert table(seen[0]).at("a").ids.tolist() == ["p"]
    assert table(seen[0]).at("b").ids.tolist() == ["q"]
    assert table(seen[0.1]).cameras == ("a",)


def test_a_label_may_change() -> None:
    seen = looks("given car v at (500, 500) from 0s to 1s given v labelled truck from 0.1s to 0.2s", 0.3)
    assert [table(m).label(0) for m in seen.values()] == ["car", "truck", "car", "car"]


def test_signals_are_told_before_the_look_at_or_after_their_time() -> None:
    more = "signal armed is state\nsignal badge is event"
    made = scenario("given signal armed from 0.25s to 0.4s given signal badge at 0.3s", more=more)
    told = [((m.time - MONDAY) / SECOND, s.name, s.value) for m in made.moments(SECOND) for s in m.signals]
    assert told == [(0, "armed", False), (0.25, "armed", True), (0.3, "badge", True), (0.4, "armed", False)]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("22:30", 10.5 * 3600),
        ("2026-01-05 12:00:01", 1),
        ("2026-01-05T12:00:00+01:00", -3600),
        ("2026-01-06", 12 * 3600),
    ],
)
def test_the_clock(text: str, seconds: float) -> None:
    made = scenario(f'given clock "{text}" given person p at (1, 1) from 0s to 1s')
    assert made.origin == MONDAY + round(seconds * SECOND)


def test_a_clock_or_rate_without_sense_is_told() -> None:
    with pytest.raises(DataError, match="is no time"):
        scenario('given clock "noonish" given person p at (1, 1) from 0s to 1s')
    with pytest.raises(DataError, match="looks a second"):
        scenario("given rate 0/s given person p at (1, 1) from 0s to 1s")


def test_a_rate_of_its_own_is_exact() -> None:
    made = scenario("given rate 3/s given person p at (1, 1) from 0s to 1s")
    times = np.array([m.time - MONDAY for m in made.moments(100 * SECOND)])
    assert len(times) == 301
    assert times[-1] == 100 * SECOND
    assert made.interval == 333_333_334


def test_a_scene_is_looked_up_beside_the_rule_file(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text('{"frame": [640, 480], "time_zone": "Europe/Paris"}')
    name = str(tmp_path / "r.watch")
    made = scenario('given scene "s.json" given clock "12:00" given person p at (1, 1) from 0s to 1s', name)
    assert made.scenes["test"].frame == (640, 480)
    assert made.origin == MONDAY - 3600 * SECOND
    with pytest.raises(SceneError, match="cannot be read"):
        scenario('given scene "t.json" given person p at (1, 1) from 0s to 1s', name)
