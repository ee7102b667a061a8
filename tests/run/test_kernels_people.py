"""How people hold themselves, whether they are alone, what they put down and take, whose things are."""

from __future__ import annotations

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rig import IT, SCENE_GROUND, Rig, S, feet, said

from watchword.lang import nodes as n
from watchword.run.hands import Drops, Takes
from watchword.run.near import LOST, NOBODY, NOT_PICKED, Alone, Reach, person_at_rest
from watchword.run.owner import Owners
from watchword.run.posture import Falls, Lying, Standing
from watchword.scene import Scene

SCENE = Scene(frame=(2000, 2000))


def postures(*sizes: tuple[float, float], step: float = 0.5, **columns: list[float]) -> list[list[int]]:
    """Lying, standing, falls at each look, for boxes of these sizes at one place."""
    rig = Rig(Lying([said("is lying")]), Standing([said("is standing")]), Falls([said("falls")]))
    found = []
    for k, (wide, tall) in enumerate(sizes):
        extra = {name: [values[k]] for name, values in columns.items()}
        found.append([values[1][0] for values in rig.look(k * step, {1: feet(500, 500, wide, tall)}, **extra)])
    return found


UP, DOWN, BENT = (50, 100), (130, 100), (100, 100)


def test_between_lying_and_upright_it_is_what_it_was():
    assert [row[0] for row in postures(BENT, UP, BENT, DOWN, BENT, (119, 100), UP, BENT)] == [
        -1,
        -1,
        -1,
        1,
        1,
        1,
        -1,
        -1,
    ]


def test_standing_is_upright_and_still():
    assert [row[1] for row in postures(*[UP] * 4)] == [0, 0, 1, 1]
    assert [row[1] for row in postures(*[BENT] * 4)] == [-1] * 4


def test_who_lies_within_two_seconds_of_having_been_upright_fell():
    assert [row[2] for row in postures(UP, DOWN, DOWN, UP, BENT, DOWN)] == [-1, 1, -1, -1, -1, 1]
    assert [row[2] for row in postures(UP, DOWN, step=2)] == [-1, 1]
    assert [row[2] for row in postures(UP, DOWN, step=2.5)] == [-1, -1]
    assert [row[2] for row in postures(DOWN, DOWN)] == [-1, -1]


def test_a_detectors_column_takes_the_place_of_the_shape():
    nothing = np.nan
    found = postures(UP, UP, DOWN, DOWN, lying=[0.2, 0.5, 0.4, nothing], standing=[0.9, 0.1, 0.9, 0.9])
    assert [row[0] for row in found] == [-1, 1, -1, 1]
    assert [row[1] for row in found] == [1, -1, 1, 1]
    assert [row[2] for row in found] == [-1, 1, -1, 1]


# ---- alone


@pytest.mark.parametrize(("ground", "reach"), [(None, 450), (SCENE_GROUND, 500)])
def test_alone_is_nobody_else_within_five_metres_or_three_heights(ground, reach):
    def alone(gap: float, **rest) -> int:
        rig = Rig(Alone([said("is alone")]), scene=attrs.evolve(SCENE, ground=ground), **rest)
        return rig.look(0, {1: feet(300, 900), 2: feet(300 + gap, 900)})[0][1][0]

    assert [alone(reach - 1), alone(reach + 1)] == [-1, 1]
    assert ground is not None or alone(reach) == -1
    assert alone(10, labels={2: "bag"}) == 1


def test_who_is_hidden_for_a_moment_is_there_still_and_who_has_just_ended_may_be():
    rig = Rig(Alone([said("is alone")]))
    rig.look(0, {1: feet(300, 900), 2: feet(500, 900)})
    assert rig.look(1, {1: feet(300, 900)})[0][1] == [-1]
    assert rig.look(1.5, {1: feet(300, 900)}, told=[2])[0][1] == [0]
    assert rig.look(9, {1: feet(300, 900)})[0][1] == [1]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 15), st.integers(2, 15)), min_size=1, max_size=8))
def test_alone_is_what_every_pair_says(places):
    rig = Rig(Alone([said("is alone")]))
    (found,) = rig.look(0, {k: feet(100 * x, 100 * y) for k, (x, y) in enumerate(places)})
    for k, (x, y) in enumerate(places):
        others = [p for i, p in enumerate(places) if i != k]
        near = any(np.hypot(100 * (x - a), 100 * (y - b)) <= 450 for a, b in others)
        assert found[k] == [-1 if near else 1]


# ---- what is dropped and taken

BAG = {2: "bag", 3: "bag", 4: "cup"}


def hands(kernel: type, word: str, *classes: str) -> Rig:
    calls = [n.Apply(n.Name(word), IT, classes=(n.Name(label),)) for label in classes]
    return Rig(kernel(calls), labels=BAG)


