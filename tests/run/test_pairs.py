"""What is remembered of pairs: `for`, shares and rates about a member of a group and the thing of the rule."""

from __future__ import annotations

import numpy as np
import pytest
from films import films, tables
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from oracle import UndecidedError
from sentences import MAP
from test_oracle import differ
from test_snapshot import told

from watchword.run.pairing import Pairing

RULES = (
    "each bag x when any person where (it within 100px of x for 2s)",
    "each bag x when count of person where (it within 100px of x for 1s) >= 1 for 1s",
    "each person p when any person other than p where (distance(it, p) < 150px and it.speed >= 0px/s for 1s)",
    "each bag x when any person where (share of (it within 100px of x) over 3s >= 50%)",
    "each bag x when any person where (rate of (it enters zone a) over 3s > 0/s and it within 250px of x for 1s)",
    "each bag x when average speed of person where (it within 100px of x for 1s) > 1px/s",
)


@pytest.mark.slow
@pytest.mark.parametrize("rule", RULES)
def test_pairs_have_clocks_of_their_own(rule):
    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(films())
    def tells_what_the_oracle_tells(film):
        try:
            found = differ(f"{MAP}\nrule r {{ {rule} }}", film)
        except UndecidedError:
            assume(False)
        assert not found, "\n" + found

    tells_what_the_oracle_tells()


@pytest.mark.slow
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(films(), st.data())
def test_their_clocks_outlive_a_restart(film, data):
    text = MAP + "\n".join(f"rule r{k} {{ {rule} }}" for k, rule in enumerate(RULES))
    ticks = tables(film)
    cuts = data.draw(st.lists(st.integers(0, len(ticks)), min_size=1, max_size=3))
    assert told(text, ticks, cuts) == told(text, ticks)


slots = st.integers(0, 12)


@given(st.lists(st.one_of(st.sets(st.tuples(slots, slots), max_size=8), st.sets(slots, max_size=3)), max_size=30))
def test_a_pair_keeps_its_place_until_one_of_it_is_forgotten(steps):
    pairing, known = Pairing(), {}
    for step in steps:
        if step and isinstance(next(iter(step)), tuple):
            pairs = sorted(step)
            one, two = (np.array(side, np.intp) for side in zip(*pairs, strict=True))
            for pair, place in zip(pairs, pairing.places(one, two).tolist(), strict=True):
                assert known.setdefault(pair, place) == place
            assert len(set(known.values())) == len(known)
            assert max(known.values()) < pairing.size
        elif step:
            gone = {pair: place for pair, place in known.items() if set(pair) & step}
            places, which = pairing.of(np.array(sorted(step), np.intp))
            assert sorted(places.tolist()) == sorted(gone.values())
            by_place = {place: pair for pair, place in gone.items()}
            for place, k in zip(places.tolist(), which.tolist(), strict=True):
                assert sorted(step)[k] in by_place[place]
            assert sorted(pairing.forget(np.array(sorted(step), np.intp)).tolist()) == sorted(gone.values())
            known = {pair: place for pair, place in known.items() if pair not in gone}
