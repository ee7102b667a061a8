"""The story of an alert, from its lines in `alerts.jsonl`: what it became and when, and what held by then."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from watchword.errors import DataError
from watchword.events import SCHEMA
from watchword.units import SECOND, clock

Record = Mapping[str, Any]
VALUES = {True: "true", False: "false", None: "unknown"}
NEEDED = ("schema", "id", "rule", "camera", "state", "time", "decided", "since", "evidence", "things")
UNIQUE = 8
"""Letters of an id that lists show; more where that is not enough to tell them apart."""


def read(path: str | Path) -> list[Record]:
    """The lines of `alerts.jsonl`, or of the folder that holds it.

    Raises:
        DataError: It cannot be read, or a line is no transition of an alert.
    """
    place = Path(path)
    place = place / "alerts.jsonl" if place.is_dir() else place
    try:
        lines = place.read_text("utf-8").splitlines()
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", where=str(place), fix="give alerts.jsonl") from None
    except UnicodeDecodeError:
        raise DataError("is not text in UTF-8", where=str(place), fix="give alerts.jsonl") from None
    found: list[Record] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        where = f"{place}:{number}"
        try:
            record = json.loads(line)
        except json.JSONDecodeError as error:
            raise DataError(f"is not JSON: {error.msg}", where=where, fix="give alerts.jsonl") from None
        if not isinstance(record, dict) or any(name not in record for name in NEEDED):
            raise DataError("is no transition of an alert", where=where, fix="see docs/alerts.md")
        if record["schema"] != SCHEMA:
            raise DataError(f"is of schema {record['schema']}; this version reads {SCHEMA}", where=where)
        found.append(record)
    return found


def of(records: Sequence[Record], start: str) -> list[Record]:
    """The transitions of the one alert whose id begins so.

    Raises:
        DataError: There is none, or there are several.
    """
    ids = dict.fromkeys(record["id"] for record in records if record["id"].startswith(start))
    if not ids:
        raise DataError(f"no alert has an id that begins with {start!r}", fix="without an id, all are listed")
    if len(ids) > 1:
        shown = ", ".join(list(ids)[:5]) + (" …" if len(ids) > 5 else "")
        raise DataError(f"{len(ids)} ids begin with {start!r}: {shown}", fix="give more of it")
    (key,) = ids
    return [record for record in records if record["id"] == key]


def listed(records: Sequence[Record]) -> list[str]:
    """A line for each alert: its id as far as needed, what it came to, its rule and whom it is about."""
    lives: dict[str, list[Record]] = {}
    for record in records:
        lives.setdefault(record["id"], []).append(record)
    size = UNIQUE
    while len({key[:size] for key in lives}) < len(lives):
        size += 1
    wide = max((len(life[0]["rule"]) for life in lives.values()), default=0)
    rows = []
    for key, life in lives.items():
        fired = next((r for r in life if r["state"] == "firing"), None)
        shown = fired or life[-1]
        what = "fired" if fired else shown["state"]
        about = ", ".join(_thing(t) for t in shown["things"][:3] if t["role"] == "thing") or shown["camera"]
        rows.append(f"{key[:size]}  {_clock(shown['time']):>9}  {what:<10}  {shown['rule']:<{wide}}  {about}")
    return rows


def story(life: Sequence[Record]) -> str:
    """The story of one alert as text."""
    first, told = life[0], next((r for r in life if r["state"] == "firing"), life[-1])
    head = [first["rule"], first["camera"], first.get("severity", ""), first["id"]]
    lines = ["  ".join(part for part in head if part)]
    lines += [text for text in dict.fromkeys((told.get("message"), told.get("why"))) if text]
    before: list[str] = []
    for record in life:
        reason = f" ({record['reason']})" if record.get("reason") else ""
        facts = [f"{record['state']}{reason}"]
        if abs(record["decided"] - record["time"]) >= 0.05:
            facts.append(f"decided {_clock(record['decided'])}")
        held, seen = record["time"] - record["since"], record["evidence"]
        if held > 0 and record["state"] in ("firing", "stale", "suppressed"):
            facts.append(f"held {held:.1f} s: {seen['observed']:.1f} s seen, {seen['gap']:.1f} s gap")
        if record.get("count") is not None:
            facts.append(f"count {record['count']}")
        lines += ["", f"{_clock(record['time']):>9}  {'  '.join(facts)}"]
        parts = list(_parts(seen["parts"]))
        lines += [f"           {part}" for part in parts if part not in before]
        before = parts
    if told["things"]:
        lines.append("")
        lines += [
            f"  {thing['role']:<6} {_thing(thing)} at ({box[0]:.0f}, {box[1]:.0f}) to ({box[2]:.0f}, {box[3]:.0f})"
            for thing in told["things"]
            for box in [thing["box"]]
        ]
    return "\n".join(lines)


def _parts(parts: Iterable[Record]) -> Iterable[str]:
    for part in parts:
        yield f"{VALUES[part['value']]:<7}  since {_clock(part['since']):>7}  {part['text']}"


def _thing(thing: Record) -> str:
    return f"{thing['class']} #{thing['id']}"


def _clock(seconds: float) -> str:
    return clock(round(seconds * SECOND))
