"""`watchword calibrate`: residuals, areas, and the zones where metres are a guess."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from calls import Call

PAIRS = [[[100, 500], [0, 0]], [[860, 500], [8, 0]], [[260, 260], [0, 12]], [[700, 260], [8, 12]]]
FIFTH = [[480, 350], [4, 4.6]]
ZONES = {"hall": [[250, 270], [720, 270], [840, 490], [120, 490]]}


def scene(folder: Path, ground: dict | None, **more: object) -> Path:
    path = folder / "here.json"
    path.write_text(json.dumps({"frame": [960, 540], "zones": ZONES, "ground": ground, **more}), "utf-8")
    return path


def test_residuals_and_areas_are_told_point_by_point(cli: Call, folder: Path):
    said = cli("calibrate", scene(folder, {"pairs": [*PAIRS, FIFTH]}))
    assert said.code == 0
    assert said.err == ""
    assert said.out.count("m off\n") == 5
    assert "(480, 350)" in said.out
    assert "zone hall" in said.out
    told = json.loads(cli("calibrate", scene(folder, {"pairs": [*PAIRS, FIFTH]}), "--json").out)
    assert told["from"] == "pairs"
    assert len(told["points"]) == 5
    assert told["zones"][0]["area"] == pytest.approx(80, rel=0.25)
    assert told["zones"][0]["warning"] == ""
    assert told["warnings"] == []


def test_four_pairs_are_told_to_fit_whatever_they_are(cli: Call, folder: Path):
    said = cli("calibrate", scene(folder, {"pairs": PAIRS}))
    assert said.code == 0
    assert "a fifth would tell" in said.err
    assert cli("calibrate", scene(folder, {"pairs": PAIRS}), "--strict").code == 1


def test_zones_beyond_the_calibrated_area_are_named(cli: Call, folder: Path):
    zones = {"side": [[800, 300], [950, 300], [950, 400], [800, 400]], "sky": [[0, 0], [960, 0], [960, 500]]}
    said = cli("calibrate", scene(folder, {"pairs": [*PAIRS, FIFTH]}, zones=zones))
    assert said.code == 0
    assert "zone side: " in said.err
    assert "outside the calibrated area" in said.err
    assert "zone sky reaches the horizon" in said.err
    assert "no area on the ground" in said.out


def test_heights_tell_the_camera_and_how_sure_lengths_are(cli: Call, folder: Path):
    heights = [[480, 530, 230], [200, 400, 153], [700, 300, 92, 1.62], [400, 350, 121]]
    said = cli("calibrate", scene(folder, {"heights": heights}))
    assert said.code == 0
    assert "m above the ground, focal length" in said.out
    assert said.out.count("m said\n") == 4
    assert "1.62 m said" in said.out
    assert "lengths away from the camera" in said.err
    told = json.loads(cli("calibrate", scene(folder, {"heights": heights, "focal": 800}), "--json").out)
    assert told["focal"] == 800
    assert told["warnings"] == []


def test_pairs_in_centimetres_are_seen_by_people(cli: Call, folder: Path):
    pairs = [[at, [100 * x, 100 * y]] for at, (x, y) in [*PAIRS, FIFTH]]
    said = cli("calibrate", scene(folder, {"pairs": pairs, "heights": [[480, 500, 170]]}))
    assert "are they in metres?" in said.err
    right = cli("calibrate", scene(folder, {"pairs": [*PAIRS, FIFTH], "heights": [[480, 500, 170]]}))
    assert "are they in metres?" not in right.err


@pytest.mark.parametrize(
    ("ground", "more", "says"),
    [
        (None, {}, "has no ground"),
        ({"heights": [[480, 530, 230]]}, {}, "do not tell the ground"),
        ({"heights": [[480, 530, 230], [9, 400, 150], [9, 300, 90]]}, {"view": "overhead"}, "straight down"),
        ({"pairs": [[[k, k], [k, 0]] for k in range(4)]}, {}, "on one line"),
    ],
)
def test_a_ground_that_tells_nothing_cannot_be_calibrated(cli: Call, folder: Path, ground, more, says: str):
    said = cli("calibrate", scene(folder, ground, **more))
    assert said.code == 2
    assert says in said.err
    assert "help: " in said.err
    assert "Traceback" not in said.err
