"""The whole state of an engine as bytes, and how a new one takes it up.

What is kept is found by its meaning: a rule by its text, a part of a condition by what it asks, a camera by its name
and what it looks at. So a changed file keeps the state of the rules that did not change, whatever their order; plans,
slots and banks are made anew. Alerts of rules that are gone or changed are not lost: that they are over is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from watchword.detections import NEVER
from watchword.errors import StateError, WatchwordError
from watchword.events import Alert, Part, Restored, Thing
from watchword.run.bank import Bank
from watchword.run.cameras import Camera
from watchword.run.identity import asked_of, mark, rule_key, rule_mark, view_mark
from watchword.run.recall import Entry, Source, load_bank, read_bank, save_bank
from watchword.run.telling import Said
from watchword.run.underway import saved_open
from watchword.run.views import Lost
from watchword.saved import pack, unpack
from watchword.scene import Scene, Size

if TYPE_CHECKING:
    from watchword.run.engine import Engine

Shapes = Mapping[str, Mapping[str, str]]
"""The marks of a camera's zones and lines: by "zones" or "lines", and by name."""
REMOVED, CHANGED, MOVED = "rule removed", "rule changed", "scene changed"
"""Why alerts of before end where what they stood on is no more."""


def snapshot(engine: Engine) -> bytes:
    """All that an engine remembers."""
    arrays: dict[str, Any] = {}
    places = _Places()
    banks = list(engine._banks.values())
    cameras = [_saved_camera(engine, camera, places) for camera in engine.cameras]
    saved = []
    for k, bank in enumerate(banks):
        mine = [c for c, of in enumerate(engine._bank_of) if of is bank]
        rules = [
            [rule_key(root.rule), rule_mark(engine.rules, root.rule), engine._teller.said(root).dump()]
            for root in bank.roots
        ]
        saved.append({"cameras": mine, "rules": rules, **save_bank(bank, mine, str(k), arrays)})
    head = {
        "by": version("watchword"),
        "source": engine.source,
        "rules": {rule.name: rule_mark(engine.rules, rule) for rule in engine.rules.rules},
        "places": places.shapes,
        "cameras": cameras,
        "looking": engine._index,
        "asked": sorted(engine._asked),
        "views": {name: attrs.asdict(lost) for name, lost in engine._views.lost.items()},
        "signals": engine._signals.dump(),
        "moments": [list(one) for one in engine._up.moments()],
        "pending": [attrs.asdict(alert) for alert in engine._alerts],
        "banks": saved,
    }
    return pack("engine", head, arrays)


class _Places:
    """What cameras look at; of many that look at the same one is kept."""

    def __init__(self) -> None:
        self.shapes: list[dict[str, dict[str, str]]] = []
        self._marks: dict[int, str] = {}
        self._views: dict[tuple[int, Size | None], str] = {}

    def view(self, scene: Scene | None, frame: Size | None) -> str:
        """The mark of how a camera sees."""
        key = (id(scene), frame)
        if key not in self._views:
            self._views[key] = view_mark(scene, frame)
        return self._views[key]

    def of(self, engine: Engine, camera: Camera) -> dict[str, dict[str, str]]:
        """The marks of a camera's zones and lines."""
        place = engine._atlas.places[camera.index]
        return {"zones": self._all(place.zones), "lines": self._all(place.lines)}

    def index(self, engine: Engine, camera: Camera) -> int:
        """Where they stand in `shapes`."""
        mine = self.of(engine, camera)
        if mine not in self.shapes:
            self.shapes.append(mine)
        return self.shapes.index(mine)

    def _all(self, shapes: Mapping[str, object]) -> dict[str, str]:
        for shape in shapes.values():
            if id(shape) not in self._marks:
                self._marks[id(shape)] = mark(shape)
        return {name: self._marks[id(shape)] for name, shape in shapes.items()}


def _saved_camera(engine: Engine, camera: Camera, places: _Places) -> dict[str, Any]:
    return {
        "name": camera.name,
        "preset": camera.preset,
        "frame": camera.frame,
        "view": places.view(camera.scene, camera.frame),
        "place": places.index(engine, camera),
        "zero": engine._zero(camera),
        "refused": engine._refused_sizes.get(camera.name),
        **camera.dump(),
    }


# ---- taking up


def restore(engine: Engine, saved: bytes) -> Restored:
    """Take up in a new engine what was saved of another.

    Raises:
        StateError: It cannot be taken up; the engine is as it was.
    """
    head, arrays = unpack("engine", saved)
    if engine.cameras or engine._signals.told:
        raise StateError(
            "this engine has looked, or was told signals, already",
            fix="restore in a new one, before anything else is asked of it",
        )
    try:
        return _Restoring(engine, head, arrays).run()
    except WatchwordError:
        engine.clear()
        raise
    except (KeyError, IndexError, ValueError, TypeError, AttributeError) as error:
        engine.clear()
        raise StateError(
            f"the saved state makes no sense: {type(error).__name__}: {error}",
            fix="take an older copy, or begin anew without it",
        ) from error


