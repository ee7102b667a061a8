"""Real footage through the command line: what is to be told is told once, in time and in its place; nothing else is."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from calls import Call
from watchword import boxes as bx
from watchword.video import FilmWriter

DATA = Path(__file__).parents[3] / "shared" / "data"
BAG = "bag unattended > 10s"
WINDOWS = {3: (77, 81), 5: (69, 79), 7: (133, 142), 9: (48, 52), 10: (55, 60)}
Box = tuple[float, float, float, float]


def there(name: str) -> Path:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"real footage is not there: ../shared/data/{name}")
    return path


def overlap(a: Box, b: Box) -> float:
    return float(bx.iou(np.array([a], np.float64), np.array([b], np.float64))[0, 0])


def check(number: int, alert: dict[str, Any], slack: float = 0.0) -> None:
    """An alert of an ABODA film is told within its window, of the bag as people drew it at the nearest second."""
    with there(f"aboda-1fps/video{number}.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    second = alert["time"]
    assert WINDOWS[number][0] - slack <= second <= WINDOWS[number][1] + slack
    row = min((r for r in rows if r["label"] == "bag"), key=lambda r: abs(float(r["second"]) - second))
    left, top, width, height = (float(row[k]) for k in ("left", "top", "width", "height"))
    assert overlap(alert["things"][0]["box"], (left, top, left + width, top + height)) > 0.3


@pytest.mark.slow
@pytest.mark.parametrize(("rule", "window"), [(BAG, (28, 36)), ("bag unattended > 3s", (21, 29))])
def test_the_left_bag_is_told_once(cli: Call, folder: Path, rule: str, window: tuple[int, int]) -> None:
    said = cli("run", there("left-bag/video4.avi"), "--rules", rule, "--json", "--out", "out")
    (alert,) = said.fired
    assert window[0] <= alert["time"] <= window[1]
    assert overlap(alert["things"][0]["box"], (450, 365, 505, 415)) > 0.3
    assert 20_000 < (folder / "out" / "0001.jpg").stat().st_size <= 150_000


@pytest.mark.slow
def test_people_who_only_walk_leave_nothing(cli: Call) -> None:
    assert cli("run", there("pets09-s2l1/view1.avi"), "--rules", BAG, "--json").fired == []


@pytest.mark.parametrize("number", WINDOWS)
def test_a_left_bag_is_told_once_from_boxes_a_second(cli: Call, number: int) -> None:
    (alert,) = cli("run", there(f"aboda-1fps/video{number}.csv"), "--rules", BAG, "--json").fired
    check(number, alert)


@pytest.mark.parametrize("number", [9, 10])
def test_a_left_bag_is_told_once_from_a_picture_a_second(cli: Call, number: int) -> None:
    (alert,) = cli("run", there(f"aboda-1fps/video{number}"), "--rules", BAG, "--json").fired
    check(number, alert, slack=5.0)


@pytest.mark.slow
def test_light_that_goes_on_makes_no_thing_and_ends_none(cli: Call, folder: Path) -> None:
    rng = np.random.default_rng(27)
    room = cv2.GaussianBlur(rng.normal(0, 1, (480, 640)), (0, 0), 8)
    room = 60 + (room - room.min()) / np.ptp(room) * 80
    with FilmWriter(folder / "room.avi", 25, (640, 480)) as film:
        for k in range(1000):
            image = np.repeat(room[..., None], 3, axis=2)
            if k >= 200:
                image[350:380, 300:340] = 25
            image = image * 1.5 if k >= 375 else image
            film.write(np.clip(image + rng.normal(0, 2, image.shape), 0, 255).astype(np.uint8))
    scene = {"frame": [640, 480], "zones": {"room": [[0, 0], [640, 0], [640, 480], [0, 480]]}}
    (folder / "room.json").write_text(json.dumps(scene))
    (folder / "room.watch").write_text(f"rule walks: person in zone room for 1s\nrule left_bag: {BAG} in zone room\n")
    (alert,) = cli("run", "room.avi", "--rules", "room.watch", "--scene", "room.json", "--json").fired
    assert alert["rule"] == "left_bag"
    assert alert["time"] == pytest.approx(20.5, abs=2.6)
    assert overlap(alert["things"][0]["box"], (300, 350, 340, 380)) > 0.3


@pytest.mark.slow
def test_people_who_enter_a_junction_are_told_as_their_true_boxes_tell(cli: Call, folder: Path) -> None:
    zone = [[330, 150], [520, 150], [560, 330], [300, 330]]
    (folder / "junction.json").write_text(json.dumps({"frame": [768, 576], "zones": {"junction": zone}}))
    rule = ("--rules", "person enters zone junction", "--scene", "junction.json", "--json")
    told = cli("run", there("pets09-s2l1/view1.avi"), *rule).fired
    true = cli("run", there("pets09-s2l1/gt.txt"), *rule, "--fps", "10").fired
    left = list(true)
    for alert in told:
        near = [
            t
            for t in left
            if abs(t["time"] - alert["time"]) <= 1 and overlap(t["things"][0]["box"], alert["things"][0]["box"]) >= 0.3
        ]
        if near:
            left.remove(min(near, key=lambda t: abs(t["time"] - alert["time"])))
    matched = len(true) - len(left)
    assert matched >= 0.7 * len(told)
    assert matched >= 0.7 * len(true)
