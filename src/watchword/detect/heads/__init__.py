"""Layouts of detection models' outputs: one pure function of NumPy arrays each, and how it is told."""

from __future__ import annotations

from collections.abc import Sequence
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
    heads = [HEADS[told]] if told else list(HEADS.values())
    found: list[tuple[Head, Match]] = []
    for way in _ways(seen):
        found = [(head, match) for head in heads if (match := _fits(head, way)) is not None]
        found = [(head, match) for head, match in found if match.sure] or found
        if found:
            break
    if len(found) > 1:
        names = " or ".join(f'head="{head.name}"' for head, _ in found)
        listed = "; ".join(head.what for head, _ in found)
        raise DetectorError(f"{_outputs(seen)}: several heads look so: {listed}", where=where, fix=f"say {names}")
    if found:
        return found[0]
    hint = _hint(seen, heads)
    if told:
        fix = f"it is {heads[0].what}" + (f"; {hint}" if hint else "")
        raise DetectorError(f"{_outputs(seen)}: not of the head `{told}`", where=where, fix=fix)
    hint = hint or _other(seen) or "give outputs of one of these layouts, or write a detector of your own"
    raise DetectorError(
        f"{_outputs(seen)}: no head that is known", where=where, fix=f"{hint}; known: {', '.join(HEADS)}"
    )


def _ways(seen: Seen) -> list[Seen]:
    """What may be believed of the classes, the likeliest first: where some only are named, COCO's, or any number."""
    if not seen.least:
        return [seen]
    coco = [attrs.evolve(seen, classes=80, least=0)] if seen.least <= 80 else []
    return [attrs.evolve(seen, least=0), *coco, attrs.evolve(seen, classes=None)]


def _fits(head: Head, seen: Seen) -> Match | None:
    return head.match(seen) if seen.arrays else None


def _outputs(seen: Seen) -> str:
    shapes = ", ".join(
        f"`{name}` {'×'.join(map(str, a.shape))}" for name, a in zip(seen.names, seen.arrays, strict=True)
    )
    known = "no labels" if seen.classes is None else f"{seen.classes} label{'s' if seen.classes > 1 else ''}"
    return f"outputs {shapes} for an input of {seen.size[0]}×{seen.size[1]} and {known}"


def _other(seen: Seen) -> str:
    """What a model that gives no boxes may be."""
    if all(a.ndim <= 2 for a in seen.arrays):
        return "it gives numbers of the whole picture and no boxes: models that classify are of no use here"
    if all(a.ndim == 4 and a.shape[1] == 1 for a in seen.arrays):
        return "it gives one map: if that is people per pixel, CrowdDetector reads it"
    if all(a.ndim == 4 for a in seen.arrays):
        return "it gives maps and no boxes: models that tell what each pixel is are of no use here"
    return ""


def _hint(seen: Seen, heads: Sequence[Head]) -> str:
    """What would make it fit: other labels, where a head fits but for their number."""
    counts = set()
    for classes in sorted({a.shape[k] - d for a in seen.arrays for k in range(1, a.ndim) for d in (0, 1, 4, 5, 32)}):
        if 0 < classes < 2000 and classes != seen.classes:
            other = attrs.evolve(seen, classes=classes, least=0)
            counts |= {(classes, h.name) for h in heads if (m := _fits(h, other)) and m.classes == classes}
    if not counts:
        return ""
    says = " or ".join(f"{n} (head {name})" for n, name in sorted(counts)[:4])
    return f"say labels=…; their number would have to be {says}"
