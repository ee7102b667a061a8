"""A day: `python benchmarks/day.py memory` (a busy hall, 24 hours) and `python benchmarks/day.py forum` (Edinburgh).

`memory` walks 50,000 simulated people and bags past one camera in 24 hours at ten frames a second, through twenty
rules, and prints every hour how large the process is and what a tick costs. `forum` runs the day of the Edinburgh
Informatics Forum (../shared/data/edinburgh) through twenty rules and prints how many times faster than real time.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from machine import describe
from watchword.interop import edinburgh
from watchword.lang import RuleSet
from watchword.run.engine import Engine
from watchword.scene import Ground, Line, Scene, View, Zone
from watchword.tracks import Tracks
from watchword.units import SECOND

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "edinburgh"
START = 1_767_614_400 * SECOND
HOURS, FPS, PEOPLE = 24, 10, 50_000
SIZE = (640, 480)
RULES = """
rule inside: person in zone middle for 5s
rule stays: person in zone middle > 30s
rule enters: person enters zone door
rule leaves: person exits zone door
rule crosses: person crosses line gate inward
rule backwards: person crosses line gate outward
rule runs: person in zone hall with speed > 3m/s for 1s
rule stands { each person p in zone hall when p is still for 20s cooldown 1min per p }
rule against: person against flow in zone lane for 1s
rule toward { each person p in zone hall when p moves toward zone door for 2s }
rule many { when count of person in zone hall > 8 for 5s }
rule dense { when density of person in zone middle > 0.2/m2 for 3s }
rule dwells { each person p when dwell of p in zone middle > 30s }
rule alone { each person p in zone middle when p is alone for 10s }
rule together { each person p in zone middle when any person within 1m of p for 10s }
rule turns { each person p when p enters zone door then within 10s p exits zone door }
rule share { each person p when share of (p in zone middle) over 20s >= 80% }
rule flow { when flow of person across line gate inward over 1min > 10 }
rule rises { when count of person in zone hall rises by 4 over 10s }
rule left: bag unattended > 60s in zone hall
"""
ZONES = {
    "hall": ((20, 20), (620, 20), (620, 460), (20, 460)),
    "middle": ((200, 120), (440, 120), (440, 360), (200, 360)),
    "door": ((0, 180), (80, 180), (80, 300), (0, 300)),
    "lane": ((260, 20), (380, 20), (380, 460), (260, 460)),
}


def scene(view: View, ground: Ground | None) -> Scene:
    """Four zones and a line on a picture of 640 by 480."""
    zones = {name: Zone(name, points, flow=((320, 460), (320, 20))) for name, points in ZONES.items()}
    lines = {"gate": Line("gate", (0, 240), (640, 240), ("up", "down"))}
    return Scene(frame=SIZE, zones=zones, lines=lines, ground=ground, view=view)


def people(hours: int) -> Iterator[Tracks]:
    """Ticks of people who walk through, some with a stop; one in fifty leaves a bag for a few minutes."""
    rng = np.random.default_rng(3)
    arrives = np.sort(rng.uniform(0, HOURS * 3600, PEOPLE))
    start, end = (rng.uniform((0, 0), SIZE, (PEOPLE, 2)) for _ in range(2))
    speed, pause = rng.uniform(25, 70, PEOPLE), rng.exponential(10, PEOPLE) * (rng.random(PEOPLE) < 0.3)
    bag = rng.random(PEOPLE) < 0.02
    walk = np.hypot(*(end - start).T) / speed
    stays = np.where(bag, rng.uniform(60, 400, PEOPLE), walk + pause)
    first = 0
    for tick in range(hours * 3600 * FPS):
        now = tick / FPS
        while first < PEOPLE and arrives[first] + 420 < now:
            first += 1
        last = int(np.searchsorted(arrives, now, "right"))
        here = first + np.flatnonzero(arrives[first:last] + stays[first:last] >= now)
        # They walk half of their way, stop, and walk the rest; a bag lies.
        gone = now - arrives[here]
        half = walk[here] / 2
        part = np.where(gone < half, gone, np.clip(gone - pause[here], half, walk[here])) / walk[here]
        feet = start[here] + (end - start)[here] * np.where(bag[here], 0.5, part)[:, None]
        size = np.where(bag[here, None], (20.0, 18.0), (24.0, 60.0))
        boxes = np.column_stack((feet - size * (0.5, 1), feet + size * (0.5, 0)))
        labels = np.where(bag[here], "bag", "person").tolist()
        yield Tracks.of("hall", START + tick * SECOND // FPS, here, boxes, labels)


def resident() -> float:
    """How large the process is now, MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def memory(hours: int) -> None:
    """A day, hour by hour."""
    pairs = (((0, 0), (0, 0)), ((640, 0), (16, 0)), ((640, 480), (16, 12)), ((0, 480), (0, 12)))
    tables = people(hours)
    next(tables)
    engine = Engine(RuleSet.loads(RULES), scene=scene("eye", Ground(pairs=pairs)))
    gc.collect()
    base = resident()
    print("hour   MiB more than at the start   ms a tick   things   alerts told")
    told, spent = 0, 0
    for tick, table in enumerate(tables, 1):
        begin = time.process_time_ns()
        told += len(engine.observe(table))
        spent += time.process_time_ns() - begin
        if tick % (3600 * FPS) == 0 or tick == hours * 3600 * FPS - 1:
            gc.collect()
            hour = round(tick / 3600 / FPS)
            print(
                f"{hour:4}   {resident() - base:27.1f}   {spent / 1e6 / 3600 / FPS:9.2f}   "
                f"{int(engine.bank('hall').things.alive.sum()):6}   {told:11}",
                flush=True,
            )
            spent = 0


def forum() -> None:
    """The day of the Forum. What reads the file and makes tables is not counted."""
    (path,) = sorted(DATA.glob("tracks*.txt"))[:1]
    given, boxes = edinburgh.read(path)
    engine = Engine(RuleSet.loads(RULES), scene=scene("overhead", given.ground))
    told: Counter[str] = Counter()
    spent = frames = some = 0
    for table in boxes.ticks():
        assert isinstance(table, Tracks)
        begin = time.process_time_ns()
        alerts = engine.observe(table)
        spent += time.process_time_ns() - begin
        frames += 1
        some += len(table) > 0
        told.update(alert.rule for alert in alerts if alert.state == "firing")
    day = frames / edinburgh.FPS
    print(f"{frames} frames ({some} with people), {day / 3600:.1f} hours, in {spent / 1e9:.1f} s of processor time")
    print(f"{day / (spent / 1e9):.0f} times real time; {spent / 1e6 / frames:.3f} ms a frame")
    print("fired: " + ", ".join(f"{rule} {count}" for rule, count in sorted(told.items())))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=("memory", "forum"))
    parser.add_argument("--hours", type=int, default=HOURS, help="how much of the day")
    given = parser.parse_args()
    print(describe("numpy", "shapely"))
    if given.part == "forum" and not DATA.is_dir():
        sys.exit(f"{DATA} is missing: the Forum's tracks are not part of the project")
    forum() if given.part == "forum" else memory(given.hours)


if __name__ == "__main__":
    main()
