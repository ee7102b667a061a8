"""Values through time as a picture made of text: a ruler, a lane for each part, and the moments that matter.

::

                        50s       60s       70s       80s       90s      100s
                        ┴─────────┴─────────┴─────────┴─────────┴─────────┴──
    b is unattended     ██████████████████████████████████████████████░░░░░░░
    left_bag            pppppppppppppppppppppppppppppFFFFFFFFFFFFFFFFFFFFFFFF
                                                   ▲ expected: firing 78s
                                                     ▲ firing 79.9s
    █ true  ░ unknown  · false
    p pending  F firing  r recovering  s stale  x suppressed
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from watchword.lab.trace import FALSE, NOTHING, TRUE, UNKNOWN, Lane
from watchword.text import width as columns_of
from watchword.units import SECOND

VALUES: Mapping[int, str] = {TRUE: "█", UNKNOWN: "░", FALSE: "·", NOTHING: " "}
BOTH = "▚"
LEGEND = "█ true  ░ unknown  · false"
STATES = {"pending": 10, "firing": 11, "recovering": 12, "stale": 13, "suppressed": 14, "resolved": 15, "dropped": 15}
LETTERS: Mapping[int, str] = {10: "p", 11: "F", 12: "r", 13: "s", 14: "x", 15: " ", NOTHING: " "}
SEVERAL = f"{BOTH} several in one column"
LIVES = "p pending  F firing  r recovering  s stale  x suppressed"
STEPS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600)
LABEL = 34
LEAST = 20


@attrs.frozen
class Mark:
    """A moment to point at, ns, and what to say of it."""

    time: int
    text: str


def draw(
    lanes: Sequence[Lane], lives: Sequence[Lane], marks: Sequence[Mark], start: int, end: int, width: int = 100
) -> str:
    """The picture.

    Args:
        lanes: The parts.
        lives: Alerts, their values from `STATES`; drawn in letters.
        marks: Moments to point at.
        start: The time of the left edge, ns.
        end: The time of the right edge, ns.
        width: Terminal columns that it may take.
    """
    labels = [fit(lane.text, LABEL) for lane in (*lanes, *lives)]
    margin = max((columns_of(label) for label in labels), default=0) + 2
    n = max(LEAST, min(60, width - margin - 1))
    lines = [" " * margin + line for line in _ruler(start, end, n)]
    glyphs = [*((lane, VALUES) for lane in lanes), *((lane, LETTERS) for lane in lives)]
    for label, (lane, letters) in zip(labels, glyphs, strict=True):
        lines.append(label + " " * (margin - columns_of(label)) + _lane(lane, letters, start, end, n))
    lines += [" " * margin + _pointer(mark, start, end, n) for mark in sorted(marks, key=lambda mark: mark.time)]
    several = f"  {SEVERAL}" if any(BOTH in line for line in lines) else ""
    lines += ["", LEGEND + several, *([LIVES] if lives else [])]
    return "\n".join(line.rstrip() for line in lines)


def fit(text: str, width: int) -> str:
    """A text in so many columns, its end cut where it does not fit."""
    if columns_of(text) <= width:
        return text
    while columns_of(text) > width - 1:
        text = text[:-1]
    return text.rstrip() + "…"


def in_seconds(time: int) -> str:
    """A time as the language writes it in tests: 79.9s."""
    return f"{round(time / SECOND, 3):.12g}s"


def _column(time: int, start: int, end: int, n: int) -> int:
    return (time - start) * n // (end - start)


def _ruler(start: int, end: int, n: int) -> tuple[str, str]:
    step = next((s for s in STEPS if s * n * SECOND >= 9 * (end - start)), STEPS[-1]) * SECOND
    names, line = [" "] * (n + 8), ["─"] * n
    first = -(-start // step) * step
    for time in range(first, end, step):
        column = _column(time, start, end, n)
        line[column] = "┴"
        text = in_seconds(time)
        names[column : column + len(text)] = text
    return "".join(names).rstrip(), "".join(line)


def _lane(lane: Lane, letters: Mapping[int, str], start: int, end: int, n: int) -> str:
    """A letter a column. Of several values in a column an alert shows the last, an event that it happened."""
    out = []
    for k in range(n):
        left, right = start + (end - start) * k // n, start + (end - start) * (k + 1) // n
        changed = [value for time, value in lane.changes if left < time < right]
        values = [lane.at(left)[0], *changed]
        if letters is LETTERS:
            out.append(letters[next((v for v in reversed(values) if letters[v] != " "), values[-1])])
        elif lane.event:
            out.append(letters[max(values)])
        elif len(changed) > 1:
            out.append(BOTH)
        else:
            out.append(letters[lane.at((left + right) // 2)[0]])
    return "".join(out)


def _pointer(mark: Mark, start: int, end: int, n: int) -> str:
    column = _column(mark.time, start, end, n)
    if column < 0:
        return f"◂ {mark.text}"
    if column >= n:
        return f"{mark.text} ▸".rjust(n)
    if column + 2 + columns_of(mark.text) <= n + 12:
        return " " * column + f"▲ {mark.text}"
    return f"{mark.text} ▲".rjust(column + 1)
