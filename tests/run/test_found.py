"""Small films in which the engine and the slow oracle once differed: what both are to tell."""

from __future__ import annotations

import pytest
from films import S, film
from oracle import judge
from sentences import MAP
from test_oracle import told

from watchword.lang import RuleSet

FOUND = {
    "a cooldown does not outlive a clock that was set back": (
        "rule r { each person p when p in zone a cooldown 6s per rule }",
        [(1000, "0:p(200,200)"), (1001, ""), *((100 + k / 2, "0:p(200,200)") for k in range(8))],
        ["0 firing 102.5 102.5", "0 resolved 1001 102.5", "0 firing 1000 1000"],
    ),
    "a hole goes back to the last look that knew by sight": (
        "rule r { when (total width of {person, bag} > 101px) for 2s }",
        [(0, "0:p_(200,200)"), (1, "="), (1.5, "="), (2, ""), (5, ""), (5.5, "0:p_(200,200)"), (6, "=")],
        ["pending 0 0", "dropped 5 5", "pending 5.5 5.5"],
    ),
    "grace begins with each thing": (
        "rule r { each person p when no person in zone b grace 1.6s }",
        [(0, ""), (16, "1:p(200,200)"), (17, "="), (18, "=")],
        ["1 firing 16 18"],
    ),
    "grace waits through a hole and its clock obeys the policy": (
        "rule r { each person p when p in zone a for 2s grace 1.6s }",
        [(0, "1:p(200,200)"), (16, "="), (17, "="), (18, "="), (19, "=")],
        ["1 pending 16 16", "1 firing 18 18"],
    ),
    "a look that sees the other value tells nothing while grace waits": (
        "rule r { each person p when p in zone a for 2s grace 1.1s }",
        [(0, "1:p(200,200)"), (1, "="), (1.5, "="), (2, "1:p(1500,900)"), (2.5, "="), (3.5, "=")],
        ["1 pending 0 1.5", "1 dropped 2 3.5"],
    ),
    "a group's count is dated at an end where nobody else moved": (
        "rule r { when no person in zone b }",
        [(0, "1:p(600,400)"), (0.5, "", "1 ended 0.5"), (1.5, ""), (2.5, ""), (3, "")],
        ["firing 0.5 2.5"],
    ),
    "and not across the dark": (
        "rule r { when no person in zone b }",
        [(0, "1:p(600,400)"), (0.5, "", "1 ended 0.5"), (16.5, "")],
        ["firing 16.5 16.5"],
    ),
    "nor where another came": (
        "rule r { when count of person < 2 }",
        [
            (0, "1:p(600,400) 2:p(200,200) 3:p(700,400)"),
            (0.5, "1:p(600,400) 2:p(200,200)", "3 ended 0.5"),
            (1, "1:p(600,400)"),
            (1.5, "1:p(600,400)"),
            (2, "1:p(600,400)"),
            (2.5, "1:p(600,400)"),
            (3, "1:p(600,400)"),
            (3.5, "1:p(600,400)"),
        ],
        ["firing 3 3"],
    ),
    "an average does not take an end's date": (
        "rule r { each person p when not (average speed of person > 40px/s) }",
        [(0, "1:p(700,400) 2:p_(600,400)"), (0.5, "1:p(700,400)", "2 ended 0"), (7.5, "1:p(700,400)")],
        ["1 firing 7.5 7.5"],
    ),
    "spread takes the members that are sure": (
        "rule r { each person p when spread of person > 151px }",
        [(0, "0:p(600,1000)"), (0.5, "1:p(1500,900) 2:p(200,200)", "0 ended 0.5")],
        ["1 firing 0.5 0.5", "2 firing 0.5 0.5"],
    ),
    "total of nobody is nothing": (
        "rule r { when total width of person < 10px }",
        [(0, ""), (1, "0:p(200,200)")],
        ["firing 0 0", "resolved 1 1"],
    ),
    "severity rises before an end that may be taken back": (
        "rule r { each person p when p is visible for 1.1s severity low, high after 4s }",
        [(0, "0:p(300,200)"), (1, "="), (2, "="), (4, "="), (5.5, "", "0 ended 5.25")],
        ["0 pending 0 0", "0 firing 1.1 2", "0 firing 5.1 5.5", "0 recovering 5.25 5.5"],
    ),
    "a moving thing found again after its end has new clocks": (
        "rule r { each person p when p is visible for 3s }",
        [
            (0, "0:p(300,200)"),
            (1, "0:p(600,400)"),
            (2, "0:p(1000,600)"),
            (2.5, "", "0 ended 2.5"),
            (3, "0:p(1000,600)"),
            (4, "="),
            (5, "="),
            (6, "="),
        ],
        ["0 pending 0 0", "0 dropped 2.5 2.5", "0 pending 3 3", "0 firing 6 6"],
    ),
    "an absence begins between two looks": (
        "rule r { each bag p when p appears then for 1.1s not p crosses line l then for 1.1s not p crosses line l }",
        [(0, ""), (1, "1:b(200,200)"), (3, "="), (4, "=")],
        ["1 firing 3.2 4", "1 resolved 3.2 4"],
    ),
    "once cleared a condition has to fail, which it may before the alert is resolved": (
        "rule r { each person p when p in zone a keep 4s clear when p is standing }",
        [(0, "0:p(300,200)"), (1, "="), (2, "="), (3, "0:p(1500,900)"), (4, "="), (6.5, "="), (7, "0:p_(300,200)")],
        ["0 firing 0 0", "0 recovering 2 2", "0 firing 3 3", "0 recovering 6.5 6.5", "0 firing 7 7"],
    ),
    "slow cameras forget nobody whom no look missed": (
        "rule r { each person p when p is visible for 20s }",
        [
            (0, "0:p(300,200)"),
            (12, "0:p(600,400)"),
            (24, "0:p(1000,600)"),
            (36, "0:p(300,200)"),
            (48, "0:p(600,400)"),
            (60, "0:p(1000,600)"),
        ],
        ["0 pending 0 0", "0 firing 32 36"],
    ),
    "the end of a number that a thing goes by no more is not its own": (
        "rule r { each bag p when p disappears }",
        [
            (0, "0:b(300,200)"),
            (1, "="),
            (2, "="),
            (3, ""),
            (3.5, "10:b(300,200)"),
            (4, ""),
            (4.5, "", "0 ended 3"),
            (5, "10:b(300,200)"),
            (6, "10:b(600,400)"),
            (6.5, ""),
            (7, "", "10 ended 6.5"),
        ],
        ["0 firing 6.5 7", "0 resolved 6.5 7"],
    ),
    "who is near one that is not seen is not told": (
        "rule r { each person p when no person within 250px of p for 2s }",
        [(0, "0:p(200,200)"), (1, "="), (2, "10:p(600,1000)"), (3, "0:p(200,200) 10:p(600,1000)")],
        ["0 pending 0 0", "0 firing 2 3", "10 pending 2 2"],
    ),
    "others than a thing are known in its hole": (
        "rule r { each bag p when any person other than p }",
        [
            (0, "0:b(200,200) 1:p(600,400)"),
            (1, "1:p(600,400)"),
            (2, "1:p(600,400)"),
            (3, "1:p(600,400)"),
            (4, "1:p(600,400)"),
            (5, "0:b(200,200)"),
        ],
        ["0 firing 0 0"],
    ),
    "a pair's distance keeps the rule's gap limit": (
        "rule r { each person p when no person within 250px of p gap reset after 4s }",
        [(0, "0:p(200,200)"), (3, "1:p(1500,900)")],
        ["0 firing 0 0", "1 firing 3 3"],
    ),
    "alone is not told by who is hidden": (
        "rule r { each person p when not p is alone }",
        [(0, "0:p(300,200) 1:p(200,200)"), (1, "0:p(300,200)"), (2, "0:p(300,200) 1:p(200,200)")],
        ["0 firing 0 0", "1 firing 0 0"],
    ),
    "an event's filter is asked at the event's moment": (
        "signal rung is event\nrule r { each person p when signal rung and p in zone a }",
        [(0, "0:p(300,200)"), (1, "0:p(1500,900)", "rung True at 0.75"), (2, "0:p(300,200)", "rung True at 1.75")],
        ["0 firing 0.75 1", "0 resolved 0.75 1"],
    ),
    "a crossing that is decided late counts at its own time": (
        "rule r { when flow of person across line l inward over 4.2s >= 1 }",
        [(0, "0:p(200,600)"), (1, "0:p(651,600)"), (7, "0:p(1000,600)")],
        [],
    ),
    "a rate of the thing's own opens with its holes": (
        "rule r { each person p when rate of (p enters zone a) over 4.2s < 0.3/s }",
        [
            (0, "0:p(1500,900)"),
            (1, "0:p(1500,900)"),
            (2, "0:p(1500,900)"),
            (3, "0:p(1500,900)"),
            (4, "0:p(1500,900)"),
            (5, "0:p(1500,900)"),
            (6, ""),
            (7, ""),
            (8, ""),
            (9, "0:p(1500,900)"),
            (10, "0:p(1500,900)"),
            (14, "0:p(1500,900)"),
        ],
        ["0 firing 5 5", "0 stale 5 9"],
    ),
    "what is missing was in a hole before another part tells the condition": (
        "rule r { each person p when any person other than p or p.width > 45px }",
        [(0, "1:p(300,200)"), (1, ""), (3.5, "10:p(200,200)")],
        ["1 firing 0 0", "1 stale 0 3.5", "1 firing 3.5 3.5", "10 firing 3.5 3.5"],
    ),
    "a for that held before a hole does not begin anew": (
        "rule r { each person p when ((not (flow of person across line l inward over 2.2s >= 1)) for 1.1s) for 2s }",
        [
            (0, ""),
            (1, ""),
            (2, ""),
            (3, ""),
            (4.5, ""),
            (15, ""),
            (16, "1:p(1000,600)"),
            (17, "="),
            (18, "="),
            (19, "="),
            (20, "="),
        ],
        ["1 pending 18 18", "1 firing 20 20"],
    ),
}
"""By what they show: a rule, a film as `films.film` reads it, and thing, state, event time and decision time told."""


@pytest.mark.parametrize("name", FOUND)
@pytest.mark.parametrize("teller", [told, judge])
def test_both_tell_what_the_language_says(teller, name):
    rule, looks, want = FOUND[name]
    records = sorted(teller(RuleSet.loads(MAP + rule), film(*looks)))
    found = [(r.thing, r.state, f"{r.time / S:g}", f"{r.decided / S:g}") for r in records]
    assert [" ".join(filter(None, one)) for one in found] == want
