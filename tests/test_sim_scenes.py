"""What the ready-made scenes promise."""

from __future__ import annotations

import math

import numpy as np
import pytest

from watchword import sim
from watchword.errors import DataError
from watchword.sim.left import Decoy
from watchword.sim.stage import REACH, Staged

SECOND = 1_000_000_000


def near(stage: sim.Stage, person: sim.Person, staged: Staged, time: int) -> bool:
    """Whether somebody is within 1.5 of their heights of a staged bag."""
    box = stage.box_of(person, time / SECOND)
    if box is None or box[2] < 0 or box[0] > stage.lens.size[0]:
        return False
    foot = (staged.box[0] + staged.box[2]) / 2, staged.box[3]
    at = min(max((box[0] + box[2]) / 2, 0), stage.lens.size[0]), min(box[3], stage.lens.size[1])
    return math.dist(at, foot) <= REACH * (box[3] - box[1])


@pytest.mark.parametrize("people_at_start", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_a_left_bag_is_left(seed: int, people_at_start: bool) -> None:
    stage = sim.left_scene(seed, people_at_start=people_at_start)
    (left,) = stage.staged
    times = [stage.time(i) for i in range(stage.count)]
    assert left.kind == "left_bag"
    assert left.alone is not None
    assert 45 <= stage.seconds <= 60.2
    assert left.start < left.alone <= stage.time(stage.count - 1) - 25 * SECOND
    owner = next(p for p in stage.people if p.id == left.owner)
    assert not any(near(stage, owner, left, t) for t in times if t >= left.alone)
    assert near(stage, owner, left, left.start)
    for person in stage.people:  # nobody else takes it over
        run = longest = 0.0
        for time in times:
            run = run + 1 / stage.fps if time >= left.alone and near(stage, person, left, time) else 0.0
            longest = max(longest, run)
        assert longest < 4.7
    truth = stage.truth(times[-1])
    row = truth.ids.tolist().index(left.thing)
    assert truth.label(row) == "bag"
    assert truth.boxes[row] == pytest.approx(left.box)
    larger = max(left.box[2] - left.box[0], left.box[3] - left.box[1])
    assert 20 <= larger <= 60
    at_start = [len(stage.truth(t)) for t in times if t < 5 * SECOND]
    assert (min(at_start[:5]) > 0) if people_at_start else (max(at_start) == 0)


@pytest.mark.parametrize("seed", range(4))
def test_a_left_bag_can_be_told_from_the_floor(seed: int) -> None:
    stage = sim.left_scene(seed)
    left, top, right, bottom = (round(v) for v in stage.staged[0].box)
    first, last = (stage.frame(i).image[top:bottom, left:right].astype(int) for i in (0, stage.count - 1))
    assert np.median(np.abs(last - first).max(axis=2)) > 12


@pytest.mark.parametrize("people_at_start", [False, True])
@pytest.mark.parametrize("decoy", sim.DECOYS)
def test_a_decoy_is_no_left_bag(decoy: Decoy, people_at_start: bool) -> None:
    stage = sim.left_scene(11, decoy=decoy, people_at_start=people_at_start)
    assert {s.kind for s in stage.staged} == {decoy}
    assert 45 <= stage.seconds <= 60.2
    bags = [thing for thing in stage.things if thing.label == "bag"]
    assert (len(bags) == 1) == (decoy == "returns")
    frame = stage.frame(stage.count - 1)
    assert frame.size == stage.lens.size


@pytest.mark.parametrize("seed", range(3))
def test_the_owner_is_back_in_time(seed: int) -> None:
    stage = sim.left_scene(seed, decoy="returns")
    (staged,) = stage.staged
    owner = stage.people[0]
    run = longest = 0.0
    taken = stage.things[0].holds[-1].at if len(stage.things[0].holds) == 3 else stage.seconds
    for time in (stage.time(i) for i in range(stage.count)):
        if staged.start <= time < taken * SECOND:
            run = 0.0 if near(stage, owner, staged, time) else run + 1 / stage.fps
            longest = max(longest, run)
    assert 1 < longest < 9


@pytest.mark.parametrize(
    ("decoy", "at_least"), [("door", 12), ("light_patch", 6), ("removed", 12), ("moved_bin", 8), ("moved_chair", 6)]
)
def test_what_changes_changes_where_it_says(decoy: Decoy, at_least: float) -> None:
    stage = sim.left_scene(2, decoy=decoy)
    first, last = (stage.frame(i).image.astype(int) for i in (0, stage.count - 1))
    for staged in stage.staged:
        left, top, right, bottom = (round(v) for v in staged.box)
        part = np.abs(last - first).max(axis=2)[top:bottom, left:right]
        assert np.percentile(part, 70) > at_least


def test_an_unknown_decoy_is_refused() -> None:
    with pytest.raises(DataError, match="known are: stands"):
        sim.left_scene(1, decoy="dog")  # type: ignore[arg-type]


@pytest.fixture(scope="module", params=(0, 1))
def station(request: pytest.FixtureRequest) -> sim.Stage:
    return sim.concourse(request.param, fps=5)


def test_the_concourse_holds_what_it_lists(station: sim.Stage) -> None:
    stage = station
    assert set(stage.scene.zones) == {"concourse", "escalator", "tracks"}
    bag, wrong, intrusion = stage.staged
    assert (bag.kind, wrong.kind, intrusion.kind) == ("left_bag", "wrong_way", "intrusion")
    assert bag.alone is not None
    assert bag.alone < stage.time(stage.count - 1) - 14 * SECOND
    in_tracks: dict[int, int] = {}
    in_lane: dict[int, list[float]] = {}
    for truth in stage.truths():
        people = np.array([truth.label(i) == "person" for i in range(len(truth))], bool)
        for zone, told in (("tracks", in_tracks), ("escalator", in_lane)):
            for row in np.flatnonzero(stage.scene.zones[zone].contains(truth) & people):
                number, y = int(truth.ids[row]), float(truth.boxes[row, 3])
                if zone == "tracks":
                    told[number] = told.get(number, 0) + 1
                else:
                    told.setdefault(number, []).append(y)
    assert set(in_tracks) == {intrusion.thing}
    assert in_tracks[intrusion.thing] / stage.fps > 3
    against = {number for number, ys in in_lane.items() if ys[-1] > ys[0]}
    assert against == {wrong.thing}
    assert len(in_lane) > 4
    assert intrusion.end - intrusion.start > 3 * SECOND
    assert all(box > 0 for box in bag.box)


def test_walking_with_the_flow_is_inward(station: sim.Stage) -> None:
    line = station.scene.lines["lane_gate"]
    flow = station.scene.zones["escalator"].flow
    assert flow is not None

    def side(q: tuple[float, float]) -> float:
        (ax, ay), (bx, by) = line.start, line.end
        return (bx - ax) * (q[1] - ay) - (by - ay) * (q[0] - ax)

    assert side(flow[0]) > 0 > side(flow[1])


def test_a_crowd_keeps_its_number_and_its_ids() -> None:
    crowd = sim.crowd(5, people=40, seconds=60)
    counts, last = [], {}
    for index, truth in enumerate(crowd.truths()):
        counts.append(len(truth))
        for number in truth.ids.tolist():
            assert index - last.get(number, index) < 20  # who has gone for good does not come back
            last[number] = index
    assert 30 <= np.mean(counts) <= 40
    assert len(last) > 50


def test_a_crowd_s_detections_are_as_bad_as_asked() -> None:
    crowd = sim.crowd(5, people=30, seconds=40)
    perfect = list(crowd.detections(misses=0, false=0, jitter=0, hidden=1))
    for truth, seen in zip(crowd.truths(), perfect, strict=True):
        assert np.array_equal(truth.boxes, seen.boxes)
    people = sum(len(t) for t in crowd.truths())
    missed = 1 - sum(len(d) for d in crowd.detections(misses=0.2, false=0, hidden=1)) / people
    assert missed == pytest.approx(0.19, abs=0.03)
    false = sum(len(d) for d in crowd.detections(misses=0, false=2, hidden=1)) - people
    assert false / crowd.count == pytest.approx(2, abs=0.3)
    again = crowd.detection(17)
    assert np.array_equal(again.boxes, crowd.detection(17).boxes)


def test_a_crowd_of_nobody_is_refused() -> None:
    with pytest.raises(DataError, match="numbers over 0"):
        sim.crowd(1, people=0)
