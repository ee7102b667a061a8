"""The station concourse of the demonstration: a hall, a walkway that goes one way, and tracks nobody may enter."""

from __future__ import annotations

import attrs
import cv2
import numpy as np

from watchword.boxes import bottoms
from watchword.scene import Line, Scene, Size, Zone
from watchword.sim.backdrop import FINE, Backdrop, Painter, Prop
from watchword.sim.body import dress
from watchword.sim.lens import Lens
from watchword.sim.light import Sensor
from watchword.sim.paint import Box, Colour, lit
from watchword.sim.props import rail, stand
from watchword.sim.script import Knot, Path, walk
from watchword.sim.stage import SECOND, Person, Stage, Staged, alone_since
from watchword.sim.things import Hold, Shape, Thing, outline

Point = tuple[float, float]
SIZE: Size = (960, 540)
WALL = 20.0
LANE = (-4.7, -3.2, 8.6, 17.2)  # the walkway on the ground: left, right, near, far, metres
EDGE = 3.5  # x from which the tracks are, metres
BAG = 1000
IN = 3.9  # who is nearer than this is below the picture
FRONT: Point = (-5.2, 7.3)  # out of view, to the left
BACK: Point = (-12.0, 18.3)
OUT: tuple[Point, ...] = ((-1.9, 16.3), (-2.6, 16.9), (-3.2, 17.7), BACK)  # a way out between bench and walkway


def concourse(seed: int, *, fps: float = 15.0) -> Stage:
    """Half a minute in a station: a bag is left, somebody walks against the walkway, somebody steps onto the tracks.

    Its scene has the zones `concourse`, `escalator` (with a flow, away from the camera) and `tracks`, the line
    `lane_gate` across the walkway (from `hall` to `platforms`: with the flow is inward) and the ground's calibration.

    Args:
        seed: Where chance comes from.
        fps: Frames a second.
    """
    rng = np.random.default_rng((seed, 77))
    lens = Lens(SIZE, 800, 14, 4.4)
    stage = Stage(
        lens=lens,
        backdrop=_backdrop(lens, rng),
        scene=_scene(lens),
        camera="concourse",
        seed=seed,
        fps=fps,
        seconds=30.0,
        sensor=Sensor(noise=1.8, drift=0.01),
        light=(0.55, 0.5),
    )
    cast = _Cast(rng)
    bag = cast.leave_bag()
    wrong, trespasser = cast.wrong_way(), cast.intrusion()
    cast.others()
    stage = attrs.evolve(stage, people=tuple(cast.people), things=tuple(cast.things))
    put = cast.things[0].holds[-1]
    box = outline(lens, cast.things[0].shape, (put.x, 0, put.z))
    left = Staged("left_bag", round(put.at * SECOND), stage.time(stage.count - 1), box, BAG, bag)
    return attrs.evolve(
        stage,
        staged=(
            attrs.evolve(left, alone=alone_since(stage, left)),
            _visit(stage, "wrong_way", wrong, stage.scene.zones["escalator"]),
            _visit(stage, "intrusion", trespasser, stage.scene.zones["tracks"]),
        ),
    )


def _visit(stage: Stage, kind: str, number: int, zone: Zone) -> Staged:
    """From when to when somebody is in a zone."""
    person = next(p for p in stage.people if p.id == number)
    times = [stage.time(i) for i in range(stage.count)]
    boxes = [(t, box) for t in times if (box := stage.box_of(person, t / SECOND)) is not None]
    inside = [(t, b) for t, b in boxes if _in(zone, b)]
    return Staged(kind, inside[0][0], inside[-1][0], inside[0][1], number)


def _in(zone: Zone, box: Box) -> bool:
    x, y = bottoms(np.array([box]))[0]
    ring = np.array(zone.points, np.float32)
    return cv2.pointPolygonTest(ring, (float(x), float(y)), False) >= 0


# -- what it looks like ------------------------------------------------------------------------------------------------


