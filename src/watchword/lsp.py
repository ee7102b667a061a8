"""The language server: rule files in an editor, over the Language Server Protocol 3.17 (`watchword lsp`).

What is answered is worked out in `watchword.editing`; here offsets become places, and answers messages. A text is read
anew when it has changed. Mistakes are told a moment after the last change, so that half a word is not told of.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import date
from importlib.metadata import version
from pathlib import Path

from lsprotocol import types as t
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path

from watchword.editing.actions import actions, mend_all
from watchword.editing.complete import Completion, complete
from watchword.editing.document import Document, Place
from watchword.editing.places import Change, definition, hover, references, renamable, rename
from watchword.editing.positions import Lines
from watchword.errors import WatchwordError
from watchword.lang import library
from watchword.lang import nodes as n
from watchword.lang.findings import Finding
from watchword.lang.refs import defined
from watchword.text import Source, Span

DELAY = 0.15
"""Seconds without a change until mistakes are told."""
LONG = 20_000
"""Letters from which on a text is not read anew for each completion."""
MOST_FILES = 500
"""Rule files of a folder that are looked through for a name."""

_KINDS = {
    "keyword": t.CompletionItemKind.Keyword,
    "word": t.CompletionItemKind.Function,
    "attribute": t.CompletionItemKind.Property,
    "zone": t.CompletionItemKind.Constant,
    "line": t.CompletionItemKind.Constant,
    "class": t.CompletionItemKind.Class,
    "thing": t.CompletionItemKind.Variable,
    "parameter": t.CompletionItemKind.Variable,
    "let": t.CompletionItemKind.Variable,
    "define": t.CompletionItemKind.Function,
    "rule": t.CompletionItemKind.Event,
    "schedule": t.CompletionItemKind.Constant,
    "signal": t.CompletionItemKind.Event,
    "unit": t.CompletionItemKind.Unit,
    "value": t.CompletionItemKind.Value,
    "field": t.CompletionItemKind.Field,
    "file": t.CompletionItemKind.File,
}
_SYMBOLS = {
    "rule": t.SymbolKind.Event,
    "define": t.SymbolKind.Function,
    "class": t.SymbolKind.Class,
    "let": t.SymbolKind.Variable,
}


class RuleServer(LanguageServer):
    """A language server for rule files, with the texts that an editor has open."""

    def __init__(self) -> None:
        super().__init__("watchword", version("watchword"), text_document_sync_kind=t.TextDocumentSyncKind.Full)
        self._read: dict[str, tuple[str, Document]] = {}

    def document(self, uri: str) -> Document:
        """The text at an address as the editor has it, read; again only when it has changed."""
        text = self.workspace.get_text_document(uri).source
        known = self._read.get(uri)
        if known is None or known[0] != text:
            known = self._read[uri] = (
                text,
                Document.read(text, to_fs_path(uri) or None, today=_today(), read=self.open_text),
            )
        return known[1]

    def open_text(self, path: Path) -> str | None:
        """The text of a file as the editor has it, saved or not; None where it has it not open."""
        opened = (d for d in self.workspace.text_documents.values() if d.path and Path(d.path).resolve() == path)
        return next((document.source for document in opened), None)

    def including(self, uri: str) -> list[str]:
        """The other open texts that include something: what they include may have changed."""
        return [
            other
            for other, (_, document) in self._read.items()
            if other != uri and any(isinstance(item, n.Include) for item in document.items)
        ]

    def at_once(self, uri: str) -> Document:
        """As `document`; a long text in which somebody types is taken with the names that it had a moment ago."""
        text = self.workspace.get_text_document(uri).source
        known = self._read.get(uri)
        return known[1].half(text) if known and len(text) > LONG else self.document(uri)

    def forget(self, uri: str = "") -> None:
        """Read one text anew, or all: another file has changed."""
        if uri:
            self._read.pop(uri, None)
        else:
            self._read.clear()

    def others(self, document: Document) -> list[Document]:
        """The other rule files of its folder, or of the editor's, as the editor has them or as they are saved."""
        here = Path(document.source.name).resolve()
        roots = [Path(self.workspace.root_path)] if self.workspace.root_path else []
        folder = next((r for r in roots if here.is_relative_to(r.resolve())), here.parent)
        opened = {str(Path(d.path).resolve()): uri for uri, d in self.workspace.text_documents.items()}
        found = []
        for path in sorted(folder.rglob("*.watch"))[:MOST_FILES]:
            uri = opened.get(str(path.resolve()))
            if path.resolve() == here:
                continue
            try:
                found.append(self.document(uri) if uri else Document.read(path.read_text("utf-8-sig"), path))
            except (OSError, UnicodeDecodeError):
                continue
        return found

    # ---- offsets and places

    def uri(self, source: Source) -> str:
        """The address of a text, as the editor wrote it where it has the text open."""
        for uri, (_, document) in self._read.items():
            if document.source is source:
                return uri
        path = Path(library.path() if source.name == library.NAME else source.name).resolve()
        for uri, opened in self.workspace.text_documents.items():
            if Path(opened.path).resolve() == path:
                return str(uri)
        return str(from_fs_path(str(path)) or source.name)

    def lines(self, text: str) -> Lines:
        """A text as the editor counts in it."""
        return Lines(text, str(getattr(self.workspace.position_encoding, "value", self.workspace.position_encoding)))

    def offset(self, document: Document, position: t.Position) -> int:
        """The offset of a place."""
        return self.lines(document.source.text).offset(position.line, position.character)

    def range(self, text: str, span: Span) -> t.Range:
        """The range of a span."""
        lines = self.lines(text)
        return t.Range(t.Position(*lines.place(span.start)), t.Position(*lines.place(span.end)))

    def location(self, place: Place) -> t.Location:
        """Where a place is, in whatever file."""
        return t.Location(self.uri(place.source), self.range(place.source.text, place.span))

    def edit(self, changes: Iterable[Change]) -> t.WorkspaceEdit:
        """Changes as the editor makes them."""
        edits: dict[str, list[t.TextEdit]] = {}
        for change in changes:
            at = self.range(change.place.source.text, change.place.span)
            edits.setdefault(self.uri(change.place.source), []).append(t.TextEdit(at, change.new))
        return t.WorkspaceEdit(changes=edits)

    # ---- mistakes

    def tell(self, uri: str) -> None:
        """Tell the editor all that is wrong with a text."""
        try:
            document = self.document(uri)
        except WatchwordError as error:  # an installed package brings a word that is none
            self.window_show_message(t.ShowMessageParams(t.MessageType.Error, f"Watchword: {error}"))
            return
        found = [self.diagnostic(document, finding) for finding in document.findings]
        version = self.workspace.get_text_document(uri).version
        self.text_document_publish_diagnostics(t.PublishDiagnosticsParams(uri, found, version))

    def diagnostic(self, document: Document, finding: Finding) -> t.Diagnostic:
        """A finding as the editor shows it; one in an included file stands at the `include`."""
        own = Path(finding.source.name) == Path(document.source.name)
        severity = t.DiagnosticSeverity.Error if finding.is_error else t.DiagnosticSeverity.Warning
        if document.doubtful(finding):
            severity = t.DiagnosticSeverity.Information
        message = "\n".join([finding.message, *([finding.hint] if finding.hint else []), *finding.notes])
        span = finding.span if own else _include(document, finding)
        related = [] if own else [(Place(finding.source, finding.span), finding.message)]
        related += [(Place(finding.other.source, finding.other.span), finding.other.note)] if finding.other else []
        return t.Diagnostic(
            self.range(document.source.text, span),
            message if own else f"{finding.where}: {message}",
            severity,
            finding.code,
            source="watchword",
            related_information=[t.DiagnosticRelatedInformation(self.location(p), s) for p, s in related] or None,
            tags=[t.DiagnosticTag.Unnecessary] if finding.code == "W202" else None,
        )


