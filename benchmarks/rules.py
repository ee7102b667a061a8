"""How long a tick of rules takes: `python benchmarks/rules.py`.

No two rules are equal; there are twenty zones and every operator of the language; things walk, stand and turn (the
share of values that change each tick is printed). The tables are made beforehand; what is timed is `Engine.observe`,
processor time, the median of the ticks after a warm-up. Transitions are told like in earnest.
"""

from __future__ import annotations

import time
from statistics import median

import numpy as np

from machine import describe
from watchword.lang import RuleSet
from watchword.run.engine import Engine
from watchword.scene import Ground, Line, Scene, Zone
from watchword.tracks import Tracks
from watchword.units import SECOND

SIZE = (1280, 720)
START = 1_767_614_400 * SECOND
HEAD = """
signal armed is state
schedule day = 06:00-22:00
zones platforms = z1, z2, z3
define close(x, r) = any person within $r of x
"""
FORMS = (
    "person in zone {z} > {d}s",
    "{{ each person p when p in zone {z} and not p in zone {y} for {d}s keep 2s }}",
    "bag unattended > {d}s in zone {z}",
    "{{ when count of person in zone {z} >= {many} for {d}s }}",
    "{{ each bag b when b is still and b in zone {z} for {d}s cooldown 1min }}",
    "person enters zone {z} with speed > {v}m/s",
    "person exits zone {z} with width > {w}px",
    "person crosses line {l} inward with height > {w}px",
    "person against flow in zone {z} for {d}s",
    "{{ each person p in zone {z} when p moves toward {way}deg for {d}s }}",
    "{{ each person p in zone {z} when p.speed > {v}m/s and p.heading between {way}deg and 350deg for {d}s }}",
    "{{ each person p when dwell of p in zone {z} > {d}s grace 500ms }}",
    "{{ each person p in zone {z} when no person within {r}m of p for {d}s gap reset }}",
    "{{ each person p in zone {z} when close(p, {r}m) and p is moving for {d}s }}",
    "{{ each bag b using person o = owner of b within {r}m when distance(b, o) > {d}m for 2s }}",
    "{{ each person p when p enters zone {z} then within {d}s p enters zone {y} }}",
    "{{ each person p when p enters zone {z} then for {d}s not p in zone {y} gap reset }}",
    "{{ each person p when p becomes still and p in zone {z} }}",
    "{{ each person p when share of (p in zone {z}) over {d}s >= 60% }}",
    "{{ when average speed of person in zone {z} > {v}m/s for {d}s }}",
    "{{ when density of person in zone {z} > 0.{many}/m2 for {d}s }}",
    "{{ when spread of person in zone {z} < {d}m or alignment of person in zone {y} > 0.9{many} }}",
    "{{ when count of person in zone {z} rises by {many} over {d}s }}",
    "{{ when flow of person across line {l} inward over {d}s > {many} }}",
    "{{ when distinct person in zone {z} over {d}s > 2{many} gap freeze }}",
    "{{ each person p when rate of (p enters zone {z}) over {d}s > 10/min }}",
    "{{ when occupied share of zone {z} > {w}% for {d}s }}",
    "{{ each zone z of platforms each person p in zone z when p.seen_for > {w}s and p.aspect > 0.{many} }}",
    "{{ each person p in zone {z} when signal armed and p is alone for {d}s active day }}",
    "{{ each person p in zone {z} when p is lying for {d}s except staff when p in zone {y} }}",
    "{{ each person p when p.speed > {v}m/s and p in zone {z} clear when p.speed < 0.{many}m/s keep 1s }}",
    "{{ each person p in zone {z} when p is standing for {d}s unless firing r0 severity low, high after 5s }}",
    "{{ each person p when p disappears and p.seen_for > {w}s }}",
    "{{ when every person in zone {z} is moving and max width of person in zone {z} > {w}px for {d}s gap freeze }}",
    "{{ when divergence of person in zone {z} > 0.8{many} for {d}s }}",
    "{{ each person p when not p is visible for {d}s gap reset }}",
)


