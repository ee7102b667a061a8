"""Research files of people on the ground: what is read, refused, and what rules measure on it."""

from __future__ import annotations

from pathlib import Path

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchword.calibration import calibrate, on_ground, zone_area
from watchword.errors import DataError, SceneError
from watchword.geometry import places
from watchword.interop import edinburgh, eth, floor, hermes, layouts
from watchword.interop.places import frames
from watchword.scene import Scene
from watchword.tracks import Tracks

DATA = Path(__file__).parents[2] / "shared" / "data"
SECOND = 1_000_000_000

ETH = """\
  1.0 1.0  1.50 0.0 -5.00  0.5 0.0 -1.0
 11.0 1.0  1.70 0.0 -5.40  0.5 0.0 -1.0
 31.0 1.0  2.10 0.0 -6.20  0.5 0.0 -1.0
 31.0 2.0 -1.00 0.0  3.00  0.0 0.0  0.0
"""
HERMES = """\
1 8 100.0 200.0 170.0
1 9 110.0 200.0 170.0
2 9 300.0 -50.0 180.0
"""
FORUM = """\
% Total number of trajectories in file are  2

Properties.R1=[59 95 164 568.49];
 TRACK.R1=[[100 80 9];[110 80 10];[120 80 12]];
Properties.R2=[1 2];
 TRACK.R2=[[600 400 12]];
"""


def metres(scene: Scene, tracks: Tracks) -> list[list[float]]:
    assert scene.ground is not None
    return np.round(on_ground(scene.ground, places(tracks.boxes, scene.view, scene.frame)), 6).tolist()


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_eth_places_come_back_in_metres_at_their_time(tmp_path: Path):
    scene, boxes = eth.read(write(tmp_path, "obsmat.txt", ETH))
    ticks = list(boxes.ticks())
    assert [int(t.times[0]) / SECOND for t in ticks] == [1 / 25, 11 / 25, 21 / 25, 31 / 25]
    assert [t.ids.tolist() for t in ticks] == [[1], [1], [], [1, 2]], "a frame of their step without anybody is a look"
    assert metres(scene, ticks[0]) == [[1.5, -5.0]]
    assert metres(scene, ticks[3]) == [[2.1, -6.2], [-1.0, 3.0]]
    assert scene.view == "overhead"
    assert boxes.cameras == ("obsmat",)
    assert {t.label(k) for t in ticks for k in range(len(t))} == {"person"}
    named = eth.read(write(tmp_path, "obsmat.txt", ETH), fps=50, camera="door")[1]
    assert named.cameras == ("door",)
    assert named.looks[0] == (20_000_000, "door")


def test_hermes_centimetres_become_metres(tmp_path: Path):
    scene, boxes = hermes.read(write(tmp_path, "bot.txt", HERMES))
    first, second = boxes.ticks()
    assert int(first.times[0]) == SECOND // 2
    assert metres(scene, first) == [[1.0, 2.0]]
    assert metres(scene, second) == [[1.1, 2.0], [3.0, -0.5]]


def test_a_head_says_the_rate_and_the_unit(tmp_path: Path):
    head = "# description: corridor\n# framerate: 25.00\n# id frame x/m y/m z/m\n1 50 1.25 2.5 1.7\n1 51 1.3 2.5 1.7\n"
    scene, boxes = hermes.read(write(tmp_path, "uni.txt", head))
    assert boxes.looks[0][0] == 2 * SECOND
    assert metres(scene, next(iter(boxes.ticks()))) == [[1.25, 2.5]]
    assert hermes.read(write(tmp_path, "uni.txt", head), fps=10)[1].looks[0][0] == 5 * SECOND


