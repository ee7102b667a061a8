"""A watch beside its detector: what masks hide nobody sees, and a camera that sees nothing says nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import attrs
import cv2
import numpy as np
import pytest

import watchword as ww
from room import Room
from test_view import cloth, furnished, moved
from watchword.alertfolder import AlertFolder
from watchword.events import SYSTEM_VIEW, Alert, Notice
from watchword.lang import RuleSet
from watchword.run.engine import Engine
from watchword.video import Frame, frames

S = 1_000_000_000
DATA = Path(__file__).parents[2] / "shared" / "data"
FRAME = (360, 270)
HERE = "rule p {{ each person p when p is visible for {}s }}"
MASK = ((200.0, 0.0), (360.0, 0.0), (360.0, 140.0), (200.0, 140.0))


class Eye:
    """Remembers what it saw, and says that somebody stands in the middle."""

    name = "eye"
    labels = ("person",)
    columns = ()

    def __init__(self, anybody: bool = True) -> None:
        self.seen: list[Frame] = []
        self.anybody = anybody

    def detect(self, given: Sequence[Frame]) -> ww.Detections:
        self.seen += given
        box = [(150, 100, 190, 220)] if self.anybody else []
        return ww.Detections.join([ww.Detections.of(f.camera, f.time, box, "person", [0.9] * len(box)) for f in given])

    def forget(self, camera: str) -> None: ...

    def close(self) -> None: ...


def room(seconds: float, change: Callable | None = None, start: float = 0, end: float = 1e9, **more) -> list[Frame]:
    found = []
    for frame in Room(fps=8, seconds=seconds, things=furnished(), **more).frames():
        inside = change is not None and start <= frame.time / S < end
        found.append(attrs.evolve(frame, image=change(frame.image)) if inside else frame)
    return found


def watched(rule: str, given: Sequence[Frame], detector: Eye, **how) -> tuple[list[Alert], list[Notice], ww.Watch]:
    told: list[Notice] = []
    watch = ww.Watch(rule, detector=detector, on_notice=told.append, **how)
    return [alert for frame in given for alert in watch.step(frame)], told, watch


# ---- masks


def test_no_detector_sees_what_a_mask_hides():
    scene, eye = ww.Scene(frame=FRAME, masks=[MASK]), Eye()
    given = room(1)
    before = [frame.image.copy() for frame in given]
    watched(HERE.format(2), given, eye, scene=scene)
    assert len(eye.seen) == len(given)
    for seen, was in zip(eye.seen, before, strict=True):
        assert not seen.image[:140, 202:].any()
        assert (seen.image[145:] == was[145:]).all()
    assert all((frame.image == was).all() for frame, was in zip(given, before, strict=True)), "the host's stay whole"


def test_masks_of_several_cameras_are_each_camera_s_own():
    scenes, eye = {"a": ww.Scene(frame=FRAME, masks=[MASK]), "b": ww.Scene(frame=FRAME)}, Eye()
    watch = ww.Watch(HERE.format(2), scenes, detector=eye)
    image = np.full((270, 360, 3), 90, np.uint8)
    watch.step_many([Frame("a", 0, image), Frame("b", 0, image)])
    assert not eye.seen[0].image[:140, 202:].any()
    assert (eye.seen[1].image == image).all()


def test_pictures_and_films_of_alerts_are_masked_too(tmp_path: Path):
    watch = ww.Watch(HERE.format(1), scene=ww.Scene(frame=FRAME, masks=[MASK]), detector=Eye())
    white = np.full((270, 360, 3), 255, np.uint8)
    with AlertFolder(tmp_path, watch, film=8) as folder:
        for k in range(16):
            frame = Frame("a", k * S // 8, white)
            folder.write(watch.step(frame), frame)
    picture = cv2.imread(str(tmp_path / "0001.jpg"))
    hidden = picture[: round(140 / 270 * 480) - 12, round(202 / 360 * 640) + 12 : 628]
    assert hidden.max() < 60
    film = cv2.VideoCapture(str(tmp_path / "film.mp4"))
    assert film.read()[1][60:120, 220:350].max() < 60


def test_an_alert_is_never_shown_on_the_picture_of_another_camera(tmp_path: Path):
    watch = ww.Watch(HERE.format(1), {"a": ww.Scene(frame=FRAME), "b": ww.Scene(frame=FRAME)}, detector=Eye())
    white = np.full((270, 360, 3), 255, np.uint8)
    with AlertFolder(tmp_path, watch) as folder:
        for k in range(12):
            one, other = Frame("a", k * S // 8, white), Frame("b", k * S // 8, white)
            folder.write(watch.step_many([one, other]), one)
    pictures = [cv2.imread(str(path)) for path in sorted(tmp_path.glob("0*.jpg"))]
    assert [bool((picture[:100] > 240).all()) for picture in pictures] == [True, False]


# ---- the view


def test_a_covered_camera_is_told_once_and_again_when_it_is_back():
    alerts, told, _ = watched(HERE.format(2), room(16, cloth, 6, 11), Eye())
    assert [(n.kind, n.alert.state, n.alert.reason) for n in told] == [
        ("view", "firing", "covered"),
        ("view", "resolved", "covered"),
    ]
    lost, back = told
    assert (lost.alert.time, lost.alert.id) == (6 * S, back.alert.id)
    assert 7 * S <= lost.time <= 8 * S
    assert back.alert.time == 11 * S
    assert lost.alert.rule == SYSTEM_VIEW
    assert lost.message == "room: the view is covered since 0:06.0; rules say nothing until it is back"
    assert back.message == "room: the view is back at 0:11.0; it was covered for 0:05.0"
    assert [(a.state, a.reason) for a in alerts] == [
        ("pending", ""),
        ("firing", ""),
        ("stale", ""),
        ("firing", "seen again"),
    ]
    assert alerts[2].time == round(5.875 * S), "the last look that saw"


def test_nothing_is_detected_in_a_view_that_is_none():
    eye = Eye()
    watched(HERE.format(2), room(16, cloth, 6, 11), eye)
    times = [frame.time / S for frame in eye.seen]
    assert not [t for t in times if 6 <= t < 11], "not even in the second in which it is not yet told"
    assert max(times) > 12


def test_a_covered_camera_is_no_empty_place():
    rule = "rule gone { when no person for 4s  gap reset after 2s }"
    eye = Eye()
    watch = ww.Watch(rule, detector=eye)
    found = []
    for frame in room(16, cloth, 6, 12):
        eye.anybody = not 6 <= frame.time / S < 12
        found += watch.step(frame)
    assert not [a for a in found if a.state == "firing"]


def test_a_flash_is_neither_told_nor_detected_in():
    eye = Eye()
    alerts, told, _ = watched(HERE.format(2), room(10, lambda image: np.full_like(image, 255), 5, 5.5), eye)
    assert not told
    assert not [f for f in eye.seen if 5 <= f.time / S < 5.5]
    assert [a.state for a in alerts] == ["pending", "firing"]


def test_the_check_can_be_turned_off():
    eye = Eye()
    _, told, _ = watched(HERE.format(2), room(8, cloth, 4), eye, check_view=False)
    assert not told
    assert len(eye.seen) == 64


def test_a_cover_that_stays_does_not_become_the_view():
    """Neither after five minutes nor where the clock is set back."""
    given = room(6, cloth, 4)
    cover = given[-1].image
    given += [Frame("room", s * S, cover) for s in range(6, 400, 2)]
    given += [Frame("room", s * S, cover) for s in range(100, 110)]
    _, told, watch = watched(HERE.format(2), given, Eye())
    assert [n.kind for n in told] == ["view", "lost"]
    assert not watch.engine.sees("room")


def test_after_the_clock_was_set_back_the_view_is_learned_anew():
    first = room(6)
    other = [attrs.evolve(f, image=moved(f.image, 60), time=f.time + S) for f in room(8)]
    _, told, watch = watched(HERE.format(2), [*first, *other], Eye())
    assert "restart" in [n.kind for n in told]
    assert "view" not in [n.kind for n in told]
    assert watch.engine.sees("room")


def test_a_new_reference_begins_anew_with_the_view_as_it_is():
    told: list[Notice] = []
    watch = ww.Watch(HERE.format(2), detector=Eye(), on_notice=told.append)
    given = room(16, moved, 6)
    found = [alert for frame in given[:80] for alert in watch.step(frame)]
    assert found[-1].state == "stale"
    ends = watch.reference("room", given[80].time)
    assert [(a.state, a.reason, a.time) for a in ends] == [("resolved", "moved", given[47].time)]
    assert [n.alert.state for n in told] == ["firing", "resolved"]
    after = [alert for frame in given[80:] for alert in watch.step(frame)]
    assert [a.state for a in after] == ["pending", "firing"]
    assert len(told) == 2


def test_a_mask_s_own_edges_do_not_hide_that_the_view_moved():
    comb = [((k * 24.0, 0.0), (k * 24.0 + 10, 0.0), (k * 24.0 + 10, 270.0), (k * 24.0, 270.0)) for k in range(9)]
    _, told, _ = watched(HERE.format(2), room(9, moved, 5), Eye(), scene=ww.Scene(frame=FRAME, masks=comb))
    assert [n.alert.reason for n in told] == ["moved"]


def test_a_masked_camera_that_goes_dark_is_blinded_too():
    scene = ww.Scene(frame=FRAME, masks=[MASK])
    _, told, _ = watched(HERE.format(2), room(9, lambda image: image // 50 + 80, 5), Eye(), scene=scene)
    assert [n.alert.reason for n in told] in (["covered"], ["blinded"])


# ---- the host's word


def look(second: float, *ids: int) -> ww.Tracks:
    boxes = [(100, 100, 160, 250)] * len(ids)
    return ww.Tracks.of("hall", round(second * S), ids, boxes, ["person"] * len(ids))


def test_the_host_may_say_that_a_camera_sees_nothing():
    told: list[Notice] = []
    watch = ww.Watch(HERE.format(3), on_notice=told.append)
    found = []
    for k in range(200):
        second = k / 10
        if second == 5:
            watch.view("hall", ok=False, reason="covered", time=5 * S)
        if second == 10:
            watch.view("hall", ok=True, time=10 * S)
        found += watch.observe(look(second, *([1] if second < 5 or second >= 10 else [])))
    assert [(a.state, a.time / S) for a in found] == [("pending", 0), ("firing", 3), ("stale", 4.9), ("firing", 10)]
    assert [n.alert.state for n in told] == ["firing", "resolved"]


def test_a_view_is_back_when_nobody_says_otherwise():
    told: list[Notice] = []
    engine = Engine(RuleSet.loads(HERE.format(3)), notice=told.append)
    engine.view("hall", False, 1 * S, "covered", who="picture")
    engine.view("hall", False, 2 * S, "being cleaned")
    engine.view("hall", True, 3 * S, who="picture")
    assert not engine.sees("hall")
    engine.view("hall", True, 4 * S)
    engine.view("hall", True, 5 * S)
    assert engine.sees("hall")
    assert [(n.alert.state, n.alert.time / S, n.count) for n in told] == [("firing", 1, 1), ("resolved", 4, 1)]
    engine.view("hall", False, 6 * S)
    assert (told[-1].alert.reason, told[-1].count) == ("lost", 2)
    assert told[-1].alert.id != told[0].alert.id


def test_a_lost_view_stands_among_the_alerts(tmp_path: Path):
    told: list[Notice] = []
    watch = ww.Watch(HERE.format(2), detector=Eye(), on_notice=told.append)
    with AlertFolder(tmp_path, watch, film=8) as folder:
        for frame in room(9, cloth, 5):
            alerts = watch.step(frame)
            for notice in told:
                folder.notice(notice)
            told.clear()
            folder.write(alerts, frame)
    lines = [json.loads(line) for line in (tmp_path / "alerts.jsonl").read_text("utf-8").splitlines()]
    (view,) = [line for line in lines if line["rule"] == SYSTEM_VIEW]
    assert (view["state"], view["reason"], view["time"], view["camera"]) == ("firing", "covered", 5.0, "room")
    assert set(view) == set(lines[0])


# ---- footage

TAMPERED: list[tuple[str, Callable]] = [
    ("moved", lambda image: moved(image, 0.04 * image.shape[1])),
    ("moved", lambda image: moved(image, 0, 6)),
    ("covered", cloth),
    ("blurred", lambda image: cv2.GaussianBlur(image, (0, 0), 12)),
    ("blinded", lambda image: (image * 0.03).astype(np.uint8)),
]


@pytest.mark.slow
@pytest.mark.parametrize("film", ["left-bag/video4.avi", "pets09-s2l1/view1.avi"])
def test_footage_through_a_watch(film: str):
    if not (DATA / film).exists():
        pytest.skip(f"{film} is not there")
    seen = list(frames(DATA / film, rate=5))
    assert not watched(HERE.format(2), seen, Eye())[1]
    for reason, change in TAMPERED:
        given = [
            attrs.evolve(f, image=change(f.image)) if 10 <= f.time / S < 13 else f for f in seen if f.time < 17 * S
        ]
        _, told, _ = watched(HERE.format(2), given, Eye())
        assert [(n.alert.reason, n.alert.state) for n in told] == [(reason, "firing"), (reason, "resolved")]
        assert 10 * S <= told[0].time <= 12 * S
        assert 13 * S <= told[1].time <= 15 * S
