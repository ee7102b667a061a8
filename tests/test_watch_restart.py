"""A watch that is saved, thrown away and taken up goes on as if it were the same: rules, tracker, views."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchword import Alert, Detections, Restored, Scene, StateError, Tracks, Watch, Zone
from watchword.track import Default
from watchword.video import Frame

S = 1_000_000_000
HALL = Scene(frame=(900, 600), zones=[Zone("hall", ((0, 0), (900, 0), (900, 600), (0, 600)))])
RULES = """
rule stay: person in zone hall > 4s
rule bag { each bag b when b is still for 3s }
rule crowd { when count of person in zone hall >= 2 for 1s }
"""
BAG = (600, 400, 640, 440)


def walkers(second: float, camera: str) -> Detections:
    """Two who walk and one who stands, with a bag beside; some boxes are missed."""
    rng = np.random.default_rng(int(second * 10) + len(camera))
    boxes = [(50 + 40 * second, 200, 110 + 40 * second, 350), (700 - 30 * second, 300, 760 - 30 * second, 450)]
    boxes += [(400, 250, 460, 400), BAG]
    here = rng.random(4) < 0.85
    jitter = rng.normal(0, 1.5, (4, 4))
    labels = ["person", "person", "person", "bag"]
    given_ = [(np.add(b, j), label) for b, j, label, h in zip(boxes, jitter, labels, here, strict=True) if h]
    return Detections.of(camera, round(second * S), [b for b, _ in given_], [n for _, n in given_], [0.9] * len(given_))


def watch(**rest: object) -> Watch:
    return Watch(RULES, scene=HALL, check_view=False, **rest)


def told(
    looks: list[Detections], cuts: tuple[int, ...] = (), make: Callable[[], Watch] = watch
) -> tuple[list[Alert], list[Tracks | None], list[Restored]]:
    running, found, tracks, taken = make(), [], [], []
    for k, look in enumerate(looks):
        if k in cuts:
            saved = running.snapshot()
            running = make()
            taken.append(running.restore(saved))
        found += running.detected(look)
        tracks.append(running.tracks)
    return found, tracks, taken


LOOKS = [Detections.join([walkers(k / 5, "one"), walkers(k / 5, "three")]) for k in range(60)]


@settings(max_examples=6, deadline=None)
@given(st.sets(st.integers(0, 59), max_size=3))
def test_a_restart_changes_neither_alerts_nor_numbers(cuts):
    alerts, tracks, taken = told(LOOKS, tuple(cuts))
    whole, followed, _ = told(LOOKS)
    assert alerts == whole
    for a, b in zip(tracks, followed, strict=True):
        assert a is not None
        assert b is not None
        assert (a.ids.tolist(), a.ended) == (b.ids.tolist(), b.ended)
        np.testing.assert_array_equal(a.boxes, b.boxes)
    assert all(report.kept == ("stay", "bag", "crowd") and report.tracker for report in taken)
    assert {a.rule for a in whole if a.state == "firing"} == {"stay", "bag", "crowd"}


class Simple:
    """A tracker of another package: it counts from 1 and cannot be saved."""

    name = "simple"

    def __init__(self) -> None:
        self.tracker = Default()

    def track(self, detections: Detections) -> Tracks:
        return self.tracker.track(detections)

    def forget(self, camera: str) -> None:
        self.tracker.forget(camera)


def test_the_numbers_of_a_tracker_that_begins_anew_are_of_other_things():
    def one(second: float) -> Detections:
        # The bag stays; one person is there before the restart, and somebody else after it.
        person = (100, 200, 160, 350) if second < 6 else (300, 100, 360, 250)
        return Detections.of("hall", round(second * S), [BAG, person], ["bag", "person"], [0.9, 0.9])

    looks = [one(k / 5) for k in range(60)]
    alerts, _, (report,) = told(looks, (30,), lambda: watch(tracker=Simple()))
    assert not report.tracker
    assert str(report) == "3 rules go on; the tracker begins anew"
    bags = [(a.state, a.reason) for a in alerts if a.rule == "bag"]
    assert bags == [("pending", ""), ("firing", "")]  # found again by its place
    fired = [a for a in alerts if a.rule == "stay" and a.state == "firing" and not a.reason]
    assert [a.time / S for a in fired] == [4, 10]  # the second counts from its own first look
    assert len({a.id for a in fired}) == 2


def test_the_numbers_of_a_host_go_on():
    looks = [Tracks.of("hall", k * S, [7], [(100 + 30 * k, 200, 160 + 30 * k, 350)], ["person"]) for k in range(8)]
    first, second = watch(), watch()
    found = [a for look in looks[:3] for a in first.observe(look)]
    report = second.restore(first.snapshot())
    assert report.tracker
    found += [a for look in looks[3:] for a in second.observe(look)]
    assert [(a.state, a.time / S) for a in found if a.rule == "stay"] == [("pending", 0), ("firing", 4)]


class Nothing:
    """A detector that sees nothing."""

    name, labels, columns = "nothing", ("person",), ()

    def detect(self, frames) -> Detections:
        return Detections.join([Detections.of(f.camera, f.time, np.zeros((0, 4)), []) for f in frames])

    def forget(self, camera: str) -> None: ...
    def close(self) -> None: ...


def test_a_view_that_is_lost_stays_lost_and_is_told_once():
    notices = []

    def make() -> Watch:
        return Watch(RULES, scene=HALL, detector=Nothing(), on_notice=notices.append)

    rng = np.random.default_rng(3)
    room = np.kron(rng.integers(0, 255, (10, 15, 3)), np.ones((60, 60, 1))).astype(np.uint8)
    cloth = np.full_like(room, 90)
    running = make()
    for k in range(60):
        if k == 40:
            saved = running.snapshot()
            running = make()
            running.restore(saved)
        image = cloth if 25 <= k < 50 else room
        running.step(Frame("hall", k * S // 5, image, k))
    assert [(n.kind, n.alert.state if n.alert else "") for n in notices] == [("view", "firing"), ("view", "resolved")]
    assert notices[1].alert is not None
    assert notices[1].alert.time >= 10 * S


def test_what_is_damaged_leaves_a_watch_as_it_was():
    first = watch()
    for look in LOOKS[:10]:
        first.detected(look)
    saved = first.snapshot()
    second = watch()
    with pytest.raises(StateError, match="damaged"):
        second.restore(saved[:-1] + b"x")
    with pytest.raises(StateError, match="this is the saved state of a watch, not of an engine"):
        second.engine.restore(saved)
    other = Watch("rule more: person in zone hall > 9s", scene=HALL)
    with pytest.raises(StateError, match="belongs to other rules"):
        other.restore(saved)
    assert [a for look in LOOKS for a in second.detected(look)] == told(LOOKS)[0]
    with pytest.raises(StateError, match="has looked"):
        second.restore(saved)


def test_a_tracker_takes_up_what_another_of_its_kind_knew_and_nothing_else():
    first = Default()
    for look in LOOKS[:10]:
        first.track(look)
    second = Default()
    second.load(first.dump())
    for look in LOOKS[10:]:
        a, b = first.track(look), second.track(look)
        assert a.ids.tolist() == b.ids.tolist()
        assert attrs.asdict(a)["names"] == attrs.asdict(b)["names"]
    assert second.dump() == first.dump()
    with pytest.raises(StateError, match="not of a tracker"):
        Default().load(watch().snapshot())
