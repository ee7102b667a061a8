"""Trackers of other packages behind the protocol: the real ones where they are installed, a stand-in for the rest."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.util import find_spec

import attrs
import numpy as np
import pytest

from watchword import Watch, sim
from watchword.detections import NEVER, Detections
from watchword.errors import DataError, DetectorError, StateError
from watchword.testing import check_tracker
from watchword.track import load
from watchword.track.adapters import EXTRAS, TRACKERS
from watchword.track.adapters.adapter import Adapter, Recent, Told, rows_of
from watchword.track.base import Tracker
from watchword.tracks import Tracks
from watchword.units import SECOND

PACKAGES = {name: {"roboflow": "trackers"}.get(name.partition("-")[0], name.partition("-")[0]) for name in TRACKERS}
THERE = [name for name, package in PACKAGES.items() if find_spec(package)]


@pytest.fixture(params=THERE)
def name(request: pytest.FixtureRequest) -> str:
    """The name of a tracker whose package is installed."""
    return request.param


@pytest.mark.parametrize("package", dict.fromkeys(PACKAGES.values()))
def test_a_package_is_tested_for_real(package):
    if not find_spec(package):
        pytest.skip(f"the package {package} is not installed: none of its trackers is tested")


def walkers(look: float, *starts: float) -> list[list[float]]:
    """Boxes of people who walk to the right, 60 pixels a second."""
    return [[x + 60 * look, 100.0, x + 60 * look + 50, 220.0] for x in starts]


def look(
    time: float, boxes: Sequence[Sequence[float]], labels: Sequence[str] | str = "person", camera: str = "c"
) -> Detections:
    return Detections.of(camera, round(time * SECOND), boxes, labels, np.full(len(boxes), 0.9))


def follow(tracker: Tracker, looks: Sequence[Detections]) -> list[Tracks]:
    return [tracker.track(one) for one in looks]


# ---- the real ones


def test_two_walkers_keep_their_numbers_and_boxes(name):
    ticks = follow(load(name), [look(k / 10, walkers(k / 10, 50, 400)) for k in range(40)])
    late = ticks[10:]
    assert {tuple(sorted(t.ids.tolist())) for t in late} == {(1, 2)}
    assert all(t.seen.all() and t.label(0) == "person" and np.allclose(t.scores, 0.9) for t in late)
    one = [t.boxes[t.ids.tolist().index(1)] for t in late]
    far = [abs(box[0] - walkers((k + 10) / 10, 50)[0][0]) for k, box in enumerate(one)]
    assert max(far) < 15


def test_who_leaves_ends_or_is_left_to_the_engine_and_nobody_gets_their_number(name):
    tracker = load(name)
    follow(tracker, [look(k / 10, walkers(k / 10, 50)) for k in range(20)])
    empty = follow(tracker, [look(2 + k / 10, []) for k in range(150)])
    assert [(e.camera, e.id) for t in empty for e in t.ended] == [("c", 1)]
    assert all(e.time == round(1.9 * SECOND) for t in empty for e in t.ended)
    assert not any(t.seen.any() for t in empty)
    again = follow(tracker, [look(17 + k / 10, walkers(k / 10, 50)) for k in range(20)])
    assert {i for t in again for i in t.ids.tolist()} == {2}


def test_a_label_has_a_tracker_of_its_own(name):
    labels = ["person", "car"]
    same = [[100.0, 100.0, 180.0, 220.0]] * 2
    ticks = follow(load(name), [look(k / 10, same, labels) for k in range(30)])
    last = dict(zip(ticks[-1].ids.tolist(), [ticks[-1].label(k) for k in range(2)], strict=True))
    assert sorted(last.values()) == ["car", "person"]
    ids = [{t.ids[k]: t.label(k) for k in range(len(t))} for t in ticks[10:]]
    assert all(one == last for one in ids)


def test_labels_taken_for_each_other_do_not_change_a_number_and_the_leading_one_is_told(name):
    given = ["car"] * 8 + ["truck"] + ["car"] * 8
    ticks = follow(load(name), [look(k / 10, walkers(0, 100), label) for k, label in enumerate(given)])
    assert {i for t in ticks for i in t.ids.tolist()} == {1}
    assert {t.label(0) for t in ticks if len(t)} == {"car"}


def test_cameras_do_not_know_of_each_other(name):
    tracker, alone = load(name), load(name)
    a = [look(k / 10, walkers(k / 10, 50, 400), camera="a") for k in range(25)]
    b = [look(100 + k / 10, walkers(k / 10, 200), camera="b") for k in range(25)]
    both = [tracker.track(Detections.join([one, other])) for one, other in zip(a, b, strict=True)]
    for t, want in zip(both, follow(alone, b), strict=True):
        assert t.cameras == ("a", "b")
        assert t.at("b").ids.tolist() == want.ids.tolist()
        assert np.allclose(t.at("b").boxes, want.boxes)


def test_after_forget_all_is_new_and_numbers_go_on(name):
    tracker = load(name)
    first = follow(tracker, [look(k / 10, walkers(k / 10, 50)) for k in range(20)])
    tracker.forget("c")
    second = follow(tracker, [look(k / 10, walkers(k / 10, 50)) for k in range(20)])
    assert {i for t in first for i in t.ids.tolist()} == {1}
    assert {i for t in second for i in t.ids.tolist()} == {2}
    assert [len(t) for t in first] == [len(t) for t in second]


def test_the_same_again_is_the_same_and_the_input_is_left_alone(name):
    crowd = sim.crowd(2, 8, 10, 6, camera="c")
    looks = list(crowd.detections(misses=0.1))
    before = [(d.boxes.copy(), d.scores.copy()) for d in looks]
    one, other = follow(load(name), looks), follow(load(name), looks)
    for a, b in zip(one, other, strict=True):
        assert a.ids.tolist() == b.ids.tolist()
        assert np.array_equal(a.boxes, b.boxes)
    assert all(
        np.array_equal(d.boxes, box) and np.array_equal(d.scores, s) for d, (box, s) in zip(looks, before, strict=True)
    )


def test_a_hole_of_a_minute_ends_all(name):
    tracker = load(name)
    follow(tracker, [look(k / 10, walkers(0, 50)) for k in range(20)])
    after = follow(tracker, [look(62 + k / 10, walkers(0, 50)) for k in range(20)])
    assert [e.id for t in after for e in t.ended] == [1]
    assert {i for t in after for i in t.ids.tolist()} == {2}


def test_options_are_the_librarys_and_others_are_refused(name):
    made = type(load(name))
    with pytest.raises(DataError, match="options"):
        made(options={"no_such_option": 1})
    with pytest.raises(DataError, match="fps"):
        made(fps=0)


def test_it_keeps_the_contract(name):
    assert 4 <= check_tracker(load(name)).things <= 5  # without a memory, who is missed for a moment is another


def test_it_serves_a_watch_by_name(name):
    watch = Watch("bag unattended > 1s", tracker=name)
    told = [a for k in range(40) for a in watch.detected(look(k / 10, [[100.0, 100, 140, 140]], "bag"))]
    assert [(a.state, a.things[0].id) for a in told if a.state == "firing"] == [("firing", 1)]


# ---- what is asked for by name


def test_an_unknown_name_is_met_with_the_nearest():
    with pytest.raises(DetectorError, match="did you mean `roboflow-bytetrack`"):
        load("roboflow-byte")
    with pytest.raises(DetectorError, match="did you mean `norfair`"):
        load("norfare")


@pytest.mark.parametrize("spec", TRACKERS)
def test_a_package_that_is_not_there_is_named_with_its_extra(spec, monkeypatch):
    module = TRACKERS[spec].partition(":")[0]
    monkeypatch.delitem(sys.modules, module, raising=False)
    for package in EXTRAS:
        monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(DetectorError, match=rf"watchword\[{spec.partition('-')[0]}\]"):
        load(spec)


# ---- what adapters share, with a stand-in that tells what it was given


@attrs.define
class Steps:
    """Says each box under the number of its column; remembers what it was given."""

    given: list[tuple[int, float]] = attrs.field(factory=list)

    def step(self, boxes, scores, second):
        self.given.append((len(boxes), round(second, 3)))
        keys = [round(box[0]) for box in boxes]
        return Told(keys, boxes, np.arange(len(boxes)), {1, 2, 3} | set(keys))


@attrs.define(eq=False, kw_only=True)
class Counting(Adapter):
    name: str = "counting"
    made: list[Steps] = attrs.field(factory=list)
    rates: list[float] = attrs.field(factory=list)

    def _follower(self, fps):
        self.rates.append(fps)
        self.made.append(Steps())
        return self.made[-1]


def test_the_rate_is_measured_by_four_looks_which_the_library_sees_all_the_same():
    tracker = Counting()
    times = [0.0, 0.04, 0.2, 0.24]  # one look late
    ticks = follow(tracker, [look(t, [[1, 0, 9, 9]]) for t in times])
    assert [len(t) for t in ticks] == [0, 0, 0, 1]
    assert tracker.rates[-1] == pytest.approx(25)
    assert [n for n, _ in tracker.made[-1].given] == [1, 1, 0, 0, 0, 1, 1]


def test_frames_missed_are_given_as_frames_without_boxes():
    tracker = Counting(fps=10)
    follow(tracker, [look(t, [[1, 0, 9, 9]]) for t in (0.0, 0.1, 0.5)])
    assert [n for n, _ in tracker.made[-1].given] == [1, 1, 0, 0, 0, 1]


def test_a_kind_first_seen_later_is_not_taken_for_the_first_frame():
    tracker = Counting(fps=10)
    tracker.track(look(0, [[1, 0, 9, 9]]))
    tracker.track(look(0.1, [[1, 0, 9, 9], [2, 0, 9, 9]], ["person", "bag"]))
    assert [n for n, _ in tracker.made[-1].given] == [0, 1]


def test_what_stays_of_a_thing_stays_while_it_is_not_seen_and_other_columns_are_unknown():
    class Ghost(Steps):
        def step(self, boxes, scores, second):
            return Told([7], np.array([[0, 0, 9, 9.0]]), np.array([0 if len(boxes) else -1]), {7})

    class Ghosts(Counting):
        def _follower(self, fps):
            return Ghost()

    tracker = Ghosts(fps=10)
    more = {"rest_since": [5], "members": [3.0], "heat": [0.5]}
    tracker.track(Detections.of("c", 0, [[0, 0, 9, 9]], "group", **more))
    none = {"rest_since": [], "members": [], "heat": []}
    tick = tracker.track(Detections.of("c", SECOND // 10, [], [], **none))
    assert tick.seen.tolist() == [False]
    assert tick.label(0) == "group"
    assert tick.extra["rest_since"].tolist() == [5]
    assert tick.extra["members"].tolist() == [3]
    assert np.isnan(tick.extra["heat"][0])
    assert NEVER not in tick.extra["rest_since"]


def test_a_look_that_is_not_later_is_refused():
    tracker = Counting(fps=10)
    tracker.track(look(1, []))
    with pytest.raises(StateError, match="forget"):
        tracker.track(look(1, []))


def test_a_number_said_lately_may_come_again_and_not_for_ever():
    recent = Recent(2)
    assert recent.alive([1]) == {1}
    assert recent.alive([]) == {1}
    assert recent.alive([]) == {1}
    assert recent.alive([2]) == {2}


def test_a_reported_box_is_of_the_one_it_overlaps_most():
    seen = np.array([[0, 0, 10, 10], [5, 0, 15, 10], [100, 0, 110, 10.0]])
    assert rows_of(np.array([[6, 0, 16, 10], [1, 0, 11, 10], [50, 0, 60, 10.0]]), seen).tolist() == [1, 0, -1]
