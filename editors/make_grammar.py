"""Write the TextMate grammar of rule files, from the language's own lists of words.

python editors/make_grammar.py [FILE]
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from watchword.lang import vocabulary

FILE = Path(__file__).parent / "vscode" / "syntaxes" / "watch.tmLanguage.json"
NAME = r"[\p{L}_][\p{L}\p{N}_]*"


def one_of(words: Iterable[str]) -> str:
    """A pattern for whole words."""
    return rf"(?<![\w.])(?:{'|'.join(sorted(words))})(?!\w)"


def scoped(scope: str, pattern: str) -> dict[str, Any]:
    """A rule: what matches has one scope."""
    return {"name": f"{scope}.watch", "match": pattern}


def grouped(pattern: str, *scopes: str) -> dict[str, Any]:
    """A rule: each group of the pattern has its scope."""
    captures = {str(k): {"name": f"{scope}.watch"} for k, scope in enumerate(scopes, 1)}
    return {"match": pattern, "captures": captures}


def grammar() -> dict[str, Any]:
    """The grammar, as `watch.tmLanguage.json` holds it."""
    reserved = "|".join(sorted(vocabulary.keywords()))
    units = "|".join(re.escape(u) for u in vocabulary.UNITS)
    return {
        "information_for_contributors": ["Made by editors/make_grammar.py; change that, and run it."],
        "$schema": "https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json",
        "name": "Watchword rules",
        "scopeName": "source.watch",
        "fileTypes": ["watch"],
        "patterns": [
            scoped("comment.line.number-sign", "#.*$"),
            {
                "name": "string.quoted.double.watch",
                "begin": '"',
                "end": '"|$',
                "patterns": [
                    scoped("constant.character.escape", r"\\."),
                    scoped("variable.other.interpolated", r"\{[^{}\"]*\}"),
                ],
            },
            grouped(rf"(?<![\w.])(rule|define)\s+({NAME})", "keyword.declaration", "entity.name.function"),
            grouped(rf"(?<![\w.])(class|schedule|let)\s+({NAME})(?=\s*=)", "keyword.declaration", "entity.name.type"),
            grouped(
                rf"(?<![\w.])(zones?|line)\s+(?!(?:{reserved})(?!\w))({NAME}(?:\.{NAME})?)",
                "keyword.control",
                "variable.other.constant",
            ),
            scoped("variable.parameter", rf"\${NAME}"),
            scoped("constant.numeric.time", r"(?<!\w)\d\d?:\d\d-\d\d?:\d\d"),
            grouped(rf"(?<!\w)(\d+(?:\.\d+)?)((?:{units})(?![\w/]))", "constant.numeric", "keyword.other.unit"),
            scoped("constant.numeric", r"(?<!\w)\d+(?:\.\d+)?"),
            grouped(rf"\.({NAME})", "variable.other.property"),
            scoped("keyword.declaration", one_of(vocabulary.openers())),
            scoped("constant.language", one_of(vocabulary.values())),
            scoped("keyword.control", one_of(vocabulary.keywords() - vocabulary.values() - {*vocabulary.openers()})),
            scoped("support.function", one_of(vocabulary.words())),
            scoped("keyword.operator", "<=|>=|!=|[<>=]"),
        ],
    }


def text() -> str:
    """The file's text."""
    return json.dumps(grammar(), indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write it."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    path.write_text(text(), "utf-8")


if __name__ == "__main__":
    main()
