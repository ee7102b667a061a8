"""Zones looked up in a grid, and lines counted together: the same answers as asked one by one."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from watchword.cells import Cells
from watchword.geometry import BEFORE_CELLS, FEW, Cover, places
from watchword.scene import Line, Scene, Zone
from watchword.tracks import Tracks

SIZE = (1280, 720)


def star(x: float, y: float, far: list[float]) -> list[tuple[float, float]]:
    turns = (np.arange(len(far)) + 0.5) * 2 * np.pi / len(far)
    return [(x + r * float(np.cos(t)), y + r * float(np.sin(t))) for r, t in zip(far, turns, strict=True)]


STAR = st.builds(star, st.floats(250, 1000), st.floats(250, 450), st.lists(st.floats(5, 240), min_size=3, max_size=9))


@settings(max_examples=60, deadline=None)
@given(st.lists(STAR, min_size=1, max_size=4), st.integers(0, 2**31), st.booleans())
def test_a_grid_answers_as_the_shapes_do(rings, seed, hole):
    shapes = np.array([shapely.Polygon(ring) for ring in rings], object)
    if hole:
        x, y = np.mean(rings[0], axis=0)
        shapes[0] = shapely.Polygon(rings[0], [star(x, y, [3, 4, 3])]) if shapes[0].is_valid else shapes[0]
        shapes[-1] = shapely.MultiPolygon([shapes[-1], shapely.box(1100, 600, 1200, 700)])
    rng = np.random.default_rng(seed)
    corners = np.concatenate([shapely.get_coordinates(shape) for shape in shapes])
    at = np.concatenate(
        (
            rng.uniform((-50, -50), (1400, 800), (300, 2)),
            rng.integers(0, 700, (100, 2)).astype(float),
            corners,
            (corners + np.roll(corners, 1, axis=0)) / 2,
            [[np.nan, np.nan], [1e9, -1e9], [-1e9, 300], [0, 0]],
        )
    )
    want = shapely.intersects_xy(shapes[:, None], at[:, 0], at[:, 1])
    assert (Cells(shapes).contains(at) == want).all()


@pytest.mark.parametrize(
    "ring", [[(0, 0), (2, 0), (2, 2)], [(5, 5), (1275, 5), (1275, 6)], [(3, 3), (4, 700), (3, 700)]]
)
def test_small_and_narrow_shapes_have_a_grid_too(ring):
    shape = np.array([shapely.Polygon(ring)], object)
    at = np.random.default_rng(0).uniform(0, 8, (500, 2))
    assert (Cells(shape).contains(at) == shapely.intersects_xy(shape[:, None], at[:, 0], at[:, 1])).all()


def test_a_cover_says_the_same_before_and_after_it_has_a_grid():
    rng = np.random.default_rng(5)
    zones = [Zone(f"z{k}", star(300 + 60 * k, 350, rng.uniform(60, 240, 7).tolist()), frame=SIZE) for k in range(8)]
    zones.append(Zone("middle", [(100, 100), (900, 100), (900, 700)], anchor="centre", frame=SIZE))
    zones.append(Zone("share", [(100, 100), (900, 100), (900, 700)], anchor=0.5, frame=SIZE))
    one, fresh = Cover(zones), Cover(zones)
    for k in range(BEFORE_CELLS + 20):
        low = rng.uniform((-30, -30), (1250, 700), (FEW, 2))
        boxes = np.column_stack((low, low + rng.uniform(5, 90, (FEW, 2))))
        at = places(boxes, "eye", SIZE)
        found = one.contains(boxes, at)
        if k > BEFORE_CELLS:
            small = [fresh.contains(boxes[part], at[part]) for part in np.array_split(np.arange(FEW), 20)]
            assert (found == np.concatenate(small, axis=1)).all()


def test_all_zones_and_all_lines_of_a_scene_at_once_say_what_each_says_alone():
    rng = np.random.default_rng(3)
    zones = {f"z{k}": Zone(f"z{k}", star(300 + 90 * k, 350, rng.uniform(60, 240, 6).tolist())) for k in range(5)}
    zones["middle"] = Zone("middle", [(100, 100), (900, 100), (900, 700)], anchor="centre")
    lines = {
        "a": Line("a", (100, 360), (1200, 360)),
        "b": Line("b", (640, 20), (600, 700)),
        "c": Line("c", (200, 100), (900, 690)),
    }
    scene = Scene(frame=SIZE, zones=zones, lines=lines)
    counter, alone = scene.counter(), [line.counter() for line in scene.lines.values()]
    at = rng.uniform((100, 100), (1180, 620), (40, 2))
    total = 0
    for k in range(150):
        at += rng.normal(0, 9, at.shape)
        boxes = np.column_stack((at[:, 0] - 10, at[:, 1] - 60, at[:, 0] + 10, at[:, 1]))
        seen = rng.random(40) > 0.1
        tracks = Tracks.of("gate", k, [f"t{i}" for i in range(40)], boxes, seen=seen)
        assert (scene.contains(tracks) == [zone.contains(tracks) for zone in scene.zones.values()]).all()
        found = counter.step(tracks)
        assert (found == [one.step(tracks) for one in alone]).all()
        total += int(np.abs(found).sum())
        if k % 50 == 49:
            gone = [f"t{i}" for i in range(10)]
            for one in (counter, *alone):
                one.forget("gate", gone)
    assert total > 20


def test_a_scene_without_zones_or_lines_has_nothing_to_say():
    scene, tracks = Scene(frame=SIZE), Tracks.of("gate", 0, [1, 2], [(0, 0, 9, 9)] * 2)
    assert scene.contains(tracks).shape == (0, 2)
    assert scene.counter().step(tracks).shape == (0, 2)
    assert list(scene.counter().crossings(tracks)) == []
