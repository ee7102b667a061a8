"""Times as messages write them, in nanoseconds since 1970 in UTC, exact."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation

from watchword.units import SECOND

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = 253_402_300_800 * SECOND
"""The year 10000: what is later is no time, or is in another unit."""
_ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,18}))?\s*(Z|z|[+-]\d\d:?\d\d)?", re.ASCII
)


def iso(text: object, *, utc: bool = False) -> int:
    """A date and time as RFC 3339 and XML Schema write them, `2026-01-05T12:00:00.25+01:00`.

    Args:
        text: What stands there; anything but text is refused.
        utc: A time without a zone is UTC, where the name of the field says so.

    Raises:
        ValueError: With the reason, in words.
    """
    found = _ISO.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        raise ValueError(f"{_short(text)} is no time such as 2026-01-05T12:00:00.25Z")
    *numbers, fraction, zone = found.groups()
    if zone is None and not utc:
        raise ValueError(f"{_short(text)} has no time zone")
    year, month, day, hour, minute, second = map(int, numbers)
    leap = second == 60  # a leap second is the first of the next minute; so is 24:00 the first of the next day
    late = hour == 24 and minute == second == 0 and not int(fraction or 0)
    try:
        at = datetime(year, month, day, 0 if late else hour, minute, 59 if leap else second, tzinfo=UTC)
        at += timedelta(days=late, seconds=leap) - _offset(zone)
    except (ValueError, OverflowError):
        raise ValueError(f"{_short(text)} is no day and time that there is") from None
    past = at - EPOCH
    whole = (past.days * 86_400 + past.seconds) * SECOND
    return whole + int((fraction or "").ljust(9, "0")[:9])


def _offset(zone: str | None) -> timedelta:
    if zone is None or zone in "Zz":
        return timedelta()
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    if minutes > 14 * 60 or int(zone[-2:]) > 59:
        raise ValueError
    return timedelta(minutes=minutes if zone[0] == "+" else -minutes)


def unix(what: str, seconds: object) -> int:
    """Seconds since 1970, a number of JSON, to its last digit.

    Raises:
        ValueError: With the reason, in words.
    """
    if isinstance(seconds, bool) or not isinstance(seconds, int | float | Decimal):
        raise ValueError(f"{what} is {_short(seconds)}, no number of seconds")
    try:
        exact = Decimal(repr(seconds)) if isinstance(seconds, float) else Decimal(seconds)
        ns = int((exact * SECOND).to_integral_value())
    except (InvalidOperation, OverflowError, ValueError):
        raise ValueError(f"{what} is {_short(seconds)}, no time") from None
    if not 0 <= ns < LATEST:
        raise ValueError(f"{what} is {_short(seconds)}, no time in seconds since 1970")
    return ns


def show(ns: int) -> str:
    """The time as XML Schema and RFC 3339 write it, in UTC, with as many digits as it needs."""
    seconds, rest = divmod(ns, SECOND)
    at = EPOCH + timedelta(seconds=seconds)
    fraction = f".{rest:09d}".rstrip("0") if rest else ""
    return f"{at:%Y-%m-%dT%H:%M:%S}{fraction}Z" if at.year >= 1000 else f"{at.isoformat()[:19]}{fraction}Z"


def _short(value: object) -> str:
    text = repr(value) if not isinstance(value, Decimal) else str(value)
    return text if len(text) <= 40 else f"{text[:37]}…"
