"""Units of the language: their kind, their size, and durations in words."""

from __future__ import annotations

from fractions import Fraction

MS, SECOND = 1_000_000, 1_000_000_000
MINUTE, HOUR = 60 * SECOND, 3600 * SECOND

TIME = {"ms": MS, "s": SECOND, "min": MINUTE, "h": HOUR}
"""Nanoseconds in each unit of time."""

KINDS: dict[str, str] = {
    **dict.fromkeys(TIME, "time"),
    **dict.fromkeys(("m", "cm"), "length"),
    **dict.fromkeys(("m/s", "km/h"), "speed"),
    "m2": "area",
    "px": "picture length",
    "px/s": "picture speed",
    "px2": "picture area",
    "/m2": "density",
    **dict.fromkeys(("/s", "/min"), "rate"),
    "%": "share",
    "deg": "angle",
    "": "plain number",
}
"""What kind of quantity a unit measures."""

METRIC = frozenset({"length", "speed", "area", "density"})
"""Kinds that need the camera's ground calibration."""

IN_PICTURE = {"length": "px", "speed": "px/s", "area": "px2"}
"""What to write instead where a camera is not calibrated."""

METRES = {"m": Fraction(1), "cm": Fraction(1, 100)}

SIZE: dict[str, Fraction] = {
    **{unit: Fraction(ns, SECOND) for unit, ns in TIME.items()},
    **METRES,
    "m/s": Fraction(1),
    "km/h": Fraction(1000, 3600),
    "/min": Fraction(1, 60),
    "%": Fraction(1, 100),
}
"""How much of the first unit of its kind a unit is; 1 where it is not named."""


def value(number: str, unit: str) -> Fraction:
    """A quantity in the base unit of its kind (s, m, m/s, m2, px, px/s, px2, /m2, /s, a share of 1, deg), exact."""
    return Fraction(number) * SIZE.get(unit, 1)


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
