"""Rule files in colour, for Pygments: Sphinx, MkDocs, terminals. Installed under the name `watch`.

Every list of words is the language's own (`watchword.lang.vocabulary`), so that none can grow out of date.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from pygments.lexer import RegexLexer, bygroups, words
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String, Whitespace

from watchword.lang import vocabulary

_NAME = r"[^\W\d]\w*"
_UNITS = "|".join(re.escape(u) for u in vocabulary.UNITS)


def _of(group: frozenset[str] | tuple[str, ...]) -> words:
    return words(tuple(sorted(group)), prefix=r"(?<![\w.])", suffix=r"(?!\w)")


class WatchLexer(RegexLexer):
    """Rule files of Watchword."""

    name = "Watchword rules"
    aliases: ClassVar[list[str]] = ["watch", "watchword"]
    filenames: ClassVar[list[str]] = ["*.watch"]
    mimetypes: ClassVar[list[str]] = ["text/x-watchword"]
    flags = re.MULTILINE

    tokens: ClassVar[dict[str, list[Any]]] = {
        "root": [
            (r"\s+", Whitespace),
            (r"#[^\n]*", Comment.Single),
            (r'"', String.Double, "text"),
            (rf"(rule|test)(\s+)({_NAME})", bygroups(Keyword.Declaration, Whitespace, Name.Function)),
            (rf"(define)(\s+)({_NAME})", bygroups(Keyword.Declaration, Whitespace, Name.Function)),
            (rf"(class|schedule|let)(\s+)({_NAME})(?=\s*=)", bygroups(Keyword.Declaration, Whitespace, Name.Constant)),
            (rf"(zones?|line)(\s+)(?!(?:{'|'.join(sorted(vocabulary.keywords()))})\b)({_NAME}(?:\.{_NAME})?)",
             bygroups(Keyword, Whitespace, Name.Entity)),
            (rf"\${_NAME}", Name.Variable),
            (rf"(\.)({_NAME})", bygroups(Punctuation, Name.Attribute)),
            (r"\d\d?:\d\d-\d\d?:\d\d", Number),
            (rf"(\d+(?:\.\d+)?)((?:{_UNITS})(?![\w/]))", bygroups(Number, Keyword.Type)),
            (r"\d+(?:\.\d+)?", Number),
            (_of(vocabulary.openers()), Keyword.Declaration),
            (_of(vocabulary.values()), Keyword.Constant),
            (_of(vocabulary.keywords()), Keyword),
            (_of(vocabulary.words()), Name.Builtin),
            (_NAME, Name),
            (r"<=|>=|!=|[<>=]", Operator),
            (r"[(){},:.\-]", Punctuation),
        ],
        "text": [
            (r'\\.', String.Escape),
            (r"\{[^{}\"\n]*\}", String.Interpol),
            (r'[^"\\{\n]+', String.Double),
            (r"\{", String.Double),
            (r'"|\n', String.Double, "#pop"),
        ],
    }  # fmt: skip

    @staticmethod
    def analyse_text(text: str) -> float:
        """How sure it is that a text without a file name is a rule file."""
        if re.search(rf"^\s*rule\s+{_NAME}\s*(?::|\{{|\"|\()", text, re.MULTILINE):
            return 0.6 if re.search(r"\b(each|when|zone|person|bag)\b", text) else 0.2
        return 0.0
