"""A restart neither loses nor doubles anything: saved and taken up, an engine goes on as if nothing had been."""

from __future__ import annotations

import os

from films import films, tables
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sentences import FRAME, files
from test_laws import RULES, ZONES, joined, streams

from watchword.errors import RuleError
from watchword.events import Alert
from watchword.lang import RuleSet
from watchword.run.engine import Engine
from watchword.scene import Scene
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


def by_rule(alerts: list[Alert], names: set[str]) -> dict[str, list[Alert]]:
    return {name: [a for a in alerts if a.rule == name] for name in names}


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
    kept = set(before) & set(after) - ({"yields"} if ("stay" in before) != ("stay" in after) else set())
    if not kept:
        return
    found = told(all_of(before), ticks, [cut], all_of(after))
    assert by_rule(found, kept) == by_rule(told(all_of(before), ticks), kept)
