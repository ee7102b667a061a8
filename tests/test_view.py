"""A camera that no longer sees what it saw; and the parts of its picture that nobody may see."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import attrs
import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from room import Room, walk
from watchword.errors import SceneError
from watchword.masks import masked
from watchword.scene import Scene
from watchword.video import Frame, frames
from watchword.view import Integrity, Verdict

SECOND = 1_000_000_000
DATA = Path(__file__).parents[2] / "shared" / "data"
Change = Callable[[np.ndarray], np.ndarray]


def furnished() -> list[Callable]:
    """Shelves, a door, a window: edges all over the room."""
    rng = np.random.default_rng(5)
    found = []
    for _ in range(45):
        x, y = (int(v) for v in rng.integers((0, 0), (320, 230)))
        w, h = (int(v) for v in rng.integers(15, 70, 2))
        colour = tuple(int(v) for v in rng.integers(30, 220, 3))
        found.append(lambda t, box=(x, y, x + w, y + h), colour=colour: (box, colour))
    return found


def moved(image: np.ndarray, by: float = 30, turn: float = 0.0) -> np.ndarray:
    h, w = image.shape[:2]
    how = cv2.getRotationMatrix2D((w / 2, h / 2), turn, 1.0)
    how[0, 2] += by
    return cv2.warpAffine(image, how, (w, h), borderMode=cv2.BORDER_REFLECT)


def cloth(image: np.ndarray) -> np.ndarray:
    weave = np.random.default_rng(1).integers(0, 5, image.shape)
    return (70 + weave).astype(np.uint8)


CHANGES: dict[str, tuple[Change, str]] = {
    "shifted": (moved, "moved"),
    "turned": (lambda image: moved(image, 0, 8), "moved"),
    "swung far": (lambda image: moved(image, 170), "moved"),
    "cloth": (cloth, "covered"),
    "blurred": (lambda image: cv2.GaussianBlur(image, (0, 0), 5), "blurred"),
    "dark": (lambda image: (image * 0.03).astype(np.uint8), "blinded"),
    "black": (np.zeros_like, "blinded"),
    "glare": (lambda image: np.full_like(image, 255), "blinded"),
}


def room(seconds: float = 12, fps: float = 8, **more) -> Iterator[Frame]:
    return Room(fps=fps, seconds=seconds, things=furnished(), **more).frames()


def changed(given_frames: Iterable[Frame], change: Change, start: float, end: float = 1e9) -> Iterator[Frame]:
    for frame in given_frames:
        inside = start <= frame.time / SECOND < end
        yield attrs.evolve(frame, image=change(frame.image)) if inside else frame


def watch(given_frames: Iterable[Frame], integrity: Integrity | None = None) -> list[tuple[float, Verdict]]:
    """The verdicts, each with the second at which it was first given."""
    looker = integrity or Integrity()
    told: list[tuple[float, Verdict]] = []
    for frame in given_frames:
        verdict = looker.look([frame])[frame.camera]
        if not told or verdict != told[-1][1]:
            told.append((frame.time / SECOND, verdict))
    return told


def quiet(given_frames: Iterable[Frame]) -> bool:
    return all(verdict.ok for _, verdict in watch(given_frames))


@pytest.mark.parametrize("fps", [1, 8, 20])
@pytest.mark.parametrize("name", CHANGES)
def test_a_lost_view_is_told_within_two_seconds_and_comes_back_by_itself(name: str, fps: float):
    change, reason = CHANGES[name]
    first, lost, back = watch(changed(room(12, fps), change, 4, 8))
    assert first[1].ok
    assert (lost[1].ok, lost[1].reason) == (False, reason)
    assert 4 <= lost[1].since / SECOND <= 4.2
    assert 5 <= lost[0] <= 6
    assert (back[1].ok, back[1].reason) == (True, "")
    assert 8 <= back[1].since / SECOND <= 8.2
    assert 9 <= back[0] <= 10


def test_people_who_walk_about_and_crowd_are_no_lost_view():
    walkers = [walk((-20 - 30 * k, 120 + 8 * k), (380, 130 + 8 * k), 2 + k / 3, 30 + 4 * k) for k in range(18)]
    assert quiet(room(20, figures=walkers))


def test_lights_that_go_on_and_off_are_no_lost_view():
    assert quiet(room(gain=lambda t: 1.0 if t < 4 else 0.35 if t < 7 else 1.3))


def test_nightfall_is_no_lost_view():
    assert quiet(room(25, gain=lambda t: max(0.12, 1 - t / 18)))


def test_a_flash_and_a_hand_that_passes_are_no_lost_view():
    for change in (np.zeros_like, cloth):
        assert quiet(changed(room(), change, 6, 6.7))


def test_a_camera_that_trembles_is_no_lost_view():
    shaken = (attrs.evolve(f, image=moved(f.image, 1.5 * np.sin(f.time / SECOND * 9))) for f in room())
    assert quiet(shaken)


def test_a_thing_that_is_set_down_is_no_lost_view():
    chest = [*furnished(), lambda t: ((100, 100, 200, 230), (200, 40, 40)) if t > 6 else None]
    assert quiet(Room(fps=8, seconds=20, things=chest).frames())


def test_a_bare_wall_is_not_judged_by_its_edges():
    rng = np.random.default_rng(2)
    bare = [np.clip(rng.normal(120, 2, (270, 360, 3)), 0, 255).astype(np.uint8) for _ in range(40)]
    assert quiet(Frame("wall", k * SECOND // 5, image, k) for k, image in enumerate(bare))


def test_a_new_reference_takes_the_view_as_it_is_now():
    integrity = Integrity()
    told = watch(changed(room(9), moved, 4), integrity)
    assert not told[-1][1].ok
    integrity.reference("room")
    after = [attrs.evolve(f, time=f.time + 9 * SECOND) for f in changed(room(9), moved, 0)]
    assert all(verdict.ok for _, verdict in watch(after, integrity))
    back = [attrs.evolve(f, time=f.time + 18 * SECOND) for f in room(5)]
    assert not watch(back, integrity)[-1][1].ok


def test_each_camera_is_judged_by_itself_and_forgotten_by_itself():
    integrity = Integrity()
    good, bad = list(room(8)), list(changed(room(8), moved, 4))
    last: dict[str, Verdict] = {}
    for a, b in zip(good, bad, strict=True):
        last = integrity.look([attrs.evolve(a, camera="good"), attrs.evolve(b, camera="bad")])
    assert last["good"].ok
    assert last["bad"].reason == "moved"
    integrity.forget("bad")
    integrity.forget("never seen")
    again = integrity.look([attrs.evolve(bad[0], camera="bad"), attrs.evolve(good[-1], camera="good")])
    assert again["bad"].ok
    assert again["good"].ok
    assert integrity.look([]) == {}


def test_frames_of_another_size_are_a_new_view():
    integrity = Integrity()
    watch(room(5), integrity)
    small = (attrs.evolve(f, time=f.time + 5 * SECOND, image=f.image[:150, :300]) for f in room(5))
    assert all(verdict.ok for _, verdict in watch(small, integrity))


def test_the_same_frames_give_the_same_verdicts():
    given_frames = list(changed(room(), moved, 5, 8))
    assert watch(given_frames) == watch(given_frames)


@pytest.mark.parametrize("size", [(16, 16), (2000, 30), (30, 2000), (1, 1), (1920, 1080)])
def test_pictures_of_any_size_are_looked_at(size: tuple[int, int]):
    rng = np.random.default_rng(3)
    image = rng.integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    assert quiet(Frame("a", k * SECOND, image, k) for k in range(6))


def test_the_picture_given_is_left_as_it_is():
    frame = next(room(1))
    before = frame.image.copy()
    frame.image.flags.writeable = False
    Integrity().look([frame])
    assert (frame.image == before).all()


@pytest.mark.slow
@pytest.mark.parametrize("film", ["left-bag/video4.avi", "pets09-s2l1/view1.avi"])
def test_real_footage_is_quiet_as_it_is_and_told_when_tampered(film: str):
    path = DATA / film
    if not path.exists():
        pytest.skip(f"{film} is not there")
    seen = list(frames(path, rate=4))
    assert quiet(seen)
    short = [f for f in seen if f.time < 14 * SECOND]
    tampered: list[tuple[str, Change]] = [
        ("moved", lambda image: moved(image, 0.04 * image.shape[1])),
        ("moved", lambda image: moved(image, 0, 6)),
        ("covered", cloth),
        ("blurred", lambda image: cv2.GaussianBlur(image, (0, 0), 12)),
        ("blinded", lambda image: (image * 0.03).astype(np.uint8)),
    ]
    for reason, change in tampered:
        at, verdict = watch(changed(short, change, 10))[-1]
        assert verdict.reason == reason
        assert 10 <= at <= 12
        assert 10 <= verdict.since / SECOND <= 10.5


# ---- masks

SQUARE = ((10.0, 10.0), (30.0, 10.0), (30.0, 20.0), (10.0, 20.0))


def test_a_mask_is_black_and_all_else_is_as_it_was():
    image = np.random.default_rng(4).integers(1, 255, (50, 100, 3), dtype=np.uint8)
    frame = Frame("a", 5, image, 7)
    out = masked(frame, Scene(frame=(100, 50), masks=(SQUARE,)))
    assert (out.image[10:21, 10:31] == 0).all()
    far = np.ones((50, 100), bool)
    far[8:23, 8:33] = False
    assert (out.image[far] == image[far]).all()
    assert (image > 0).all(), "the picture given is left as it is"
    assert (out.camera, out.time, out.index) == ("a", 5, 7)


def test_without_masks_the_frame_is_the_same():
    frame = Frame("a", 0, np.zeros((50, 100, 3), np.uint8))
    assert masked(frame, None) is frame
    assert masked(frame, Scene(frame=(100, 50))) is frame


@settings(deadline=None, max_examples=40)
@given(st.integers(20, 300), st.integers(20, 300))
def test_masks_are_scaled_to_the_frame_whatever_its_size(w: int, h: int):
    out = masked(Frame("a", 0, np.full((h, w, 3), 200, np.uint8)), Scene(frame=(100, 50), masks=(SQUARE,))).image
    ys, xs = np.nonzero(out[:, :, 0] == 0)
    assert xs.min() <= 0.1 * w
    assert xs.max() >= min(w - 1, 0.3 * w)
    assert ys.min() <= 0.2 * h
    assert ys.max() >= min(h - 1, 0.4 * h)
    assert out[h - 1, w - 1, 0] == 200


def test_masks_stand_in_the_scene_file_and_come_back():
    text = '{"frame": [100, 50], "masks": [[[10, 10], [30, 10], [30, 20], [10, 20]]]}'
    scene = Scene.loads(text)
    assert scene.masks == (SQUARE,)
    assert Scene.loads(scene.dumps()).masks == (SQUARE,)


@pytest.mark.parametrize(
    ("masks", "says"),
    [
        ("5", "masks are a list"),
        ("[5]", "masks are a list"),
        ("[[[0, 0], [1, 1]]]", "mask 1: 2 points"),
        ("[[[0, 0], [90, 0], [90, 60]]]", "mask 1: point 3 has y = 60"),
        ("[[[0, 0], [9, 9], [9, 0], [0, 9]]]", "mask 1: sides"),
    ],
)
def test_a_mask_that_makes_no_sense_is_refused(masks: str, says: str):
    with pytest.raises(SceneError, match=says) as caught:
        Scene.loads(f'{{"frame": [100, 50], "masks": {masks}}}')
    assert caught.value.fix
