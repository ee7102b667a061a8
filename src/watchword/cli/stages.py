"""`watchword detect` and `watchword track`: one stage alone, its boxes to a file, to be looked at and scored."""

from __future__ import annotations

from collections.abc import Iterable

import click

from watchword import detect as detectors
from watchword import track as trackers
from watchword.cli.source import open_source
from watchword.cli.terminal import Terminal
from watchword.detect.base import Detector
from watchword.errors import DataError
from watchword.interop.boxcsv import CsvWriter
from watchword.interop.mot import MotWriter
from watchword.masks import masked
from watchword.scene import Scene

WHAT_SEES = "What sees: motion+left (the default), a model's file (people.onnx), or another that is installed."


def detector_line(detector: object) -> str:
    """How a detector that can say so is used, and what runs it; empty where it cannot."""
    describe = getattr(detector, "describe", None)
    return str(describe()) if callable(describe) else ""


def _writer(path: str, columns: Iterable[str]) -> MotWriter | CsvWriter:
    return CsvWriter(path, tuple(columns)) if path.lower().endswith(".csv") else MotWriter(path)


def _detector(spec: str | None, view: Scene | None, camera: str) -> Detector:
    return detectors.load(spec or "motion+left", {camera: view} if view else None)


@click.command()
@click.argument("video")
@click.option("-o", "--output", required=True, help="File to write: MOTChallenge text, or CSV by the ending .csv.")
@click.option("--detector", help=WHAT_SEES)
@click.option("--scene", type=click.Path(), help="The camera's scene file (JSON).")
@click.option("--fps", type=float, help="Frames a second, for pictures that do not say.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def detect(video: str, output: str, detector: str | None, scene: str | None, fps: float | None, quiet: bool) -> None:
    """Detect in VIDEO, a film or a folder of pictures, and write the boxes: `frame,-1,left,top,width,height,score`."""
    source = open_source(video, fps, None)
    if source.film is None:
        raise DataError("holds boxes already", where=video, fix="give a film or a folder of pictures")
    view = Scene.load(scene).at() if scene else None
    seeing = _detector(detector, view, source.camera)
    count = 0
    with (
        Terminal(quiet=quiet, total=source.total) as terminal,
        _writer(output, (c.name for c in seeing.columns)) as writer,
    ):
        terminal.aside(detector_line(seeing))
        for frame in source.film:
            table = seeing.detect([masked(frame, view)])
            writer.write(table)
            count += len(table)
            terminal.look(frame.time)
    seeing.close()
    for note in source.notes:
        terminal.note(note)
    terminal.say(f"{count:,} boxes · {terminal.frames:,} frames · {terminal.elapsed:.1f} s  {output}")


@click.command()
@click.argument("video")
@click.option("-o", "--output", required=True, help="File to write: MOTChallenge text, or CSV by the ending .csv.")
@click.option("--detector", help="For films: what sees; motion+left where not given.")
@click.option("--tracker", default="default", show_default=True, help="What follows.")
@click.option("--scene", type=click.Path(), help="The camera's scene file (JSON).")
@click.option("--fps", type=float, help="Frames a second, where the input does not say.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def track(
    video: str, output: str, detector: str | None, tracker: str, scene: str | None, fps: float | None, quiet: bool
) -> None:
    """Track VIDEO, or a file of detections, and write the tracks: `frame,id,left,top,width,height,score`."""
    source = open_source(video, fps, None)
    if source.boxes is not None and source.boxes.tracked:
        raise DataError("holds tracks already: its boxes have numbers", where=video, fix="give detections, id -1")
    following = trackers.load(tracker)
    view = Scene.load(scene).at() if scene else None
    seeing = _detector(detector, view, source.camera) if source.film is not None else None
    columns = source.boxes.columns if source.boxes else [c.name for c in seeing.columns] if seeing else []
    ids: set[object] = set()
    with Terminal(quiet=quiet, total=source.total) as terminal, _writer(output, columns) as writer:
        terminal.aside(detector_line(seeing))
        for now, frame, table in source.looks():
            if frame is not None and seeing is not None:
                table = seeing.detect([masked(frame, view)])
            assert table is not None
            tracks = following.track(table)  # type: ignore[arg-type]  # no tracks: refused above
            writer.write(tracks)
            ids |= set(tracks.ids.tolist())
            terminal.look(now)
    if seeing is not None:
        seeing.close()
    for note in source.notes:
        terminal.note(note)
    terminal.say(f"{len(ids):,} things · {terminal.frames:,} frames · {terminal.elapsed:.1f} s  {output}")
