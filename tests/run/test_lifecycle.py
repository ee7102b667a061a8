"""An alert's life by its clauses: values go in by hand, transitions come out. Section 7 of the language."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watchword.detections import NEVER
from watchword.lang import RuleSet
from watchword.lang import nodes as n
from watchword.run.cooldown import Up
from watchword.run.engine import Engine
from watchword.run.lifecycle import Lifecycle
from watchword.run.turn import Turn
from watchword.scene import Scene
from watchword.tracks import Tracks
from watchword.units import SECOND

S = 1_000_000_000
C = n.Name("c")


def ns(second: float) -> int:
    return round(second * S)


class Life:
    """A few rules over a few slots of one camera, a look at a time."""

    def __init__(self, *rules: n.Rule, hold: float = 0, slots: int = 1, event: bool = False, **more: object) -> None:
        roots = [SimpleNamespace(rule=r, duration=ns(hold), policy=0, event=event, after=2 * S) for r in rules]
        self.told: list[tuple] = []
        self.severities: list[str] = []
        self.slots, self.before = np.arange(slots), NEVER
        more.setdefault("camera_of", lambda slot: 0)
        self.life = Lifecycle(roots, lambda i, slot: ("0", f"{slot}.0"), self._tell, **more)
        self.life.grow(slots)

    def _tell(self, opened, state, time, decided, reason=""):
        self.told.append((state, time / S, reason) if len(self.slots) == 1 else (opened.slot, state, time / S, reason))
        self.severities.append(opened.severity)
        return opened.id or f"{opened.root}.{opened.slot}.{opened.since}"

    def look(
        self, second, held, fresh=None, *, clear=None, clear_fresh=None, excepted=(), hole=False, gone=None, limbo=None,
        blind=False, began=None, ended=None, cleared=None,
    ) -> list[tuple]:  # fmt: skip
        """One look: values of each rule, for all slots alike or one each. What it tells."""
        size = len(self.slots)

        def table(values):
            rows = values if isinstance(values, list) else [values]
            return np.array([np.broadcast_to(row, size) for row in rows], np.int8)

        def column(value, fill, dtype):
            return np.full(size, fill if value is None else value, dtype)

        held = table(held)
        turn = Turn(
            self.slots,
            held,
            held if fresh is None else table(fresh),
            column(ns(second), 0, np.int64),
            column(self.before, 0, np.int64),
            column(hole, 0, np.bool_),
            column(None if gone is None else ns(gone), NEVER, np.int64),
            column(limbo is not None, 0, np.bool_),
            column(None if limbo is None else ns(limbo), NEVER, np.int64),
            blind,
        )
        turn.began = {(0, 0): ns(began)} if began is not None else {}
        turn.dates = {(0, 0): ns(ended)} if ended is not None else {}
        turn.cleared = {(0, 0): ns(cleared)} if cleared is not None else {}
        if clear is not None:
            turn.clear = table(clear), table(clear if clear_fresh is None else clear_fresh)
        turn.excepted = [(row, name, np.broadcast_to(np.array(back, np.bool_), size)) for row, name, back in excepted]
        self.told.clear()
        self.life.step(turn)
        self.before = ns(second)
        return list(self.told)


def rule(name: str = "r", **clauses: object) -> n.Rule:
    return n.Rule(name, None, C, **clauses)


def rises(*steps: tuple[str, float]) -> tuple[tuple[str, int], ...]:
    return tuple((severity, ns(after)) for severity, after in steps)


# ---- clear when


def test_between_two_thresholds_an_alert_fires_on():
    life = Life(rule(clear=C))
    assert life.look(1, 1, clear=-1) == [("firing", 1, "")]
    assert life.look(2, -1, clear=-1) == []
    assert life.look(3, 1, clear=-1) == []
    assert life.look(4, 0, clear=0) == []
    assert life.look(5, -1, clear=1) == [("resolved", 5, "")]


def test_what_ends_an_alert_is_dated_when_it_became_true():
    life = Life(rule(clear=C))
    life.look(1, 1, clear=-1)
    assert life.look(5, -1, clear=1, cleared=3.5) == [("resolved", 3.5, "")]


def test_after_it_was_cleared_the_condition_has_to_be_false_first():
    life = Life(rule(clear=C))
    life.look(1, 1, clear=-1)
    assert life.look(2, 1, clear=1) == [("resolved", 2, "")]
    assert life.look(3, 1, clear=-1) == []
    assert life.look(4, 0, clear=-1) == []
    assert life.look(5, 1, clear=-1) == []
    assert life.look(6, -1, clear=-1) == []
    assert life.look(7, 1, clear=-1) == [("firing", 7, "")]


def test_a_condition_false_when_it_was_cleared_may_arm_at_once():
    life = Life(rule(clear=C))
    life.look(1, 1, clear=-1)
    life.look(2, -1, clear=1)
    assert life.look(3, 1, clear=-1) == [("firing", 3, "")]


def test_before_it_fires_the_condition_alone_counts():
    life = Life(rule(clear=C), hold=5)
    assert life.look(1, 1, clear=1) == [("pending", 1, "")]
    assert life.look(2, -1, clear=-1) == [("dropped", 2, "")]


def test_keep_and_clear_back_is_clear_no_longer_true():
    life = Life(rule(clear=C, keep=10 * S))
    life.look(1, 1, clear=-1)
    assert life.look(2, -1, clear=1) == [("recovering", 2, "")]
    assert life.look(3, 1, clear=0) == []
    assert life.look(4, -1, clear=-1) == [("firing", 4, "holds again")]
    assert life.look(5, -1, clear=1) == [("recovering", 5, "")]
    assert life.look(16, -1, clear=1) == [("resolved", 15, "")]


def test_the_end_of_the_thing_ends_an_alert_that_is_not_cleared():
    life = Life(rule(clear=C))
    life.look(1, 1, clear=-1)
    assert life.look(20, -1, clear=-1, gone=8) == [("resolved", 8, "")]


def test_what_is_only_held_over_clears_nothing():
    life = Life(rule(clear=C))
    life.look(1, 1, clear=-1)
    assert life.look(2, 1, fresh=0, clear=1, clear_fresh=0) == []
    assert life.look(3, 1, clear=-1) == []
    life.look(4, 1, fresh=0, clear=1, clear_fresh=0)
    assert life.look(5, 1, clear=1) == [("resolved", 4, "")]


def test_an_alert_with_clear_goes_stale_and_back_like_any():
    life = Life(rule(clear=C))
    life.look(1, 1, clear=-1)
    life.look(2, 1, fresh=0, clear=-1, clear_fresh=0)
    assert life.look(4, 0, clear=0, hole=True) == [("stale", 1, "")]
    assert life.look(9, -1, clear=-1) == [("firing", 9, "seen again")]


def test_cleared_while_stale():
    life = Life(rule(clear=C))
    life.look(1, 1, clear=-1)
    life.look(4, 0, clear=0, hole=True)
    assert life.look(9, -1, clear=1) == [("resolved", 9, "")]


def test_a_still_thing_whose_end_is_told_recovers_whatever_clears():
    life = Life(rule(clear=C, keep=5 * S))
    life.look(1, 1, clear=-1)
    assert life.look(3, 0, clear=-1, limbo=2) == [("recovering", 2, "")]
    assert life.look(6, -1, clear=-1) == [("firing", 6, "holds again")]


def test_what_ends_it_holds_already_when_it_fires():
    life = Life(rule(clear=C))
    assert life.look(1, 1, clear=1) == [("firing", 1, "")]
    assert life.look(2, 1, clear=1) == [("resolved", 1, "")]
    assert life.look(3, 1, clear=1) == []


# ---- except, unless, cooldown


def test_an_exception_suppresses_and_the_clock_runs_on():
    life = Life(rule(), hold=5)
    life.look(1, 1, excepted=[(0, "staff", True)])
    assert life.look(6, 1, excepted=[(0, "staff", True)]) == [("suppressed", 6, "except staff")]
    assert life.look(7, 1, excepted=[(0, "staff", True)]) == []
    assert life.look(8.5, 1, excepted=[(0, "staff", False)]) == [("firing", 8.5, "")]


def test_an_exception_that_is_over_when_it_is_due_is_nothing():
    life = Life(rule(), hold=5)
    life.look(1, 1, excepted=[(0, "staff", True)])
    assert life.look(7, 1, excepted=[(0, "staff", False)]) == [("firing", 6, "")]


def test_one_that_has_fired_fires_on_through_exceptions():
    life = Life(rule())
    life.look(1, 1, excepted=[(0, "staff", False)])
    assert life.look(2, 1, excepted=[(0, "staff", True)]) == []


def test_a_suppressed_that_fails_is_dropped():
    life = Life(rule())
    assert life.look(1, 1, excepted=[(0, "staff", True)]) == [("suppressed", 1, "except staff")]
    assert life.look(2, -1, excepted=[(0, "staff", True)]) == [("dropped", 2, "")]


def test_nothing_fires_while_it_is_only_held_over_though_the_exception_is_over():
    life = Life(rule())
    life.look(1, 1, excepted=[(0, "staff", True)])
    assert life.look(2, 1, fresh=0) == []
    assert life.look(3, 1) == [("firing", 3, "")]


def test_an_event_that_is_excepted_is_suppressed_for_good():
    life = Life(rule(), event=True)
    assert life.look(1, 1, excepted=[(0, "staff", True)]) == [("suppressed", 1, "except staff")]
    assert life.look(2, -1) == []
    assert life.look(3, 1, began=2.5) == [("firing", 2.5, ""), ("resolved", 2.5, "")]


def test_an_exception_is_for_the_things_it_holds_for():
    life = Life(rule(), slots=2)
    assert life.look(1, 1, excepted=[(0, "staff", [True, False])]) == [
        (0, "suppressed", 1, "except staff"),
        (1, "firing", 1, ""),
    ]


def yielding(**how: object) -> tuple[Life, Life]:
    up = Up()
    return Life(rule("first"), up=up, **how), Life(rule("second", unless=(n.Name("first"),)), up=up)


def test_a_rule_yields_while_another_is_firing_stale_or_recovering():
    first, second = yielding()
    first.look(1, 1)
    assert second.look(1, 1) == [("suppressed", 1, "unless first")]
    first.look(4, 0, hole=True)
    assert second.look(4, 1) == []
    first.look(5, 0, limbo=3)
    assert second.look(5, 1) == []
    assert first.look(6, -1) == [("resolved", 3, "")]
    assert second.look(6, 1) == [("firing", 6, "")]


def test_a_rule_yields_to_an_event_at_the_look_that_told_it():
    first, second = yielding(event=True)
    first.look(1, 1)
    assert second.look(1, 1) == [("suppressed", 1, "unless first")]
    first.look(2, -1)
    assert second.look(2, 1) == [("firing", 2, "")]


def test_a_rule_does_not_yield_to_what_is_pending_or_on_another_camera():
    up = Up()
    waits, elsewhere = Life(rule("first"), up=up, hold=9), Life(rule("first"), up=up, camera_of=lambda slot: 7)
    second = Life(rule("second", unless=(n.Name("first"),)), up=up)
    waits.look(1, 1)
    elsewhere.look(1, 1)
    assert second.look(1, 1) == [("firing", 1, "")]


def test_the_first_of_several_blocks_gives_the_reason_and_a_change_is_not_told():
    first, _ = yielding()
    both = Life(rule("second", unless=(n.Name("first"),)), up=first.life._up)
    first.look(1, 1)
    assert both.look(1, 1, excepted=[(0, "a", False), (0, "b", True)]) == [("suppressed", 1, "except b")]
    assert both.look(2, 1) == []
    first.look(3, -1)
    assert both.look(3, 1) == [("firing", 3, "")]


def test_an_exception_after_a_cooldown_fires_at_its_look_and_a_cooldown_after_it_at_its_end():
    life = Life(rule(cooldown=10 * S))
    life.look(1, 1)
    life.look(2, -1)
    assert life.look(4, 1) == [("suppressed", 4, "cooldown")]
    assert life.look(13, 1, excepted=[(0, "a", True)]) == []
    assert life.look(15, 1) == [("firing", 15, "")]
    life.look(16, -1)
    life.look(17, 1, excepted=[(0, "a", True)])
    assert life.look(20, 1) == []
    assert life.look(27, 1) == [("firing", 26, "")]


def test_a_key_is_up_until_its_alert_is_resolved():
    life = Life(rule(cooldown=2 * S, keep=10 * S), slots=2)
    life.life._keys = lambda i, slot: ("0", "")
    life.look(1, [[1, -1]])
    life.look(2, [[-1, -1]])
    assert life.look(5, [[-1, 1]]) == [(1, "suppressed", 5, "cooldown")]
    assert life.look(12, [[-1, 1]]) == [(0, "resolved", 12, "")]
    assert life.look(15, [[-1, 1]]) == [(1, "firing", 14, "")]


def test_instances_of_a_rule_share_its_cooldown_and_other_rules_do_not():
    shared: dict = {}
    one, two, other = (Life(rule(name, cooldown=9 * S), cooldowns=shared) for name in ("r", "r", "s"))
    one.look(1, 1)
    one.look(2, -1)
    assert two.look(3, 1) == [("suppressed", 3, "cooldown")]
    assert other.look(3, 1) == [("firing", 3, "")]


def test_cooldowns_of_things_that_are_gone_are_forgotten_and_those_of_others_stay():
    shared: dict = {}
    mine, other = Life(rule("r", cooldown=9 * S), cooldowns=shared), Life(rule("s", cooldown=9 * S), cooldowns=shared)
    for life in (mine, other):
        life.look(1, 1)
        life.look(2, -1)
    mine.life.forget(np.array([0]))
    assert [name for name, _ in shared] == ["s"]


# ---- severity


def test_severity_rises_while_firing_at_its_time():
    life = Life(rule(severity="low", rises=rises(("high", 5), ("critical", 20))))
    life.look(1, 1)
    assert life.severities == ["low"]
    assert life.look(5.9, 1) == []
    assert life.look(6.1, 1) == [("firing", 6, "severity")]
    assert life.severities[-1] == "high"
    assert life.look(22, 1) == [("firing", 21, "severity")]
    assert life.look(60, 1) == []


def test_severity_rises_at_the_next_look_whatever_it_knows_but_not_in_the_dark():
    for values, fresh in ((1, 0), (0, 0), (-1, 0)):
        life = Life(rule(rises=rises(("high", 5))))
        life.look(1, 1)
        assert life.look(7, values, fresh, blind=True) == []
        assert life.look(8, values, fresh) == [("firing", 6, "severity")]


def test_severity_does_not_rise_after_the_end_and_does_before_it():
    ended, later = (Life(rule(keep=9 * S, rises=rises(("high", 5)))) for _ in range(2))
    ended.look(1, 1)
    assert ended.look(8, -1, ended=5.5) == [("recovering", 5.5, "")]
    later.look(1, 1)
    assert later.look(8, -1, ended=7) == [("firing", 6, "severity"), ("recovering", 7, "")]


def test_severity_does_not_rise_while_stale_or_recovering_but_after():
    life = Life(rule(keep=60 * S, rises=rises(("high", 5))))
    life.look(1, 1)
    life.look(2, -1)
    assert life.look(8, -1) == []
    assert life.look(9, 1) == [("firing", 9, "holds again"), ("firing", 9, "severity")]


def test_a_new_alert_begins_with_the_severity_of_its_rule():
    life = Life(rule(severity="low", rises=rises(("high", 1))))
    life.look(1, 1)
    life.look(3, 1)
    life.look(4, -1)
    life.look(5, 1)
    assert life.severities[-3:] == ["high", "high", "low"]


# ---- the rest of a life


def test_a_deadline_is_exact_and_decided_at_the_next_look_that_knows():
    life = Life(rule(), hold=5)
    assert life.look(1, 1) == [("pending", 1, "")]
    assert life.look(6.5, 1, fresh=0) == []
    assert life.look(7, 1) == [("firing", 6, "")]


def test_an_unknown_that_proves_to_be_a_hole_makes_stale():
    life = Life(rule())
    life.look(1, 1)
    assert life.look(2, 0) == []
    assert life.look(4, 0, hole=True) == [("stale", 1, "")]


def test_too_many_wait_and_it_is_said_once():
    said = []
    life = Life(rule(), slots=5, cap=2, capped=lambda *what: said.append(what))
    assert [slot for slot, *_ in life.look(1, 1)] == [0, 1]
    life.look(2, 1)
    assert said == [("r", 0, S, 3)]
    assert life.look(3, [[-1, 1, 1, 1, -1]]) == [(0, "resolved", 3, ""), (2, "firing", 1, "")]
    assert life.look(4, [[-1, 1, 1, 1, -1]]) == []
    assert sorted(slot for _, slot in life.life.open) == [1, 2]


def test_too_many_that_wait_for_their_time():
    life = Life(rule(), slots=3, hold=5, cap=1)
    assert life.look(1, 1) == [(0, "pending", 1, "")]
    assert life.look(2, [[-1, 1, -1]]) == [(0, "dropped", 2, ""), (1, "pending", 1, "")]
    assert life.look(6, [[-1, 1, 1]]) == [(1, "firing", 6, "")]


@pytest.mark.parametrize("reason", ["lost", "restart"])
def test_the_end_of_a_stream_ends_what_is_under_way(reason: str):
    up = Up()
    life = Life(rule(cooldown=S), rule("p", cooldown=S), up=up)
    life.look(1, [1, -1])
    life.life.end([0], ns(9), ns(10), reason)
    assert life.told[-1] == ("resolved", 9, reason)
    assert not up.is_up("r", 0, ns(10))
    assert not life.life.busy(np.array([0])).any()


VALUES = st.lists(st.lists(st.sampled_from([1, 1, -1, 0]), min_size=6, max_size=6), min_size=1, max_size=25)


@settings(max_examples=60, deadline=None)
@given(VALUES, st.integers(0, 3), st.permutations(range(6)))
def test_things_judged_together_are_judged_as_if_alone(looks: list[list[int]], keep: int, order: list[int]):
    """Six slots in one table, in whatever order, are six tables of one; no alert leaves a trace when all is over."""
    made = rule(keep=keep * S, clear=C if keep == 1 else None, rises=rises(("high", 3)))
    together = Life(made, hold=2, slots=6)
    together.slots = np.array(order)
    alone = [Life(made, hold=2) for _ in range(6)]
    for second, row in enumerate([*looks, [-1] * 6, [-1] * 6, [-1] * 6], 1):
        clear = [[-v for v in row]] if keep == 1 else None
        found = together.look(second * 2, [row], clear=clear, hole=not second % 3)
        for j, slot in enumerate(order):
            single = alone[j].look(second * 2, row[j], clear=None if clear is None else -row[j], hole=not second % 3)
            assert [t[1:] for t in found if t[0] == slot] == single
    assert not together.life.open
    assert not together.life.busy(np.arange(6)).any()


def test_rules_that_clear_by_the_same_condition_are_each_cleared_by_it():
    zone = "zone hall = polygon (0, 0) (1100, 0) (1100, 650) (0, 650)\n"
    one = "rule {} {{ each person p when p in zone hall and p.width > {}px clear when p.width < 50px }}\n"
    engine = Engine(RuleSet.loads(zone + one.format("a", 90) + one.format("b", 80)), scene=Scene(frame=(1280, 720)))
    found = []
    for k, width in enumerate([100, 100, 60, 40, 40]):
        found += engine.observe(Tracks.of("test", k * SECOND, [1], [(500 - width / 2, 200, 500 + width / 2, 400)]))
    assert [(a.rule, a.state, a.time) for a in found if a.state in ("firing", "resolved")] == [
        ("a", "firing", 0),
        ("b", "firing", 0),
        ("a", "resolved", 3 * SECOND),
        ("b", "resolved", 3 * SECOND),
    ]
