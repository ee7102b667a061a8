"""Scenes: zones and lines that make sense, those that do not, and JSON there and back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.errors import SceneError
from watchword.scene import Ground, Line, Scene, Zone

CASES = Path(__file__).parents[2] / "shared" / "cases"
SQUARE = ((0, 0), (10, 0), (10, 10), (0, 10))


def case_16() -> dict:
    path = CASES / "16-zones-to-refuse.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else {"zones": [], "frame": [1, 1]}


@pytest.mark.parametrize("zone", case_16()["zones"], ids=lambda z: z["name"])
def test_16_zones_to_refuse_and_odd_ones_to_accept(zone: dict):
    text = json.dumps({"frame": case_16()["frame"], "zones": {zone["name"]: zone["points"]}})
    if zone["expect"] == "accepted":
        assert Scene.loads(text).zones[zone["name"]].area == zone["area_px2"]
        return
    with pytest.raises(SceneError) as caught:
        Scene.loads(text, "yard.json")
    said = str(caught.value)
    assert zone["name"] in said
    assert said.startswith("yard.json: ")
    assert caught.value.fix
    word = {
        "bow_tie": "cross at (200, 200)",
        "two_points": "fewer than three",
        "one_line": "no area",
        "twice_the_same": "only 2 different points",
        "past_the_edge": "x = 1281 in a frame 1280",
        "below_zero": "x = -1",
        "not_a_number": "point 2",
        "fractions": "[128, 72]",
    }
    assert word[zone["name"]] in said


def test_north_is_kept_and_strange_ones_are_refused():
    scene = Scene.loads('{"frame": [99, 99], "north": 40}')
    assert scene.north == 40.0
    assert Scene.loads(scene.dumps()) == scene
    assert Scene(frame=(99, 99)).north is None
    for strange in ("360", "-1", '"up"', "true", "[4]"):
        with pytest.raises(SceneError, match="north is"):
            Scene.loads(f'{{"frame": [99, 99], "north": {strange}}}')


def test_a_name_twice_is_refused_and_not_overwritten():
    with pytest.raises(SceneError, match="hall is used twice"):
        Scene.loads(
            '{"frame": [99, 99], "zones": {"hall": [[0, 0], [9, 0], [9, 9]], "hall": [[1, 0], [9, 0], [9, 9]]}}'
        )
    with pytest.raises(SceneError, match="hall is used for two zones"):
        Scene(frame=(99, 99), zones=[Zone("hall", SQUARE), Zone("hall", SQUARE)])


def test_geojson_rings_make_holes():
    hole = [[2, 2], [4, 2], [4, 4], [2, 4], [2, 2]]
    shape = {"type": "Polygon", "coordinates": [[*map(list, SQUARE), [0, 0]], hole]}
    scene = Scene.loads(json.dumps({"frame": [20, 20], "zones": {"ring": shape}}))
    assert scene.zones["ring"].area == 96
    assert len(scene.zones["ring"].holes) == 1


numbers = st.integers(0, 999).map(float) | st.floats(0, 999, allow_nan=False).map(lambda v: round(v, 3))
words = st.from_regex(r"[a-zé文][a-z0-9_]{0,8}", fullmatch=True)


@st.composite
def scenes(draw) -> Scene:
    zones = []
    for name in draw(st.lists(words, unique=True, max_size=3)):
        x, y, w, h = draw(numbers), draw(numbers), draw(st.integers(2, 500)), draw(st.integers(2, 500))
        points = ((x, y), (x + w, y), (x + w, y + h), (x, y + h))
        anchor = draw(st.sampled_from(["bottom", "centre", "any", 0.5, 1]))
        flow = draw(st.sampled_from([None, ((0, 0), (5, 7.5))]))
        zones.append(Zone(name, points, anchor=anchor, flow=flow))
    lines = [
        Line(name, (draw(numbers), 1), (draw(numbers), 2), draw(st.sampled_from([None, ("in", "out")])))
        for name in draw(st.lists(words, unique=True, max_size=2))
    ]
    ground = draw(
        st.sampled_from(
            [
                None,
                Ground(pairs=tuple((p, p) for p in SQUARE)),
                Ground(heights=((1, 2, 3.5),)),
            ]
        )
    )
    zone = draw(st.sampled_from(["UTC", "Europe/Paris"]))
    view = draw(st.sampled_from(["eye", "overhead"]))
    return Scene(frame=(1600, 1600), zones=zones, lines=lines, ground=ground, time_zone=zone, view=view)


@given(scenes())
def test_a_scene_goes_to_json_and_back(scene: Scene):
    assert Scene.loads(scene.dumps()) == scene


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("{", "not JSON"),
        ("[]", "names were expected"),
        ("{}", "frame is missing"),
        ('{"frame": [0, 5]}', "frame is"),
        ('{"frame": [5, 5], "zonen": {}}', "unknown member 'zonen'"),
        ('{"frame": [5, 5], "zones": []}', "zones: list"),
        ('{"frame": [5, 5], "view": "top"}', "view is"),
        ('{"frame": [5, 5], "time_zone": "Paris"}', "no time zone"),
        ('{"frame": [5, 5], "zones": {"a b": [[0,0],[5,0],[5,5]]}}', "cannot be named"),
        ('{"frame": [5, 5], "zones": {"a": {"type": "Point", "coordinates": [0, 0]}}}', "not a Polygon"),
        ('{"frame": [5, 5], "zones": {"a": {"type": "Polygon", "coordinates": RING, "anchor": 2}}}', "anchor"),
        ('{"frame": [5, 5], "lines": {"a": [[0, 0], [0, 0]]}}', "both ends"),
        ('{"frame": [5, 5], "lines": {"a": [[0, 0], [9, 0]]}}', "x = 9"),
        ('{"frame": [5, 5], "lines": {"a": {"type": "LineString", "coordinates": ENDS, "from": "x"}}}', "one side"),
        ('{"frame": [5, 5], "ground": {"pairs": [[[0, 0], [1, 1]]]}}', "1 point pairs"),
        ('{"frame": [5, 5], "ground": {}}', "neither pairs nor heights"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_in_words(text: str, word: str):
    with pytest.raises(SceneError, match=r"^s\.json") as caught:
        Scene.loads(text.replace("RING", "[[[0, 0], [5, 0], [5, 5]]]").replace("ENDS", "[[0, 0], [5, 0]]"), "s.json")
    assert word in str(caught.value)


def test_a_file_that_is_not_there_says_so(tmp_path):
    with pytest.raises(SceneError, match=r"nope\.json: cannot be read"):
        Scene.load(tmp_path / "nope.json")


def test_the_zones_of_a_scene_know_its_frame_and_view():
    scene = Scene(frame=(20, 20), view="overhead", zones=[Zone("z", SQUARE)], lines=[Line("l", (0, 0), (5, 5))])
    assert (scene.zones["z"].frame, scene.zones["z"].view) == ((20, 20), "overhead")
    assert (scene.lines["l"].frame, scene.lines["l"].view) == ((20, 20), "overhead")
    with pytest.raises(TypeError):
        scene.zones["other"] = scene.zones["z"]  # type: ignore[index]
