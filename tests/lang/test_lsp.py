"""The language server, asked by a client over standard input and output, as an editor asks it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from lsprotocol import types as t
from pygls.exceptions import JsonRpcException
from pygls.lsp.client import LanguageClient

from watchword.editing.positions import Lines

START = "import sys; sys.argv = ['watchword', 'lsp', '--stdio']; from watchword.cli import main; main()"
STATION = """zone hall = polygon (0, 0) (500, 0) (500, 400)
rule a { each person p when p is """
PATIENCE = 60
"""Seconds until a server that says nothing is given up."""


class Editor:
    """A client with what the server told it."""

    def __init__(self, client: LanguageClient, folder: Path) -> None:
        self.client = client
        self.folder = folder
        self.told: asyncio.Queue[t.PublishDiagnosticsParams] = asyncio.Queue()
        self.version = 0

        @client.feature(t.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def told(params: t.PublishDiagnosticsParams) -> None:
            self.told.put_nowait(params)

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def document(self, name: str) -> t.TextDocumentIdentifier:
        return t.TextDocumentIdentifier(self.uri(name))

    async def open(self, name: str, text: str) -> list[t.Diagnostic]:
        (self.folder / name).write_text(text, "utf-8")
        item = t.TextDocumentItem(self.uri(name), "watch", self.version, text)
        self.client.text_document_did_open(t.DidOpenTextDocumentParams(item))
        return list((await self.next()).diagnostics)

    async def write(self, name: str, text: str) -> list[t.Diagnostic]:
        self.change(name, text)
        return list((await self.next()).diagnostics)

    def change(self, name: str, text: str) -> None:
        self.version += 1
        document = t.VersionedTextDocumentIdentifier(self.version, self.uri(name))
        change = t.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(t.DidChangeTextDocumentParams(document, [change]))

    async def next(self) -> t.PublishDiagnosticsParams:
        return await asyncio.wait_for(self.told.get(), PATIENCE)


@asynccontextmanager
async def editor(folder: Path) -> AsyncIterator[Editor]:
    client = LanguageClient("test", "1")
    await client.start_io(sys.executable, "-c", START)
    try:
        capabilities = t.ClientCapabilities(
            text_document=t.TextDocumentClientCapabilities(rename=t.RenameClientCapabilities(prepare_support=True))
        )
        params = t.InitializeParams(capabilities, root_uri=folder.as_uri())
        await asyncio.wait_for(client.initialize_async(params), PATIENCE)
        client.initialized(t.InitializedParams())
        yield Editor(client, folder)
        await asyncio.wait_for(client.shutdown_async(None), PATIENCE)
        client.exit(None)
        assert client._server is not None
        assert await asyncio.wait_for(client._server.wait(), PATIENCE) == 0
    finally:
        if client._server is not None and client._server.returncode is None:
            client._server.kill()  # a test has failed half-way
        await client.stop()


@pytest.fixture
def session(tmp_path: Path) -> Callable[[Callable[[Editor], Awaitable[None]]], None]:
    """Run a talk between an editor and a server of its own."""

    def run(talk: Callable[[Editor], Awaitable[None]]) -> None:
        async def whole() -> None:
            async with editor(tmp_path) as one:
                await talk(one)

        asyncio.run(whole())

    return run


def at(text: str, mark: str, more: int = 0) -> t.Position:
    return t.Position(*Lines(text).place(text.index(mark) + more))


def test_a_half_written_rule_is_completed_told_of_and_mended(session):
    async def talk(editor: Editor) -> None:
        told = await editor.open("a.watch", STATION)
        assert [(d.code, d.severity) for d in told] == [("E002", t.DiagnosticSeverity.Error)]
        document = editor.document("a.watch")
        found = await editor.client.text_document_completion_async(
            t.CompletionParams(document, t.Position(1, len("rule a { each person p when p is ")))
        )
        offered = {i.label: i for i in found.items}
        assert {"still", "moving", "visible"} <= offered.keys()
        assert "in" not in offered
        assert offered["still"].documentation.value.startswith("**still**")

        text = STATION + "stil for 5s }\n# 🚶\nrule b: 🚶"
        told = await editor.write("a.watch", text)
        wrong = {d.code: d for d in told}
        assert wrong["E102"].range.start == at(text, "stil ")
        assert wrong["E102"].range.end == at(text, "stil ", 4)
        assert wrong["E003"].range == t.Range(t.Position(3, 8), t.Position(3, 10))  # two units of UTF-16
        asked = t.CodeActionParams(document, wrong["E102"].range, t.CodeActionContext([wrong["E102"]]))
        action, everything = await editor.client.text_document_code_action_async(asked)
        (edit,) = action.edit.changes[editor.uri("a.watch")]
        assert (edit.range, edit.new_text) == (wrong["E102"].range, "still")
        assert (action.kind, everything.kind) == (t.CodeActionKind.QuickFix, t.CodeActionKind.SourceFixAll)
        (edit,) = everything.edit.changes[editor.uri("a.watch")]
        assert edit.new_text == text.replace("stil ", "still ").removesuffix("🚶")

    session(talk)


def test_mistakes_are_told_of_the_last_text_only(session):
    async def talk(editor: Editor) -> None:
        assert await editor.open("a.watch", "rule a: person is still for 5s\n") == []
        for end in ("z", "zo", "zon", "zone h", "zone hall"):
            editor.change("a.watch", f"rule a: person in {end}\n")
        while (told := await editor.next()).version != editor.version:
            continue  # a slow machine may have been asked about half a word
        assert [d.code for d in told.diagnostics] == ["E104"]
        assert told.diagnostics[0].severity == t.DiagnosticSeverity.Information  # a scene elsewhere may know it
        assert editor.told.empty()
        editor.client.text_document_did_close(t.DidCloseTextDocumentParams(editor.document("a.watch")))
        assert not (await editor.next()).diagnostics

    session(talk)


def test_names_are_explained_found_and_renamed_across_files(session):
    inner = "# Where people wait.\nzone hall = polygon (0, 0) (9, 0) (9, 9)\n"
    outer = 'include "lobby.watch" as site\nrule a { each person p when p in zone site.hall and p is still for 5s }\n'

    async def talk(editor: Editor) -> None:
        (editor.folder / "lobby.watch").write_text(inner)
        assert await editor.open("main.watch", outer) == []
        document, client = editor.document("main.watch"), editor.client
        note = await client.text_document_hover_async(t.HoverParams(document, at(outer, "hall")))
        assert "Where people wait." in note.contents.value
        assert note.range == t.Range(at(outer, "site.hall"), at(outer, "site.hall", 9))
        note = await client.text_document_hover_async(t.HoverParams(document, at(outer, "still")))
        assert note.contents.value.startswith("**still** · state")
        place = await client.text_document_definition_async(t.DefinitionParams(document, at(outer, "hall")))
        assert (place.uri, place.range.start) == (editor.uri("lobby.watch"), t.Position(1, 5))
        file = await client.text_document_definition_async(t.DefinitionParams(document, at(outer, "lobby")))
        assert file.uri == editor.uri("lobby.watch")
        context = t.ReferenceContext(include_declaration=True)
        used = await client.text_document_references_async(t.ReferenceParams(context, document, at(outer, "hall")))
        assert len(used) == 2
        span = await client.text_document_prepare_rename_async(t.PrepareRenameParams(document, at(outer, "hall")))
        assert span == t.Range(at(outer, "hall"), at(outer, "hall", 4))
        edit = await client.text_document_rename_async(t.RenameParams(document, at(outer, "hall"), "lobby"))
        assert {uri: [(e.range.start, e.new_text) for e in edits] for uri, edits in edit.changes.items()} == {
            editor.uri("lobby.watch"): [(t.Position(1, 5), "lobby")],
            editor.uri("main.watch"): [(at(outer, "hall"), "lobby")],
        }
        with pytest.raises(JsonRpcException, match="no name"):
            await client.text_document_rename_async(t.RenameParams(document, at(outer, "hall"), "2"))
        symbols = await client.text_document_document_symbol_async(t.DocumentSymbolParams(document))
        assert [s.name for s in symbols] == ["a"]

    session(talk)


def test_a_mistake_in_an_included_file_is_told_at_the_include(session):
    async def talk(editor: Editor) -> None:
        (editor.folder / "lobby.watch").write_text("rule b: perrson is still for 5s\n")
        (told,) = await editor.open("main.watch", 'include "lobby.watch" as site\nrule a: person is still for 5s\n')
        assert told.range == t.Range(t.Position(0, 8), t.Position(0, 21))
        assert told.related_information[0].location.uri == editor.uri("lobby.watch")
        assert told.related_information[0].location.range.start == t.Position(0, 8)
        # It is mended and saved: the file that includes it is told anew.
        (editor.folder / "lobby.watch").write_text("rule b: person is still for 5s\n")
        editor.client.workspace_did_change_watched_files(t.DidChangeWatchedFilesParams([]))
        assert not (await editor.next()).diagnostics

    session(talk)


def test_an_included_file_that_is_not_saved_is_taken_as_it_is_open(session):
    async def talk(editor: Editor) -> None:
        good, bad = "rule b: person is still for 5s\n", "rule b: perrson is still for 5s\n"
        assert not await editor.open("lobby.watch", good)
        assert not await editor.open("main.watch", 'include "lobby.watch" as site\nrule a: person is still for 5s\n')
        editor.change("lobby.watch", bad)
        told = [await editor.next(), await editor.next()]
        assert {p.uri: len(p.diagnostics) for p in told} == {editor.uri("lobby.watch"): 1, editor.uri("main.watch"): 1}
        assert (editor.folder / "lobby.watch").read_text() == good

    session(talk)


def test_a_scene_beside_the_rules_brings_its_zones(session):
    async def talk(editor: Editor) -> None:
        scene = '{"frame": [100, 100], "zones": {"tracks": [[0, 0], [9, 0], [9, 9]]}}'
        (editor.folder / "a.json").write_text(scene)
        text = "rule a: person in zone trakcs for 2s\n"
        (told,) = await editor.open("a.watch", text)
        assert (told.code, told.severity) == ("E104", t.DiagnosticSeverity.Error)
        found = await editor.client.text_document_completion_async(
            t.CompletionParams(editor.document("a.watch"), at(text, "trakcs"))
        )
        assert "tracks" in {i.label for i in found.items}
        assert await editor.write("a.watch", text.replace("trakcs", "tracks")) == []
        place = await editor.client.text_document_definition_async(
            t.DefinitionParams(editor.document("a.watch"), at(text, "trakcs"))
        )
        assert (place.uri, place.range.start.character) == (editor.uri("a.json"), scene.index("tracks"))

    session(talk)


def test_a_file_is_tidied_and_a_broken_one_left_alone(session):
    async def talk(editor: Editor) -> None:
        options = t.FormattingOptions(tab_size=2, insert_spaces=True)
        document = editor.document("a.watch")
        asked = t.DocumentFormattingParams(document, options)
        await editor.open("a.watch", "rule a {each person p when p is still for 5s keep 10s}")
        (edit,) = await editor.client.text_document_formatting_async(asked)
        assert edit.new_text == "rule a {\n  each person p\n  when p is still for 5s\n  keep 10s\n}\n"
        assert edit.range == t.Range(t.Position(0, 0), t.Position(0, 54))
        await editor.write("a.watch", "rule a {each person p when")
        assert not await editor.client.text_document_formatting_async(asked)

    session(talk)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_places_count_what_the_editor_counts(encoding: str):
    text = "a\r\nzone é🚶 = b\n\u2028c\rd"
    lines = Lines(text, encoding)
    for offset in (0, 1, *range(3, len(text) + 1)):
        assert lines.offset(*lines.place(offset)) == offset
    before = "zone é🚶"
    width = {"utf-8": len(before.encode()), "utf-16": 7 + 1, "utf-32": 7}[encoding]
    assert lines.place(3 + len(before)) == (1, width)
    assert lines.place(text.index("c")) == (2, {"utf-8": 3}.get(encoding, 1))
    assert lines.offset(0, 99) == 1
    assert lines.offset(99, 0) == len(text)


def test_a_missing_part_is_said_in_words(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    from watchword.cli import main

    monkeypatch.setattr(sys, "argv", ["watchword", "lsp"])
    monkeypatch.delitem(sys.modules, "watchword.lsp", raising=False)
    monkeypatch.setitem(sys.modules, "lsprotocol", None)
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    assert 'pip install "watchword[lsp]"' in capsys.readouterr().err
