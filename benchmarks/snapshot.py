"""What a snapshot of an engine costs: `python benchmarks/snapshot.py`.

The rules, scenes and tables are those of `benchmarks/rules.py`. Times are of the processor, once each; as a ratio
beside the median of the ticks before, and beside the first tick of a new engine, which meets its cameras as a restore
does. Then both engines go on for ten ticks and have to tell the same.
"""

from __future__ import annotations

import time
from statistics import median

from machine import describe
from rules import START, rules, scene, ticks
from watchword.run.engine import Engine

CASES = ((1, 1, 5, 400), (200, 1, 30, 400), (20, 300, 30, 400))


def measure(count: int, cameras: int, things: int, many: int) -> str:
    """A line of the table."""
    read, looked_at = rules(count), scene()
    first = Engine(read, scene=looked_at)
    first.signal("armed", START - 1)
    tables = ticks(cameras, things, many + 10)

    def timed(what: object, *given: object) -> tuple[float, object]:
        start = time.process_time_ns()
        found = what(*given)  # type: ignore[operator]
        return (time.process_time_ns() - start) / 1e6, found

    spent = [timed(first.observe, table)[0] for table in tables[:many]]
    save, saved = timed(first.snapshot)
    assert isinstance(saved, bytes)
    second = Engine(read, scene=looked_at)
    load, _ = timed(second.restore, saved)
    for table in tables[many:]:
        assert first.observe(table) == second.observe(table)
    tick = median(spent[many // 2 :])
    size = f"{len(saved) / 1e6:6.2f} MB   {len(saved) / (cameras * things) / 1e3:6.1f} kB"
    return (
        f"{count:5}  {cameras:7}  {things:11}   {size}   {save:7.0f} ms ({save / tick:4.0f} ticks)   "
        f"{load:7.0f} ms ({load / spent[0]:3.1f} first ticks)"
    )


def main() -> None:
    print(describe("numpy", "shapely"))
    print("after 40 s at ten looks a second")
    print("rules  cameras  things each          size   each thing          snapshot                   restore")
    for case in CASES:
        print(measure(*case))


if __name__ == "__main__":
    main()
