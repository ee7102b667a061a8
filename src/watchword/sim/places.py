"""Views at random: a lens, a floor, a wall, furniture."""

from __future__ import annotations

import attrs
import numpy as np

from watchword.scene import Size
from watchword.sim.backdrop import Backdrop, Doorway, Flooring, Painter, Walling
from watchword.sim.lens import Lens
from watchword.sim.paint import Colour
from watchword.sim.props import stand

FLOORS: tuple[tuple[Flooring, Colour], ...] = (
    ("tiles", (150, 158, 160)), ("tiles", (120, 130, 140)), ("slabs", (135, 140, 142)), ("slabs", (112, 122, 138)),
    ("boards", (86, 116, 146)), ("concrete", (128, 132, 132)), ("concrete", (150, 150, 146)), ("tiles", (95, 98, 100)),
)  # fmt: skip
WALLS: tuple[tuple[Walling, Colour], ...] = (
    ("panels", (172, 178, 178)), ("panels", (140, 155, 170)), ("bricks", (88, 104, 150)), ("bricks", (150, 158, 165)),
    ("glass", (120, 112, 100)), ("lockers", (130, 120, 90)), ("lockers", (110, 130, 150)),
)  # fmt: skip
LEAVES: tuple[Colour, ...] = ((120, 100, 80), (70, 90, 130), (150, 150, 145), (84, 90, 60))


@attrs.frozen(eq=False)
class Place:
    """A lens and what it looks at; `near` is the nearest distance whose floor is in view, metres."""

    lens: Lens
    backdrop: Backdrop
    near: float
    light: tuple[float, float]

    def blocked(self, x: float, z: float, room: float = 0.45) -> bool:
        """Whether something stands within `room` metres of a ground point."""
        return any(abs(x - p.x) < p.half + room and -room < z - p.z < 0.7 + room for p in self.backdrop.props)


def lens_at_random(size: Size, rng: np.random.Generator) -> Lens:
    """A camera on a wall or a mast, three to five metres up."""
    w, h = size
    return Lens(
        size,
        focal=float(w * rng.uniform(0.72, 1.0)),
        horizon=float(h * rng.uniform(-0.12, 0.1)),
        height=float(rng.uniform(3.0, 5.2)),
    )


def place_at_random(size: Size, rng: np.random.Generator, bench: bool = False, door: bool = False) -> Place:
    """A place at random, with a bench or a door where one is asked for."""
    lens = lens_at_random(size, rng)
    foot = size[1] * rng.uniform(0.26, 0.36)
    wall = float(np.clip(lens.depth_at(foot), 9.0, 17.0))
    near = lens.depth_at(size[1])
    painter = Painter(lens, wall, rng)
    flooring, colour = FLOORS[rng.integers(len(FLOORS))]
    painter.floor(flooring, colour, float(rng.uniform(0.4, 0.9)), float(rng.uniform(3, 9)), bool(rng.random() < 0.3))
    walling, tone = WALLS[rng.integers(len(WALLS))]
    painter.wall_of(walling, tone)
    reach = lens.half_width(wall)
    doors: list[Doorway] = []
    taken: list[float] = []
    if door or rng.random() < 0.35:
        left = float(rng.uniform(-0.6, 0.4)) * reach
        doors.append(Doorway(left, left + float(rng.uniform(1.0, 1.5)), 2.1, LEAVES[rng.integers(len(LEAVES))]))
        painter.door(doors[0])
        taken.append(left + 0.6)
    for _ in range(int(rng.integers(0, 4))):
        x = float(rng.uniform(-0.9, 0.8)) * reach
        if all(abs(x - other) > 2.2 for other in taken):
            painter.poster(x, float(rng.uniform(0.8, 1.1)), float(rng.uniform(0.7, 1.6)), float(rng.uniform(0.7, 1.4)))
            taken.append(x + 0.5)
    painter.light(float(rng.uniform(0.08, 0.24)), float(rng.uniform(0.1, 0.35)) if rng.random() < 0.4 else 0.0)
    image = painter.finish()
    rows: list[_Row] = []
    wanted = ["bench"] if bench else []
    wanted += [
        k
        for k, share in (("pillar", 0.5), ("planter", 0.35), ("machine", 0.35), ("bench", 0.3))
        if rng.random() < share
    ]
    for kind in dict.fromkeys(wanted):
        for _ in range(20):
            z = wall - 1.2 if kind in ("bench", "machine") else float(rng.uniform(near + 2.5, wall - 1.5))
            x = float(rng.uniform(-0.85, 0.85)) * lens.half_width(z)
            if kind == "pillar":
                x = float(rng.choice((-1, 1)) * rng.uniform(0.45, 0.85)) * lens.half_width(z)
            half = {"pillar": 0.3, "bench": 0.9, "planter": 0.6, "machine": 0.5}[kind]
            clear = all(abs(x - p.x) > p.half + half + 1.0 for p in rows)
            if clear and all(abs(x - d.left - 0.6) > 1.4 + half for d in doors):
                grey = int(rng.integers(130, 190))
                tone = (grey, grey, grey) if kind == "pillar" else LEAVES[rng.integers(len(LEAVES))]
                rows.append(_Row(kind, x, z, half, tone))
                break
    rows.sort(key=lambda row: -row.z)
    props = [stand(image, lens, r.kind, r.x, r.z, r.half, r.tone) for r in rows]
    light = (float(rng.uniform(-0.9, 0.9)), float(rng.uniform(0.1, 0.6)))
    return Place(lens, Backdrop(image, wall, tuple(props), tuple(doors)), near, light)


@attrs.frozen
class _Row:
    kind: str
    x: float
    z: float
    half: float
    tone: Colour
