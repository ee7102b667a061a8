"""What may be taken for a left bag, and is none. Each puts one such thing on a director's stage."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import numpy as np

from watchword.sim.body import skeleton
from watchword.sim.director import BAG, Director
from watchword.sim.figure import extent
from watchword.sim.light import Gain, Glow, Opening, doorway_box
from watchword.sim.paint import Box
from watchword.sim.script import Knot, walk
from watchword.sim.stage import Person
from watchword.sim.things import Hold, Shape, Thing, outline


def _box(director: Director, person: Person, t: float) -> Box:
    return extent(director.place.lens, person.look, skeleton(person.look, person.path, t))


def _out(director: Director, at: tuple[float, float], since: float) -> list[Knot]:
    return walk(director.way_in(at)[::-1], since, director.pace())


def _stays(director: Director, kind: str, at: tuple[float, float], pose: str) -> None:
    """Somebody comes, takes a pose for 20 to 30 s, and goes."""
    director.kept.append((*at, 0.6))
    knots = walk(director.way_in(at, at), director.start, director.pace())
    down = knots[-1].at + 0.5
    up = down + director.uniform(21, 28)
    over = {"stand": 0.3, "sit": 0.9, "lie": 1.1}[pose]
    taken = {"stand": "up", "sit": "sit", "lie": "lie"}[pose]
    knots += [Knot(down, *at), Knot(down + over, *at, taken), Knot(up, *at, taken), Knot(up + over, *at)]  # type: ignore[arg-type]
    knots += [k for k in _out(director, at, up + over + 0.2) if k.at > up + over]
    person = director.person(knots, (0.2, -1.0))
    director.seconds = float(np.clip(up + 8, 45, 60))
    director.note(kind, down, up, _box(director, person, (down + up) / 2), person.id)
    director.passers(int(director.rng.integers(0, 6)), 5.2)


def stands(director: Director) -> None:
    """Somebody stands still."""
    _stays(director, "stands", director.spot(), "stand")


def lies(director: Director) -> None:
    """Somebody lies down on the ground."""
    _stays(director, "lies", director.spot(0.2, 0.6), "lie")


def sits(director: Director) -> None:
    """Somebody sits on the bench."""
    bench = next(p for p in director.place.backdrop.props if p.kind == "bench")
    at = (bench.x + director.uniform(-0.4, 0.4), bench.z + 0.16)
    before = (at[0], bench.z - 0.6)
    knots = walk(director.way_in(before), director.start, director.pace())
    ready = knots[-1].at + 0.6
    up = ready + director.uniform(22, 28)
    front = (0.0, -1.0)
    knots += [Knot(ready, *before, face=front), Knot(ready + 1, *at, "sit", front), Knot(up, *at, "sit", front)]
    knots += [Knot(up + 1.0, *before, face=front), *walk(director.way_in(before)[::-1], up + 1.2, director.pace())]
    person = director.person(knots)
    director.seconds = float(np.clip(up + 8, 45, 60))
    director.note("sits", ready, up, _box(director, person, ready + 5), person.id)
    director.passers(int(director.rng.integers(0, 6)), 5.2)


def returns(director: Director) -> None:
    """The owner of a bag is back after less than ten seconds, and stays, or takes it along."""
    owner, bag, ready, at = director.bring()
    here = owner.path.place(ready)
    side = int(director.rng.choice((-1, 1)))
    off = (here[0] + side * director.uniform(3.6, 4.4), here[1])
    pace = director.pace()
    away = walk([here, off], ready, pace)
    back = walk([off, here], away[-1].at + director.uniform(0.5, 2.0), pace)
    knots = [*away[1:], *back]
    end = back[-1].at
    put = bag.holds[-1].at
    if director.rng.random() < 0.5:
        take = end + director.uniform(2, 6)
        knots += [Knot(take, *here), Knot(take + 0.7, *here, "bend"), Knot(take + 1.4, *here)]
        knots += walk(director.way_in(here, at)[::-1], take + 1.5, pace)
        director.things[-1] = attrs.evolve(bag, holds=(*bag.holds, Hold(take + 0.7, owner.id)))
        director.seconds = 48.0
    else:
        director.seconds = float(np.clip(end + 20, 45, 60))
        knots.append(Knot(director.seconds + 1, *here))
    director.extend(owner, knots)
    director.passers(int(director.rng.integers(0, 6)), 5.2, at)
    box = outline(director.place.lens, bag.shape, (at[0], 0, at[1]))
    director.note("returns", put, director.seconds, box, bag.id)


def _moved(director: Director, kind: str, shape: Shape) -> None:
    """Somebody comes, carries a piece of furniture a metre or two, and goes."""
    a, b = director.two_spots()
    step = 0.35 if b[0] > a[0] else -0.35
    front = (1.0, 0.0) if step > 0 else (-1.0, 0.0)
    stand, goal = (a[0] - step, a[1]), (b[0] - step, b[1])
    knots = walk(director.way_in(stand), director.start, director.pace())
    take = knots[-1].at + 0.8
    moved = walk([stand, goal], take + 0.8, 0.8)
    put = moved[-1].at + 0.4
    knots += [
        Knot(take, *stand, "bend", front),
        *moved,
        Knot(put, *goal, "bend", front),
        Knot(put + 0.7, *goal, face=front),
    ]
    knots += walk(director.way_in(goal)[::-1], put + 0.8, director.pace())
    person = director.person(knots)
    director.things.append(Thing(900, shape, (Hold(-100, None, *a), Hold(take, person.id), Hold(put, None, *b)), None))
    director.kept += [(*a, 0.6), (*b, 0.6)]
    director.seconds = float(np.clip(put + 28, 45, 60))
    for at, when in ((a, take), (b, put)):
        director.note(kind, when, director.seconds, outline(director.place.lens, shape, (at[0], 0, at[1])))
    director.passers(int(director.rng.integers(0, 6)), 5.2)


def moved_chair(director: Director) -> None:
    """A chair stands somewhere else."""
    tone = (
        int(director.rng.integers(40, 120)),
        int(director.rng.integers(50, 120)),
        int(director.rng.integers(60, 190)),
    )
    _moved(director, "moved_chair", Shape("chair", (0.45, 0.88, 0.45), tone, director.uniform(-0.7, 0.7)))


def moved_bin(director: Director) -> None:
    """A bin stands somewhere else."""
    tone = (
        int(director.rng.integers(50, 110)),
        int(director.rng.integers(60, 130)),
        int(director.rng.integers(40, 100)),
    )
    _moved(director, "moved_bin", Shape("bin", (0.4, 0.75, 0.4), tone, director.uniform(-0.3, 0.3)))


def light_patch(director: Director) -> None:
    """Light or shade falls on the floor and stays: sunlight through a window, or the glint of a puddle."""
    x, z = director.spot(0.15, 0.6)
    at, over = director.uniform(10, 16), float(director.rng.choice((0.0, 1.5, 12.0)))
    long, turn = director.uniform(0.35, 1.2), director.uniform(-0.7, 0.7)
    u = (long * np.cos(turn), long * np.sin(turn))
    v = (-np.sin(turn) * 0.45 * long, np.cos(turn) * 0.8 * long)
    factor = director.uniform(1.25, 1.6) if director.rng.random() < 0.75 else director.uniform(0.6, 0.75)
    glow = Glow(at, over, x, z, u, v, factor, bool(director.rng.random() < 0.5))
    director.glows.append(glow)
    director.note("light_patch", at, director.seconds, glow.box(director.place.lens))
    director.passers(int(director.rng.integers(1, 7)), 5.2)


def door(director: Director) -> None:
    """Somebody goes out by a door and leaves it open."""
    way, wall = director.place.backdrop.doors[0], director.place.backdrop.wall
    middle = way.left + (way.right - way.left) * 0.46
    before = (middle, wall - 0.5)
    knots = walk(director.way_in(before), director.start, director.pace())
    opened = knots[-1].at + 0.2
    knots += walk([before, (middle, wall + 0.8), (middle + 3, wall + 1.6)], opened + 1.0, 1.0)
    director.person(knots)
    director.openings.append(Opening(0, opened, 0.9))
    director.note("door", opened, director.seconds, doorway_box(director.place.lens, way, wall))
    director.passers(int(director.rng.integers(0, 6)), 5.2)


def exposure(director: Director) -> None:
    """The camera's gain changes, at once or within a second."""
    at = director.uniform(10, 20)
    factor = director.uniform(0.7, 0.88) if director.rng.random() < 0.5 else director.uniform(1.12, 1.4)
    director.gains = (Gain(at, float(director.rng.choice((0.0, 1.0))), factor),)
    w, h = director.place.lens.size
    director.note("exposure", at, director.seconds, (0, 0, w, h))
    director.passers(int(director.rng.integers(1, 7)), 5.2)


