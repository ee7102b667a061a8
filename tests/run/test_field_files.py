"""The cases from the field that come as files of boxes, run through the engine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from stream import S, brief, engine, fired, run

from watchword.events import Notice
from watchword.interop.mot import read
from watchword.scene import Line, Scene, Zone
from watchword.tracks import Tracks

CASES = Path(__file__).parents[3] / "shared" / "cases"


def case(name: str) -> Path:
    path = CASES / name
    if not path.exists():
        pytest.skip(f"{name} is not there")
    return path


def boxes(name: str, fps: float, label: str | None = None):
    return read(case(name), fps, label=label).ticks()


def told(name: str) -> dict:
    return json.loads(case(name).read_text("utf-8"))


def scene(data: dict) -> Scene:
    return Scene(frame=tuple(data["frame"]), zones=[Zone(k, tuple(map(tuple, v))) for k, v in data["zones"].items()])


def tables(data: dict) -> list[Tracks]:
    """The rows of a JSON case as tables, one for all cameras of a time."""
    at = {name: k for k, name in enumerate(data["columns"])}
    ticks: dict[float, dict[str, list]] = {}
    for row in data["rows"]:
        camera = row[at["camera"]] if "camera" in at else "cam"
        ticks.setdefault(row[at["seconds"]], {}).setdefault(camera, []).append(row)
    found = []
    for second, cameras in ticks.items():
        one = [
            Tracks.of(
                camera,
                round(second * S),
                [r[at["id"]] for r in rows],
                [[r[at[side]] for side in ("left", "top", "right", "bottom")] for r in rows],
                [r[at["label"]] for r in rows],
            )
            for camera, rows in cameras.items()
        ]
        found.append(Tracks.join(one))
    return found


def test_03_a_fast_thing_that_jumps_over_the_line():
    line = Line("l", (200, 400), (1000, 400), ("far", "near"))
    made = engine("rule c: person crosses line l either way", Scene(frame=(1280, 720), lines=[line]))
    alerts = run(made, boxes("03-over-the-line-between-two-frames.csv", 2))
    assert sorted((thing, at) for _, thing, at in fired(alerts)) == [(1, 1.5), (3, 1.5)]


def test_04_boxes_cut_off_by_the_frames_edge():
    near = Zone("near", ((0, 300), (640, 300), (640, 480), (0, 480)))
    made = engine("rule n: person in zone near for 2s", Scene(frame=(640, 480), zones=[near]))
    alerts = run(made, boxes("04-cut-off-by-the-frame-edge.csv", 10))
    assert fired(alerts) == [("n", 1, 2.0), ("n", 2, 2.0), ("n", 3, 2.0)]


def test_05_one_box_over_two_zones():
    west = Zone("west", ((0, 200), (500, 200), (500, 600), (0, 600)))
    east = Zone("east", ((520, 200), (1000, 200), (1000, 600), (520, 600)))
    rules = "rule w: person in zone west for 2s\nrule e: person in zone east for 2s"
    made = engine(rules, Scene(frame=(1280, 720), zones=[west, east]))
    assert fired(run(made, boxes("05-one-box-two-zones.csv", 10))) == [("e", 1, 2.0)]


def test_07_ids_past_63_bits():
    data = told("07-ids-past-63-bits.json")
    notices: list[Notice] = []
    made = engine(data["rules"], scene(data), notices)
    given = tables(data)
    alerts = run(made, given)
    assert sorted((i, at) for _, i, at in fired(alerts)) == [(2**63 + 1, 3.0), (2**63 + 2, 3.0)]
    assert len({a.id for a in alerts}) == 2
    assert sum(t.dropped["not tracked"] for t in given) == 33
    assert {n.kind for n in notices} == {"dropped"}


def test_08_the_same_number_on_two_cameras():
    data = told("08-same-number-two-cameras.json")
    alerts = run(engine(data["rules"], scene(data)), tables(data))
    assert [(a.camera, a.things[0].id, a.time / S) for a in alerts if a.state == "firing"] == [("cam_b", 1, 16.0)]


def test_10_a_label_that_flips_between_car_and_truck():
    data = told("10-car-or-truck.json")
    alerts = run(engine(data["rules"], scene(data)), tables(data))
    ((_, _, at),) = fired(alerts)
    assert 20 <= at <= 22
    assert {a.state for a in alerts} <= {"pending", "firing"}


def test_12_a_trembling_box_is_still():
    bay = Zone("bay", ((300, 250), (700, 250), (700, 500), (300, 500)))
    rules = "rule parked { each car c in zone bay when c is still for 20s }"
    made = engine(rules, Scene(frame=(1280, 720), zones=[bay]))
    alerts = run(made, boxes("12-trembling-box-is-still.csv", 5, "car"))
    ((_, _, at),) = fired(alerts)
    assert 20 <= at <= 22.2
    assert [state for state, _ in brief(alerts)] == ["pending", "firing"]


def test_13_times_that_repeat_and_fall_back():
    data = told("13-times-that-repeat.json")
    notices: list[Notice] = []
    made = engine(data["rules"], scene(data), notices)
    alerts = []
    for number, ms in enumerate(data["frame_times_ms"], 1):
        alerts += made.observe(Tracks.of("cam", round(ms * S / 1000), [1], [data["box"]]), number)
    assert fired(alerts) == [("stays", 1, pytest.approx(1.9, abs=0.1))]
    assert [n.index for n in notices if n.kind == "repeated"] == data["refused"]["repeats_a_time"]
    assert [n.index for n in notices if n.kind == "late"] == data["refused"]["late"]
    assert all(n.time <= (n.last or 0) for n in notices)
    assert [state for state, _ in brief(alerts)] == ["pending", "firing"]


def test_14_a_clock_that_is_set_back_an_hour():
    data = told("14-clock-set-back.json")
    notices: list[Notice] = []
    made = engine(data["rules"], scene(data), notices)
    (a, b), (c, d) = data["frame_times_s"]["first"], data["frame_times_s"]["then"]
    times = [*range(a, b + 1), *range(c, d + 1)]
    alerts = run(made, [Tracks.of("cam", t * S, [1], [data["box"]]) for t in times])
    assert fired(alerts) == [("long_stay", 1, pytest.approx(6495, abs=2))]
    assert [n.kind for n in notices if n.kind != "late"] == ["restart"]
    assert all(0 <= a.observed + a.gap <= 120 * S for a in alerts)
    before = {a.id for a in alerts if a.time >= 10000 * S}
    assert before.isdisjoint(a.id for a in alerts if a.time < 10000 * S)


def test_17_frames_that_change_their_size_midway():
    notices: list[Notice] = []
    hall = Zone("hall", ((100, 100), (600, 100), (600, 460), (100, 460)))
    made = engine("rule stays: person in zone hall for 10s", Scene(frame=(640, 480), zones=[hall]), notices)
    alerts = []
    sizes = [*[(640, 480)] * 49, *[(1280, 720)] * 151, *[(640, 480)] * 80]
    for k, size in enumerate(sizes):
        time = round(k * S / 10)
        if made.size("cam", size, time):
            alerts += made.observe(Tracks.of("cam", time, [1], [[200, 200, 260, 400]]))
    # 4.8 s were seen, 15.2 s are a gap, and the rest of the 10 s comes after it.
    assert fired(alerts) == [("stays", 1, pytest.approx(25.2, abs=0.1))]
    (notice,) = notices
    for word in ("cam", "640×480", "1280×720", "0:04.9"):
        assert word in notice.message
