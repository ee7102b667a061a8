"""The parser's tables, worked out once and shipped, so that a cold start need not work them out from the grammar.

`python docs/make_language.py` writes `grammar.json` anew; a test says when that is due. Tables of another grammar or
another version of lark are not used: the parser is then built from the grammar, which takes a third of a second longer.
"""

from __future__ import annotations

import json
from hashlib import sha256
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from pickle import loads
from typing import Any

import lark

OPTIONS: dict[str, Any] = {"parser": "lalr", "propagate_positions": True, "maybe_placeholders": True}


def stamp(grammar: str) -> str:
    """What the tables are of."""
    return f"{sha256(grammar.encode()).hexdigest()} lark {lark.__version__}"


def kept() -> dict[str, Any]:
    """The shipped tables with their stamp."""
    found: dict[str, Any] = json.loads(files("watchword.lang").joinpath("grammar.json").read_text("utf-8"))
    return found


def shipped(grammar: str) -> lark.Lark | None:
    """The parser from the shipped tables; None where they are of something else."""
    try:
        found = kept()
        if found["stamp"] != stamp(grammar):
            return None
        made: lark.Lark = lark.Lark._load_from_dict(_numbered(found["data"]), _numbered(found["memo"]))  # type: ignore[no-untyped-call]
    except (OSError, ValueError, KeyError, AttributeError, TypeError):  # another lark, an unfinished file
        return None
    return made


def _numbered(value: Any) -> Any:
    """JSON knows no numbers as keys."""
    if isinstance(value, dict):
        return {int(k) if k.isdigit() else k: _numbered(v) for k, v in value.items()}
    return [_numbered(v) for v in value] if isinstance(value, list) else value


def write(path: Path) -> None:
    """Write the tables of the grammar, where they are not there yet."""
    grammar = files("watchword.lang").joinpath("grammar.lark").read_text("utf-8")
    if path.exists() and kept()["stamp"] == stamp(grammar):
        return
    buffer = BytesIO()
    lark.Lark(grammar, **OPTIONS).save(buffer)
    made = {"stamp": stamp(grammar), **loads(buffer.getvalue())}  # noqa: S301 - written a line above
    path.write_text(json.dumps(made, separators=(",", ":")) + "\n", "utf-8")