def test_edinburgh_keeps_its_pixels_and_tells_metres(tmp_path: Path):
    scene, boxes = edinburgh.read(write(tmp_path, "tracks.txt", FORUM))
    ticks = list(boxes.ticks())
    assert scene.frame == (640, 480)
    assert [t.ids.tolist() for t in ticks] == [[1], [1], [], [1, 2]]
    assert int(ticks[0].times[0]) == SECOND
    assert places(ticks[0].boxes, "overhead").tolist() == [[100, 80]]
    (a,), (b,) = metres(scene, ticks[0]), metres(scene, ticks[1])
    assert b[0] - a[0] == pytest.approx(0.247)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (ETH, "eth"),
        (HERMES, "hermes"),
        (FORUM, "edinburgh"),
        ("1,1,10,20,30,40,1,-1,-1,-1\n", "boxes"),
        ("1 1 10 20 30 40 1 -1 -1 -1\n", "boxes"),
        ("1 1 10 20 30 40\n", "boxes"),
        ("1 1 10 0 30 40 0.5 1\n", "boxes"),
        ("second,label,left,top,width,height\n3,bag,1,2,3,4\n", "boxes"),
        ("# a comment\n\n1 8 100.0 200.0 170.0\n", "hermes"),
        ("% nothing more\n", "boxes"),
        ("words are no numbers\n", "boxes"),
    ],
)
def test_a_layout_is_known_by_what_it_holds(tmp_path: Path, text: str, kind: str):
    assert layouts.layout(write(tmp_path, "file.txt", text)) == kind


def test_each_layout_is_read_with_its_scene(tmp_path: Path):
    for text, known in ((ETH, True), (HERMES, True), (FORUM, True), ("1,1,10,20,30,40\n", False)):
        scene, boxes = layouts.read(write(tmp_path, "file.txt", text), None if known else 10)
        assert (scene is not None) is known
        assert boxes.tracked


def test_rows_that_cannot_be_used_are_refused_with_their_line(tmp_path: Path):
    bad = HERMES + "1 9 0 0 0\n-1 9 0 0 0\nx 9 0 0 0\n3 9 nan 0 0\n3 9\n3 -5 1 1 1\n3 9 1e12 0 0\n3 99999999999 1 1 1\n"
    _, boxes = hermes.read(write(tmp_path, "bad.txt", bad))
    assert [r.line for r in boxes.refused] == list(range(4, 12))
    assert len(boxes.rows) == 3
    assert "8 rows refused" in boxes.notes[0]
    reasons = [r.reason for r in boxes.refused]
    assert "in frame 9 already" in reasons[0]
    assert "hundred kilometres" in reasons[6]


@pytest.mark.parametrize(
    ("reader", "text"),
    [
        (eth, "a b c\n"),
        (eth, "1 2 3\n"),
        (hermes, "# only a head\n"),
        (hermes, "1 2\n"),
        (edinburgh, "% no tracks\n"),
        (edinburgh, "TRACK.R1=[[1 2 3];[4 5\n"),
        (edinburgh, "TRACK.R1=[];\n"),
    ],
)
def test_a_file_without_a_row_to_use_is_an_error_with_its_name(tmp_path: Path, reader, text: str):
    with pytest.raises(DataError) as caught:
        reader.read(write(tmp_path, "poor.txt", text))
    assert "poor.txt" in caught.value.where
    assert caught.value.fix


