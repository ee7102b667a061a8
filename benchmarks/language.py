"""How quickly rules are read and checked, what that takes of memory, and how quickly things start.

python benchmarks/language.py [--rules 1000]

Prints the machine and the versions first. Each figure of a process is the best of five, as the machine may be busy.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

from machine import describe
from watchword.lang import check_text
from watchword.text import Source

FULL = """rule left_{k} "Unattended bag" (dwell = {d}s) {{
  each bag b in zone hall_{z}
  when b is unattended for $dwell
  grace 3s  keep 10s  cooldown 5min per b
  severity high
  message "Bag {{b.id}} alone for {{held}} in {{zone}}"
}}
"""
SHORT = "rule in_{k}: person in zone hall_{z} with speed > {d}px/s for 2s\n"


def rules(count: int) -> str:
    """Half sentences, half rules of seven clauses, over ten zones."""
    zones = "".join(f"zone hall_{z} = polygon (0, 0) (100, 0) (100, 100)\n" for z in range(10))
    return zones + "".join((FULL if k % 2 else SHORT).format(k=k, z=k % 10, d=k % 50 + 1) for k in range(count))


def process(*command: str) -> float:
    """Seconds of a whole process, the best of five."""
    best = float("inf")
    for _ in range(5):
        begin = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        best = min(best, time.perf_counter() - begin)
    return best


def imported(what: str) -> tuple[float, int]:
    """Seconds that an import takes inside a fresh process, and how many modules it loads."""
    code = (
        "import sys, time; before = len(sys.modules); t = time.perf_counter();"
        f"import {what}; print(time.perf_counter() - t, len(sys.modules) - before)"
    )
    runs = [subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True) for _ in range(5)]
    seconds, modules = min((float(r.stdout.split()[0]), int(r.stdout.split()[1])) for r in runs)
    return seconds, modules


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rules", type=int, default=1000)
    count = parser.parse_args().rules
    print(describe("lark", "attrs", "click", "rich"))
    text = rules(count)
    check_text(Source("warm", rules(2)))  # the parser is made when first needed; the cold start below counts it
    times = []
    checked = check_text(Source("none", ""))
    for _ in range(5):
        begin, cpu = time.perf_counter(), time.process_time()
        checked = check_text(Source("rules", text))
        times.append((time.perf_counter() - begin, time.process_time() - cpu))
    assert len(checked.rules) == count
    assert not checked.findings
    wall, cpu = min(times)
    print(f"{count} rules ({len(text):,} characters) read and checked: {wall:.2f} s ({cpu:.2f} s of CPU)")
    tracemalloc.start()
    kept = check_text(Source("rules", text))
    held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept.rules
    whole = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"  memory: {held / 1e6:.0f} MB kept, {peak / 1e6:.0f} MB at most; the whole process {whole:.0f} MB")
    with tempfile.TemporaryDirectory() as folder:
        one = Path(folder) / "one.watch"
        one.write_text("rule intrusion: person is visible > 5s\n", "utf-8")
        seconds = process(str(Path(sys.executable).with_name("watchword")), "check", str(one))
        empty = process(sys.executable, "-c", "")
        print(f"cold `watchword check` of one rule: {seconds:.2f} s (Python that does nothing: {empty:.2f} s)")
    for what in ("watchword", "watchword.lang"):
        seconds, modules = imported(what)
        print(f"import {what}: {seconds * 1000:.0f} ms, {modules} modules")


if __name__ == "__main__":
    main()
