"""Names of a model's classes, as rules can speak of them: small letters, words joined by _."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from watchword.errors import DetectorError
from watchword.words.labels import COCO

Labels = Sequence[str] | Mapping[int, str] | str | Path
_GAPS = frozenset({12, 26, 29, 30, 45, 66, 68, 69, 71, 83})
"""Numbers of COCO's 1 to 90 that no class of the 80 has."""


def as_word(name: object) -> str:
    """A label as a rule can name it: `Traffic light` is `traffic_light`."""
    return re.sub(r"\W+", "_", str(name).strip().lower()).strip("_")


def coco(wide: int = 80) -> dict[int, str]:
    """COCO's names: of models with 80 columns from 0 on, of those with 91 or counting from 1 by COCO's own numbers."""
    if wide == 80:
        return dict(enumerate(map(as_word, COCO)))
    numbers = [n for n in range(1, 91) if n not in _GAPS]
    return dict(zip(numbers, map(as_word, COCO), strict=True))


def read(labels: Labels, first: int = 0) -> dict[int, str]:
    """Names by the number of their class.

    Args:
        labels: Names in the order of classes; a mapping of numbers to names, classes left out being nobody's; a file,
            one name a line or JSON (a list or an object).
        first: The number of the first name of a sequence.

    Raises:
        DetectorError: The file cannot be read, or what is given is neither names nor a mapping.
    """
    if isinstance(labels, str | Path):
        return _file(Path(labels), first)
    pairs = labels.items() if isinstance(labels, Mapping) else enumerate(labels, first)
    try:
        made = {int(number): as_word(name) for number, name in pairs}
    except (TypeError, ValueError):
        raise DetectorError(
            "labels are neither names nor a mapping of numbers to names",
            fix='say labels=["person", …] or {0: "person"}',
        ) from None
    if not made or not all(made.values()):
        raise DetectorError("a label is empty", fix="give each class a name")
    return made


def _file(path: Path, first: int) -> dict[int, str]:
    try:
        text = path.read_text("utf-8-sig")
        given = json.loads(text) if path.suffix.lower() == ".json" else None
    except OSError as error:
        reason = error.strerror or str(error)
        raise DetectorError(f"labels cannot be read: {reason}", where=str(path), fix="check the path") from None
    except ValueError as error:
        raise DetectorError(f"is no JSON: {error}", where=str(path), fix="a list of names, or numbers: names") from None
    if given is None:
        given = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return read(given, first)


def of_metadata(metadata: Mapping[str, str]) -> dict[int, str] | None:
    """Names that a model's file holds: `names` (a literal or JSON mapping or list), `labels` or `classes`."""
    for key in ("names", "labels", "classes", "class_names"):
        text = metadata.get(key, "").strip()
        if not text:
            continue
        for parse in (json.loads, ast.literal_eval):
            try:
                given = parse(text)
            except (ValueError, SyntaxError, MemoryError, RecursionError):
                continue
            if isinstance(given, dict | list | tuple) and given:
                return read(given)
        if "{" not in text and "[" not in text:
            return read([part for part in re.split(r"[,\n]", text) if part.strip()])
    return None
