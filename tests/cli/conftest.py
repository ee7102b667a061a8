"""The command line, called as the installed command calls it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import station
from calls import Call, Said
from watchword.cli import main


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Call:
    """Calls the command; whatever it raises but its exit fails the test."""

    def call(*args: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["watchword", *map(str, args)])
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capsys.readouterr()
        return Said(code, out, err)

    return call


@pytest.fixture(scope="session")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film in which somebody crosses a line and leaves a case."""
    return station.film(tmp_path_factory.mktemp("hall") / "hall.avi")


@pytest.fixture(scope="session")
def tracks(hall: Path) -> Path:
    """What is tracked in it, as a file."""
    path = hall.with_name("tracks.csv")
    subprocess.run([Path(sys.executable).parent / "watchword", "track", hall, "-o", path, "--quiet"], check=True)
    return path


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test stands in a folder of its own that holds the station's rules and scene."""
    shutil.copy(station.SCENE, tmp_path)
    shutil.copy(station.RULES, tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path
