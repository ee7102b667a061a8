"""Puts people, bags and furniture on a stage one after the other, each where it is free to be."""

from __future__ import annotations

import math
from itertools import pairwise

import attrs
import numpy as np

from watchword.errors import DataError
from watchword.scene import Scene
from watchword.sim.body import dress
from watchword.sim.light import Gain, Glow, Opening, Sensor
from watchword.sim.paint import Box, Colour
from watchword.sim.places import Place
from watchword.sim.script import Knot, Path, walk
from watchword.sim.stage import REACH, SECOND, Person, Stage, Staged, alone_since
from watchword.sim.things import BAGS, Hold, Kind, Shape, Thing, outline

BAG = 1000  # the number of the bag in the truth
Point = tuple[float, float]


class Director:
    """Puts people on a stage one after the other.

    Args:
        place: Where.
        rng: Where chance comes from.
        early: People are there from the first frame on.
    """

    def __init__(self, place: Place, rng: np.random.Generator, early: bool) -> None:
        self.place, self.rng, self.early = place, rng, early
        self.seconds = 50.0
        self.fps = float(rng.choice((10, 12, 15)))
        self.people: list[Person] = []
        self.things: list[Thing] = []
        self.glows: list[Glow] = []
        self.openings: list[Opening] = []
        self.staged: list[Staged] = []
        self.gains: tuple[Gain, ...] = ()
        self.shake = 0.0
        self.start = float(rng.uniform(6, 8))
        self.kept: list[tuple[float, float, float]] = []  # x, z and room of what nobody walks through

    # -- where to walk -------------------------------------------------------------------------------------------------

    def uniform(self, low: float, high: float) -> float:
        """A number at random."""
        return float(self.rng.uniform(low, high))

    def outside(self, side: int, z: float) -> Point:
        """A point out of view, to the left (-1) or the right (1)."""
        return side * (self.place.lens.half_width(z) + 0.8), z

    def spot(self, low: float = 0.15, high: float = 0.7, across: float = 0.55) -> Point:
        """A free point of the floor in view: `low` to `high` of the way from the near edge to the wall."""
        for _ in range(200):
            deep = self.place.backdrop.wall - self.place.near
            z = self.place.near + self.uniform(low, high) * deep
            x = self.uniform(-across, across) * self.place.lens.half_width(z)
            if not self.place.blocked(x, z, 0.9) and not self.hidden(x, z):
                return x, z
        raise DataError("no free floor in view", fix="take another seed")

    def two_spots(self) -> tuple[Point, Point]:
        """Two free points of the floor in view, one to two and a half metres apart, with a free way between them."""
        for _ in range(200):
            a = self.spot(0.15, 0.6)
            aside = float(self.rng.choice((-1, 1))) * self.uniform(1.2, 2.4)
            b = (a[0] + aside, a[1] + self.uniform(-0.5, 0.8))
            inside = abs(b[0]) < self.place.lens.half_width(b[1]) - 0.8
            if inside and not self.hidden(*b) and self.free([a, b]):
                return a, b
        raise DataError("no free floor in view", fix="take another seed")

    def hidden(self, x: float, z: float) -> bool:
        """Whether something stands between the camera and a place on the floor."""
        px, py = self.place.lens.project(x, 0.2, z)
        s = self.place.lens.scale(z)
        return any(
            p.z < z and p.box[0] - 0.5 * s < px < p.box[2] + 0.5 * s and p.box[1] < py < p.box[3]
            for p in self.place.backdrop.props
        )

    def free(self, points: list[Point], spare: Point | None = None) -> bool:
        """Whether a walk through these points meets nothing that stands; `spare` is a thing it may go up to."""
        for a, b in pairwise(points):
            for share in np.linspace(0, 1, max(2, int(math.dist(a, b) / 0.2))):
                x, z = a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share
                if self.place.blocked(x, z) or z < self.place.near * 0.55:
                    return False
                if any(math.dist((x, z), k[:2]) < k[2] for k in self.kept if k[:2] != spare):
                    return False
        return True

    def way_in(self, to: Point, spare: Point | None = None) -> list[Point]:
        """A way from out of view to a point."""
        for _ in range(200):
            z = float(np.clip(to[1] + self.rng.normal(0, 1.5), self.place.near + 0.3, self.place.backdrop.wall - 0.6))
            points = [self.outside(int(self.rng.choice((-1, 1))), z), to]
            if self.free(points, spare):
                return points
        return [self.outside(1 if to[0] > 0 else -1, to[1]), to]

    def person(self, knots: list[Knot], facing: Point = (0.3, -1.0)) -> Person:
        """Put somebody on the stage."""
        somebody = Person(len(self.people) + 1, dress(self.rng), Path(tuple(knots), facing))
        self.people.append(somebody)
        return somebody

    def pace(self) -> float:
        """A walking speed, m/s (Bohannon 1997: 1.2 to 1.5 for adults)."""
        return float(np.clip(self.rng.normal(1.3, 0.15), 1.0, 1.65))

    # -- the others ----------------------------------------------------------------------------------------------------

    def passers(self, number: int, since: float, near: Point | None = None) -> None:
        """People who cross the view, some of them close to a point or between it and the camera.

        Nobody stays within 1.5 body heights of the bag, in the picture, for more than 4.4 seconds.
        """
        wall = self.place.backdrop.wall
        for _ in range(number):
            for _ in range(60):
                side = int(self.rng.choice((-1, 1)))
                chance = self.rng.random()
                z = self.uniform(self.place.near + 0.4, wall - 0.6)
                if near is not None and chance < 0.35:  # before it, hiding it for a moment
                    z = near[1] - self.uniform(0.45, 1.2)
                elif near is not None and chance < 0.6:
                    z = near[1] + float(self.rng.choice((-1, 1))) * self.uniform(0.4, 1.0)
                end = (
                    z
                    if chance < 0.6
                    else float(np.clip(z + self.rng.normal(0, 1.5), self.place.near + 0.2, wall - 0.5))
                )
                if min(z, end) < self.place.near + 0.1 or max(z, end) > wall - 0.4:
                    continue
                points = [self.outside(side, z), self.outside(-side, end)]
                knots = walk(points, self.uniform(since, max(since + 0.1, self.seconds - 4)), self.pace())
                look = dress(self.rng)
                if self.free(points) and self._passes(knots, look.height, near):
                    self.people.append(Person(len(self.people) + 1, look, Path(tuple(knots))))
                    break

    def _passes(self, knots: list[Knot], height: float, near: Point | None) -> bool:
        """Whether a walk leaves a bag alone: 4.4 s in reach at most, two of them kept for going out of view."""
        if near is None:
            return True
        path, lens = Path(tuple(knots)), self.place.lens
        foot, by, reached, inside = lens.project(near[0], 0, near[1]), 0.0, False, True
        for t in np.arange(path.start, path.end, 0.1):
            x, z = path.place(float(t))
            shown = abs(x) < lens.half_width(z) + 0.35
            if inside and not shown and reached:
                by += 2.0  # the last sight of somebody holds for so long
            inside = shown
            px, py = lens.project(x, 0, z)
            seen_at = min(max(px, 0.0), lens.size[0]), min(py, lens.size[1])  # a box that is cut off stands at the edge
            reached = shown and math.dist(seen_at, foot) < (REACH + 0.1) * height * lens.scale(z)
            by += 0.1 if reached else 0.0
        return by < 4.4

    def crowd_at_start(self) -> None:
        """People in view from the first frame on, walking or standing for a while before they go."""
        for _ in range(int(self.rng.integers(2, 5))):
            for _ in range(60):
                at, side = self.spot(0.1, 0.9, 0.8), int(self.rng.choice((-1, 1)))
                out = self.outside(side, at[1])
                stay = self.uniform(3, 9) if self.rng.random() < 0.5 else 0.0
                if not self.free([at, out]) or any(math.dist(at, k[:2]) < 1.2 for k in self.kept):
                    continue
                if stay:
                    knots = [Knot(0, *at), *walk([at, out], stay, self.pace())]
                else:
                    across = self.outside(-side, at[1])
                    begun = walk([across, at, out], 0, self.pace())
                    knots = [attrs.evolve(k, at=k.at - begun[1].at) for k in begun]
                self.person(knots, (self.uniform(-1, 1), self.uniform(-1, 0.2)))
                self.kept.append((*at, 0.5))
                break
        self.kept = [k for k in self.kept if k[2] != 0.5]

    # -- bags ----------------------------------------------------------------------------------------------------------

    def bag(self, at: Point) -> Shape:
        """A bag that differs from the floor at a place by 15 grey levels or more, in brightness or in colour."""
        lens = self.place.lens
        kind: Kind = BAGS[self.rng.integers(len(BAGS))]
        base = {
            "suitcase": (0.42, 0.62, 0.26), "backpack": (0.36, 0.48, 0.24), "duffel": (0.6, 0.34, 0.3),
            "carrier": (0.4, 0.42, 0.18), "box": (0.46, 0.36, 0.34),
        }[kind]  # fmt: skip
        yaw = self.uniform(-0.5, 0.5)
        shape = Shape(kind, base, (0, 0, 0), yaw)
        box = outline(lens, shape, (at[0], 0, at[1]))
        larger = max(box[2] - box[0], box[3] - box[1])
        wanted = self.uniform(22, 55) / larger
        factor = float(np.clip(np.clip(wanted, 0.8, 1.2), 22 / larger, 57 / larger))
        size = (base[0] * factor, base[1] * factor, base[2] * factor)
        return Shape(kind, size, self.bag_colour(box), yaw)

    def bag_colour(self, box: Box) -> Colour:
        """A colour that can be told from what is there."""
        floor = self.place.backdrop.floor_colour(box)
        if self.rng.random() < 0.25:  # as bright as the floor, of another colour
            chroma = self.rng.normal(0, 1, 3)
            chroma -= chroma @ (0.114, 0.587, 0.299)
            colour = floor + chroma / np.abs(chroma).max() * self.uniform(28, 55)
        else:
            step = self.uniform(16, 40) if self.rng.random() < 0.3 else self.uniform(40, 110)
            sign = 1 if floor.mean() + step < 215 and (self.rng.random() < 0.3 or floor.mean() - step < 22) else -1
            colour = floor + sign * step + self.rng.normal(0, min(12, step / 3), 3)
        b, g, r = (int(v) for v in np.clip(colour, 18, 235))
        return b, g, r

    def leave(self, at: Point, since: float, side: int, far: bool) -> list[Knot]:
        """Walk away from a bag: out of view, or, with `far`, some metres off to stay there."""
        for _ in range(60):
            z = float(np.clip(at[1] + self.rng.normal(0, 1.2), self.place.near + 0.3, self.place.backdrop.wall - 0.6))
            end = self.outside(side, z)
            if far:
                off = side * self.uniform(3.8, 6.0)
                if abs(at[0] + off) > self.place.lens.half_width(z) - 0.6:
                    far = False
                    continue
                end = (at[0] + off, z)
            if self.free([at, end], at):
                return walk([at, end], since, self.pace())
            side = -side
        return walk([at, self.outside(side, at[1])], since, self.pace())

    def bring(self) -> tuple[Person, Thing, float, Point]:
        """Somebody brings a bag, sets it down and stays a little; who, what, when they are ready to go, where."""
        at = self.spot(0.12, 0.62)
        self.kept.append((*at, 0.45))
        side = int(self.rng.choice((-1, 1)))
        owner_at = (at[0] - side * 0.38, at[1] + self.uniform(-0.05, 0.25))
        knots = walk(self.way_in(owner_at, at), self.start, self.pace())
        t = knots[-1].at + 0.3
        put = t + 0.7
        to = (float(side), -0.3)
        knots += [Knot(t, *owner_at), Knot(put, *owner_at, "bend", to), Knot(put + 0.5, *owner_at, "bend", to)]
        knots.append(Knot(put + 1.2, *owner_at, face=to))
        stay = self.uniform(1, 6)
        if stay > 3 and self.rng.random() < 0.5:  # a step to the side
            aside = (owner_at[0] - side * self.uniform(0.2, 0.5), owner_at[1])
            knots += walk([owner_at, aside], knots[-1].at + 1, 0.7)[0:]
            owner_at = aside
        ready = knots[-1].at + stay
        knots.append(Knot(ready, *owner_at))
        owner = self.person(knots)
        thing = Thing(BAG, self.bag(at), (Hold(-10, owner.id), Hold(put, None, *at)))
        self.things.append(thing)
        return owner, thing, ready, at

    def extend(self, person: Person, knots: list[Knot]) -> None:
        """Send somebody on, from where they are."""
        mine = list(person.path.knots)
        mine += [k for k in knots if k.at > mine[-1].at]
        self.people[person.id - 1] = attrs.evolve(person, path=Path(tuple(mine), person.path.facing))

    def note(
        self, kind: str, start: float, end: float, box: Box, thing: int | None = None, owner: int | None = None
    ) -> None:
        """Write down what was staged; times in seconds."""
        self.staged.append(Staged(kind, round(start * SECOND), round(end * SECOND), box, thing, owner))

    def stage(self, seed: int) -> Stage:
        """The stage as it is now."""
        if self.early:
            self.crowd_at_start()
        size = self.place.lens.size
        made = Stage(
            lens=self.place.lens,
            backdrop=self.place.backdrop,
            scene=Scene(frame=size),
            seed=seed,
            fps=self.fps,
            seconds=math.ceil(self.seconds * self.fps) / self.fps,
            people=tuple(self.people),
            things=tuple(self.things),
            glows=tuple(self.glows),
            openings=tuple(self.openings),
            sensor=Sensor(
                self.uniform(1.6, 3.2), self.uniform(0.0, 0.025), self.uniform(40, 90), self.shake, self.gains
            ),
            light=self.place.light,
        )
        return attrs.evolve(made, staged=tuple(self._dated(made, s) for s in self.staged))

    def _dated(self, stage: Stage, staged: Staged) -> Staged:
        if staged.owner is None:
            return staged
        return attrs.evolve(staged, alone=alone_since(stage, staged))