def _on_picture(lens: Lens, ground: list[Point]) -> tuple[Point, ...]:
    """Ground points as a polygon of the picture, cut at its edges (Sutherland and Hodgman, 1974)."""
    ring = [lens.project(x, 0, z) for x, z in ground]
    for axis, limit, sign in ((0, 0.0, 1), (0, float(lens.size[0]), -1), (1, 0.0, 1), (1, float(lens.size[1]), -1)):
        kept: list[Point] = []
        for a, b in zip(ring, (*ring[1:], ring[0]), strict=True):
            da, db = sign * (a[axis] - limit), sign * (b[axis] - limit)
            if da >= 0:
                kept.append(a)
            if da * db < 0:
                share = da / (da - db)
                kept.append((a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share))
        ring = kept
    w, h = lens.size
    return tuple((round(min(max(x, 0), w), 1), round(min(max(y, 0), h), 1)) for x, y in ring)


def _scene(lens: Lens) -> Scene:
    left, right, near, far = LANE
    middle = (left + right) / 2
    bottom = lens.depth_at(lens.size[1])
    gate = [lens.project(x, 0, 12.2) for x in (left - 0.15, right + 0.15)]
    return Scene(
        frame=lens.size,
        zones=[  # type: ignore[arg-type]  # a list is as good as a mapping
            Zone(
                "concourse",
                _on_picture(
                    lens, [(right + 0.3, bottom), (right + 0.3, 18.5), (EDGE - 0.5, 18.5), (EDGE - 0.5, bottom)]
                ),
            ),
            Zone(
                "escalator",
                _on_picture(lens, [(left, near), (left, far), (right, far), (right, near)]),
                flow=(lens.project(middle, 0, near), lens.project(middle, 0, far)),
            ),
            Zone(
                "tracks",
                _on_picture(lens, [(EDGE, bottom * 0.9), (EDGE, 19.6), (EDGE + 3.4, 19.6), (EDGE + 3.4, bottom * 0.9)]),
            ),
        ],
        lines=[Line("lane_gate", gate[0], gate[1], ("hall", "platforms"))],  # type: ignore[arg-type]
        ground=lens.ground(7.0, 18.0),
        time_zone="Europe/Paris",
        name="concourse",
    )


def _backdrop(lens: Lens, rng: np.random.Generator) -> Backdrop:
    painter = Painter(lens, WALL, rng)
    painter.floor("tiles", (168, 176, 180), 0.9, 4.0)
    painter.wall_of("glass", (150, 138, 122))
    _shops(painter)
    left, right, near, far = LANE
    painter.area([(EDGE, 4), (EDGE, WALL), (EDGE + 3.4, WALL), (EDGE + 3.4, 4)], (92, 98, 102), 0.9)
    for x in np.arange(4.0, WALL, 0.75):  # sleepers
        painter.area(
            [(EDGE + 0.9, x), (EDGE + 0.9, x + 0.26), (EDGE + 2.7, x + 0.26), (EDGE + 2.7, x)], (74, 82, 92), 0.9
        )
    for x in (EDGE + 1.1, EDGE + 2.5):
        painter.stripe([(x, 4), (x, WALL)], 0.09, (205, 205, 200), 0.95)
    painter.stripe([(EDGE - 0.22, 4), (EDGE - 0.22, WALL)], 0.36, (60, 190, 225), 0.85)
    painter.stripe([(EDGE - 0.01, 4), (EDGE - 0.01, WALL)], 0.07, (225, 228, 228), 0.9)
    painter.stripe([(EDGE + 3.5, 4), (EDGE + 3.5, WALL)], 0.3, (60, 190, 225), 0.7)
    painter.area([(left, near), (left, far), (right, far), (right, near)], (64, 62, 60), 0.94)
    for z in np.arange(near + 0.3, far, 0.3):
        painter.stripe([(left + 0.08, z), (right - 0.08, z)], 0.05, (88, 88, 86), 0.8)
    for z in (near + 0.12, far - 0.12):
        painter.stripe([(left, z), (right, z)], 0.24, (50, 180, 220), 0.95)
    for z in (near + 1.5, near + 4.2, near + 6.9):
        _arrow(painter, (left + right) / 2, z)
    _arrow(painter, (left + right) / 2, near - 1.3)
    painter.light(0.16, 0.34)
    image = painter.finish()
    props: list[Prop] = [
        stand(image, lens, "bench", 1.2, 17.6, 1.1, (70, 110, 150)),
        stand(image, lens, "bench", -1.6, 17.6, 1.1, (70, 110, 150)),
        stand(image, lens, "machine", 2.75, 18.6, 0.5, (62, 62, 172)),
        stand(image, lens, "machine", -6.3, 18.6, 0.5, (140, 96, 52)),
        stand(image, lens, "pillar", -2.35, 14.2, 0.32, (176, 182, 184)),
        stand(image, lens, "pillar", 2.5, 14.2, 0.32, (176, 182, 184)),
        stand(image, lens, "planter", -2.1, 11.0, 0.55, (92, 96, 100)),
    ]
    props += rail(image, lens, left - 0.06, near, far)
    props += rail(image, lens, right + 0.06, near, far)
    return Backdrop(image, WALL, tuple(props))


