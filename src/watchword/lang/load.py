"""A rule file with the files it includes, as one list of items, each with the text it came from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import attrs

from watchword.lang import nodes as n
from watchword.lang.findings import Finding, finding
from watchword.lang.parse import parse
from watchword.lang.refs import defined, rename
from watchword.text import Source

MOST = 200
"""Files that one rule file may include, all in all."""


@attrs.frozen
class Placed:
    """An item and the text it stands in."""

    item: n.Item
    source: Source


Read = Callable[[Path], str | None]
"""Gives the text of a file that is other than on the disk; None where it is not."""


def load(source: Source, root: Path | None = None, read: Read | None = None) -> tuple[list[Placed], list[Finding]]:
    """The items of a text and of all it includes; included names begin with the name they are included as.

    Args:
        source: The text.
        root: The folder of the rule file; `include` stays inside. None where there is none: then nothing is included.
        read: Gives the text of an included file that an editor has open; None for one that is read from the disk.
    """
    return _Loader(root, read).load(source, root, ())


class _Loader:
    def __init__(self, root: Path | None, read: Read | None) -> None:
        self._root = root.resolve() if root else None
        self._read = read
        self._count = 0

    def load(self, source: Source, folder: Path | None, above: tuple[Path, ...]) -> tuple[list[Placed], list[Finding]]:
        items, findings = parse(source)
        placed = [Placed(item, source) for item in items]
        for item in items:
            if isinstance(item, n.Include):
                more, found = self._include(source, item, folder, above)
                placed += more
                findings += found
        return placed, findings

    def _include(
        self, source: Source, item: n.Include, folder: Path | None, above: tuple[Path, ...]
    ) -> tuple[list[Placed], list[Finding]]:
        def wrong(message: str, hint: str) -> tuple[list[Placed], list[Finding]]:
            return [], [finding("E301", source, item.at, path=item.path, why=message, hint=hint)]

        if self._root is None or folder is None:
            return wrong("a text without a file includes nothing", "save the rules to a file")
        try:
            path = (folder / item.path).resolve()
            strange = path.exists() and not path.is_file()
        except (OSError, RuntimeError, ValueError):  # a name too long, links in a circle, a zero byte
            return wrong("that is no path", "check the path; it starts at this file's folder")
        if not path.is_relative_to(self._root):
            return wrong("it lies outside the folder of the rule file", "put it beside the rule file, or below")
        if path in above:
            return wrong("it includes itself", "leave one of the includes out")
        self._count += 1
        if self._count > MOST:
            return wrong(f"more than {MOST} files are included", "put some together")
        if strange:
            return wrong("it is no file", "give a rule file")
        try:
            opened = self._read(path) if self._read else None
            text = path.read_text("utf-8-sig") if opened is None else opened
        except OSError as error:
            return wrong(str(error.strerror).lower(), "check the path; it starts at this file's folder")
        except UnicodeDecodeError:
            return wrong("it is not text in UTF-8", "rule files are plain text")
        shown = Path(source.name).parent / item.path
        inner = Source(str(shown), text)
        placed, findings = self.load(inner, path.parent, (*above, path))
        return _prefixed(placed, item.name.text if item.name else ""), findings


def _prefixed(placed: list[Placed], prefix: str) -> list[Placed]:
    """The items under a name of their own: what they define, and their own speaking of it."""
    kept = [p for p in placed if not isinstance(p.item, n.Language | n.Include | n.TestDef)]
    if not prefix:
        return kept
    own = {(d[0], d[1].text) for p in kept if (d := defined(p.item))}

    def new(kind: str, name: n.Name) -> n.Name:
        return attrs.evolve(name, text=f"{prefix}.{name.text}") if (kind, name.text) in own else name

    return [Placed(rename(p.item, new), p.source) for p in kept]


def folder_of(path: str | Path) -> Path:
    """The folder of a rule file, where its includes may lie."""
    return Path(path).resolve().parent
