"""Which box belongs to which thing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from watchword.track import match


@pytest.mark.parametrize("few", [0, match.FEW])
@settings(max_examples=150, deadline=None)
@given(st.integers(1, 30), st.integers(1, 30), st.sampled_from([0.03, 0.1, 0.4, 1.0]), st.integers(0, 2**32 - 1))
def test_the_choice_is_the_best_there_is(few, n, m, density, seed):
    rng = np.random.default_rng(seed)
    thing, box = np.nonzero(rng.random((n, m)) < density)
    gain = rng.uniform(0.01, 5, len(thing))
    usual, match.FEW = match.FEW, few
    try:
        taken = match.choose(thing, box, gain)
    finally:
        match.FEW = usual
    assert len(set(thing[taken])) == len(set(box[taken])) == taken.sum()
    table = np.zeros((n, m))
    table[thing, box] = gain
    assert gain[taken].sum() == pytest.approx(table[linear_sum_assignment(table, maximize=True)].sum())


@settings(deadline=None)
@given(st.integers(0, 20), st.integers(0, 20), st.integers(1, 4), st.integers(0, 2**32 - 1))
def test_near_finds_what_is_within_reach_on_the_same_camera(n, m, cameras, seed):
    rng = np.random.default_rng(seed)
    x, reach, box_x = rng.uniform(-50, 500, n), rng.uniform(1, 80, n), rng.uniform(-50, 500, m)
    camera, box_camera = np.sort(rng.integers(0, cameras, n)), np.sort(rng.integers(0, cameras, m))
    thing, box = match.near(x, camera, reach, box_x, box_camera)
    wanted = (np.abs(x[:, None] - box_x) <= reach[:, None]) & (camera[:, None] == box_camera)
    assert sorted(zip(thing.tolist(), box.tolist(), strict=True)) == [tuple(p) for p in np.argwhere(wanted).tolist()]
    assert (np.diff(thing) >= 0).all()
