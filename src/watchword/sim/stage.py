"""A stage: who is where and when before a camera, as data; from it frames and the exact truth of any moment."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import attrs
import cv2
import numpy as np
from numpy.typing import NDArray

from watchword.errors import DataError
from watchword.scene import Ground, Scene
from watchword.sim import things
from watchword.sim.backdrop import Backdrop, Prop
from watchword.sim.body import R_HAND, Look, skeleton
from watchword.sim.figure import extent, figure, shadow
from watchword.sim.lens import Lens
from watchword.sim.light import Glow, Opening, Sensor, interior, noise_pools
from watchword.sim.paint import Box, Image
from watchword.sim.script import Path
from watchword.sim.things import HANDOVER, Hold, Thing
from watchword.tracks import Tracks
from watchword.video import Frame

Floats = NDArray[np.float64]
SECOND = 1_000_000_000
REACH = 1.5  # body heights within which a person attends a bag


@attrs.frozen
class Person:
    """Somebody: a number in the truth, looks, and where they go."""

    id: int
    look: Look
    path: Path


@attrs.frozen
class Staged:
    """Something that was put on stage for a rule to find, or to leave alone.

    Attributes:
        kind: "left_bag", "intrusion", "wrong_way", or the kind of a decoy.
        start: When it begins, nanoseconds: a bag is on the ground, somebody steps in.
        end: When it ends, nanoseconds.
        box: Where, pixels: of a left bag, its box on the ground; of a person, when it begins.
        thing: Its number in the truth, where it is a person or a bag.
        owner: The number of the bag's owner.
        alone: Of a bag: when its owner was last within 1.5 of their own heights (in pixels), nanoseconds.
    """

    kind: str
    start: int
    end: int
    box: Box
    thing: int | None = None
    owner: int | None = None
    alone: int | None = None


@attrs.frozen(eq=False, slots=False, kw_only=True)
class Stage:
    """A short film, described.

    Every frame is drawn from the description alone, in any order, and is the same bit for bit each time.

    Attributes:
        camera: The camera's name.
        seed: Where chance comes from: the noise of its frames.
        fps: Frames a second.
        seconds: How long it is.
        lens: How the camera sees the ground.
        backdrop: What stands still.
        people: Who walks.
        things: Bags and furniture that move or are carried.
        glows: Patches of light.
        openings: Doors that open.
        sensor: Noise, gain and shaking of the camera.
        light: Where shadows fall, on the ground (x, z), metres.
        scene: Its zones and lines, for rules.
        staged: What is there to be found.
    """

    lens: Lens
    backdrop: Backdrop
    scene: Scene
    camera: str = "sim"
    seed: int = 0
    fps: float = 12.0
    seconds: float = 30.0
    people: tuple[Person, ...] = ()
    things: tuple[Thing, ...] = ()
    glows: tuple[Glow, ...] = ()
    openings: tuple[Opening, ...] = ()
    sensor: Sensor = attrs.field(factory=Sensor)
    light: tuple[float, float] = (0.5, 0.35)
    staged: tuple[Staged, ...] = ()

    @property
    def count(self) -> int:
        """How many frames there are."""
        return round(self.seconds * self.fps)

    def time(self, index: int) -> int:
        """When a frame is taken, nanoseconds."""
        return round(index * SECOND / self.fps)

    @property
    def ground(self) -> Ground:
        """The exact calibration of the ground, for `attrs.evolve(stage.scene, ground=stage.ground)`."""
        return self.lens.ground(self.lens.depth_at(self.lens.size[1] * 0.95), self.backdrop.wall * 0.9)

    @cached_property
    def _by_id(self) -> dict[int, Person]:
        return {p.id: p for p in self.people}

    @cached_property
    def _noise(self) -> tuple[Image, Image]:
        return noise_pools(self.lens.size, self.sensor.noise, self.seed)

    def _hold(self, thing: Thing, t: float) -> int:
        return max((i for i, h in enumerate(thing.holds) if h.at <= t), default=-1)

    def joints(self, person: Person, t: float) -> Floats | None:
        """Somebody's joints in space, (16, 3): x, up, z in metres; None while they are not there."""
        if not person.path.covers(t):
            return None
        carries = any((i := self._hold(thing, t)) >= 0 and thing.holds[i].by == person.id for thing in self.things)
        return skeleton(person.look, person.path, t, carries)

    def _held(self, thing: Thing, hold: Hold, t: float) -> Floats | None:
        if hold.by is None:
            return np.array((hold.x, 0.0, hold.z))
        person = self._by_id[hold.by]
        if not person.path.covers(t):
            return None
        hand = skeleton(person.look, person.path, t, True)[R_HAND]
        if thing.label is None:  # furniture is carried before the body
            x, z = person.path.place(t)
            fx, fz = person.path.heading(t)
            return np.array((x + 0.35 * fx, 0.25, z + 0.35 * fz))
        grip = 0.07 if thing.shape.kind in ("suitcase", "carrier", "duffel") else 0.0
        return np.array((hand[0], max(0.03, hand[1] - thing.shape.size[1] - grip), hand[2]))

    def place(self, thing: Thing, t: float) -> tuple[float, float, float] | None:
        """Where a thing is, x, up, z in metres; None while it is not there."""
        i = self._hold(thing, t)
        if i < 0:
            return None
        at = self._held(thing, thing.holds[i], t)
        if at is None:
            return None
        share = (t - thing.holds[i].at) / HANDOVER
        if i > 0 and share < 1:
            before = self._held(thing, thing.holds[i - 1], t)
            if before is not None:
                at = before + (at - before) * (share * share * (3 - 2 * share))
        return float(at[0]), float(at[1]), float(at[2])

    def box_of(self, thing: Person | Thing, t: float) -> Box | None:
        """The whole box of somebody or something, pixels, hidden and outside parts included; None: not there."""
        if isinstance(thing, Person):
            joints = self.joints(thing, t)
            box = None if joints is None else extent(self.lens, thing.look, joints)
        else:
            at = self.place(thing, t)
            box = None if at is None else things.outline(self.lens, thing.shape, at)
        if box is None:
            return None
        dx, dy = self.sensor.offset(t)
        return box[0] + dx, box[1] + dy, box[2] + dx, box[3] + dy

    # -- truth ---------------------------------------------------------------------------------------------------------

    def truth(self, time: int) -> Tracks:
        """Who and what is in view at a time (nanoseconds): whole boxes, ids, labels.

        The column `visible` is the share of a box, 0 to 1, that lies in the picture and is hidden by nothing nearer,
        measured on a grid of points.
        """
        t = time / SECOND
        rows: list[tuple[int, str, Box, float]] = []
        for person in self.people:
            box, z = self.box_of(person, t), person.path.place(t)[1]
            if box is not None and z <= self.backdrop.wall:
                rows.append((person.id, "person", box, z))
        for thing in self.things:
            box, at = self.box_of(thing, t), self.place(thing, t)
            if box is not None and at is not None and thing.label is not None:
                rows.append((thing.id, thing.label, box, at[2]))
        w, h = self.lens.size
        rows = [r for r in rows if r[2][2] > 0 and r[2][3] > 0 and r[2][0] < w and r[2][1] < h]
        covers = [(r[2], r[3]) for r in rows] + [(p.box, p.hides) for p in self.backdrop.props]
        seen = [self._visible(box, [c for c, cz in covers if cz < z - 1e-6]) for _, _, box, z in rows]
        return Tracks.of(
            self.camera,
            time,
            [r[0] for r in rows],
            [r[2] for r in rows],
            [r[1] for r in rows],
            visible=seen,
        )

    def _visible(self, box: Box, nearer: list[Box]) -> float:
        x = box[0] + (np.arange(6)[None, :] + 0.5) / 6 * (box[2] - box[0])
        y = box[1] + (np.arange(12)[:, None] + 0.5) / 12 * (box[3] - box[1])
        free = (x >= 0) & (x < self.lens.size[0]) & (y >= 0) & (y < self.lens.size[1])
        for c in nearer:
            free &= ~((x >= c[0]) & (x < c[2]) & (y >= c[1]) & (y < c[3]))
        return float(free.mean())

    def truths(self) -> Iterator[Tracks]:
        """The truth of each frame."""
        for index in range(self.count):
            yield self.truth(self.time(index))

    # -- pictures ------------------------------------------------------------------------------------------------------

    def frames(self) -> Iterator[Frame]:
        """Every frame in turn."""
        for index in range(self.count):
            yield self.frame(index)

    def frame(self, index: int) -> Frame:
        """One frame.

        Raises:
            DataError: There is no frame of this number.
        """
        if not 0 <= index < self.count:
            raise DataError(f"there is no frame {index}", fix=f"this stage has frames 0 to {self.count - 1}")
        time = self.time(index)
        return Frame(self.camera, time, self._develop(self._draw(time / SECOND), time / SECOND, index), index)

    def _draw(self, t: float) -> Image:
        canvas = self.backdrop.image.copy()
        for glow in self.glows:
            glow.shine(canvas, self.lens, t)
        cast = [(p, j) for p in self.people if (j := self.joints(p, t)) is not None]
        wall = self.backdrop.wall
        for opening in self.openings:
            gap = opening.gap(self.lens, self.backdrop, t)
            if gap is not None:
                interior(canvas, gap, self.backdrop.doors[opening.door])
                for person, joints in cast:
                    if joints[:, 2].mean() > wall:
                        figure(canvas, self.lens, person.look, joints, gap)
        cast = [(p, j) for p, j in cast if joints_before(j, wall)]
        bare = canvas.copy() if self.backdrop.props and (cast or self.things) else canvas
        placed = [(thing, at) for thing in self.things if (at := self.place(thing, t)) is not None]
        for _, joints in cast:
            shadow(canvas, self.lens, joints, self.light, 0.34)
        for thing, at in placed:
            if at[1] < 0.2:
                things.contact(canvas, self.lens, thing.shape, at[0], at[2], 0.42 * (1 - at[1] / 0.2))
        self._act(canvas, bare, cast, placed)
        return canvas

    def _act(
        self,
        canvas: Image,
        bare: Image,
        cast: list[tuple[Person, Floats]],
        placed: list[tuple[Thing, tuple[float, float, float]]],
    ) -> None:
        """Everybody and everything, the farthest first; what stands before them is laid over them again."""
        order: list[tuple[float, Person | Thing | Prop, Floats | tuple[float, float, float] | None]] = [
            *((float(j[:, 2].mean()), p, j) for p, j in cast),
            *((at[2], thing, at) for thing, at in placed),
            *((prop.hides, prop, None) for prop in self.backdrop.props),
        ]
        drawn: list[Box] = []
        for _, what, where in sorted(order, key=lambda row: -row[0]):
            if isinstance(what, Person):
                assert isinstance(where, np.ndarray)
                figure(canvas, self.lens, what.look, where, None)
                drawn.append(_with_shadow(extent(self.lens, what.look, where)))
            elif isinstance(what, Thing):
                assert isinstance(where, tuple)
                things.draw(canvas, self.lens, what.shape, where)
                drawn.append(_with_shadow(things.outline(self.lens, what.shape, where)))
            else:
                left, top, right, bottom = what.box
                if any(b[0] < right and b[2] > left and b[1] < bottom and b[3] > top for b in drawn):
                    part = canvas[top:bottom, left:right]
                    part[:] = part * (1 - what.mask) + bare[top:bottom, left:right] * what.mask + np.float32(0.5)

    def _develop(self, canvas: Any, t: float, index: int) -> Image:
        """What the camera makes of a view: gain, shaking, noise."""
        gain = self.sensor.gain(t)
        if abs(gain - 1) > 1e-4:
            table = np.clip(np.arange(256) * gain + 0.5, 0, 255).astype(np.uint8)
            canvas = cv2.LUT(canvas, table)
        dx, dy = self.sensor.offset(t)
        if dx or dy:
            moved = np.array([[1, 0, dx], [0, 1, dy]], np.float64)
            canvas = cv2.warpAffine(canvas, moved, self.lens.size, borderMode=cv2.BORDER_REPLICATE)
        if self.sensor.noise:
            x, y = np.random.default_rng((self.seed, 5, index)).integers(0, 64, 2)
            window = np.s_[y : y + canvas.shape[0], x : x + canvas.shape[1]]
            plus, minus = self._noise
            canvas = cv2.subtract(cv2.add(canvas, plus[window]), minus[window])
        image: Image = canvas
        return image


