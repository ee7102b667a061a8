"""Nothing finer than a mosaic survives of people, nor of what may be somebody."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.alertfolder import AlertFolder, Hide
from watchword.detections import Detections
from watchword.errors import DataError
from watchword.privacy import CELLS, Standing, coarse, pixelate, uncovered, widened
from watchword.video import Frame
from watchword.watch import Watch

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


# ---- what no detector saw

S = 1_000_000_000


def place(seed: int = 5) -> np.ndarray:
    """A place with edges."""
    return cv2.resize(np.random.default_rng(seed).integers(60, 190, (18, 24, 3), np.uint8), (480, 360))


def stranger(image: np.ndarray, x: int, y: int = 120) -> np.ndarray:
    """Somebody in a checked coat stands there."""
    out = image.copy()
    coat = np.indices((100, 40)).sum(axis=0) // 4 % 2 * 200 + 20
    out[y : y + 100, x : x + 40] = coat[..., None]
    return out


def learned(seconds: float = 20, **more: int) -> Standing:
    known = Standing()
    for k in range(int(seconds * 4)):
        known.look(k * S // 4, stranger(place(), **more) if more else place())
    return known


def test_who_was_not_there_before_is_found_and_the_place_is_not() -> None:
    known = learned()
    assert not known.others(place()).any()
    found = known.others(stranger(place(), 200))
    assert found[120:220, 200:240].all()
    found[100:240, 180:260] = False
    assert not found.any()


def test_who_walks_about_is_no_part_of_the_place() -> None:
    known = Standing()
    for k in range(120):
        known.look(k * S // 4, stranger(place(), 20 + 3 * k))
    assert known.others(stranger(place(), 200))[130:210, 205:235].all()


def test_who_stands_still_for_a_minute_is_no_part_of_the_place() -> None:
    known = learned()
    there = stranger(place(), 200)
    for k in range(60):
        known.look((20 + k) * S, there)
    assert known.others(stranger(place(), 200))[120:220, 200:240].mean() > 0.9


@pytest.mark.parametrize("light", [0.6, 0.8, 1.25])
def test_a_lamp_is_nobody(light: float) -> None:
    image = np.clip(place() * light, 0, 255).astype(np.uint8)
    assert learned().others(image).mean() < 0.02


def test_where_nothing_is_known_everything_may_be_somebody() -> None:
    assert Standing().others(place()).all()
    assert learned(0.5).others(place()).all()
    assert learned().others(place()[:300]).all(), "another size is another view"
    known = learned()
    known.look(0, place())
    assert known.others(place()).all(), "the clock was set back"


def test_of_a_whole_picture_no_more_than_some_cells_are_left() -> None:
    out = coarse(noise(4, (640, 480)))
    assert out.shape == (480, 640, 3)
    assert steps(out) < 48
    assert steps(out.swapaxes(0, 1)) < 64
    assert coarse(noise(1, (3, 2))).shape == (2, 3, 3)


def test_what_is_uncovered_is_clear_and_all_else_is_not() -> None:
    clear = noise(4, (640, 480))
    hidden = coarse(clear)
    out = uncovered(hidden, clear, [(100, 50, 140, 90), (600, 400, 900, 900), (np.nan, 0, 1, 1)])
    assert (out[50:90, 100:140] == clear[50:90, 100:140]).all()
    assert (out[400:, 600:] == clear[400:, 600:]).all()
    assert (out[:40] == hidden[:40]).all()


# ---- in the pictures of alerts


class Blind:
    """Sees a bag, and none of the people."""

    name, labels, columns = "blind", ("bag",), ()

    def detect(self, given: Sequence[Frame]) -> Detections:
        return Detections.join([Detections.of(f.camera, f.time, [(60, 250, 100, 280)], "bag") for f in given])

    def forget(self, camera: str) -> None: ...

    def close(self) -> None: ...


def fine(image: np.ndarray) -> float:
    """How much of its light and dark is finer than eight pixels."""
    return float(np.abs(image.astype(float) - cv2.blur(image, (9, 9))).mean())


def saved(folder: Path, hide: Hide) -> tuple[np.ndarray, np.ndarray]:
    """The picture of an alert about a bag while somebody stands beside it, and the film's last frame."""
    rules = "rule bag { each bag b when b is visible for 10s }"
    watch = Watch(rules, detector=Blind(), check_view=False)
    with AlertFolder(folder, watch, film=4, hide=hide) as written:
        for k in range(44):
            image = stranger(place(), 200) if k >= 36 else place()
            image[250:280, 60:100] = np.indices((30, 40)).sum(axis=0)[..., None] // 3 % 2 * 220
            frame = Frame("hall", k * S // 4, image)
            written.write(watch.step(frame), frame)
    film = cv2.VideoCapture(str(folder / "film.mp4"))
    frames = []
    while (read := film.read())[0]:
        frames.append(read[1])
    picture = cv2.imread(str(folder / "0001.jpg"))
    return cv2.resize(picture[:480], (480, 360), interpolation=cv2.INTER_AREA), frames[-1]


def test_people_whom_no_detector_saw_are_hidden_and_the_bag_is_not(tmp_path: Path) -> None:
    sharp = saved(tmp_path / "a", "nothing")
    for hide in ("others", "all"):
        for before, after in zip(sharp, saved(tmp_path / hide, hide), strict=True):
            assert fine(after[130:210, 205:235]) < fine(before[130:210, 205:235]) / 4
            assert fine(after[254:276, 64:96]) > fine(before[254:276, 64:96]) / 2, "what it is about is to be seen"
    people = saved(tmp_path / "b", "people")
    assert fine(people[0][130:210, 205:235]) > fine(sharp[0][130:210, 205:235]) / 2, "only what was detected"


def test_another_word_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="hide is 'faces'"):
        AlertFolder(tmp_path, Watch("bag unattended > 60s"), hide="faces")  # type: ignore[arg-type]