def tremble(director: Director) -> None:
    """The camera trembles all the time."""
    director.shake = director.uniform(1, 2)
    w, h = director.place.lens.size
    director.note("tremble", 0, director.seconds, (0, 0, w, h))
    director.passers(int(director.rng.integers(1, 7)), 5.2)


def removed(director: Director) -> None:
    """Something that stood there from the first frame on is taken away."""
    at = director.spot(0.15, 0.6)
    shape = director.bag(at)
    stand = (at[0] - 0.4, at[1] + 0.1)
    knots = walk(director.way_in(stand), director.start, director.pace())
    take = knots[-1].at + 0.9
    knots += [
        Knot(take, *stand, "bend", (1.0, -0.2)),
        Knot(take + 0.8, *stand, face=(1.0, -0.2)),
        *walk(director.way_in(stand)[::-1], take + 0.9, director.pace()),
    ]
    person = director.person(knots)
    director.things.append(Thing(900, shape, (Hold(-100, None, *at), Hold(take, person.id)), None))
    director.kept.append((*at, 0.6))
    director.note("removed", take, director.seconds, outline(director.place.lens, shape, (at[0], 0, at[1])))
    director.passers(int(director.rng.integers(0, 6)), 5.2)


def ghost(director: Director) -> None:
    """Somebody who stood there from the first frame on walks away, and bares a floor never seen before."""
    at = director.spot(0.15, 0.7)
    leave = director.uniform(8, 15)
    person = director.person([Knot(0, *at), *_out(director, at, leave)], (director.uniform(-1, 1), -1.0))
    director.kept.append((*at, 0.6))
    director.note("ghost", leave, director.seconds, _box(director, person, 1.0), person.id)
    director.passers(int(director.rng.integers(0, 6)), 5.2)


def left_bag(director: Director) -> None:
    """Somebody leaves a bag and does not come back."""
    owner, bag, ready, at = director.bring()
    here = owner.path.place(ready)
    knots = director.leave(here, ready, int(director.rng.choice((-1, 1))), bool(director.rng.random() < 0.3))
    stays = abs(knots[-1].x) < director.place.lens.half_width(knots[-1].z)
    if stays:
        director.kept.append((knots[-1].x, knots[-1].z, 0.6))
    director.seconds = float(np.clip(knots[-1].at + director.uniform(26, 31), 45, 60))
    if stays:
        knots.append(Knot(director.seconds + 1, knots[-1].x, knots[-1].z))
    director.extend(owner, knots)
    director.kept.append((*at, 0.45))
    director.passers(int(director.rng.integers(0, 9)), 5.2, at)
    put = bag.holds[-1].at
    director.note(
        "left_bag", put, director.seconds, outline(director.place.lens, bag.shape, (at[0], 0, at[1])), BAG, owner.id
    )


STAGED_BY: dict[str, Callable[[Director], None]] = {
    f.__name__: f
    for f in (
        stands, sits, returns, lies, moved_chair, moved_bin, light_patch, door, exposure, tremble, removed, ghost
    )
}  # fmt: skip
