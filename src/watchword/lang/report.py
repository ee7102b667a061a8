"""Findings for machines: JSON, SARIF 2.1.0 (OASIS, 2020) and the annotations that GitHub reads from a log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Any

from watchword.lang.findings import CODES, Finding
from watchword.text import Source, Span

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def region(source: Source, span: Span) -> dict[str, int]:
    """Lines and columns of a span, from 1, the end excluded, as SARIF names them."""
    line, column = source.place(span.start)
    end_line, end_column = source.place(max(span.end, span.start))
    return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}


def as_json(found: Finding) -> dict[str, Any]:
    """A finding as plain values; lines and columns count from 1, offsets from 0."""
    return {
        "code": found.code,
        "severity": "error" if found.is_error else "warning",
        "message": found.message,
        **_place(found.source, found.span),
        "hint": found.hint,
        "notes": list(found.notes),
        "other": found.other and {**_place(found.other.source, found.other.span), "message": found.other.note},
        "fix": found.fix and {"start": found.fix.span.start, "end": found.fix.span.end, "text": found.fix.text},
    }


def _place(source: Source, span: Span) -> dict[str, Any]:
    at = region(source, span)
    return {
        "file": source.name,
        "line": at["startLine"],
        "column": at["startColumn"],
        "end_line": at["endLine"],
        "end_column": at["endColumn"],
    }


def report(findings: Sequence[Finding]) -> dict[str, Any]:
    """All findings as one JSON object."""
    errors = sum(f.is_error for f in findings)
    return {
        "schema": 1,
        "errors": errors,
        "warnings": len(findings) - errors,
        "findings": [as_json(f) for f in findings],
    }


def sarif(findings: Sequence[Finding], version: str, *, strict: bool = False) -> dict[str, Any]:
    """All findings as a SARIF log.

    Args:
        findings: What was found.
        version: Watchword's version.
        strict: Warnings are of the level of errors.
    """
    codes = sorted({f.code for f in findings})
    rules = [
        {
            "id": code,
            "shortDescription": {"text": CODES[code]},
            "defaultConfiguration": {"level": "error" if code.startswith("E") else "warning"},
        }
        for code in codes
    ]
    driver = {"name": "watchword", "version": version, "rules": rules}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(f, codes.index(f.code), strict) for f in findings],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _result(found: Finding, index: int, strict: bool) -> dict[str, Any]:
    hint = f"; {found.hint}" if found.hint else ""
    result: dict[str, Any] = {
        "ruleId": found.code,
        "ruleIndex": index,
        "level": "error" if found.is_error or strict else "warning",
        "message": {"text": f"{found.message}{hint}"},
        "locations": [_location(found.source, found.span)],
    }
    if found.other is not None:
        other = _location(found.other.source, found.other.span)
        result["relatedLocations"] = [{"id": 1, **other, "message": {"text": found.other.note}}]
    if found.fix is not None:
        deleted = region(found.source, found.fix.span)
        change = {
            "artifactLocation": {"uri": _uri(found.source)},
            "replacements": [{"deletedRegion": deleted, "insertedContent": {"text": found.fix.text}}],
        }
        result["fixes"] = [{"description": {"text": found.hint}, "artifactChanges": [change]}]
    return result


def _location(source: Source, span: Span) -> dict[str, Any]:
    physical = {"artifactLocation": {"uri": _uri(source)}, "region": region(source, span)}
    return {"physicalLocation": physical}


def _uri(source: Source) -> str:
    path = PurePath(source.name)
    if path.is_absolute():
        return path.as_uri()
    from urllib.parse import quote

    return quote(path.as_posix())


def github(findings: Iterable[Finding], *, strict: bool = False) -> list[str]:
    """A line a finding, as workflow commands: `::error file=…,line=…::message`."""
    lines = []
    for found in findings:
        at = region(found.source, found.span)
        kind = "error" if found.is_error or strict else "warning"
        # Columns are only read where the place lies in one line.
        columns = f",col={at['startColumn']},endColumn={at['endColumn']}" if at["startLine"] == at["endLine"] else ""
        place = f"file={_value(found.source.name)},line={at['startLine']},endLine={at['endLine']}{columns}"
        text = found.message + (f"\n{found.hint}" if found.hint else "")
        lines.append(f"::{kind} {place},title={found.code}::{_data(text)}")
    return lines


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _value(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