def _with_shadow(box: Box) -> Box:
    """The box with room around it for a shadow."""
    tall = box[3] - box[1]
    return box[0] - 0.7 * tall, box[1], box[2] + 0.7 * tall, box[3] + 0.2 * tall


def joints_before(joints: Floats, wall: float) -> bool:
    """Whether somebody is on this side of the wall."""
    return bool(joints[:, 2].mean() <= wall)


def alone_since(stage: Stage, staged: Staged) -> int | None:
    """The first frame after which a bag's owner is never again within 1.5 of their heights; None: there is none.

    Who is partly out of view stands at the picture's edge, as rules have it.
    """
    owner = next(p for p in stage.people if p.id == staged.owner)
    foot = ((staged.box[0] + staged.box[2]) / 2, staged.box[3])
    for index in range(stage.count - 1, -1, -1):
        time = stage.time(index)
        box = stage.box_of(owner, time / SECOND)
        if box is None or box[2] < 0 or box[0] > stage.lens.size[0]:
            continue
        at = min(max((box[0] + box[2]) / 2, 0.0), stage.lens.size[0]), min(box[3], stage.lens.size[1])
        if math.dist(at, foot) <= REACH * (box[3] - box[1]):
            return stage.time(index + 1) if index + 1 < stage.count else None
    return staged.start