def _today() -> date:
    return date.today()  # noqa: DTZ011 - the day where the writer is


def _include(document: Document, finding: Finding) -> Span:
    includes = [item for item in document.items if isinstance(item, n.Include)]
    folder = Path(document.source.name).resolve().parent
    inner = Path(finding.source.name).resolve()
    first = next((i for i in includes if (folder / i.path).resolve() == inner), includes[0] if includes else None)
    return first.at if first else Span(0, 0)


def server() -> RuleServer:
    """A server that knows what to answer; `start_io()` lets it listen."""
    ls = RuleServer()
    _texts(ls)
    _answers(ls)
    _changes(ls)
    return ls


def _texts(ls: RuleServer) -> None:
    """What is told when a text is opened, changed, saved, closed."""

    async def told(uri: str) -> None:
        text = ls.workspace.get_text_document(uri)
        version = text.version
        await asyncio.sleep(DELAY)
        if uri in ls.workspace.text_documents and ls.workspace.get_text_document(uri).version == version:
            ls.tell(uri)
            for other in ls.including(uri):
                ls.forget(other)
                ls.tell(other)

    @ls.feature(t.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: t.DidOpenTextDocumentParams) -> None:
        ls.tell(params.text_document.uri)

    @ls.feature(t.TEXT_DOCUMENT_DID_CHANGE)
    async def changed(params: t.DidChangeTextDocumentParams) -> None:
        await told(params.text_document.uri)

    @ls.feature(t.TEXT_DOCUMENT_DID_SAVE)
    def saved(_params: t.DidSaveTextDocumentParams) -> None:
        again()

    @ls.feature(t.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def files_changed(_params: t.DidChangeWatchedFilesParams) -> None:
        again()

    @ls.feature(t.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: t.DidCloseTextDocumentParams) -> None:
        ls.forget(params.text_document.uri)
        ls.text_document_publish_diagnostics(t.PublishDiagnosticsParams(params.text_document.uri, []))

    def again() -> None:
        """An included file or a scene may have changed: all that is open is read anew."""
        ls.forget()
        for uri in list(ls.workspace.text_documents):
            ls.tell(uri)


def _answers(ls: RuleServer) -> None:
    """What is answered about a place."""

    @ls.feature(t.TEXT_DOCUMENT_COMPLETION, t.CompletionOptions(trigger_characters=[" ", ".", "$", "{", '"']))
    def completion(params: t.CompletionParams) -> t.CompletionList:
        document = ls.at_once(params.text_document.uri)
        at = ls.offset(document, params.position)
        blank = params.context is not None and params.context.trigger_character == " "
        found = complete(document, at, only_where_needed=blank)
        return t.CompletionList(is_incomplete=False, items=[item(document, at, one) for one in found])

    def item(document: Document, at: int, one: Completion) -> t.CompletionItem:
        return t.CompletionItem(
            one.label,
            kind=_KINDS.get(one.kind, t.CompletionItemKind.Value),
            detail=one.detail or None,
            documentation=t.MarkupContent(t.MarkupKind.Markdown, one.prose) if one.prose else None,
            sort_text=f"{one.rank}{one.label}",
            filter_text=one.label,
            text_edit=t.TextEdit(ls.range(document.source.text, Span(one.start, at)), one.insert),
        )

    @ls.feature(t.TEXT_DOCUMENT_HOVER)
    def said(params: t.HoverParams) -> t.Hover | None:
        document = ls.document(params.text_document.uri)
        note = hover(document, ls.offset(document, params.position))
        if note is None:
            return None
        contents = t.MarkupContent(t.MarkupKind.Markdown, note.text)
        return t.Hover(contents, ls.range(document.source.text, note.span))

    @ls.feature(t.TEXT_DOCUMENT_DEFINITION)
    def defined_at(params: t.DefinitionParams) -> t.Location | None:
        document = ls.document(params.text_document.uri)
        place = definition(document, ls.offset(document, params.position))
        return ls.location(place) if place else None

    @ls.feature(t.TEXT_DOCUMENT_REFERENCES)
    def used_at(params: t.ReferenceParams) -> list[t.Location]:
        document = ls.document(params.text_document.uri)
        at = ls.offset(document, params.position)
        return [ls.location(place) for place in references(document, at, ls.others(document))]

    @ls.feature(t.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def outline(params: t.DocumentSymbolParams) -> list[t.DocumentSymbol]:
        document = ls.document(params.text_document.uri)
        text = document.source.text
        found = []
        for one in document.items:
            own = defined(one)
            if own is None:
                continue
            kind, name = own
            title = one.title if isinstance(one, n.RuleDef) else None
            symbol = _SYMBOLS.get(kind, t.SymbolKind.Constant)
            whole, part = ls.range(text, one.span), ls.range(text, name.span)
            found.append(t.DocumentSymbol(name.text, symbol, whole, part, title or kind))
        return found


def _changes(ls: RuleServer) -> None:
    """What changes a text."""

    @ls.feature(t.TEXT_DOCUMENT_PREPARE_RENAME)
    def may_be_renamed(params: t.PrepareRenameParams) -> t.Range | None:
        document = ls.document(params.text_document.uri)
        span = renamable(document, ls.offset(document, params.position))
        return ls.range(document.source.text, span) if span else None

    @ls.feature(t.TEXT_DOCUMENT_RENAME, t.RenameOptions(prepare_provider=True))
    def renamed(params: t.RenameParams) -> t.WorkspaceEdit:
        document = ls.document(params.text_document.uri)
        at = ls.offset(document, params.position)
        try:
            return ls.edit(rename(document, at, params.new_name, ls.others(document)))
        except WatchwordError as error:
            raise JsonRpcInvalidParams(str(error)) from None

    @ls.feature(
        t.TEXT_DOCUMENT_CODE_ACTION, t.CodeActionOptions([t.CodeActionKind.QuickFix, t.CodeActionKind.SourceFixAll])
    )
    def mended(params: t.CodeActionParams) -> list[t.CodeAction]:
        document = ls.document(params.text_document.uri)
        lines = ls.lines(document.source.text)
        start = lines.offset(params.range.start.line, params.range.start.character)
        end = lines.offset(params.range.end.line, params.range.end.character)
        found = [
            t.CodeAction(
                action.title,
                t.CodeActionKind.QuickFix,
                [ls.diagnostic(document, action.finding)],
                is_preferred=action.mends,
                edit=ls.edit(action.changes),
            )
            for action in actions(document, start, end)
        ]
        everything = mend_all(document)
        if everything is not None:
            found.append(
                t.CodeAction(everything.title, t.CodeActionKind.SourceFixAll, edit=ls.edit(everything.changes))
            )
        return found

    @ls.feature(t.TEXT_DOCUMENT_FORMATTING)
    def tidied(params: t.DocumentFormattingParams) -> list[t.TextEdit]:
        from watchword.lang.format import formatted

        source = ls.document(params.text_document.uri).source
        try:
            new = formatted(source)
        except WatchwordError:  # a text with mistakes is left as it is; the mistakes are told already
            return []
        whole = ls.range(source.text, Span(0, len(source.text)))
        return [t.TextEdit(whole, new)] if new != source.text else []
