"""The default tracker's promises."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from watchword import boxes as bx
from watchword.detections import NEVER, Detections
from watchword.errors import DataError, DetectorError, StateError
from watchword.interop import mot
from watchword.track import Default, load
from watchword.track.base import Tracker
from watchword.track.boxtracker import BoxTracker
from watchword.tracks import End, Tracks
from watchword.units import SECOND

SHARED = Path(__file__).parents[2] / "shared"


def shared(name: str) -> Path:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{path.name} is not there (it is read from ../shared)")
    return path


def upright(x: float, bottom: float, height: float = 150.0, aspect: float = 0.4) -> list[float]:
    return [x - aspect * height / 2, bottom - height, x + aspect * height / 2, bottom]


def seconds(time: float) -> int:
    return round(time * SECOND)


def ids_of(ticks: Iterable[Tracks]) -> set[int]:
    return {i for t in ticks for i in t.ids.tolist()}


Frames = Sequence[tuple[float, dict[str, list[list[float]]]]]


def follow(frames: Frames, tracker: Tracker | None = None) -> list[Tracks]:
    """Feed (second, boxes by label) to a tracker."""
    tracker = tracker or BoxTracker()
    ticks = []
    for time, found in frames:
        boxes = [box for group in found.values() for box in group]
        labels = [label for label, group in found.items() for _ in group]
        ticks.append(tracker.track(Detections.of("c", seconds(time), boxes, labels)))
    return ticks


def test_the_default_is_loaded_by_name():
    assert isinstance(load(), Default)
    assert isinstance(load("default"), Tracker)
    assert isinstance(load("watchword.track.boxtracker:BoxTracker"), Tracker)
    with pytest.raises(DetectorError, match="did you mean `default`"):
        load("defaul")
    with pytest.raises(DetectorError, match="cannot be made"):
        load("watchword.track.boxtracker:Nothing")
    with pytest.raises(DetectorError, match="makes no tracker"):
        load("watchword.units:Fraction")


@pytest.mark.parametrize("fps", [30, 10, 5, 2, 1])
@pytest.mark.parametrize("speed", [0.0, 0.8])
def test_one_walker_has_one_number_at_any_rate(fps, speed):
    frames = [(k / fps, {"person": [upright(100 + speed * 150 * k / fps, 600)]}) for k in range(12 * fps)]
    ticks = follow(frames)
    assert ids_of(ticks) == {1}
    assert all(len(t) == 1 for t in ticks)
    off = [abs(float(bx.centres(t.boxes)[0, 0]) - (100 + speed * 150 * k / fps)) for k, t in enumerate(ticks)]
    assert max(off[len(off) // 2 :]) < 0.1 * 150


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(0.03, 1.5), min_size=12, max_size=40))
def test_one_walker_has_one_number_at_irregular_times(steps):
    times = np.cumsum(steps)
    ticks = follow([(t, {"person": [upright(100 + 100 * t, 600)]}) for t in times])
    assert ids_of(ticks) == {1}


@pytest.mark.parametrize("fps", [7, 25])
def test_people_who_cross_keep_their_numbers(fps):
    frames = []
    for k in range(8 * fps):
        t = k / fps
        a, b = upright(100 + 110 * t, 600), upright(980 - 110 * t, 612)
        hidden = abs(a[0] - b[0]) < 35  # the nearer one hides the other
        frames.append((t, {"person": [b] if hidden else [a, b]}))
    ticks = follow(frames)
    assert ids_of(ticks) == {1, 2}
    by_id = dict(zip(ticks[-1].ids.tolist(), ticks[-1].boxes[:, 0].tolist(), strict=True))
    assert by_id[1] > by_id[2]


@pytest.mark.parametrize("fps", [5, 10, 25])
@pytest.mark.parametrize("sizes", [2.0, 6.0])  # a car's heights a second: 3 and 9 m/s
def test_cars_that_pass_each_other_keep_their_numbers(fps, sizes):
    frames = []
    for k in range(4 * fps):
        there, back = 100 + sizes * 80 * k / fps, 2000 - sizes * 80 * k / fps
        parked = [[500 + 200 * n, 500, 660 + 200 * n, 580] for n in range(4)]
        frames.append((k / fps, {"car": [[there, 420, there + 160, 500], [back, 380, back + 160, 460], *parked]}))
    ticks = follow(frames)
    assert ids_of(ticks) == {1, 2, 3, 4, 5, 6}
    assert all(t.seen.all() for t in ticks)


def hidden_bag(hidden: float, fps: float = 5) -> Frames:
    """A bag that lies for 10 s, is hidden by people, and is seen for 5 s more, all boxes trembling a little."""
    rng = np.random.default_rng(4)
    frames = []
    for k in range(int((15 + hidden) * fps)):
        t = k / fps
        bag = [upright(400 + rng.normal(0, 1), 500 + rng.normal(0, 1), 40, 1.2)]
        covered = 10 <= t < 10 + hidden
        people = [upright(100 + 90 * (t % 12), 520)]
        frames.append((t, {"bag": [] if covered else bag, "person": people}))
    return frames


@pytest.mark.parametrize("hidden", [1.5, 8, 29])
def test_a_bag_hidden_by_people_is_the_same_bag(hidden):
    ticks = follow(hidden_bag(hidden))
    bags = {i for t in ticks for k, i in enumerate(t.ids.tolist()) if t.label(k) == "bag"}
    assert len(bags) == 1
    assert not [e for t in ticks for e in t.ended if e.id in bags]


def test_a_bag_hidden_for_longer_than_memory_has_ended():
    ticks = follow(hidden_bag(33))
    bags = [i for t in ticks for k, i in enumerate(t.ids.tolist()) if t.label(k) == "bag"]
    assert len(set(bags)) == 2
    (end,) = [e for t in ticks for e in t.ended if e.id == bags[0]]
    assert end == End("c", bags[0], seconds(9.8))


def test_the_dark_is_no_time_unseen_for_a_still_thing():
    box = {"bag": [upright(400, 500, 40, 1.2)]}
    dark = [(k / 5, box) for k in range(25)] + [(100 + k / 5, box) for k in range(25)]
    assert ids_of(follow(dark)) == {1}
    long = [(k / 5, box) for k in range(25)] + [(400 + k / 5, box) for k in range(25)]
    ticks = follow(long)
    assert ids_of(ticks) == {1, 2}
    assert ticks[25].ended == (End("c", 1, seconds(4.8)),)


def test_a_person_does_not_inherit_the_number_of_a_bag():
    frames = []
    for k in range(60):
        t = k / 5
        person = upright(400, 500, 150) if t < 6 else upright(400 + 120 * (t - 6), 500, 150)
        bag = upright(400, 500, 150, 0.4)  # as large as the person, in the same place
        frames.append((t, {"bag": [bag] if t < 6 else [], "person": [] if t < 6 else [person]}))
    ticks = follow(frames)
    labels = {(i, t.label(k)) for t in ticks for k, i in enumerate(t.ids.tolist())}
    assert labels == {(1, "bag"), (2, "person")}


def test_a_cut_box_of_a_still_thing_is_a_sight_of_it():
    car = [300.0, 300.0, 500.0, 400.0]
    frames = [(k / 5, {"car": [[300, 300, 380, 400] if 50 <= k < 60 else car]}) for k in range(80)]
    ticks = follow(frames)
    assert ids_of(ticks) == {1}
    assert all(t.seen.all() for t in ticks)
    np.testing.assert_allclose(ticks[-1].boxes[0], car, atol=5)


def test_the_label_is_that_of_most_of_the_time():
    frames = []
    for k in range(100):
        label = "truck" if k % 4 == 3 or k < 2 else "car"
        frames.append((k / 10, {label: [[100 + 2 * k, 300, 260 + 2 * k, 380]]}))
    ticks = follow(frames)
    assert ids_of(ticks) == {1}
    assert {t.label(0) for t in ticks[5:]} == {"car"}


def test_a_person_and_a_vehicle_do_not_take_each_others_numbers():
    frames = []
    for k in range(60):
        x = 100 + 8 * k
        # the detector loses the one while it sees the other
        found = {"person": [upright(x, 500)]} if k % 20 < 10 else {"car": [upright(x, 500)]}
        frames.append((k / 10, found))
    ticks = follow(frames)
    by_id = {}
    for t in ticks:
        for k, i in enumerate(t.ids.tolist()):
            by_id.setdefault(i, set()).add(t.label(k))
    assert all(len(labels) == 1 for labels in by_id.values())
    assert {"person"} in by_id.values()
    assert {"car"} in by_id.values()


def test_what_its_detector_says_rests_is_confirmed_at_once_and_kept():
    tracker = BoxTracker()
    tracker.track(Detections.of("c", 0))
    box = [[400, 400, 440, 430]]
    ticks = [tracker.track(Detections.of("c", seconds(1), box, "left_object", rest_since=[seconds(0.4)]))]
    ticks += [tracker.track(Detections.of("c", seconds(1 + k / 5), rest_since=[])) for k in range(1, 100)]
    ticks.append(tracker.track(Detections.of("c", seconds(21), box, "left_object", rest_since=[seconds(0.4)])))
    assert ticks[0].ids.tolist() == ticks[-1].ids.tolist() == [1]
    assert ticks[0].extra["rest_since"].tolist() == ticks[-1].extra["rest_since"].tolist() == [seconds(0.4)]
    assert not any(t.ended for t in ticks)


def test_a_resting_box_that_grows_is_the_same_thing():
    tracker = BoxTracker()
    tracker.track(Detections.of("c", 0))
    ids = set()
    for k in range(1, 40):
        box = [[400, 400, 440, 430]] if k < 20 else [[380, 390, 460, 450]]
        ids |= ids_of([tracker.track(Detections.of("c", seconds(k / 5), box, "bag", rest_since=[seconds(0.1)]))])
    assert ids == {1}


def test_columns_travel_with_the_row_they_matched():
    tracker = BoxTracker()
    left, right = upright(100, 500), upright(600, 500)
    for k in range(6):
        order = [left, right] if k % 2 else [right, left]
        helmet = [0.1, 0.9] if k % 2 else [0.9, 0.1]
        tick = tracker.track(
            Detections.of("c", seconds(k / 10), order, helmet=helmet, rest_since=[NEVER, 7] if k % 2 else [7, NEVER])
        )
        by_place = np.argsort(tick.boxes[:, 0])
        assert tick.extra["helmet"][by_place].tolist() == [0.1, 0.9]
    tick = tracker.track(Detections.of("c", seconds(0.6), [left], helmet=[0.2], rest_since=[NEVER]))
    by_place = np.argsort(tick.boxes[:, 0])
    assert tick.seen[by_place].tolist() == [True, False]
    assert tick.extra["helmet"][by_place[0]] == 0.2
    assert math.isnan(tick.extra["helmet"][by_place[1]])
    assert tick.extra["rest_since"][by_place].tolist() == [NEVER, 7]


def test_a_thing_is_told_only_when_sure_and_its_end_is_dated_at_its_last_sight():
    walk = {k: [upright(100 + 10 * k, 500)] for k in range(5, 30)}
    ticks = follow([(k / 10, {"person": walk.get(k, [])}) for k in range(70)])
    told = [k for k, t in enumerate(ticks) if len(t)]
    assert told == [*range(8, 31)]  # 0.3 s after the first sight, and 0.15 s beyond the last
    assert [bool(ticks[k].seen[0]) for k in told] == [True] * 22 + [False]
    ends = [(k, e) for k, t in enumerate(ticks) for e in t.ended]
    assert [e for _, e in ends] == [End("c", 1, seconds(2.9))]
    assert ends[0][0] == 50


def test_one_false_box_is_nothing():
    ticks = follow([(k / 10, {"person": [upright(300, 500)] if k == 20 else []}) for k in range(60)])
    assert ids_of(ticks) == set()
    assert not any(t.ended for t in ticks)


def test_numbers_are_not_given_twice_even_after_forgetting():
    tracker = BoxTracker()
    met: list[set[int]] = []
    for part in range(4):
        start = 100.0 * part
        paths = [(start + k / 5, 200 + 20 * k) for k in range(10)]
        frames = [(t, {"person": [upright(x, 500), upright(x + 300, 500)]}) for t, x in paths]
        met.append(ids_of(follow(frames, tracker)))
        if part == 1:
            tracker.forget("c")
            tracker.forget("never seen")
    assert met == [{1, 2}, {3, 4}, {5, 6}, {7, 8}]


def test_after_forgetting_the_clock_may_begin_anew():
    tracker = BoxTracker()
    tracker.track(Detections.of("c", seconds(50)))
    with pytest.raises(StateError, match="camera `c` looks at 50000000000 ns, after its look at 50000000000 ns"):
        tracker.track(Detections.of("c", seconds(50)))
    with pytest.raises(StateError, match="forget"):
        tracker.track(Detections.of("c", seconds(49)))
    tracker.forget("c")
    tracker.track(Detections.of("c", seconds(1)))


def test_the_file_of_impossible_boxes_gives_one_track():
    file = mot.read(shared("cases/06-impossible-boxes.csv"), 10)
    tracker = BoxTracker()
    ticks = [tracker.track(t) for t in file.ticks() if isinstance(t, Detections)]
    assert len(ticks) == 12
    assert ids_of(ticks) == {1}
    assert all(np.isfinite(t.boxes).all() and np.isfinite(t.scores).all() for t in ticks)


@pytest.mark.parametrize("number", [3, 5, 7, 9, 10])
def test_bags_at_one_picture_a_second_keep_their_number(number):
    tracker = BoxTracker()
    bags = []
    for tick in mot.read(shared(f"data/aboda-1fps/video{number}.csv")).ticks():
        tracks = tracker.track(tick)
        bags.append([i for k, i in enumerate(tracks.ids.tolist()) if tracks.label(k) == "bag"])
    told = [i for tick in bags for i in tick]
    longest = max(told.count(i) for i in set(told))
    assert longest >= 0.9 * len(told)


Row = tuple[float, float, float, float]
boxes = st.lists(
    st.tuples(st.floats(0, 600), st.floats(0, 400), st.floats(5, 200), st.floats(0.1, 1.0)), min_size=0, max_size=6
)
scenes = st.lists(boxes, min_size=1, max_size=12)


def detections(
    camera: str, time: int, rows: list[tuple[float, float, float, float]], factor: float = 1.0
) -> Detections:
    found = [[factor * v for v in (x, y, x + h / 2, y + h)] for x, y, h, _ in rows]
    return Detections.of(
        camera, time, found, ["person" if h > 30 else "bag" for *_, h, _ in rows], [s for *_, s in rows]
    )


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.sampled_from("abc"), scenes, min_size=1), st.data())
def test_cameras_in_one_call_are_as_each_alone(given_scenes, data):
    together, alone = BoxTracker(), {camera: BoxTracker() for camera in given_scenes}
    for k in range(max(map(len, given_scenes.values()))):
        looking = [c for c, scene in given_scenes.items() if k < len(scene) and (k < 2 or data.draw(st.booleans()))]
        if not looking:
            continue
        looking = data.draw(st.permutations(looking))
        tables = [detections(c, seconds(k / 5), given_scenes[c][k]) for c in looking]
        joint = together.track(Detections.join(tables))
        assert len(joint.ids) == len(joint.boxes)
        for camera, table in zip(looking, tables, strict=True):
            one, part = alone[camera].track(table), joint.at(camera)
            assert one.ids.tolist() == part.ids.tolist()
            assert one.seen.tolist() == part.seen.tolist()
            assert [one.label(i) for i in range(len(one))] == [part.label(i) for i in range(len(part))]
            np.testing.assert_allclose(one.boxes, part.boxes, rtol=1e-9, atol=1e-7)
            assert one.ended == tuple(e for e in joint.ended if e.camera == camera)


@settings(max_examples=40, deadline=None)
@given(scenes)
def test_whatever_comes_in_what_goes_out_is_sound(scene):
    tracker = BoxTracker()
    ended: set[int] = set()
    for k, rows in enumerate(scene):
        tick = tracker.track(detections("c", seconds(k / 5), rows))
        ids = tick.ids.tolist()
        assert len(set(ids)) == len(ids)
        assert not ended & set(ids)
        ended |= {e.id for e in tick.ended}
        assert np.isfinite(tick.boxes).all()
        assert (bx.areas(tick.boxes) > 0).all()
        assert ((tick.scores >= 0) & (tick.scores <= 1)).all()
        assert tick.times.tolist() == [seconds(k / 5)]


wild = st.floats(-1e308, 1e308) | st.floats(-50, 50) | st.sampled_from([0.0, 5e-324, 1e-300, 1e7])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.tuples(wild, wild, wild, wild), max_size=4), min_size=2, max_size=6))
def test_absurd_boxes_harm_nobody(looks):
    tracker = BoxTracker()
    for k, rows in enumerate(looks):
        wild_one = Detections.of("wild", seconds(k / 5), rows)
        calm = Detections.of("calm", seconds(k / 5), [upright(300 + 20 * k, 500), upright(700, 500)])
        tick = tracker.track(Detections.join([wild_one, calm]))
        assert np.isfinite(tick.boxes).all()
        assert tick.at("calm").ids.tolist() == [1, 2]
        assert sum(tick.dropped.values()) >= sum(wild_one.dropped.values())


@pytest.mark.parametrize("wrong", [{"memory": -1.0}, {"gate": math.nan}, {"coast": math.inf}])
def test_a_setting_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(DataError, match=f"the tracker's {next(iter(wrong))} is"):
        BoxTracker(**wrong)


@settings(max_examples=40, deadline=None)
@given(scenes, st.sampled_from([0.5, 2.0, 8.0]))
def test_pixels_do_not_matter(scene, factor):
    one, other = BoxTracker(), BoxTracker()
    for k, rows in enumerate(scene):
        rows = [(x, y, h + 60, s) for x, y, h, s in rows]  # where 4 px is less than a share of the box
        a = one.track(detections("c", seconds(k / 5), rows))
        b = other.track(detections("c", seconds(k / 5), rows, factor))
        assert a.ids.tolist() == b.ids.tolist()
        np.testing.assert_allclose(a.boxes * factor, b.boxes, rtol=1e-9, atol=1e-6)


def test_churn_leaves_nothing_behind():
    tracker = BoxTracker()
    rng = np.random.default_rng(1)
    held = []
    for k in range(800):
        boxes = [upright(x, y) for x, y in rng.uniform((0, 200), (1900, 1000), (8, 2))] if k % 3 else []
        boxes += [upright(100 + (k * 13) % 1800, 700)]
        tracker.track(Detections.of("c", seconds(k / 10), boxes))
        held.append(len(tracker._blocks.of(("c",)).things))
    assert max(held[-300:]) <= max(held[100:400]) + 10
    assert len(tracker._blocks._blocks) == 1


def test_groups_of_cameras_that_change_leave_nothing_behind():
    tracker = BoxTracker()
    rng = np.random.default_rng(2)
    names = [f"c{k}" for k in range(6)]
    for k in range(60):
        looking = rng.permutation(names)[: rng.integers(1, 7)].tolist()
        tracker.track(Detections.join([Detections.of(c, seconds(k), [upright(100, 500)]) for c in looking]))
    held = [camera for cameras in tracker._blocks._blocks for camera in cameras]
    assert sorted(held) == names


def agreement(truth: Path, tracked: Sequence[Tracks]) -> float:
    """IDF1 (E. Ristani et al. 2016): how well numbers agree with people, both ways, at an overlap of half."""
    real = list(mot.read(truth, 1).ticks())
    shared_looks: dict[tuple[int, int], int] = {}
    for a, b in zip(real, tracked, strict=False):
        for i, j in np.argwhere(bx.iou(a.boxes, b.boxes) >= 0.5):
            pair = int(a.ids[i]), int(b.ids[j])
            shared_looks[pair] = shared_looks.get(pair, 0) + 1
    people, numbers = ({p[k] for p in shared_looks} for k in (0, 1))
    people, numbers = sorted(people), sorted(numbers)
    table = np.array([[shared_looks.get((p, n), 0) for n in numbers] for p in people])
    same = table[linear_sum_assignment(table, maximize=True)].sum()
    return 2 * same / (sum(map(len, real)) + sum(map(len, tracked)))


@pytest.mark.parametrize(("name", "fps", "least"), [("pets09-s2l1", 7, 0.6), ("tud-stadtmitte", 25, 0.78)])
def test_people_in_real_footage_keep_their_numbers(name, fps, least):
    tracker = BoxTracker()
    tracked = [tracker.track(t) for t in mot.read(shared(f"data/{name}/det.txt"), fps).ticks()]
    assert agreement(shared(f"data/{name}/gt.txt"), tracked) >= least
