"""Fetching a model: from a local source that goes wrong in every way a source can."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import attrs
import numpy as np
import pytest
from click.testing import CliRunner

from watchword import models as catalogue
from watchword.cli.models import models as command
from watchword.detect import load
from watchword.errors import DetectorError
from watchword.models import MODELS, Model, fetch, path_of

BYTES = np.random.default_rng(5).bytes(300_000)
GOOD = {"mit", "apache-2.0", "bsd-2-clause", "bsd-3-clause", "isc", "cc0-1.0"}


class Source(ThreadingHTTPServer):
    """Gives `BYTES`, or goes wrong as told; `asked` holds the ranges that were asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.asked: list[str | None] = []
        self.content, self.breaks_after, self.ranges, self.status = BYTES, len(BYTES), True, 200

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/m.onnx"


class Answer(BaseHTTPRequestHandler):
    server: Source

    def do_GET(self) -> None:
        source, asked = self.server, self.headers.get("Range")
        source.asked.append(asked)
        if source.status != 200:
            self.send_error(source.status)
            return
        start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and source.ranges else 0
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(source.content) - start))
        self.end_headers()
        self.wfile.write(source.content[start : max(start, source.breaks_after)])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def source() -> Iterator[Source]:
    with Source() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def model_of(source: Source) -> Model:
    digest = hashlib.sha256(BYTES).hexdigest()
    return Model("small", "people", "MIT", "nobody", source.url, len(BYTES), digest, {"labels": "coco"})


def test_a_model_comes_whole_with_progress_and_once(tmp_path: Path, source: Source):
    told: list[tuple[int, int]] = []
    place = fetch(model_of(source), tmp_path / "new" / "folder", lambda *now: told.append(now))
    assert place.read_bytes() == BYTES
    assert told[-1] == (len(BYTES), len(BYTES))
    assert [have for have, _ in told] == sorted({have for have, _ in told})
    assert fetch(model_of(source), place.parent) == place
    assert source.asked == [None]
    assert [p.name for p in place.parent.iterdir()] == ["small.onnx"]


def test_what_was_cut_off_is_gone_on_with(tmp_path: Path, source: Source):
    source.breaks_after = 100_000
    with pytest.raises(DetectorError, match=r"(?s)broke off after 100,000 of 300,000 bytes.*what has come is kept"):
        fetch(model_of(source), tmp_path)
    assert not path_of(model_of(source), tmp_path).exists()
    source.breaks_after = len(BYTES)
    assert fetch(model_of(source), tmp_path).read_bytes() == BYTES
    assert source.asked == [None, "bytes=100000-"]


def test_a_source_that_knows_no_ranges_begins_anew(tmp_path: Path, source: Source):
    source.breaks_after, source.ranges = 100_000, False
    with pytest.raises(DetectorError):
        fetch(model_of(source), tmp_path)
    source.breaks_after = len(BYTES)
    assert fetch(model_of(source), tmp_path).read_bytes() == BYTES


def test_what_is_not_the_model_is_never_put_in_place(tmp_path: Path, source: Source):
    source.content = BYTES[:-1] + b"?"
    with pytest.raises(DetectorError, match=r"(?s)not the model: its SHA-256 is.*try again"):
        fetch(model_of(source), tmp_path)
    source.content, source.breaks_after = BYTES + b"?", len(BYTES) + 1
    with pytest.raises(DetectorError, match="more came than"):
        fetch(model_of(source), tmp_path)
    assert list(tmp_path.iterdir()) == []
    source.content = BYTES
    assert fetch(model_of(source), tmp_path).read_bytes() == BYTES


def test_a_broken_beginning_is_found_out_and_dropped(tmp_path: Path, source: Source):
    (tmp_path / "small.part").write_bytes(b"x" * 1000)
    with pytest.raises(DetectorError, match="not the model"):
        fetch(model_of(source), tmp_path)
    assert fetch(model_of(source), tmp_path).read_bytes() == BYTES


def test_an_answer_of_no_model_is_told(tmp_path: Path, source: Source):
    source.status = 404
    with pytest.raises(DetectorError, match=r"the source answers 404 Not Found(?s:.*)has moved"):
        fetch(model_of(source), tmp_path)
    source.status = 503
    with pytest.raises(DetectorError, match=r"(?s)answers 503.*try again later"):
        fetch(model_of(source), tmp_path)


def test_offline_is_told_with_what_to_do(tmp_path: Path, source: Source):
    nowhere = attrs.evolve(model_of(source), url="http://127.0.0.1:9/m.onnx")
    with pytest.raises(DetectorError, match=r"(?s)cannot be reached: .*go online and try again.*small\.onnx by hand"):
        fetch(nowhere, tmp_path)


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path: Path, source: Source):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DetectorError, match=r"(?s)file.*cannot be written"):
        fetch(model_of(source), tmp_path / "file")


def test_the_command_lists_fetches_and_says_how_to_use(tmp_path: Path, source: Source, monkeypatch):
    monkeypatch.setenv("WATCHWORD_MODELS", str(tmp_path))
    monkeypatch.setitem(catalogue.MODELS, "small", model_of(source))
    run = CliRunner().invoke
    with pytest.raises(DetectorError, match="watchword models get small"):
        load("small")
    shown = run(command).stdout
    assert "small" in shown
    assert "MIT" in shown
    assert "here:" not in shown
    assert run(command, ["get", "small"]).stdout.strip() == str(tmp_path / "small.onnx")
    assert f"here: {tmp_path / 'small.onnx'}" in run(command).stdout
    with pytest.raises(DetectorError, match="did you mean `small`"):
        run(command, ["get", "smal"], catch_exceptions=False)


def test_the_catalogue_is_complete_and_permissive():
    assert len(MODELS) >= 3
    for name, model in MODELS.items():
        assert model.name == name
        assert model.licence.lower() in GOOD
        assert len(bytes.fromhex(model.sha256)) == 32
        assert model.size > 100_000
        assert model.url.startswith("https://")
        assert model.task
        assert model.source
