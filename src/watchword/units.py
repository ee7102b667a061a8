"""Units of the language: their kind, their size, and durations in words."""

from __future__ import annotations

from fractions import Fraction

MS, SECOND = 1_000_000, 1_000_000_000
MINUTE, HOUR = 60 * SECOND, 3600 * SECOND

TIME = {"ms": MS, "s": SECOND, "min": MINUTE, "h": HOUR}
"""Nanoseconds in each unit of time."""

KINDS: dict[str, str] = {
    **dict.fromkeys(TIME, "time"),
    "px": "picture length",
    "m": "length",
    "cm": "length",
    "%": "share",
    "": "plain number",
}
"""What kind of quantity a unit measures."""

METRES = {"m": Fraction(1), "cm": Fraction(1, 100)}


def nanoseconds(number: str, unit: str) -> int:
    """A duration in integer nanoseconds, exact."""
    return int(Fraction(number) * TIME[unit])


def show_duration(ns: int) -> str:
    """A duration as the language writes it, in the largest unit that leaves a short number: 60s, 5min, 1.5s, 40ms."""
    for unit in ("h", "min", "s", "ms"):
        value = Fraction(ns, TIME[unit])
        if ns and value.denominator == 1 and (unit != "min" or ns % MINUTE == 0):
            return f"{value.numerator}{unit}" if unit in ("h", "s", "ms") or value.numerator > 1 else "60s"
    if ns == 0:
        return "0s"
    return f"{float(Fraction(ns, SECOND)):.12g}s"


def seconds(ns: int) -> float:
    """Nanoseconds as seconds."""
    return ns / SECOND


def clock(ns: int) -> str:
    """A film's own time, as people write it: 0:31.4, 1:02:03.0."""
    tenths = round(ns / (SECOND // 10))
    sign = "-" if tenths < 0 else ""
    whole, tenth = divmod(abs(tenths), 10)
    minutes, s = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    head = f"{hours}:{minutes:02}" if hours else f"{minutes}"
    return f"{sign}{head}:{s:02}.{tenth}"