def test_a_track_twice_in_a_frame_or_cut_off_loses_that_alone(tmp_path: Path):
    text = "TRACK.R1=[[1 2 3];[4 5 3];[6 7 4]];\nTRACK.R2=[[1 2 3];[4 5\nTRACK.R3=[[9 9 99999999999]];\n"
    _, boxes = edinburgh.read(write(tmp_path, "t.txt", text))
    assert [(r.time, r.id) for r in boxes.rows] == [(SECOND // 3, 1), (round(4 * SECOND / 9), 1)]
    assert [r.line for r in boxes.refused] == [1, 2, 3]


def test_a_rate_that_is_none_is_refused(tmp_path: Path):
    for reader, text in ((eth, ETH), (hermes, HERMES), (edinburgh, FORUM)):
        with pytest.raises(DataError, match="fps is"):
            reader.read(write(tmp_path, "f.txt", text), fps=-1)


@given(st.lists(st.integers(0, 200), min_size=1, max_size=20), st.integers(1, 12))
def test_looks_are_the_frames_of_the_common_step(numbers: list[int], step: int):
    found = frames(step * n for n in numbers)
    assert set(found) >= {step * n for n in numbers}
    assert found == sorted(set(found))
    assert found[0] == step * min(numbers)
    assert found[-1] == step * max(numbers)
    assert all((n - found[0]) % step == 0 for n in found)


# ---- the floor


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-40, 40), st.floats(-40, 40)), min_size=1, max_size=20), st.sampled_from([1.0, 500.0])
)
def test_a_floor_holds_all_places_and_gives_them_back(given_places, far: float):
    at = np.array(given_places) * far
    scene = floor.floor(at)
    squares = floor.squares(scene, at)
    seen = places(squares, scene.view, scene.frame)
    assert np.isfinite(seen).all()
    assert np.allclose(on_ground(scene.ground, seen), at, atol=1e-6 * far)
    assert max(scene.frame) <= floor.LARGEST + 1
    known = calibrate(scene.ground)
    assert known is not None
    assert known.rms < 1e-6 * far


def test_zones_and_lines_of_a_floor_are_given_in_metres():
    scene = floor.floor(np.array([[-3.0, -2.0], [5.0, 4.0]]))
    zone = floor.zone(scene, "box", [(0, 0), (2, 0), (2, 2), (0, 2)])
    assert zone_area(zone, scene.ground) == pytest.approx(4)
    line = floor.line(scene, "gate", (0, 0), (0, 2), ("left", "right"))
    scene = attrs.evolve(scene, zones=[zone], lines=[line])
    path = [floor.squares(scene, np.array([[x, 1.0]])) for x in (-1.0, -0.5, 0.5, 1.0)]
    ticks = [Tracks.of("a", k * SECOND, [7], box) for k, box in enumerate(path)]
    (crossing,) = scene.lines["gate"].crossings(ticks)
    assert crossing.inward, "from left of the way, start to end, to its right"
    assert [bool(scene.zones["box"].contains(t)[0]) for t in ticks] == [False, False, True, True]
    with pytest.raises(SceneError, match="in a frame"):
        floor.zone(scene, "far", [(0, 0), (200, 0), (200, 2)])
    with pytest.raises(SceneError, match="not calibrated"):
        floor.zone(Scene(frame=(10, 10)), "box", [(0, 0), (2, 0), (2, 2)])


# ---- the files themselves


def shared(name: str) -> Path:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"{path.name} is not there")
    return path


@pytest.mark.slow
@pytest.mark.parametrize(("name", "kind"), [("eth-hotel/obsmat.txt", "eth"), ("hermes/bot-360-160-160.txt", "hermes")])
def test_the_research_files_are_read_whole(name: str, kind: str):
    path = shared(name)
    assert layouts.layout(path) == kind
    scene, boxes = layouts.read(path)
    assert scene is not None
    table = np.loadtxt(path)
    order, ids, at = (
        (table[:, 0], table[:, 1], table[:, [2, 4]])
        if kind == "eth"
        else (table[:, 1], table[:, 0], table[:, 2:4] / 100)
    )
    wanted = at[np.argsort(order, kind="stable")]
    assert len(boxes.rows) == len(table)
    assert len(set(ids)) == len({row.id for row in boxes.rows})
    seen = places(np.array([row.box for row in boxes.rows]), scene.view, scene.frame)
    assert np.abs(on_ground(scene.ground, seen) - wanted).max() < 1e-9
    assert not boxes.refused


@pytest.mark.slow
def test_a_day_of_the_forum_is_read():
    scene, boxes = layouts.read(shared("edinburgh/tracks.01Jul.txt"))
    assert scene is not None
    assert len({row.id for row in boxes.rows}) == 1262
    assert len(boxes.rows) + len(boxes.refused) == 111_230
    assert 9 < boxes.duration / SECOND / 3600 < 11
