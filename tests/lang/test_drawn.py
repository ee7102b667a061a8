"""Zones made of others, and what takes the place of a file's `let`s."""

from __future__ import annotations

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.errors import RuleError, SceneError
from watchword.lang.ruleset import RuleSet, load
from watchword.made import made
from watchword.scene import Ground, Scene, Zone


def square(name: str, x: float, y: float, size: float) -> Zone:
    return Zone(name, ((x, y), (x + size, y), (x + size, y + size), (x, y + size)))


HALL = Scene(frame=(200, 200), zones=[square("hall", 0, 0, 100), square("kiosk", 40, 40, 20)], name="hall.json")  # type: ignore[arg-type]
TEXT = "zone quiet = hall minus kiosk\nrule a: person in zone quiet for 1s\n"


def test_a_zone_cut_out_of_another_has_a_hole():
    zones, _, findings = RuleSet.loads(TEXT).known((200, 200), HALL)
    quiet = zones["quiet"]
    assert not findings
    assert quiet.area == 100 * 100 - 20 * 20
    assert [len(part) for part in quiet.parts] == [2]
    assert quiet.points == quiet.parts[0][0]
    assert quiet.frame == (200, 200)


def test_it_is_made_from_left_to_right():
    text = (
        "zone z = hall plus kiosk minus kiosk\nzone y = z overlap kiosk plus kiosk\nrule a: person in zone z for 1s\n"
    )
    zones, _, findings = RuleSet.loads(text + "rule b: person in zone y for 1s\n").known((200, 200), HALL)
    assert zones["z"].area == 9600
    assert "y" not in zones
    assert [f.message for f in findings] == ["zone y: `z` and `kiosk` do not overlap"]


def test_a_group_stands_for_its_zones_together():
    text = "zones both = hall, far\nzone far = polygon (150, 150) (190, 150) (190, 190) (150, 190)\n"
    zones, _, _ = RuleSet.loads(text + "zone z = both minus kiosk\nrule a: person in zone z for 1s\n").known(None, HALL)
    assert len(zones["z"].parts) == 2
    assert zones["z"].area == 100 * 100 - 20 * 20 + 40 * 40


def test_a_rule_on_it_applies_where_all_it_is_made_of_is_known():
    rules = RuleSet.loads(TEXT)
    bare = Scene(frame=(200, 200), zones=[square("hall", 0, 0, 100)], name="bare.json")  # type: ignore[arg-type]
    assert rules.applying("one", (200, 200), HALL)
    assert not rules.applying("two", (200, 200), bare)
    assert rules.resolve({"two": bare, "one": HALL}) == []
    (missing,) = rules.resolve({"two": bare})
    assert (missing.code, missing.where) == ("E104", "rules:1:25")


def test_each_zone_of_a_group_asks_for_every_one_of_them():
    text = (
        "zones all_of_them = hall, bay\nrule r {\n  each zone z of all_of_them\n  when any person in zone z for 1s\n}\n"
    )
    (missing,) = RuleSet.loads(text).resolve({"one": HALL})
    assert (missing.code, missing.message) == ("E104", "there is no zone `bay`")


def test_a_ground_that_cannot_be_measured_on_is_told_where_metres_are_asked_for():
    line = Ground(tuple(((k, k), (k, k)) for k in range(4)))  # type: ignore[misc] # points on one line
    rules = RuleSet.loads("rule a: person in zone hall with speed > 2m/s for 1s\n")
    (found,) = rules.resolve({"one": attrs.evolve(HALL, ground=line)})
    assert (found.code, found.message) == ("E302", "`2m/s` needs camera `one` to be calibrated, and it is not")
    assert "on one line" in found.hint


def test_a_scene_keeps_a_zone_in_parts():
    two = made("two", square("a", 0, 0, 10), (("plus", square("b", 50, 50, 10)), ("minus", square("c", 52, 52, 2))))
    scene = Scene(frame=(200, 200), zones=[two])  # type: ignore[arg-type]
    assert Scene.loads(scene.dumps()) == scene
    assert len(two.rings) == 3


corners = st.tuples(st.integers(0, 90), st.integers(0, 90), st.integers(5, 60))


@given(corners, corners)
def test_what_is_cut_away_and_what_is_shared_make_the_whole(a: tuple[int, int, int], b: tuple[int, int, int]):
    one, two = square("one", *a), square("two", *b)
    areas = []
    for how in ("minus", "overlap", "plus"):
        try:
            areas.append(made("x", one, ((how, two),)).area)  # type: ignore[arg-type]
        except SceneError:
            areas.append(0.0)
    minus, overlap, plus = areas
    assert minus + overlap == pytest.approx(one.area)
    assert plus == pytest.approx(one.area + two.area - overlap)


LETS = "let crush = 3.5/m2\nrule a {\n  when density of person in zone hall > $crush for 5s\n}\n"


def test_a_let_is_replaced_from_outside(tmp_path):
    path = tmp_path / "a.watch"
    path.write_text(LETS)
    for rules in (load(path, lets={"crush": "4/m2"}), RuleSet.loads(LETS, lets={"crush": "4/m2"})):
        assert "4/m2" in repr(rules.rules[0].when) or "number='4'" in repr(rules.rules[0].when)
    assert RuleSet.loads(
        "let far = 2m\nrule a {\n  each bag b\n  when no person within $far of b\n}", lets={"far": "80px"}
    )


@pytest.mark.parametrize(
    ("lets", "code", "said"),
    [
        ({"crsh": "4/m2"}, "E113", "did you mean `crush`?"),
        ({"crush": "4m"}, "E202", "`4m` is a length; here a density is needed"),
        ({"crush": "4 m2"}, "E001", "let crush = 4 m2"),
        ({"crush": ""}, "E002", ""),
        ({"crush": "4/m2 rule b: person falls"}, "E001", ""),
    ],
)
def test_a_let_that_does_not_go_is_told(lets: dict[str, str], code: str, said: str):
    with pytest.raises(RuleError) as caught:
        RuleSet.loads(LETS, lets=lets)
    assert code in {f.code for f in caught.value.findings}
    assert said in str(caught.value)