def _arrow(painter: Painter, x: float, z: float) -> None:
    white: Colour = (224, 228, 228)
    painter.area([(x - 0.1, z), (x - 0.1, z + 0.75), (x + 0.1, z + 0.75), (x + 0.1, z)], white, 0.85)
    painter.area([(x - 0.36, z + 0.7), (x, z + 1.35), (x + 0.36, z + 0.7)], white, 0.85)


def _shops(painter: Painter) -> None:
    """The wall: shop fronts, a departure board, a clock, a band of signs. No letters: any station."""
    rng, lens = painter.rng, painter.lens
    for x, tone in ((-10.5, (70, 60, 120)), (-6.8, (96, 120, 60)), (5.6, (60, 110, 160)), (9.2, (120, 84, 60))):
        painter.fill(painter.on_wall(x, x + 3.0, 0.0, 2.55), (58, 60, 62))
        painter.fill(painter.on_wall(x + 0.12, x + 2.88, 0.1, 2.0), (176, 202, 214))
        painter.fill(painter.on_wall(x + 0.12, x + 2.88, 2.05, 2.5), tone)
        for _ in range(14):
            a, low = x + 0.2 + float(rng.uniform(0, 2.4)), float(rng.choice((0.25, 0.75, 1.25)))
            goods: Colour = (int(rng.integers(60, 200)), int(rng.integers(70, 190)), int(rng.integers(70, 200)))
            painter.fill(painter.on_wall(a, a + 0.22, low, low + float(rng.uniform(0.18, 0.38))), goods)
        for share in (0.02, 0.48, 0.94):
            painter.fill(painter.on_wall(x + 3 * share, x + 3 * share + 0.12, 0.0, 2.05), (70, 72, 74))
    painter.fill(painter.on_wall(-14, 14, 2.75, 3.15), (88, 62, 40))
    for x in (-8.0, -3.6, 3.4, 7.8):  # a white sign with an arrow, as blocks
        painter.fill(painter.on_wall(x, x + 0.9, 2.82, 3.08), (228, 230, 230))
        painter.fill(painter.on_wall(x + 0.1, x + 0.55, 2.92, 2.98), (60, 50, 40))
        painter.fill(painter.on_wall(x + 0.65, x + 0.8, 2.86, 3.04), (60, 150, 210))
    painter.fill(painter.on_wall(-2.9, 2.9, 1.15, 2.68), (52, 48, 46))
    painter.fill(painter.on_wall(-2.8, 2.8, 1.25, 2.6), (26, 24, 24))
    for row in range(6):
        low = 2.36 - row * 0.2
        for start, stop in (
            (-2.65, -2.25),
            (-2.05, -2.05 + float(rng.uniform(0.9, 1.9))),
            (0.6, 1.0),
            (1.4, 1.4 + float(rng.uniform(0.5, 1.1))),
        ):
            tone = (70, 190, 235) if start != 0.6 else (200, 205, 205)
            x = start
            while x < stop:  # letters, seen from too far to read
                step = float(rng.uniform(0.06, 0.1))
                painter.fill(
                    painter.on_wall(x, min(x + step, stop), low, low + 0.1), lit(tone, float(rng.uniform(0.55, 0.95)))
                )
                x += step + 0.03
    cx, cy = lens.project(4.55, 2.15, WALL)
    radius = 0.42 * lens.scale(WALL) * FINE
    at = (round(cx * FINE), round(cy * FINE))
    cv2.circle(painter.picture, at, round(radius), (60, 60, 62), -1, cv2.LINE_AA)
    cv2.circle(painter.picture, at, round(radius * 0.88), (232, 234, 234), -1, cv2.LINE_AA)
    for turn, length, width in ((2.1, 0.5, 3), (0.35, 0.75, 2)):
        end = (round(at[0] + radius * length * np.sin(turn)), round(at[1] - radius * length * np.cos(turn)))
        cv2.line(painter.picture, at, end, (40, 40, 42), width, cv2.LINE_AA)


