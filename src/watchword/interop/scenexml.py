"""XML of ONVIF metadata streams, read piece by piece and safely: frame after frame, whatever its length.

Documents may stand one after the other, as they come by RTP. Nothing is expanded and nothing is fetched: a document
that declares a type or entities is refused, since a scene description has no use for either.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.parsers import expat

import attrs

from watchword.errors import DataError

NAMESPACE = "http://www.onvif.org/ver10/schema"
DEEPEST = 60
"""Elements in elements; a scene description has about ten."""
LONGEST = 1000
"""Letters of text that are kept of an element. Pictures, in base64, are not."""
LONGEST_HEAD = 1 << 20
"""Bytes before the root."""
_TT = f"{NAMESPACE} "
_BLANK = b" \t\r\n\0"
_LATE = expat.errors.codes[expat.errors.XML_ERROR_MISPLACED_XML_PI]


@attrs.define(eq=False)
class Element:
    """An element of ONVIF's namespace, its name without it. Others are left out."""

    name: str
    attributes: dict[str, str]
    children: list[Element] = attrs.Factory(list)
    text: str = ""

    def get(self, name: str) -> str | None:
        """An attribute, None where it is not there."""
        return self.attributes.get(name)

    def all(self, *path: str) -> list[Element]:
        """All elements that a path of names leads to."""
        found = [self]
        for name in path:
            found = [child for element in found for child in element.children if child.name == name]
        return found

    def first(self, *path: str) -> Element | None:
        """The first of them."""
        found = self.all(*path)
        return found[0] if found else None


class SceneXml:
    """The `tt:Frame`s of metadata streams, as they come.

    Args:
        name: The file or stream, for errors.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._line = 0  # lines before this document
        self._frames: list[Element] = []
        self._begin()

    def _begin(self) -> None:
        self._parser: expat.XMLParserType | None = None
        self._fed = self._lines = 0
        self._path: list[Element | None] = []
        self._head = b""  # what stood before the root: comments
        self._root: int | None = None  # where it begins
        self._end: int | None = None  # where its end tag does

    @property
    def whole(self) -> bool:
        """Whether what was fed ends where a document ends."""
        return self._parser is None or self._root is None

    def feed(self, data: str | bytes) -> Iterator[Element]:
        """The frames that a piece completes; those before a mistake come before its error.

        Raises:
            DataError: It is no XML, no metadata stream, or declares a type or entities.
        """
        # Text has no encoding any more, whatever its declaration says.
        encoding = "utf-8" if isinstance(data, str) else None
        rest = data.encode("utf-8", "replace") if isinstance(data, str) else data
        while rest:
            if self._parser is None:
                filled = rest.lstrip(_BLANK)
                self._line += rest[: len(rest) - len(filled)].count(b"\n")
                if not filled:
                    return
                rest, self._parser = filled, self._new(encoding)
            rest, error = self._parse(rest)
            frames, self._frames = self._frames, []
            yield from frames
            if error is not None:
                self._begin()
                raise error

    def _new(self, encoding: str | None) -> expat.XMLParserType:
        parser = expat.ParserCreate(encoding, namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._open
        parser.EndElementHandler = self._close
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._doctype
        return parser

    def _parse(self, data: bytes) -> tuple[bytes, DataError | None]:
        """Take bytes in; gives those of the next document, and what is wrong."""
        assert self._parser is not None
        if self._root is None:
            self._head += data
        try:
            self._parser.Parse(data, False)
        except expat.ExpatError as error:
            if self._root is None and error.code == _LATE and (begin := self._parser.ErrorByteIndex) > 0:
                self._lines = 0  # the head has them all
                return self._next(self._head, begin), None  # a declaration behind comments begins the document
            if self._end is None:
                return b"", DataError(
                    f"is no XML: {expat.ErrorString(error.code)}",
                    where=f"{self._name}:{self._line + error.lineno}:{error.offset + 1}",
                    fix="check that it is whole and unchanged",
                )
        except DataError as error:
            return b"", error
        except (LookupError, ValueError) as error:  # Python knows no such encoding, or expat cannot use it
            where = f"{self._name}:{self._line + 1}:1"
            return b"", DataError(f"is no XML: {error}", where=where, fix="write it in UTF-8")
        if self._end is not None:
            return self._next(data, self._behind(data)), None
        if self._root is None and len(self._head) > LONGEST_HEAD:
            where = f"{self._name}:{self._line + 1}:1"
            return b"", DataError("is no ONVIF metadata stream: no root", where=where, fix="check what this stream is")
        self._fed += len(data)
        self._lines += data.count(b"\n")
        return b"", None

    def _behind(self, data: bytes) -> int:
        """Where the document ends in these bytes, the last of its root's end tag in them."""
        assert self._end is not None
        tag = b">" if self._end != self._root else b"/>"
        found = data.find(tag, max(0, self._end - self._fed))
        return found + len(tag) if found >= 0 else data.find(b">") + 1

    def _next(self, data: bytes, cut: int) -> bytes:
        line = self._line + self._lines + data.count(b"\n", 0, cut)
        self._begin()
        self._line = line
        return data[cut:]

    # ---- what expat meets

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        here = f"{self._name}:{self._place()}"
        depth = len(self._path)
        if not depth and self._parser is not None:
            self._root, self._head = self._parser.CurrentByteIndex, b""
        if not depth and name != f"{_TT}MetadataStream":
            space, _, local = name.rpartition(" ")
            raise DataError(
                f"is no ONVIF metadata stream: its root is `{local}`"
                + (f" of {space}" if space else " of no namespace"),
                where=here,
                fix=f"give tt:MetadataStream, xmlns:tt={NAMESPACE}",
            )
        if depth >= DEEPEST:
            raise DataError(
                f"has elements over {DEEPEST} deep", where=here, fix="no scene description is; leave it out"
            )
        local = name.removeprefix(_TT)
        parent = self._path[-1] if self._path else None
        ours = name.startswith(_TT) and (not depth or parent is not None)
        if depth == 2:
            ours = ours and local == "Frame" and parent is not None and parent.name == "VideoAnalytics"
        element = Element(local, attributes) if ours else None
        if element is not None and parent is not None and depth > 2:  # of the stream itself nothing is kept
            parent.children.append(element)
        self._path.append(element)

    def _close(self, _: str) -> None:
        element = self._path.pop()
        if len(self._path) == 2 and element is not None:
            self._frames.append(element)
        if not self._path and self._parser is not None:
            self._end = self._parser.CurrentByteIndex

    def _text(self, text: str) -> None:
        element = self._path[-1] if self._path else None
        if element is not None and not element.children and len(element.text) < LONGEST:
            element.text += text[:LONGEST]

    def _doctype(self, *_: object) -> None:
        raise DataError(
            "declares a document type, as attacks with entities do",
            where=f"{self._name}:{self._place()}",
            fix="ONVIF metadata has none; do not read this file",
        )

    def _place(self) -> str:
        parser = self._parser
        assert parser is not None
        return f"{self._line + parser.CurrentLineNumber}:{parser.CurrentColumnNumber + 1}"
