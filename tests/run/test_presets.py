"""A turning camera: a set of zones for each preset, each judged as a camera of its own, all unknown between them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pytest
from stream import brief

from watchword.errors import DataError, RuleError, SceneError
from watchword.events import Alert, Notice
from watchword.lang import RuleSet
from watchword.run.engine import Engine
from watchword.scene import Scene, Zone
from watchword.tracks import Tracks
from watchword.video import Frame
from watchword.watch import Watch

S = 1_000_000_000
FRAME = (900, 600)
LEFT = ((0.0, 0.0), (300.0, 0.0), (300.0, 600.0), (0.0, 600.0))
RIGHT = ((600.0, 0.0), (900.0, 0.0), (900.0, 600.0), (600.0, 600.0))
GATE = Scene(frame=FRAME, zones=[Zone("door", LEFT), Zone("floor", RIGHT)])
YARD = Scene(frame=FRAME, zones=[Zone("floor", LEFT)])
TURNING = Scene(frame=FRAME, presets={"gate": GATE, "yard": YARD})
LEFT_BOX, RIGHT_BOX = (100, 300, 160, 450), (700, 300, 760, 450)


def table(second: float, things: dict[int, tuple], label: str = "person") -> Tracks:
    return Tracks.of("ptz", round(second * S), list(things), list(things.values()), [label] * len(things))


def engine(rules: str, scene: Scene = TURNING) -> tuple[Engine, list[Notice]]:
    told: list[Notice] = []
    return Engine(RuleSet.loads(rules), scene=scene, notice=told.append), told


Leg = tuple[float, str | None, dict[int, tuple]]


def tour(made: Engine, legs: Sequence[Leg], label: str = "person") -> list[Alert]:
    """Goes through legs of (seconds, preset, what is seen), five looks a second."""
    found: list[Alert] = []
    k = 0
    for seconds, preset, things in legs:
        made.preset("ptz", preset, k * S // 5)
        for _ in range(round(seconds * 5)):
            found += made.observe(table(k / 5, things, label))
            k += 1
    return found


def fired(alerts: Iterable[Alert]) -> list[tuple[str, str, float]]:
    return [(a.rule, a.preset, a.time / S) for a in alerts if a.state == "firing" and not a.reason]


DOOR = "rule door: person in zone door for 2s"
FLOOR = "rule floor: person in zone floor for 2s"


def test_a_zone_lies_where_the_preset_has_it():
    for preset, box, expected in (
        ("gate", RIGHT_BOX, True),
        ("gate", LEFT_BOX, False),
        ("yard", LEFT_BOX, True),
        ("yard", RIGHT_BOX, False),
    ):
        made, _ = engine(FLOOR)
        found = tour(made, [(4, preset, {1: box})])
        assert fired(found) == ([("floor", preset, 2.0)] if expected else [])


def test_a_zone_that_a_preset_does_not_have_is_unknown_there():
    made, _ = engine("rule out { each person p when p outside zone door for 2s }\n" + FLOOR)
    found = tour(made, [(4, "yard", {1: LEFT_BOX})])
    assert fired(found) == [("floor", "yard", 2.0)], "who is outside of what is not there is not known"
    made, _ = engine("rule out { each person p when p outside zone door for 2s }")
    assert fired(tour(made, [(4, "gate", {1: RIGHT_BOX})]))


def test_between_presets_and_before_the_first_all_is_unknown():
    rule = "rule gone { when no person for 2s  gap reset }"
    made, told = engine(rule)
    found = [a for k in range(30) for a in made.observe(table(k / 5, {}))]
    assert not found
    assert [(n.kind, n.camera, n.time) for n in told] == [("preset", "ptz", 0)]
    assert "gate, yard" in told[0].message
    made, told = engine(rule)
    assert not tour(made, [(10, None, {})])
    assert not told


def test_what_is_under_way_waits_and_goes_on_when_the_camera_is_back():
    """A bag at the gate, looked at for ten of every fifteen seconds."""
    made, _ = engine("rule bag: bag in zone floor for 25s")
    leg = [(10.0, "gate", {1: RIGHT_BOX}), (2.0, None, {}), (3.0, "yard", {})]
    found = tour(made, leg * 3, "bag")
    # seen 0-9.8, 15-24.8, 30-…: 9.8 s of credit, 19.6 s at the second leaving, the rest after 30 s
    assert brief(found)[:2] == [("pending", 0), ("firing", 35.4)]
    assert fired(found) == [("bag", "gate", 35.4)]


def test_a_firing_alert_is_stale_while_the_camera_looks_elsewhere():
    made, _ = engine(DOOR)
    legs = [
        (5.0, "gate", {1: LEFT_BOX}),
        (5.0, "yard", {7: RIGHT_BOX}),
        (5.0, "gate", {1: LEFT_BOX}),
        (4.0, "gate", {}),
    ]
    found = tour(made, legs)
    assert [(a.state, a.time / S, a.reason) for a in found] == [
        ("pending", 0, ""),
        ("firing", 2, ""),
        ("stale", 4.8, ""),
        ("firing", 10, "seen again"),
        ("stale", 14.8, ""),
    ]
    assert len({a.id for a in found}) == 1


def test_a_position_that_is_not_looked_at_for_five_minutes_is_lost():
    made, told = engine(DOOR)
    found = tour(made, [(5.0, "gate", {1: LEFT_BOX}), (310.0, "yard", {})])
    assert [(a.state, a.reason) for a in found][-2:] == [("stale", ""), ("resolved", "lost")]
    assert [n.message for n in told if n.kind == "lost"] == [
        "ptz at gate: no look from 0:04.8 on for five minutes; open alerts are resolved as lost"
    ]
    assert fired(tour_on(made, 320, "gate", {1: LEFT_BOX})) == [("door", "gate", 322.0)], "it begins anew"


def tour_on(made: Engine, start: float, preset: str, things: dict[int, tuple]) -> list[Alert]:
    made.preset("ptz", preset, round(start * S))
    return [a for k in range(20) for a in made.observe(table(start + k / 5, things))]


def test_one_number_at_two_presets_is_two_things():
    made, _ = engine(FLOOR)
    found = tour(made, [(3.0, "gate", {1: RIGHT_BOX}), (3.0, "yard", {1: LEFT_BOX})])
    assert fired(found) == [("floor", "gate", 2.0), ("floor", "yard", 5.0)]
    assert len({a.id for a in found}) == 2


def test_a_move_of_the_camera_is_no_event():
    rules = """
    rule enters: person enters zone floor
    rule exits: person exits zone floor
    rule goes: person disappears
    """
    legs: list[Leg] = [(3.0, preset, {1: RIGHT_BOX}) for preset in ("gate", "yard", "gate")]
    assert not tour(engine(rules)[0], legs), "inside at the gate, outside at the yard, inside again"


def test_a_signal_happens_once_for_the_camera():
    rules = "signal badge is event\nrule entry { when signal badge }"
    made, _ = engine(rules)
    found = []
    made.preset("ptz", "gate", 0)
    for k in range(60):
        if k == 12:
            made.signal("badge", 12 * S // 5)
        if k in (20, 40):
            made.preset("ptz", "yard" if k == 20 else "gate", k * S // 5)
        if k == 39:
            made.signal("badge", 39 * S // 5)
        found += made.observe(table(k / 5, {}))
    assert fired(found) == [("entry", "gate", 2.4), ("entry", "yard", 7.8)]


def test_late_frames_and_a_clock_set_back_are_of_the_whole_camera():
    made, told = engine(DOOR)
    tour(made, [(5.0, "gate", {1: LEFT_BOX}), (5.0, "yard", {})])
    made.preset("ptz", "gate", 10 * S)
    made.observe(table(9.6, {}))
    assert [n.kind for n in told] == ["late"]
    back = [a for k in range(30) for a in made.observe(table(3 + k / 5, {1: LEFT_BOX}))]
    assert "restart" in [n.kind for n in told]
    assert (back[0].state, back[0].reason) == ("resolved", "restart")
    assert fired(back)


def test_the_rest_of_the_cameras_are_not_touched():
    made = Engine(RuleSet.loads(FLOOR), {"ptz": TURNING, "fixed": YARD})
    made.preset("ptz", "gate", 0)
    found = []
    for k in range(20):
        fixed = Tracks.of("fixed", k * S // 5, [1], [LEFT_BOX], ["person"])
        found += made.observe(Tracks.join([table(k / 5, {1: LEFT_BOX}), fixed]))
    assert [(a.camera, a.preset) for a in found if a.state == "firing"] == [("fixed", "")]


def test_a_tour_told_twice_is_the_same_and_rules_with_metres_follow_the_ground():
    from watchword.scene import Ground

    near = Ground((((0, 600), (0, 0)), ((900, 600), (9, 0)), ((900, 0), (9, 6)), ((0, 0), (0, 6))))
    far = Ground((((0, 600), (0, 0)), ((900, 600), (90, 0)), ((900, 0), (90, 60)), ((0, 0), (0, 60))))
    scene = Scene(frame=FRAME, presets={"near": Scene(frame=FRAME, ground=near), "far": Scene(frame=FRAME, ground=far)})
    rule = "rule fast { each person p when p.speed > 4m/s for 1s }"

    def run() -> list[Alert]:
        made, _ = engine(rule, scene)
        found = []
        for k in range(40):
            if k in (0, 20):
                made.preset("ptz", "near" if k == 0 else "far", k * S // 5)
            x = 100 + 20 * (k % 20)  # 100 px a second: 1 m/s near, 10 m/s far
            found += made.observe(table(k / 5, {1: (x, 300, x + 60, 450)}))
        return found

    assert {preset for _, preset, _ in fired(run())} == {"far"}
    assert run() == run()


@pytest.mark.parametrize("at", [0, 7, 24, 25, 31, 40, 55, 70])
def test_a_tour_goes_on_after_a_restart(at: int):
    """Saved and taken up again at any look: under way at a preset, while the camera is elsewhere, while it turns."""
    rules = f"{DOOR}\n{FLOOR}\nrule bag: person in zone floor for 8s"

    def run(restart: int | None) -> list[Alert]:
        made, _ = engine(rules)
        found = []
        for k in range(80):
            if k == restart:
                saved = made.snapshot()
                made, _ = engine(rules)
                made.restore(saved)
            if k % 25 in (0, 20):
                made.preset("ptz", ("gate", "yard", "gate", "gate")[k // 25] if k % 25 == 0 else None, k * S // 5)
            if k == 30:
                made.view("ptz", False, k * S // 5, "covered")
            if k == 36:
                made.view("ptz", True, k * S // 5)
            found += made.observe(table(k / 5, {1: RIGHT_BOX, 2: LEFT_BOX}))
        return found

    assert run(at) == run(None)


# ---- what is refused


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda e: e.preset("ptz", "roof", 0), "has no preset 'roof'"),
        (lambda e: e.preset("ptz", "", 0), "has no preset ''"),
        (lambda e: Engine(RuleSet.loads(FLOOR), scene=GATE).preset("ptz", "gate", 0), "has no presets"),
        (lambda e: Engine(RuleSet.loads(FLOOR), scene=GATE).preset("ptz", None, 0), "has no presets"),
    ],
)
def test_a_preset_that_is_not_there_is_refused(call: Callable, says: str):
    with pytest.raises(DataError, match=says) as caught:
        call(engine(FLOOR)[0])
    assert caught.value.fix


def test_a_zone_in_no_preset_is_refused():
    with pytest.raises(RuleError, match="no zone `attic`"):
        engine("rule r: person in zone attic for 2s")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('"zones": {"hall": [[0, 0], [9, 0], [9, 9]]}, "presets": {"a": {}}', "zones beside presets"),
        ('"north": 0, "presets": {"a": {}}', "north beside presets"),
        ('"presets": {"a": {"presets": {}}}', "preset a: unknown member 'presets'"),
        ('"presets": {"a": {"zones": {"hall": [[0, 0], [9, 0], [999, 9]]}}}', "preset a: zone hall"),
        ('"presets": {" ": {}}', "cannot be named"),
        ('"presets": []', "presets: list"),
        ('"presets": {"a": []}', "preset a: list"),
    ],
)
def test_presets_that_make_no_sense_are_refused(text: str, says: str):
    with pytest.raises(SceneError, match=says) as caught:
        Scene.loads(f'{{"frame": [100, 50], {text}}}', "ptz.json")
    assert caught.value.fix


def test_presets_stand_in_the_scene_file_and_come_back():
    mask = [[0, 0], [9, 0], [9, 9]]
    text = f"""{{"frame": [100, 50], "view": "overhead", "masks": [{mask}], "presets": {{
      "gate": {{"zones": {{"door": [[0, 0], [50, 0], [50, 50]]}}, "north": 90}},
      "yard": {{"lines": {{"kerb": [[0, 0], [50, 50]]}}, "masks": [[[50, 0], [60, 0], [60, 9]]]}} }} }}"""
    scene = Scene.loads(text)
    assert list(scene.presets) == ["gate", "yard"]
    assert (scene.presets["gate"].view, scene.presets["gate"].north) == ("overhead", 90)
    assert [len(view.masks) for view in scene.presets.values()] == [1, 2]
    assert Scene.loads(scene.dumps()) == scene


def test_one_preset_is_taken_alone(tmp_path):
    file = tmp_path / "ptz.json"
    file.write_text(TURNING.dumps(), "utf-8")
    assert Scene.load(f"{file}#yard").zones == YARD.zones
    assert Scene.load(file).at("gate").zones == GATE.zones
    assert GATE.at() is GATE
    odd = tmp_path / "a#b.json"
    odd.write_text(GATE.dumps(), "utf-8")
    assert Scene.load(odd).zones == GATE.zones, "a file may have such a name"
    for wrong, says in (
        (lambda: Scene.load(f"{file}#roof"), "has no preset roof"),
        (lambda: Scene.load(file).at(), "no preset is said"),
        (lambda: GATE.at("gate"), "has no preset gate"),
        (lambda: Scene.load(tmp_path / "none.json#gate"), "cannot be read"),
    ):
        with pytest.raises(SceneError, match=says) as caught:
            wrong()
        assert caught.value.fix


# ---- through a watch


class Eye:
    name, labels, columns = "eye", ("person",), ()

    def __init__(self) -> None:
        self.seen: list[Frame] = []
        self.forgotten: list[str] = []

    def detect(self, given):
        from watchword.detections import Detections

        self.seen += given
        return Detections.join([Detections.of(f.camera, f.time, [LEFT_BOX], "person", [0.9]) for f in given])

    def forget(self, camera: str) -> None:
        self.forgotten.append(camera)

    def close(self) -> None: ...


def test_a_watch_detects_in_no_turning_camera_and_keeps_presets_apart():
    mask = ((0.0, 0.0), (300.0, 0.0), (300.0, 100.0), (0.0, 100.0))
    yard = Scene(frame=FRAME, zones=YARD.zones, masks=[mask])
    eye = Eye()
    watch = Watch(FLOOR, scene=Scene(frame=FRAME, presets={"gate": GATE, "yard": yard}), detector=eye)
    image = np.full((600, 900, 3), 90, np.uint8)
    found = []
    for k in range(60):
        if k % 20 == 0:
            watch.preset("ptz", ("gate", None, "yard")[k // 20], k * S // 5)
        found += watch.step(Frame("ptz", k * S // 5, image))
        assert watch.tracks is None or watch.tracks.cameras == ("ptz",)
    assert {(f.camera, f.time // (4 * S)) for f in eye.seen} == {("ptz at gate", 0), ("ptz at yard", 2)}
    assert not eye.seen[-1].image[:100, :300].any()
    assert eye.seen[0].image.all()
    assert fired(found) == [("floor", "yard", 10.0)]
    assert set(eye.forgotten) == {"ptz at gate", "ptz at yard"}
