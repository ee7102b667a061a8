"""A restart neither loses nor doubles anything: saved and taken up, an engine goes on as if nothing had been."""

from __future__ import annotations

import os
import random

import attrs
import numpy as np
import pytest
from films import films, tables
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sentences import FRAME, files
from stream import S, person, ticks
from test_laws import RULES, ZONES, joined, streams

from watchword.errors import RuleError, StateError
from watchword.events import Alert
from watchword.lang import RuleSet
from watchword.run.engine import Engine
from watchword.run.memory import Memory
from watchword.scene import Scene, Zone
from watchword.tracks import Tracks

SCENE = Scene(frame=FRAME)
LAW = settings(
    max_examples=int(os.environ.get("SNAPSHOT_EXAMPLES", "25")),
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


def engine(text: str, scene: Scene = SCENE, **rest: object) -> Engine:
    return Engine(RuleSet.loads(text), scene=scene, **rest)


def told(text: str, ticks: list[Tracks], cuts: list[int] = (), then: str = "", **rest: object) -> list[Alert]:
    """The alerts of a stream; at each cut the engine is saved, thrown away and taken up, by the rules of `then`."""
    running = engine(text, **rest)
    found = []
    for k, tick in enumerate(ticks):
        for _ in range(list(cuts).count(k)):
            saved = running.snapshot()
            running = engine(then or text, **rest)
            running.restore(saved)
            assert running.snapshot() == saved or then  # all that was saved is taken up
        found += running.observe(tick)
    return found


# ---- nothing is lost


def good(texts):
    """Files that are read; what they may say wrong is tested elsewhere."""

    def reads(text: str) -> bool:
        try:
            RuleSet.loads(text)
        except RuleError:
            return False
        return True

    return texts.filter(reads)


@LAW
@given(good(files()), films(), st.data())
def test_a_restart_at_any_point_of_a_random_film_changes_nothing(text, film, data):
    ticks = tables(film)
    cuts = data.draw(st.lists(st.integers(0, len(ticks)), min_size=1, max_size=3))
    assert told(text, ticks, cuts) == told(text, ticks)


MORE = {
    **RULES,
    "left": "rule left { each bag x using person o = owner of x within 400px when (x is still for 1s) "
    "and distance(x, o) > 100px cooldown 5s per o }",
    "parted": "rule parted { each bag x using person o = owner of x within 700px when distance(x, o) > 90px for 1s }",
    "alone": "rule alone { each person p when p is visible for 2s on camera one }",
    "both": "rule both { when any person in zone a for 1s on camera two, three cooldown 3s }",
    "drop": "rule drop { each person p when p drops bag }",
    "take": "rule take { each person p when p takes bag cooldown 8s }",
    "zoned": "zones both = a, b\nrule zoned { each zone z of both each person p in zone z when p is still for 1s "
    "keep 2s cooldown 6s per rule }",
    "chain": "rule chain { each person p when p enters zone b then within 20s (p is still) "
    "then for 3s not p in zone b }",
    "often": "rule often { each person p when rate of (p enters zone b) over 10s > 6/min }",
    "flows": "rule flows { when flow of person across line l over 12s > 0 for 1s }",
    "differ": "rule differ { when distinct person in zone a over 12s >= 2 }",
    "rises": "rule rises { when count of person in zone a rises by 1 over 4s }",
    "share": "rule share { each person p when share of (p in zone a) over 3s > 40% }",
    "dwells": "rule dwells { each person p when dwell of p in zone a > 2s grace 600ms clear when p in zone b }",
    "yields": "rule yields { each person p when p is visible for 1s unless firing stay severity low, high after 2s }",
    "full": "rule full { when occupied share of zone a > 2% for 1s except two when count of person > 2 }",
}


def all_of(names: list[str]) -> str:
    return ZONES + "\n".join(MORE[name] for name in names)


@LAW
@given(streams(), st.data())
def test_nor_does_one_of_many_rules_over_many_cameras(stream, data):
    ticks, text = joined(stream), all_of(list(MORE))
    cuts = data.draw(st.lists(st.integers(0, len(ticks)), min_size=1, max_size=3))
    assert told(text, ticks, cuts) == told(text, ticks)


def by_rule(alerts: list[Alert], names: set[str]) -> dict[tuple[str, str], list[Alert]]:
    """Of each rule and camera; which camera of a tick is told of first depends on which have the same rules."""
    found: dict[tuple[str, str], list[Alert]] = {}
    for alert in alerts:
        if alert.rule in names:
            found.setdefault((alert.rule, alert.camera), []).append(alert)
    return found


@LAW
@given(streams(), st.data())
def test_rules_that_did_not_change_go_on_whatever_becomes_of_others(stream, data):
    ticks, names = joined(stream), sorted(MORE)
    before = data.draw(st.permutations(names).map(lambda p: p[: len(p) * 2 // 3]))
    after = data.draw(st.permutations(names).map(lambda p: p[: len(p) * 2 // 3]))
    for some in (before, after):
        if "yields" in some and "stay" not in some:
            some.append("stay")
    cut = data.draw(st.integers(0, len(ticks)))
    kept = set(before) & set(after)
    whole = by_rule(
        told(all_of(before), ticks), kept
    )  # and the same among the others: of that there is a law elsewhere
    assert by_rule(told(all_of(before), ticks, [cut], all_of(after)), kept) == whole


STAY = "rule stay { each person p when p in zone a for 4s }"
LONG = "rule long { each person p when p in zone a for 8s }"
HERE = person("p", (0, 200, 400), end=20)


def at(second: int) -> int:
    """The number of the tick at a second."""
    return second * 10


def states(alerts: list[Alert], rule: str) -> list[tuple[str, float, str]]:
    return [(a.state, a.time / S, a.reason) for a in alerts if a.rule == rule]


def test_a_changed_rule_begins_anew_and_what_it_told_ends():
    looks = ticks([HERE])
    found = told(f"{ZONES}{STAY}\n{LONG}", looks, [at(6)], f"{ZONES}{STAY.replace('4s', '5s')}\n{LONG}")
    assert states(found, "stay") == [
        ("pending", 0, ""),
        ("firing", 4, ""),
        ("resolved", 5.9, "rule changed"),  # the last look before it was saved
        ("pending", 6, ""),
        ("firing", 11, ""),
        ("recovering", 20, ""),
    ]
    assert states(found, "long") == [("pending", 0, ""), ("firing", 8, ""), ("recovering", 20, "")]
    assert len({a.id for a in found if a.rule == "stay"}) == 2


def test_of_a_removed_rule_the_end_is_told_and_what_only_waited_is_dropped():
    more = 'rule soon { each person p when p is visible for 1s severity high message "{p.id} in {zone} for {held}" }'
    looks = ticks([HERE])
    found = told(f"{ZONES}{STAY}\n{LONG}\n{more}", looks, [at(6)], f"{ZONES}{STAY}")
    assert states(found, "long") == [("pending", 0, ""), ("dropped", 5.9, "rule removed")]
    assert states(found, "soon") == [("pending", 0, ""), ("firing", 1, ""), ("resolved", 5.9, "rule removed")]
    first, last = [a for a in found if a.rule == "soon"][1:]
    assert (last.id, last.since, last.severity, last.zones) == (first.id, first.since, "high", first.zones)
    assert last.things[0].box == first.things[0].box
    assert last.why == "person #p is visible for 5.9 s since 0:00.0"
    assert found == told(f"{ZONES}{STAY}\n{LONG}\n{more}", looks, [at(6)], f"{ZONES}{STAY}")


def test_the_end_that_nobody_has_taken_yet_is_kept_over_another_restart():
    looks = ticks([HERE])
    first = engine(f"{ZONES}{STAY}\n{LONG}")
    for look in looks[: at(6)]:
        first.observe(look)
    second = engine(f"{ZONES}{LONG}")
    report = second.restore(first.snapshot())
    assert (report.kept, report.removed, report.anew) == (("long",), ("stay",), {})
    third = engine(f"{ZONES}{LONG}")
    third.restore(second.snapshot())
    (over, *_) = third.observe(looks[at(6)])
    assert (over.rule, over.state, over.reason) == ("stay", "resolved", "rule removed")


def test_words_for_people_are_no_change_and_neither_is_the_order():
    looks = ticks([HERE])
    other = f'{LONG}\n{STAY[:-1]} message "look" label team = "a" }}\n{ZONES}'
    found = [attrs.evolve(a, message="", labels={}) for a in told(f"{ZONES}{STAY}\n{LONG}", looks, [at(6)], other)]
    both = {"stay", "long"}
    assert by_rule(found, both) == by_rule(told(f"{ZONES}{STAY}\n{LONG}", looks), both)


def test_a_zone_of_the_file_that_changes_changes_the_rules_that_name_it():
    looks = ticks([HERE])
    first = engine(f"{ZONES}{STAY}\nrule b: person in zone b > 2s")
    for look in looks[: at(6)]:
        first.observe(look)
    moved = ZONES.replace("(600, 300)", "(610, 300)")
    report = engine(f"{moved}{STAY}\nrule b: person in zone b > 2s\nrule more: person enters zone a").restore(
        first.snapshot()
    )
    assert report.kept == ("stay",)
    assert report.anew == {"b": "changed", "more": "new"}
    assert str(report) == "1 rule goes on; b begins anew (changed); more begins anew (new)"


def scene(left: int, **rest: object) -> Scene:
    hall = Zone("hall", ((left, 100), (900, 100), (900, 700), (left, 700)))
    return Scene(frame=FRAME, zones=[hall], **rest)


HALL = "rule hall: person in zone hall > 4s\nrule seen: person visible > 4s"


def test_where_a_zone_of_a_scene_moved_its_rules_begin_anew_there_and_nowhere_else():
    one, two = (ticks([HERE], camera=name) for name in ("one", "two"))
    looks = [Tracks.join(pair) for pair in zip(one, two, strict=True)]
    first = Engine(RuleSet.loads(HALL), {"one": scene(0), "two": scene(0)})
    for look in looks[: at(6)]:
        first.observe(look)
    second = Engine(RuleSet.loads(HALL), {"one": scene(0), "two": scene(10)})
    report = second.restore(first.snapshot())
    assert report.anew == {"hall": "scene changed on two"}
    assert report.kept == ("seen",)
    found = [a for look in looks[at(6) :] for a in second.observe(look)]
    assert [(a.camera, a.rule, *s) for a in found for s in [(a.state, a.time / S, a.reason)]] == [
        ("two", "hall", "resolved", 5.9, "scene changed"),
        ("two", "hall", "pending", 6, ""),
        ("two", "hall", "firing", 10, ""),
        *[
            (c, r, "recovering", 20, "")
            for c, r in (("one", "hall"), ("one", "seen"), ("two", "hall"), ("two", "seen"))
        ],
    ]


def test_a_camera_that_looks_another_way_begins_anew():
    look = ticks([HERE], camera="one")[: at(6)] + ticks([HERE], camera="two")[: at(6)]
    first = Engine(RuleSet.loads(HALL), scene=scene(0))
    for one in look:
        first.observe(one)
    second = Engine(RuleSet.loads(HALL), {"two": scene(0, view="overhead")}, scene(0))
    report = second.restore(first.snapshot())
    assert report.cameras == ("two",)
    assert second.began("two")
    assert not second.began("one")


# ---- what is refused


def saved(text: str = f"{ZONES}{STAY}", **rest: object) -> bytes:
    running = engine(text, **rest)
    for look in ticks([HERE])[: at(6)]:
        running.observe(look)
    return running.snapshot()


def refused(given: bytes, text: str = f"{ZONES}{STAY}", **rest: object) -> StateError:
    taking = engine(text, **rest)
    with pytest.raises(StateError) as error:
        taking.restore(given)
    looks = ticks([HERE])[: at(1)]  # it is as it was
    assert [a for look in looks for a in taking.observe(look)] == told(text, looks, **rest)
    return error.value


def test_damage_anywhere_is_noticed():
    whole, rng, taking = saved(), random.Random(2), engine(f"{ZONES}{STAY}")
    for place in [*range(60), len(whole) - 1, *(rng.randrange(len(whole)) for _ in range(60))]:
        broken = bytearray(whole)
        broken[place] ^= 1 << rng.randrange(8)
        with pytest.raises(StateError, match=r"damaged|is cut off|bytes too many"):
            taking.restore(bytes(broken))


def test_what_is_cut_off_is_told_with_its_length():
    whole = saved()
    assert "is cut off" in refused(whole[:-7]).message
    assert "no saved state" in refused(whole[:30]).message
    assert "no saved state" in refused(b"").message
    assert "bytes too many" in refused(whole + b"x").message
    assert "bytes, not str" in refused("text").message


def test_another_version_is_told(monkeypatch):
    monkeypatch.setattr("watchword.saved.FORM", 9)
    whole = saved()
    monkeypatch.undo()
    error = refused(whole)
    assert error.message == "the state was saved in form 9; this version reads form 1"
    assert "begin anew without it" in error.fix


def test_other_rules_scenes_and_streams_are_told():
    error = refused(saved(), f"{ZONES}{LONG}")
    assert error.message == ("the state belongs to other rules: it was saved with `stay`, and none of these is here")
    error = refused(saved(HALL, scene=scene(0)), "rule hall: person in zone hall > 4s", scene=scene(0, view="overhead"))
    assert error.message == "the state was saved with other scenes: of test nothing is as it was"
    error = refused(saved(source="a"), source="b")
    assert error.message == "the state was saved of the stream `a`, and this engine is for `b`"


def test_an_engine_in_use_takes_nothing_up():
    given, running = saved(), engine(f"{ZONES}{STAY}")
    running.observe(ticks([HERE])[0])
    with pytest.raises(StateError, match="has looked"):
        running.restore(given)


# ---- words of others


class Forgetful:
    """A kernel that remembers something and does not say what."""

    def __init__(self, calls) -> None:
        self.calls, self.seen = calls, np.zeros(0, np.int64)

    def grow(self, size) -> None:
        self.seen = np.concatenate((self.seen, np.zeros(size - len(self.seen), np.int64)))

    def forget(self, slots) -> None:
        self.seen[slots] = 0

    def step(self, look):
        self.seen[look.slots[look.rows]] += 1
        return np.where(self.seen[look.slots] > 30, 1, -1).astype(np.int8)[None].repeat(len(self.calls), axis=0)


class Telling(Forgetful):
    def dump(self):
        return {"seen": self.seen}

    def load(self, saved, calls, slots) -> None:
        assert calls.tolist() == [[0, 0]]
        old = np.flatnonzero(slots >= 0)
        self.seen[slots[old]] = saved["seen"][old]


class Saying(Forgetful, Memory):
    STATE = ("seen: col",)


def test_a_kernel_says_what_it_remembers_or_a_snapshot_is_refused(monkeypatch):
    text, looks = "rule r { each person p when p is lying for 1s }", ticks([HERE])
    for kind in (Telling, Saying):
        monkeypatch.setattr("watchword.run.posture.Lying", kind)
        found = told(text, looks)
        assert states(found, "r") == [("pending", 3, ""), ("firing", 4, ""), ("recovering", 20, "")]
        assert told(text, looks, [at(2), at(5)]) == found
    monkeypatch.setattr("watchword.run.posture.Lying", Forgetful)
    with pytest.raises(StateError, match="what the word `lying` remembers cannot be saved: Forgetful"):
        told(text, looks, [at(2)])