class _Restoring:
    """One taking up.

    Attributes:
        kept: Of each saved camera that is known again, by its position: the keys of the rules that are kept there.
        lost: Why a rule's state is not kept on a camera, by position and key.
        looking: Where the cameras that are known again look, by name: the position in the engine.
    """

    def __init__(self, engine: Engine, head: Mapping[str, Any], arrays: Mapping[str, Any]) -> None:
        self.engine, self.head = engine, head
        self.names = {rule.name: rule_mark(engine.rules, rule) for rule in engine.rules.rules}
        self.cameras: list[dict[str, Any]] = head["cameras"]
        self.banks = [read_bank(bank, str(k), arrays) for k, bank in enumerate(head["banks"])]
        self.bank_of = {camera: k for k, bank in enumerate(head["banks"]) for camera in bank["cameras"]}
        self.now: dict[int, Camera] = {}
        self.looking: dict[str, int] = {}
        self.kept: dict[int, frozenset[str]] = {}
        self.lost: dict[tuple[int, str], str] = {}
        self._known: dict[int, dict[str, tuple[str, set[str], set[str]]]] = {}

    def run(self) -> Restored:
        """Check that it belongs here, and take it up."""
        engine, head = self.engine, self.head
        self._belongs()
        places = _Places()
        for k, saved in enumerate(self.cameras):
            self._camera(k, saved, places)
        if set(self.lost.values()) == {MOVED} and not any(self.kept.values()):
            names = ", ".join(saved["name"] for saved in self.cameras[:5])
            raise StateError(
                f"the state was saved with other scenes: of {names} nothing is as it was",
                fix="restore it with the scenes that it was saved with, or begin anew without it",
            )
        for name, positions in engine._positions.items():
            engine._index[name] = self.looking.get(name, positions[""])
            if name in head["asked"] and name in self.looking:
                engine._asked.add(name)
            if name in head["views"]:
                engine._views.lost[name] = Lost(**head["views"][name])
        engine._signals.load(head["signals"], frozenset(engine.rules.names.get("signal")))
        engine._alerts += [_alert(said) for said in head["pending"]]
        for bank in engine._banks.values():
            self._bank(bank)
        for rule, place, time in head["moments"]:
            if place in self.now and any(key.partition(" of ")[0] == rule for key in self.kept[place]):
                engine._up.happened(rule, self.now[place].index, time)
        engine._alerts += self._over()
        return self._report()

    def _belongs(self) -> None:
        source, saved = self.engine.source, self.head["source"]
        if saved != source:
            raise StateError(
                f"the state was saved of the stream `{saved}`, and this engine is for `{source}`",
                fix="restore it in an engine with the same `source`, or begin anew without it",
            )
        rules = self.head["rules"]
        if rules and not rules.keys() & self.names.keys():
            raise StateError(
                f"the state belongs to other rules: it was saved with {_listed(rules)}, and none of these is here",
                fix="restore it with the rules that it was saved with, or begin anew without it",
            )

    def _camera(self, k: int, saved: Mapping[str, Any], places: _Places) -> None:
        """Meet a camera again, and see which of its rules are the same."""
        engine, name = self.engine, saved["name"]
        rules = {key: rule for key, rule, _ in self.head["banks"][self.bank_of[k]]["rules"]}
        scene, preset = engine._scenes.get(name, engine._scene), saved["preset"]
        if preset:
            scene = scene.presets.get(preset) if scene is not None and name in engine._positions else None
        frame = scene.frame if scene is not None else None if saved["frame"] is None else tuple(saved["frame"])
        if places.view(scene, frame) != saved["view"] or (preset and scene is None):
            self.lost |= {(k, key): MOVED for key in rules}
            return
        camera = engine._take_in(name, scene, frame, preset)
        camera.load(dict(saved))
        if self.head["looking"][name] == k:
            self.looking[name] = camera.index
        if saved["refused"] is not None:
            engine._refused_sizes[name] = tuple(saved["refused"])
        self.now[k] = camera
        known, shapes = self._rules_of(engine._bank_of[camera.index]), places.of(engine, camera)
        was = self.head["places"][saved["place"]]
        kept = set()
        for key, rule in rules.items():
            mine = known.get(key)
            if mine is None:
                self.lost[k, key] = REMOVED
            elif mine[0] != rule:
                self.lost[k, key] = CHANGED
            elif _differ(shapes, was, mine[1], mine[2]):
                self.lost[k, key] = MOVED
            else:
                kept.add(key)
        self.kept[k] = frozenset(kept)

    def _rules_of(self, bank: Bank) -> dict[str, tuple[str, set[str], set[str]]]:
        """By key what each rule of a bank means, and which zones and lines it speaks of."""
        if id(bank) not in self._known:
            rules = self.engine.rules
            self._known[id(bank)] = {
                rule_key(root.rule): (rule_mark(rules, root.rule), *asked_of(rules, root.rule)) for root in bank.roots
            }
        return self._known[id(bank)]

    def _bank(self, bank: Bank) -> None:
        groups: dict[tuple[int, frozenset[str]], list[int]] = {}
        for k, camera in self.now.items():
            if self.engine._bank_of[camera.index] is bank:
                groups.setdefault((self.bank_of[k], self.kept[k]), []).append(k)
        places = []
        for (b, _), mine in groups.items():
            of = self.banks[b]["things.camera"][0].arrays[""]
            cameras = self.head["banks"][b]["cameras"]
            places.append(np.flatnonzero(np.isin(of, [cameras.index(k) for k in mine])))
        found = [(b, int(place), g) for g, (b, _) in enumerate(groups) for place in places[g]]
        order = sorted(range(len(found)), key=lambda i: found[i])
        slots = np.zeros(len(found), np.intp)
        met = max((self.head["banks"][b]["met"] for b, _ in groups), default=0)
        slots[order] = bank.things.take_up(len(found), met)
        bank.grow()
        group = np.array([g for _, _, g in found], np.intp)
        sources = []
        for g, ((b, rules), mine) in enumerate(groups.items()):
            cameras = self.head["banks"][b]["cameras"]
            sources.append(
                Source(
                    self.banks[b],
                    places[g],
                    slots[group == g],
                    np.array([cameras.index(k) for k in mine], np.intp),
                    np.array([self.now[k].index for k in mine], np.intp),
                    {"thing": self.head["banks"][b]["things"], "camera": len(cameras)},
                    rules,
                )
            )
        load_bank(bank, sources)

    # ---- what is over

    def _over(self) -> list[Alert]:
        """The last words of alerts whose rule, or what it spoke of, is no more."""
        found = []
        for b, bank in enumerate(self.head["banks"]):
            said = {key: Said.load(text) for key, _, text in bank["rules"]}
            for name in ("rules thing.open", "rules camera.open"):
                for entry in self.banks[b].get(name, ()):
                    found += self._over_of(b, bank, said, entry, name == "rules thing.open")
        return found

    def _over_of(
        self, b: int, bank: Mapping[str, Any], said: Mapping[str, Said], entry: Entry, things: bool
    ) -> list[Alert]:
        found = []
        assert entry.rows is not None
        for opened, _ in saved_open((entry.data, entry.arrays)):
            key, k = entry.rows[opened.root], bank["cameras"][opened.camera]
            why = self.lost.get((k, key))
            if why is None:
                continue
            saved = self.cameras[k]
            camera = Camera(saved["name"], -1, None, saved["preset"])
            camera.load(dict(saved))
            time = max(opened.told, camera.last if camera.last is not None else opened.told)
            opened.seen_again(time)
            state = "dropped" if opened.fired == NEVER else "resolved"
            shown = (self._thing(b, opened.slot, camera),) if things else ()
            zero = saved["zero"]
            found.append(self.engine._teller.record(said[key], opened, camera, zero, state, time, time, why, shown))
        return found

    def _thing(self, b: int, place: int, camera: Camera) -> Thing:
        """A saved thing as it was."""
        entries = self.banks[b]

        def of(name: str) -> Any:
            return entries[f"things.{name}"][0].arrays[""][place]

        left, top, right, bottom = of("box").tolist()
        x, y = camera.scale
        label = entries["things.label"][0].data["names"][int(of("label"))]
        id_ = entries["things.names"][0].data["ids"][place]
        return Thing(id_, label, (left / x, top / y, right / x, bottom / y), "thing", int(of("first")))

    def _report(self) -> Restored:
        saved, now = self.head["rules"], self.names
        moved: dict[str, list[str]] = {}
        changed = {name for name in now if name in saved and saved[name] != now[name]}
        for (k, key), why in self.lost.items():
            name = key.partition(" of ")[0]
            if why == MOVED:
                moved.setdefault(name, []).append(self.cameras[k]["name"])
            elif why == CHANGED:
                changed.add(name)
        anew = {name: f"{MOVED} on {', '.join(dict.fromkeys(where))}" for name, where in moved.items() if name in now}
        anew |= {name: "changed" for name in now if name in changed}
        anew |= {name: "new" for name in now if name not in saved}
        return Restored(
            kept=tuple(name for name in now if name not in anew),
            anew=anew,
            removed=tuple(name for name in saved if name not in now),
            cameras=tuple(dict.fromkeys(c["name"] for k, c in enumerate(self.cameras) if k not in self.now)),
        )


def _differ(now: Shapes, was: Shapes, zones: set[str], lines: set[str]) -> bool:
    """Whether a zone or line of these names is another now."""
    asked = [("zones", name) for name in zones] + [("lines", name) for name in lines]
    return any(now[what].get(name) != was[what].get(name) for what, name in asked)


def _listed(names: Sequence[str] | Mapping[str, Any]) -> str:
    shown = [f"`{name}`" for name in list(names)[:5]]
    return ", ".join(shown) + (f" and {len(names) - 5} more" if len(names) > 5 else "")


def _alert(said: Mapping[str, Any]) -> Alert:
    things = tuple(
        Thing(**{**thing, "box": tuple(thing["box"]), "path": tuple(map(tuple, thing["path"]))})
        for thing in said["things"]
    )
    parts = tuple(Part(**part) for part in said["parts"])
    texts = {name: tuple(said[name]) for name in ("zones", "lines")}
    return Alert(**{**said, **texts, "things": things, "parts": parts})
