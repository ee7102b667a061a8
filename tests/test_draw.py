"""Pictures of alerts and marked films: what has to be seen is there, who somebody is is not."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Literal

import attrs
import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from watchword import draw, marks
from watchword.draw import AlertPicture, Part, Shown, Told
from watchword.errors import DataError
from watchword.lettering import Lettering
from watchword.privacy import widened
from watchword.scene import Line, Scene, Zone
from watchword.strip import SEVERITIES, lasting, strip
from watchword.tracks import Tracks
from watchword.video import Frame

Role = Literal["thing", "owner", "other"]
ROLES: tuple[Role, ...] = ("thing", "owner", "other")
Span = tuple[float, float, Literal[1, 0, -1]]
SIZE = (720, 480)
ZONE = Zone("hall", ((100, 200), (600, 200), (600, 470), (100, 470)), frame=SIZE)
LETTERS = Lettering(folders=[])
BAG = Shown("bag", 3, (450, 365, 505, 415))
PLAIN = AlertPicture(title="Unattended bag", rule="bag unattended > 10s", camera="hall", when="0:31.5")


def grey(value: int = 120, size: tuple[int, int] = SIZE) -> Frame:
    return Frame("c", 0, np.full((size[1], size[0], 3), value, np.uint8))


def noisy(seed: int = 0) -> Frame:
    return Frame("c", 0, np.random.default_rng(seed).integers(0, 256, (SIZE[1], SIZE[0], 3), np.uint8))


def is_colour(image: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    return np.asarray((np.abs(image.astype(int) - colour) < 12).all(axis=-1))


@pytest.mark.parametrize("size", [(320, 240), (720, 480), (1920, 1080), (2560, 720), (480, 854), (64, 48), (1, 1)])
def test_the_picture_is_640_to_1280_wide_with_a_strip_below_and_leaves_the_frame_alone(size: tuple[int, int]) -> None:
    frame = grey(size=size)
    before = frame.image.copy()
    out = draw.alert(frame, attrs.evolve(PLAIN, things=[BAG], parts=[Part("still", [(-9, 0, 1)])]), letters=LETTERS)
    wide = min(max(size[0], 640), 1280)
    assert out.dtype == np.uint8
    assert out.shape[1:] == (wide, 3)
    assert out.shape[0] > round(size[1] * wide / size[0]) + 60
    assert np.array_equal(frame.image, before)


def test_people_are_pixelated_whatever_their_role() -> None:
    frame, box = noisy(), (200.0, 100.0, 280.0, 180.0)  # with its margin 100 × 100: cells of 10 × 10
    left, top, _, _ = widened(box, *SIZE)
    other = frame.image.copy()
    cell = other[top + 40 : top + 50, left + 40 : left + 50]
    cell[:] = cell[::-1, ::-1].copy()
    for role in ROLES:
        picture = attrs.evolve(PLAIN, things=[Shown("person", 1, box, role=role, person=True)])
        one = draw.alert(frame, picture, letters=LETTERS)
        two = draw.alert(Frame("c", 0, other), picture, letters=LETTERS)
        assert np.array_equal(one, two)
        clear = draw.alert(frame, picture, blur=False, letters=LETTERS)
        assert np.array_equal(
            clear[top + 40 : top + 50, left + 40 : left + 50], frame.image[top + 40 : top + 50, left + 40 : left + 50]
        )


def test_no_person_is_enlarged_but_a_small_thing_is() -> None:
    picture = attrs.evolve(PLAIN, things=[attrs.evolve(BAG, box=(100, 100, 130, 130))])
    frame = noisy()
    shown = draw.alert(frame, picture, letters=LETTERS)
    person = draw.alert(
        frame, attrs.evolve(picture, things=[Shown("person", 1, (100, 100, 130, 130), person=True)]), letters=LETTERS
    )
    far = np.s_[300:480, 500:720]  # no mark of a thing in the other corner reaches here
    changed = [(out[:480] != frame.image).any(axis=-1).sum() for out in (shown, person)]
    assert changed[0] > changed[1] + 150 * 150
    assert np.array_equal(person[far], frame.image[far])


def test_outside_the_zone_is_darker_and_its_hole_too() -> None:
    hole = ((300, 300), (360, 300), (360, 360), (300, 360))
    out = draw.alert(grey(), attrs.evolve(PLAIN, zone=attrs.evolve(ZONE, holes=(hole,))), letters=LETTERS)
    assert out[250, 200, 0] == 120
    assert 55 < out[50, 650, 0] < 80
    assert 55 < out[330, 330, 0] < 80
    assert draw.alert(grey(), PLAIN, letters=LETTERS)[50, 650, 0] == 120


def test_zone_and_line_are_scaled_to_the_picture() -> None:
    small = draw.alert(
        grey(size=(640, 480)), attrs.evolve(PLAIN, zone=attrs.evolve(ZONE, frame=(1440, 960))), letters=LETTERS
    )
    assert small[150, 150, 0] == 120
    assert small[300, 150, 0] < 80
    without = Zone(
        "z", ((0, 0), (160, 0), (160, 120), (0, 120))
    )  # in pixels of the frame, which is drawn twice as wide
    out = draw.alert(grey(size=(320, 240)), attrs.evolve(PLAIN, zone=without), letters=LETTERS)
    assert out[200, 250, 0] == 120
    assert out[260, 250, 0] < 80


def test_the_thing_stands_out_without_colour() -> None:
    box = (300.0, 200.0, 420.0, 400.0)

    def inked(role: Role) -> np.ndarray:
        out = draw.alert(grey(), attrs.evolve(PLAIN, things=[Shown("x", 1, box, role=role)]), letters=LETTERS)
        return np.asarray(np.abs(cv2.cvtColor(out, cv2.COLOR_BGR2GRAY)[:480].astype(int) - 120) > 20)

    thing, owner, other = (inked(role) for role in ROLES)
    side = np.s_[290:310, 290:312]  # the middle of the left side
    assert thing[side].any(axis=0).sum() >= 5
    assert not owner[side].any()  # only corners
    assert 1 <= other[side].any(axis=0).sum() < thing[side].any(axis=0).sum()
    assert owner[195:215, 290:310].any()
    assert thing[:200].sum() > 500  # its name
    assert not other[:190].any()


def test_paths_fade_with_age_and_differ_in_form() -> None:
    walk = [(t, 50.0 + 10 * t, 100.0) for t in range(60)]
    solid, dotted = np.zeros((200, 720, 3), np.uint8), np.zeros((200, 720, 3), np.uint8)
    marks.fading_path(solid, walk, marks.WHITE, 3, dots=False)
    marks.fading_path(dotted, walk, marks.WHITE, 3, dots=True)
    along = solid[100, 60:630, 0].astype(int)
    assert along[-50:].mean() > 2 * along[:50].mean() > 0
    assert (np.diff(np.convolve(along, np.ones(20) / 20, "valid")) >= -2).all()
    assert (solid[100, 500:600, 0] > 150).all()
    gaps = dotted[100, 500:600, 0]
    assert (gaps > 150).any()
    assert (gaps < 60).any()


def test_a_path_may_be_short_or_stand_still() -> None:
    for path in ((), ((0, 5, 5),), ((0, 5, 5), (1, 5, 5)), ((3, 5, 5), (3, 90, 5))):
        image = np.zeros((20, 100, 3), np.uint8)
        marks.fading_path(image, path, marks.WHITE, 2, dots=True)
        assert image.any() == (len(path) == 2 and path[0][1:] != path[1][1:])


def test_the_place_of_parting_is_marked() -> None:
    out = draw.alert(grey(), attrs.evolve(PLAIN, parted=(200, 300)), letters=LETTERS)
    assert is_colour(out[300, 200], marks.WHITE)
    assert (out[:480] != 120).any(axis=-1).sum() > 500  # with words beside it


def test_a_line_shows_which_way_is_inward() -> None:
    # Side `a` is where cross(P2 - P1, q - P1) > 0: below this line, which runs to the right; inward is up.
    line = Line("gate", (100, 100), (300, 100), ("a", "b"), frame=(400, 200))
    image = np.zeros((200, 400, 3), np.uint8)
    marks.crossing_line(image, line, (1, 1), 2)
    assert is_colour(image[85:95, 195:205], marks.YELLOW).any()
    assert not image[106:].any()
    plain = np.zeros((200, 400, 3), np.uint8)
    marks.crossing_line(plain, attrs.evolve(line, sides=None), (1, 1), 2)
    assert not plain[:95].any()


def bar_heights(*spans: Span) -> list[int]:
    """How many rows of the bar are bright where each span is, without colour."""
    picture = attrs.evolve(PLAIN, parts=[Part("p", spans)])
    empty = attrs.evolve(PLAIN, parts=[Part("p")])
    images = [cv2.cvtColor(strip(p, 800, LETTERS), cv2.COLOR_BGR2GRAY).astype(int) for p in (picture, empty)]
    changed = np.abs(images[0] - images[1]) > 20
    start, end = round(800 * 0.4), 800 - 16
    columns = [start + (end - start) * ((a + b) / 2 + 60) / 60 for a, b, _ in spans]
    return [int(changed[:, round(c) - 5 : round(c) + 5].any(axis=1).sum()) for c in columns]


def test_true_false_and_unknown_differ_in_height_not_in_colour_alone() -> None:
    true, false, unknown = bar_heights((-60, -40, 1), (-40, -20, 0), (-20, 0, -1))
    assert true > 1.3 * unknown > 1.6 * false > 0


def test_spans_outside_the_window_are_left_out_and_tiny_ones_are_seen() -> None:
    def bar(*spans: Span) -> np.ndarray:
        return strip(attrs.evolve(PLAIN, parts=[Part("p", spans)]), 800, LETTERS)

    nothing = bar()
    assert np.array_equal(bar((-99, -60, 1), (0, 5, 1), (-3, -3, 1)), nothing)
    assert np.array_equal(bar((-99, -50, 1), (-10, 9, 0)), bar((-60, -50, 1), (-10, 0, 0)))
    assert not np.array_equal(bar((-30.001, -30, 1)), nothing)


def test_what_does_not_fit_is_shortened_and_counted() -> None:
    long = attrs.evolve(
        PLAIN,
        title="very long " * 30,
        rule="very long " * 90,
        camera="long " * 40,
        when="long " * 40,
        since="0:21",
        held=4.0,
        parts=[Part("very long " * 20, [(-5, 0, 1)]) for _ in range(9)],
    )
    out = strip(long, 640, LETTERS)
    few = strip(attrs.evolve(long, parts=long.parts[:5]), 640, LETTERS)
    assert few.shape[0] < out.shape[0] < 480  # a line says "+ 4 more"
    assert (out[:, -4:] == out[0, 0]).all()


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0.0 s"), (9.96, "10.0 s"), (59.9, "59.9 s"), (60, "1 min 0 s"), (125.4, "2 min 5 s"), (3725, "1 h 2 min")],
)
def test_spans_of_time_are_said_as_people_say_them(seconds: float, said: str) -> None:
    assert lasting(seconds) == said


def test_every_severity_looks_different_and_others_are_refused() -> None:
    heads = [strip(attrs.evolve(PLAIN, severity=s), 640, LETTERS).tobytes() for s in SEVERITIES]
    assert len(set(heads)) == 5
    with pytest.raises(DataError, match="info, low, medium, high, critical"):
        attrs.evolve(PLAIN, severity="urgent")


texts = st.text(max_size=30)
numbers = st.floats(-2000, 2000)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(texts, min_size=6, max_size=6),
    st.lists(st.tuples(numbers, numbers, numbers, numbers), max_size=4),
    st.data(),
)
def test_whatever_is_shown_gives_a_picture(words: list[str], boxes: list[marks.Box], data: st.DataObject) -> None:
    title, rule, camera, when, part, label = words
    roles: st.SearchStrategy[Role] = st.sampled_from(ROLES)
    things = [
        Shown(
            label,
            k,
            box,
            data.draw(st.lists(st.tuples(st.floats(0, 90), numbers, numbers), max_size=4)),
            data.draw(roles),
            data.draw(st.booleans()),
        )
        for k, box in enumerate(boxes)
    ]
    picture = AlertPicture(
        title=title,
        rule=rule,
        camera=camera,
        when=when,
        things=things,
        parted=data.draw(st.none() | st.tuples(numbers, numbers)),
        held=data.draw(st.none() | st.floats(0, 1e6)),
        parts=[Part(part, [(-9, -3, 0), (-3, 0, -1)])],
    )
    out = draw.alert(grey(size=(640, 200)), picture, letters=LETTERS)
    assert out.shape[1] == 640


@given(st.lists(st.tuples(st.integers(0, 600), st.integers(40, 400)), min_size=1, max_size=6, unique=True))
def test_tags_do_not_lie_on_each_other_where_there_is_room(corners: list[tuple[int, int]]) -> None:
    image = np.zeros((480, 720, 3), np.uint8)
    tags = marks.Tags(LETTERS, 14)
    spread = [
        c for k, c in enumerate(corners) if all(abs(c[0] - o[0]) > 60 or abs(c[1] - o[1]) > 60 for o in corners[:k])
    ]
    for x, y in spread:
        tags.put(image, "bag 3", (x, y, x + 20, y + 20), marks.WHITE, marks.DARK)
    for k, a in enumerate(tags.taken):
        assert a[0] >= 0
        assert a[1] >= 0
        assert a[2] <= 720
        assert a[3] <= 480
        for b in tags.taken[:k]:
            assert min(a[2], b[2]) <= max(a[0], b[0]) or min(a[3], b[3]) <= max(a[1], b[1])


@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), min_size=2, max_size=8),
    st.floats(1, 30),
    st.floats(1, 30),
)
def test_dashes_cover_their_share_of_the_line(points: list[tuple[int, int]], on: float, off: float) -> None:
    length = sum(np.hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(points))
    drawn = sum(np.hypot(b[0] - a[0], b[1] - a[1]) for a, b in marks.dashes(points, on, off))
    whole, rest = divmod(length, on + off)
    assert drawn == pytest.approx(whole * on + min(rest, on), abs=1e-3 * (1 + whole))


TRACKS = Tracks.of(
    "c",
    0,
    [1, 2, 7],
    [(50, 100, 110, 260), (300, 100, 360, 260), (500, 300, 560, 350)],
    ["person", "person", "bag"],
    seen=[True, False, True],
)
SCENE = Scene(
    frame=(360, 240),
    zones={"hall": Zone("hall", ((200, 20), (300, 20), (300, 80), (200, 80)))},
    lines={"gate": Line("gate", (10, 230), (100, 230))},
)


def test_an_overlay_marks_what_is_seen() -> None:
    frame = grey()
    out = draw.overlay(frame.image, TRACKS, SCENE, [Told("bag 7 alone", [7])], when="0:31", letters=LETTERS)
    assert out.shape == frame.image.shape
    assert (frame.image == 120).all()
    assert is_colour(out[320:330, 495:505], marks.ORANGE).any()
    assert not is_colour(out[150:200], marks.ORANGE).any()
    seen, expected = out[170:190, 45:55], out[170:190, 295:305]
    assert (seen != 120).any()
    assert (expected == 120).all()  # a place only expected: corners alone
    assert (out[36:44, 420:580] != 120).any()  # the zone, scaled
    assert (out[455:465, 30:190] != 120).any()  # the line, or the words over it


def test_an_overlay_pixelates_people_unless_told_not_to() -> None:
    image = noisy().image
    inside = np.s_[120:240, 60:100]
    assert np.array_equal(draw.overlay(image, TRACKS, blur=False, letters=LETTERS)[inside], image[inside])
    assert draw.overlay(image, TRACKS, letters=LETTERS)[inside].std() < image[inside].std() / 4
    bag = np.s_[305:345, 505:555]
    assert np.array_equal(draw.overlay(image, TRACKS, letters=LETTERS)[bag], image[bag])
    assert draw.overlay(image, TRACKS, people=["bag"], letters=LETTERS)[bag].std() < image[bag].std() / 3


def test_an_overlay_of_nothing_is_the_frame() -> None:
    image = noisy().image
    for tracks in (None, Tracks.of("c", 0)):
        out = draw.overlay(image, tracks, letters=LETTERS)
        assert np.array_equal(out, image)
        assert out is not image


def decoded(data: bytes) -> np.ndarray:
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return image


def test_a_picture_to_be_sent_is_small_enough(tmp_path: Path) -> None:
    hard = np.random.default_rng(0).integers(0, 256, (2000, 3000, 3), np.uint8)
    place = tmp_path / "Größe 文.jpg"
    draw.save(place, hard)
    data = place.read_bytes()
    back = decoded(data)
    assert len(data) <= 150_000
    assert 300 < back.shape[1] <= 1280
    assert back.shape[0] / back.shape[1] == pytest.approx(2 / 3, abs=0.01)
    easy = grey().image
    assert decoded(draw.encode(easy)).shape == easy.shape


def test_saving_says_what_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="JPEG"):
        draw.save(tmp_path / "a.png", grey().image)
    with pytest.raises(DataError, match="cannot be written"):
        draw.save(tmp_path / "none" / "a.jpg", grey().image)
