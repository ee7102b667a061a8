"""Nothing finer than a mosaic survives of people; masks cover their zones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import Point, Polygon

from watchword.errors import DataError
from watchword.privacy import CELLS, mask, pixelate, widened
from watchword.scene import Zone

sides = st.floats(-60, 260, allow_nan=False)
boxes = st.tuples(sides, sides, st.floats(1, 250), st.floats(1, 250)).map(
    lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])
)


def noise(seed: int = 0, size: tuple[int, int] = (200, 160)) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), np.uint8)


def steps(lines: np.ndarray) -> int:
    """How many of neighbouring lines differ."""
    return int((lines[1:] != lines[:-1]).any(axis=(1, 2)).sum())


@given(boxes, st.integers(0, 99))
def test_a_box_keeps_a_few_flat_cells_and_nothing_else(box: tuple[float, ...], seed: int) -> None:
    image = noise(seed)
    before = image.copy()
    out = pixelate(image, [box])
    assert np.array_equal(image, before)
    left, top, right, bottom = widened(box, 200, 160)
    outside = np.ones(image.shape[:2], bool)
    outside[top:bottom, left:right] = False
    assert np.array_equal(out[outside], image[outside])
    inside = out[top:bottom, left:right]
    if not inside.size:
        return
    assert steps(inside) < CELLS
    assert steps(inside.swapaxes(0, 1)) < CELLS
    # No cell is smaller than a few pixels unless it is all there is.
    assert steps(inside) + 1 <= max(1, inside.shape[0] // 6)
    assert steps(inside.swapaxes(0, 1)) + 1 <= max(1, inside.shape[1] // 6)


@given(boxes)
def test_all_of_the_box_is_covered_and_a_margin(box: tuple[float, ...]) -> None:
    left, top, right, bottom = widened(box, 200, 160)
    if left < right and top < bottom:
        assert left <= max(0, box[0] - 2)
        assert top <= max(0, box[1] - 2)
        assert right >= min(200, box[2] + 2)
        assert bottom >= min(160, box[3] + 2)
    else:
        assert box[0] >= 200 or box[1] >= 160 or box[2] <= 0 or box[3] <= 0 or not (left < right and top < bottom)


@given(st.integers(0, 99), st.data())
def test_pictures_with_the_same_cell_means_become_the_same(seed: int, data: st.DataObject) -> None:
    image = noise(seed)
    box = (40, 30, 120, 110)  # 80 × 80, with its margin 100 × 100: cells of 10 × 10
    left, top, right, bottom = widened(box, 200, 160)
    assert (right - left, bottom - top) == (100, 100)
    other = image.copy()
    row, column = data.draw(st.integers(0, 9)), data.draw(st.integers(0, 9))
    cell = other[top + row * 10 : top + row * 10 + 10, left + column * 10 : left + column * 10 + 10]
    order = np.random.default_rng(seed).permutation(100)
    cell[:] = cell.reshape(100, 3)[order].reshape(10, 10, 3)
    assert np.array_equal(pixelate(image, [box]), pixelate(other, [box]))


def test_overlapping_people_are_both_coarse() -> None:
    image = noise(3)
    one, two = (20, 20, 100, 140), (60, 30, 150, 150)
    out = pixelate(image, [one, two])
    left, top, right, bottom = widened(two, 200, 160)
    assert steps(out[top:bottom, left:right]) < CELLS
    assert out[21:139, 25:45].std(axis=(0, 1)).max() < image[21:139, 25:45].std(axis=(0, 1)).max() / 3


@pytest.mark.parametrize(
    "box",
    [
        (np.nan, 0, 10, 10),
        (0, 0, np.inf, 10),
        (10, 10, 10, 20),
        (30, 10, 10, 20),
        (300, 10, 400, 20),
        (10, -90, 20, -50),
    ],
)
def test_boxes_that_are_none_change_nothing(box: tuple[float, ...]) -> None:
    assert np.array_equal(pixelate(noise(), [box]), noise())
    assert np.array_equal(pixelate(noise(), []), noise())


def test_a_mask_covers_its_zone_and_nothing_far_from_it() -> None:
    image = np.full((160, 200, 3), 200, np.uint8)
    corners = ((20.0, 10.0), (180.0, 30.0), (120.5, 150.0))
    hole = ((90.0, 50.0), (120.0, 50.0), (110.0, 80.0))
    out = mask(image, [Zone("z", corners, (hole,), frame=(200, 160))])
    shape = Polygon(corners, [hole])
    for y in range(0, 160, 3):
        for x in range(0, 200, 3):
            black = not out[y, x].any()
            if shape.buffer(1e-6).covers(Point(x, y)):
                assert black
            elif shape.distance(Point(x, y)) > 1.5:
                assert not black
    assert (image == 200).all()


def test_a_mask_is_scaled_to_the_picture_and_refuses_another_shape() -> None:
    zone = Zone("z", ((0, 0), (100, 0), (100, 50), (0, 50)), frame=(200, 100))
    out = mask(np.full((200, 400, 3), 9, np.uint8), [zone])
    assert not out[:101, :201].any()
    assert out[102:, :].all()
    assert out[:, 202:].all()
    with pytest.raises(DataError, match="zone z is drawn for 200×100"):
        mask(noise(), [zone])
