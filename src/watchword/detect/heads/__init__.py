"""Layouts of detection models' outputs: one pure function of NumPy arrays each, and how it is told."""

from __future__ import annotations

from difflib import get_close_matches

import attrs

from watchword.detect.heads import columns, ends, grid, rows
from watchword.detect.heads.head import Head, Match, Raw, Seen
from watchword.errors import DetectorError

__all__ = ["HEADS", "Head", "Match", "Raw", "Seen", "recognise"]

HEADS: dict[str, Head] = {
    head.name: head for family in (grid.HEADS, rows.HEADS, ends.HEADS, columns.HEADS) for head in family
}
"""All heads by name."""


def recognise(seen: Seen, told: str = "", where: str = "") -> tuple[Head, Match]:
    """Which head a model has, and how its outputs fit it.

    Args:
        seen: Its outputs for a plain picture, and what else is known.
        told: The head's name, where the caller knows it.
        where: The model's file, for messages.

    Raises:
        DetectorError: None fits, or several do, or not the one that was told; says what was seen and what to say.
    """
    if told and told not in HEADS:
        near = get_close_matches(told, HEADS, 3, 0.5) or sorted(HEADS)
        raise DetectorError(f"there is no head `{told}`", where=where, fix=f"one of: {', '.join(near)}")
    if told:
        head = HEADS[told]
        match = _fits(head, seen)
        if match is None:
            raise DetectorError(f"{_outputs(seen)}: not of the head `{told}`", where=where, fix=f"it is {head.what}")
        return head, match
    found = [(head, match) for head in HEADS.values() if (match := _fits(head, seen)) is not None]
    sure = [(head, match) for head, match in found if match.sure]
    found = sure or found
    if len(found) > 1:
        names = " or ".join(f'head="{head.name}"' for head, _ in found)
        heads = "; ".join(head.what for head, _ in found)
        raise DetectorError(f"{_outputs(seen)}: several heads look so: {heads}", where=where, fix=f"say {names}")
    if not found:
        raise DetectorError(
            f"{_outputs(seen)}: no head that is known", where=where, fix=f"{_hint(seen)}; known: {', '.join(HEADS)}"
        )
    return found[0]


def _fits(head: Head, seen: Seen) -> Match | None:
    return head.match(seen) if seen.arrays else None


def _outputs(seen: Seen) -> str:
    shapes = ", ".join(
        f"`{name}` {'×'.join(map(str, a.shape))}" for name, a in zip(seen.names, seen.arrays, strict=True)
    )
    known = "no labels" if seen.classes is None else f"{seen.classes} label{'s' if seen.classes > 1 else ''}"
    return f"outputs {shapes} for an input of {seen.size[0]}×{seen.size[1]} and {known}"


def _hint(seen: Seen) -> str:
    """What would make it fit: other labels, where a head fits but for their number."""
    counts = set()
    for classes in sorted({a.shape[k] - d for a in seen.arrays for k in range(1, a.ndim) for d in (0, 1, 4, 5, 32)}):
        if 0 < classes < 2000 and classes != seen.classes:
            other = attrs.evolve(seen, classes=classes)
            counts |= {(classes, h.name) for h in HEADS.values() if (m := _fits(h, other)) and m.classes == classes}
    if counts:
        says = " or ".join(f"{n} (head {name})" for n, name in sorted(counts)[:4])
        return f"say labels=…; their number would have to be {says}"
    return "give outputs of one of these layouts, or write a detector of your own"