def rules(count: int) -> RuleSet:
    """So many rules, of every form in turn, no two alike."""
    text = [HEAD]
    for k in range(count):
        form = FORMS[k % len(FORMS)]
        z, y = f"z{k % 20}", f"z{(k * 7 + 3) % 20}"
        said = form.format(
            z=z,
            y=y,
            l=f"l{k % 4}",
            d=2 + k % 97,
            v=f"{0.3 + k % 13 / 10:.1f}",
            r=f"{1 + k % 17 / 5:.1f}",
            w=40 + k % 60,
            many=1 + k % 9,
            way=k % 340,
        )
        text.append(f"rule r{k}{'' if said.startswith('{') else ':'} {said}")
    return RuleSet.loads("\n".join(text))


def scene() -> Scene:
    """Twenty zones side by side that overlap, four lines, a hall of 32 by 18 metres."""
    rows = [(64 * k, 100 * (k % 3)) for k in range(20)]
    zones = {
        f"z{k}": Zone(
            f"z{k}", ((x, y), (min(1280, x + 200), y), (min(1280, x + 180), 720), (x, 700)), flow=((0, 0), (9, 5))
        )
        for k, (x, y) in enumerate(rows)
    }
    lines = {f"l{k}": Line(f"l{k}", (250 * k + 200, 0), (250 * k + 230, 720), ("a", "b")) for k in range(4)}
    pairs = (((0, 0), (0, 0)), ((1280, 0), (32, 0)), ((1280, 720), (32, 18)), ((0, 720), (0, 18)))
    return Scene(frame=SIZE, zones=zones, lines=lines, ground=Ground(pairs=pairs))


def ticks(cameras: int, things: int, count: int) -> list[Tracks]:
    """Ticks at ten a second: of each camera's things one in six is a bag that lies still, the others walk or stand."""
    rng = np.random.default_rng(1)
    place = rng.uniform((0, 150), SIZE, (cameras, things, 2))
    pace = rng.uniform(-8, 8, (cameras, things, 2))
    size = rng.uniform((30, 90), (60, 170), (cameras, things, 2))
    labels = ["bag" if k % 6 == 0 else "person" for k in range(things)]
    still = rng.random((cameras, things)) < 0.3
    found = []
    for k in range(count):
        still ^= rng.random((cameras, things)) < 0.01
        still[:, ::6] = True
        place = place + np.where(still[..., None], 0, pace)
        pace = np.where((place < (0, 150)) | (place > SIZE), -pace, pace)
        feet = np.clip(place, (0, 150), SIZE)
        half = np.stack((size[..., 0] / 2, size[..., 1]), axis=-1)
        boxes = np.concatenate((feet - half, feet + np.stack((half[..., 0], 0 * half[..., 1]), axis=-1)), axis=-1)
        when = START + k * SECOND // 10
        names = [f"cam{c}" for c in range(cameras)]
        found.append(
            Tracks.join([Tracks.of(n, when, np.arange(things), boxes[c], labels) for c, n in enumerate(names)])
        )
    return found


def measure(count: int, cameras: int, things: int, many: int) -> tuple[float, float, float]:
    """Median milliseconds of a tick, transitions a tick, and the share of atoms that changed."""
    engine = Engine(rules(count), scene=scene())
    engine.signal("armed", START - 1)
    spent, told, changed = [], 0, []
    before = None
    for k, table in enumerate(ticks(cameras, things, many)):
        start = time.process_time_ns()
        alerts = engine.observe(table)
        passed = time.process_time_ns() - start
        values = engine.bank("cam0").scopes["thing"].value[:, :things].copy()
        if k >= many // 3:
            spent.append(passed)
            told += len(alerts)
            changed.append(float((values != before).mean()))
        before = values
    return median(spent) / 1e6, told / len(spent), float(np.mean(changed))


CASES = ((1, 1, 5, 300), (200, 1, 30, 300), (1000, 1, 300, 60), (20, 300, 30, 30), (20, 1000, 30, 15))


def main() -> None:
    print(describe("numpy", "shapely"))
    print("rules  cameras  things each   ms a tick   ms a camera   transitions a tick   values changed")
    for count, cameras, things, many in CASES:
        ms, told, changed = measure(count, cameras, things, many)
        print(
            f"{count:5}  {cameras:7}  {things:11}   {ms:9.2f}   {ms / cameras:11.3f}   {told:18.1f}   {changed:14.1%}"
        )


if __name__ == "__main__":
    main()
