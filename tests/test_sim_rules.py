"""Rules on the exact truth of a stage find what was staged, and nothing else."""

from __future__ import annotations

import pytest

import watchword
from watchword import sim
from watchword.sim.left import Decoy

SECOND = 1_000_000_000


def firing(stage: sim.Stage, rule: str) -> list[tuple[int, int | str]]:
    """When (ns) what fires, from the truth alone."""
    with watchword.Watch(rule, scene=stage.scene) as watch:
        alerts = [alert for truth in stage.truths() for alert in watch.observe(truth)]
    return [(alert.time, alert.things[0].id) for alert in alerts if alert.state == "firing"]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 5, 9])
def test_a_left_bag_fires_ten_seconds_after_its_owner_went(seed: int) -> None:
    stage = sim.left_scene(seed)
    (left,) = stage.staged
    assert left.alone is not None
    ((at, thing),) = firing(stage, "bag unattended > 10s")
    assert thing == left.thing
    # Owners who leave the picture while in reach are believed there for some seconds more.
    assert left.alone + 10 * SECOND - SECOND / stage.fps <= at <= left.alone + 16 * SECOND


@pytest.mark.slow
@pytest.mark.parametrize("decoy", ["returns", "stands", "removed"])
def test_a_decoy_fires_nothing(decoy: Decoy) -> None:
    assert firing(sim.left_scene(4, decoy=decoy, people_at_start=True), "bag unattended > 10s") == []


@pytest.mark.slow
def test_the_concourse_s_rules_find_what_it_lists() -> None:
    stage = sim.concourse(1, fps=10)
    bag, wrong, intrusion = stage.staged
    ((_, thing),) = firing(stage, "bag unattended > 10s in zone concourse")
    assert thing == bag.thing
    ((at, thing),) = firing(stage, "person in zone tracks for 2s")
    assert thing == intrusion.thing
    assert at == pytest.approx(intrusion.start + 2 * SECOND, abs=0.3 * SECOND)
    ((at, thing),) = firing(stage, "person crosses line lane_gate outward")
    assert thing == wrong.thing
    assert wrong.start < at < wrong.end