def test_who_brought_a_thing_and_put_it_down_drops_it():
    rig = hands(Drops, "drops", "bag", "cup")
    told = []
    for k in range(30):
        x = 100 + 40 * min(k, 10)
        gone = max(0, k - 12) * 60
        found = rig.look(k * 0.2, {1: feet(x + gone, 600), 2: feet(x + 30, 600, 40, 40), 9: feet(1500, 600)})[0]
        told += [(k, who, values, rig.dates()) for who, values in found.items() if max(values) > 0]
    # The last step is at 2 s, stillness is known a second later.
    assert told == [(15, 1, [1, -1], {(0, 1): 2.0})]


def test_what_was_there_before_them_people_do_not_drop():
    rig = hands(Drops, "drops", "bag")
    for k in range(30):
        boxes = {2: feet(500, 600, 40, 40)} | ({1: feet(520, 600)} if k > 1 else {})
        assert all(values == [-1] for values in rig.look(k * 0.2, boxes)[0].values())


def test_the_nearest_person_takes_what_begins_to_move():
    rig = hands(Takes, "takes", "bag")
    told = []
    for k in range(20):
        x = 500 + 40 * max(0, k - 10)
        found = rig.look(k * 0.2, {1: feet(x + 20, 600), 5: feet(x + 90, 600), 2: feet(x, 600, 40, 40)})[0]
        told += [(who, values) for who, values in found.items() if max(values) > 0]
    assert told == [(1, [1])]


def test_a_thing_that_goes_by_itself_is_taken_by_nobody():
    rig = hands(Takes, "takes", "bag")
    for k in range(20):
        boxes = {1: feet(1500, 600), 2: feet(500 + 40 * max(0, k - 10), 600, 40, 40)}
        assert all(values == [-1] for values in rig.look(k * 0.2, boxes)[0].values())


# ---- whose a thing is


def test_the_second_thing_is_picked_when_the_first_comes_to_rest_once():
    owners = Owners([n.Quantity("300", "px"), n.Quantity("20", "px")])
    rig = Rig(labels=BAG)

    def look(k: int, *people: tuple[int, float]) -> list[int]:
        boxes = {2: feet(500, 600, 40, 40)} | {who: feet(x, 600) for who, x in people}
        rig.look(k * 0.25, boxes)
        owners.grow(rig.things.size)
        owners.step(rig.table)
        return owners.owner[:, rig.slot(2)].tolist()

    assert look(0, (1, 560), (5, 700)) == [NOT_PICKED] * 2
    for k in range(1, 5):
        look(k, (1, 560), (5, 700))
    assert look(5, (1, 560), (5, 700)) == [rig.slot(1), NOBODY]
    assert look(6, (1, 1500), (5, 510)) == [rig.slot(1), NOBODY]  # and kept
    owners.forget(np.array([rig.slot(1)]))
    assert owners.owner[:, rig.slot(2)].tolist() == [LOST, NOBODY]
    owners.forget(np.array([rig.slot(2)]))
    assert owners.owner[:, rig.slot(2)].tolist() == [NOT_PICKED] * 2


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 20), min_size=3, max_size=3), min_size=8, max_size=30), st.integers(0, 28))
def test_the_owner_is_the_person_nearest_when_it_came_to_rest(walks, at):
    rig = Rig(labels={9: "bag"})
    for k, xs in enumerate(walks):
        boxes = {who: feet(400 + 10 * x + who / 8, 600) for who, x in enumerate(xs)}
        rig.look(k * 0.25, boxes | {9: feet(500, 600, 40, 40)})
    row = int(np.flatnonzero(rig.table.slots == rig.slot(9))[0])
    at = min(at, len(walks) - 1)
    rig.things.rest[rig.slot(9)] = round(at * 0.25 * S)
    far = [abs(400 + 10 * x + who / 8 - 500) for who, x in enumerate(walks[at])]
    expected = rig.slot(int(np.argmin(far))) if min(far) <= 60 else NOBODY
    assert person_at_rest(rig.table, row, Reach(pixels=60)) == expected


@pytest.mark.parametrize("kernel", [Lying, Falls, Drops, Takes])
def test_nothing_outlives_its_thing(kernel):
    rig = Rig(kernel([said("is lying")]), labels=BAG)
    for k in range(8):
        rig.look(k * 0.2, {1: feet(500, 500, 200, 100), 2: feet(520, 500, 40, 40)})
    used, new = rig.kernels[0], kernel([said("is lying")])
    used.forget(rig.table.slots)
    new.grow(rig.things.size)
    for name, column in vars(new).items():
        if isinstance(column, np.ndarray):
            assert (getattr(used, name) == column).all()
