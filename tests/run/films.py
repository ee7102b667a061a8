"""Random films of one camera: on grids, so that no border or threshold is met exactly."""

from __future__ import annotations

import re
from collections.abc import Sequence

import attrs
from hypothesis import strategies as st
from oracle import Look, Sight

from watchword.tracks import End, Tracks

S = 1_000_000_000
PLACES = [(200, 200), (300, 200), (600, 400), (700, 400), (649, 600), (651, 600), (1000, 600), (1500, 900), (600, 1000)]
SIZES = {"person": (60, 110), "bag": (40, 40), "lying": (110, 60)}
STEPS = [1, 1, 1, 1, 2, 2, 2, 3, 6, 12, 30]


def sight(place: tuple[int, int], label: str, shape: str = "", helmet: float | None = None) -> Sight:
    w, h = SIZES[shape or label]
    x, y = place
    return Sight((x - w / 2, y - h, x + w / 2, y), label, {} if helmet is None else {"helmet": helmet})


@st.composite
def films(draw, most: int = 32, rare: bool = True) -> list[Look]:
    """Things come, stand, go, are hidden, end, and come back under their number or a new one."""
    steps = draw(st.lists(st.sampled_from(STEPS), min_size=4, max_size=most))
    leap = draw(st.integers(0, 12)) if rare else 9
    if leap == 0:
        steps[draw(st.integers(0, len(steps) - 1))] = 800
    times = [1000 * S]
    for step in steps:
        times.append(times[-1] + step * S // 2)
    if leap == 1:
        back = draw(st.integers(1, len(times) - 1))
        times = [t if k < back else t - 900 * S for k, t in enumerate(times)]
    if leap == 2:
        late = draw(st.integers(1, len(times) - 1))
        times.insert(late, times[late - 1] - draw(st.sampled_from([0, S // 2])))
    people: dict[int, list] = {}
    number, taken, looks = 0, [], []
    for number in range(draw(st.integers(1, 3))):
        people[number] = [draw(st.sampled_from(["person", "person", "bag"])), None, 0, "", None]
    for k, time in enumerate(times):
        seen, ends, coasting = {}, {}, {}
        for number in list(people):
            one = people[number]
            label, place, rest, _shape, was = one
            if rest == 0:
                free = [p for p in PLACES if p not in [o[1] for o in people.values()]]
                what = draw(st.integers(0, 5))
                if what <= 1 and place is not None:
                    one[1], one[4] = None, place
                    if draw(st.booleans()):
                        ends[number] = draw(st.sampled_from([time, time, times[k - 1], time - S // 4])) if k else time
                    if draw(st.integers(0, 2)) == 0:
                        # A new number, there or elsewhere, later.
                        people.pop(number)
                        fresh = 10 + len(taken)
                        taken.append(number)
                        people[fresh] = [label, None, draw(st.integers(1, 3)), "", place]
                        continue
                elif what == 2 and was is not None and was in free:
                    one[1] = was
                elif what <= 4:
                    one[1] = draw(st.sampled_from(free))
                    one[3] = draw(st.sampled_from(["", "", "lying"])) if label == "person" else ""
                one[2] = draw(st.integers(0, 6))
            else:
                one[2] -= 1
            if one[1] is not None:
                seen[number] = sight(one[1], label, one[3])
        looks.append(Look(time, seen, ends, coasting))
    late = [look.time <= max([0, *times[:k]]) for k, look in enumerate(looks)]
    return [draw(seasoned(*one)) for one in zip(looks, [None, *looks], late, strict=False)]


@st.composite
def seasoned(draw, look: Look, before: Look | None, late: bool) -> Look:
    """A look with what is beside boxes: where a tracker expects what is hidden, a column, what the host tells."""
    seen, coasting, signals = dict(look.seen), {}, []
    gone = {} if before is None else {**before.coasting, **before.seen}
    for number in gone.keys() - seen.keys() - look.ends.keys():
        if draw(st.integers(0, 3)) == 0:
            coasting[number] = attrs.evolve(gone[number], box=tuple(x + 40 for x in gone[number].box))
    for number, one in seen.items():
        if one.label == "person" and draw(st.integers(0, 4)) == 0:
            seen[number] = attrs.evolve(one, columns={"helmet": draw(st.sampled_from([0.1, 0.9]))})
    if not late and draw(st.integers(0, 7)) == 0:
        signals.append(("armed", look.time - draw(st.sampled_from([0, S // 4])), draw(st.booleans())))
    if not late and draw(st.integers(0, 11)) == 0:
        signals.append(("bell", look.time - draw(st.sampled_from([0, S // 4])), True))
    return attrs.evolve(look, seen=seen, coasting=coasting, signals=tuple(signals))


def tables(film: Sequence[Look], camera: str = "test") -> list[Tracks]:
    found = []
    for look in film:
        rows = [(k, s, True) for k, s in look.seen.items()] + [(k, s, False) for k, s in look.coasting.items()]
        extra = sorted({name for _, s, _ in rows for name in s.columns})
        found.append(
            Tracks.of(
                camera,
                look.time,
                [k for k, _, _ in rows],
                [s.box for _, s, _ in rows],
                [s.label for _, s, _ in rows],
                seen=[here for *_, here in rows],
                ended=[End(camera, k, t) for k, t in look.ends.items()],
                **{name: [s.columns.get(name, float("nan")) for _, s, _ in rows] for name in extra},
            )
        )
    return found


def show(film: Sequence[Look]) -> str:
    """A film in a few lines: what changes, and when."""
    lines, before = [], None
    for look in film:
        here = {
            k: (s.label[0] + ("_" if s.width > s.height else ""), *map(round, s.place)) for k, s in look.seen.items()
        }
        said = "  ".join(f"{k}:{v[0]}({v[1]},{v[2]})" for k, v in here.items())
        ends = "".join(f"  {k} ended {t / S:g}" for k, t in look.ends.items())
        more = "".join(f"  {k} expected" for k in look.coasting)
        more += "".join(f"  {k}.{name} {x}" for k, s in look.seen.items() for name, x in s.columns.items())
        more += "".join(f"  {name} {value} at {t / S:g}" for name, t, value in look.signals)
        lines.append(f"{look.time / S:8g}  {'=' if here == before and here else said}{ends}{more}")
        before = here
    return "\n".join(lines)


def film(*looks: tuple) -> list[Look]:
    """A film as `show` tells it: (second, "0:p(200,200) 1:b_(300,200)" or "=" for the same again, more …)."""
    found: list[Look] = []
    for second, said, *more in looks:
        seen = {}
        for number, kind, shape, x, y in re.findall(r"(\d+):([pb])(_?)\((\d+),(\d+)\)", said):
            label = {"p": "person", "b": "bag"}[kind]
            seen[int(number)] = sight((int(x), int(y)), label, "lying" if shape else "")
        ends = {int(n): round(float(t) * S) for one in more for n, t in re.findall(r"(\d+) ended (\S+)", one)}
        said_at = [one for some in more for one in re.findall(r"(\w+) (\w+) at (\S+)", some)]
        told = [(name, round(float(t) * S), value == "True") for name, value, t in said_at]
        found.append(Look(round(second * S), dict(found[-1].seen) if said == "=" else seen, ends, {}, tuple(told)))
    return found