# -- who is in it ------------------------------------------------------------------------------------------------------


class _Cast:
    """Everybody, one after the other; chance only shifts times, places and looks a little."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.people: list[Person] = []
        self.things: list[Thing] = []
        self.spot: Point = (float(rng.uniform(0.0, 0.7)), float(rng.uniform(9.2, 9.9)))

    def near(self, value: float, by: float) -> float:
        """A number at random around a value."""
        return value + float(self.rng.uniform(-by, by))

    def add(self, knots: list[Knot]) -> int:
        """Put somebody on the stage; their number."""
        self.people.append(Person(len(self.people) + 1, dress(self.rng), Path(tuple(knots))))
        return len(self.people)

    def leave_bag(self) -> int:
        """Somebody sets a suitcase down, stands by it for two seconds, and goes; the owner's number."""
        x, z = self.spot
        at = (x + 0.42, z + 0.15)
        knots = walk([(1.7, IN), (2.2, 7.4), at], self.near(1.0, 0.3), 1.55)
        put = knots[-1].at + 0.9
        face = (-1.0, -0.3)
        knots += [Knot(put - 0.7, *at), Knot(put, *at, "bend", face), Knot(put + 0.4, *at, "bend", face)]
        knots += [Knot(put + 1.0, *at, face=face), Knot(put + self.near(2.2, 0.4), *at, face=face)]
        knots += walk([at, (-1.5, 12.4), *OUT], knots[-1].at + 0.05, 1.5)
        owner = self.add(knots)
        tone: Colour = ((44, 40, 150), (140, 78, 36), (52, 48, 46), (60, 120, 70))[self.rng.integers(4)]
        self.things.append(
            Thing(BAG, Shape("suitcase", (0.46, 0.66, 0.27), tone, 0.3), (Hold(-10, owner), Hold(put, None, x, z)))
        )
        return owner

    def wrong_way(self) -> int:
        """Somebody comes down the walkway; their number."""
        x = self.near((LANE[0] + LANE[1]) / 2, 0.1)
        return self.add(walk([BACK, (x, 17.9), (x, 7.6), (-1.0, 6.9), (-0.5, IN)], self.near(12.0, 0.8), 1.45))

    def intrusion(self) -> int:
        """Somebody steps onto the tracks, looks, and goes back; their number."""
        z = self.near(10.4, 0.4)
        knots = walk([FRONT, (0.6, 7.3), (EDGE - 0.6, z), (EDGE + 1.2, z + 0.3)], self.near(15.0, 0.5), 1.6)
        knots.append(Knot(knots[-1].at + self.near(1.6, 0.2), EDGE + 1.2, z + 0.3))
        back = [(EDGE + 1.2, z + 0.3), (EDGE + 1.0, z + 2.4), (EDGE - 0.7, z + 2.8), (1.0, 16.0), *OUT]
        return self.add([*knots, *walk(back, knots[-1].at + 0.05, 1.4)])

    def others(self) -> None:
        """People who go about: along the walkway with its flow, through the hall at the back, across its front."""
        for start in (2.0, 5.2, 8.8, 10.2, 21.0, 24.0):
            x = self.near((LANE[0] + LANE[1]) / 2, 0.35)
            self.add(walk([FRONT, (x, 7.9), (x, 17.9), BACK], self.near(start, 0.5), self.near(1.5, 0.15)))
        for start, z in ((0.2, 15.5), (1.4, 12.7), (9.0, 15.4), (12.5, 12.6), (17.0, 15.5), (23.0, 15.2)):
            there = [*OUT[::-1], (self.near(2.2, 0.2), self.near(z, 0.2)), (2.75, 17.6), (2.2, 18.3), BACK]
            turned = self.rng.random() < 0.4
            self.add(walk(there[::-1] if turned else there, self.near(start, 0.4), self.near(1.4, 0.15)))
        for start, turned in ((7.4, False), (14.0, True), (19.5, False), (25.5, True)):
            over = [FRONT, (2.3, self.near(7.8, 0.15)), (1.7, IN)]
            self.add(walk(over[::-1] if turned else over, self.near(start, 0.5), self.near(1.5, 0.1)))
