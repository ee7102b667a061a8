"""`watchword run`: rules over a film, a folder of pictures or a file of boxes."""

from __future__ import annotations

import hashlib
import json
import time
from contextlib import nullcontext
from pathlib import Path
from typing import get_args

import click

from watchword.alertfolder import AlertFolder, Hide
from watchword.cli.lets import option
from watchword.cli.source import START, Source, open_source
from watchword.cli.stages import WHAT_SEES, detector_line
from watchword.cli.terminal import Terminal, write_json
from watchword.detections import Detections
from watchword.errors import SceneError
from watchword.events import Alert, Notice
from watchword.scene import Scene, same_shape
from watchword.tracks import Tracks
from watchword.units import clock
from watchword.video import Frame
from watchword.watch import Watch, read_rules

HISTORY = 60.0
RATE = 15.0
"""Looks a second: enough for what people do, and half the work on a film of thirty."""


@click.command()
@click.argument("video")
@click.option("--rules", required=True, help="A rule file (.watch), or a sentence: 'bag unattended > 60s'.")
@option
@click.option(
    "--scene",
    type=click.Path(),
    help="The camera's scene file (JSON): zones, lines, time zone. FILE#PRESET of one that turns.",
)
@click.option("--detector", help=WHAT_SEES)
@click.option("--tracker", help="What follows: default, or another that is installed.")
@click.option("--out", type=click.Path(), help="Folder for alerts.jsonl and pictures; NAME.alerts where not given.")
@click.option("--start", help=START)
@click.option("--fps", type=float, help="Frames a second, where the input does not say (pictures, files of boxes).")
@click.option(
    "--rate", type=float, default=RATE, show_default=True, help="Look at no more than so many frames a second."
)
@click.option("--video", "film", is_flag=True, help="Write the annotated film, film.mp4, too.")
@click.option(
    "--hide",
    type=click.Choice(get_args(Hide)),
    default="others",
    show_default=True,
    help="What is pixelated in what is saved: people and all that does not belong to the place, only people, all but "
    "the alert's thing, or nothing.",
)
@click.option("--no-blur", is_flag=True, help="The same as --hide nothing.")
@click.option("--json", "as_json", is_flag=True, help="Transitions to standard output, a JSON line each; nothing else.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def run(
    video: str,
    rules: str,
    lets: dict[str, str],
    scene: str | None,
    detector: str | None,
    tracker: str | None,
    out: str | None,
    start: str | None,
    fps: float | None,
    rate: float,
    film: bool,
    hide: Hide,
    no_blur: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Run rules over VIDEO: a film, a folder of pictures, or a file of boxes.

    Files of boxes are MOTChallenge text, CSV, events of Frigate or DeepStream (JSON), ONVIF metadata (XML).

    Exit code 0 with or without alerts, 2 where it cannot run.
    """
    given = Scene.load(scene).at() if scene else None
    source = open_source(video, fps, start, rate, given)
    view = given or source.scene
    read = read_rules(rules, lets)
    _fit(source, view)
    folder = out or (None if as_json else f"{source.name}.alerts")
    terminal = Terminal(quiet=quiet or as_json, total=source.total, rules=[rule.name for rule in read.rules])
    watch = Watch(
        read,
        scene=view,
        detector=detector,
        tracker=tracker,
        source=_identity(video, source),
        origin=source.origin,
        on_notice=lambda notice: tell(notice),
        history=HISTORY if folder else 0.0,
        timer=time.perf_counter_ns,
    )
    pictures = (
        AlertFolder(
            folder,
            watch,
            hide="nothing" if no_blur else hide,
            film=min(source.film.fps or rate, rate) if film and source.film else None,
            size=source.size(view),
        )
        if folder
        else None
    )

    def tell(notice: Notice) -> None:
        terminal.notice(notice)
        if pictures is not None:
            pictures.notice(notice)
        if as_json and notice.alert is not None:
            write_json(json.dumps(notice.alert.to_dict(), ensure_ascii=False))

    with watch, pictures or nullcontext(), terminal:
        _head(terminal, watch, source, rate)
        looking, writing = _loop(terminal, watch, source, pictures, as_json)
    for note in source.notes:
        terminal.note(note)
    for name in watch.engine.off_duty():
        terminal.note(f"`{name}`: not on duty during this film; it may tell only in its schedule's hours")
    spent = {part: ns / 1e9 for part, ns in watch.spent.items()}
    terminal.summary({"decode": looking - sum(spent.values()), **spent, "pictures": writing})
    if folder:
        terminal.say(f"{folder}{'' if folder.endswith('/') else '/'}", "blue")


def _loop(
    terminal: Terminal, watch: Watch, source: Source, pictures: AlertFolder | None, as_json: bool
) -> tuple[float, float]:
    """Go through the film; returns the seconds spent on looking, and on writing what was told."""
    first: int | None = None
    written = 0.0
    begin = time.perf_counter()
    for now, frame, table in source.looks():
        first = now if first is None else first
        alerts = _step(watch, frame, table)
        start = time.perf_counter()
        if pictures is not None:
            pictures.write(alerts, frame)
        for alert in alerts:
            if as_json:
                write_json(json.dumps(alert.to_dict(), ensure_ascii=False))
            known = pictures.pictures.get(alert.id) if pictures is not None and alert.state == "firing" else None
            terminal.alert(alert, str(known) if known and not alert.reason else "")
        terminal.look(now - first)
        written += time.perf_counter() - start
    return time.perf_counter() - begin - written, written


def _step(watch: Watch, frame: Frame | None, table: Detections | Tracks | None) -> list[Alert]:
    if frame is not None:
        return watch.step(frame)
    if isinstance(table, Tracks):
        return watch.observe(table)
    assert table is not None
    return watch.detected(table)


def _fit(source: Source, scene: Scene | None) -> None:
    """Refuse a scene drawn for frames of another shape before anything is judged.

    Raises:
        SceneError: The shapes differ; both sizes are named.
    """
    if scene is None or source.film is None:
        return
    (w, h), (fw, fh) = source.film.size, scene.frame
    if not same_shape((w, h), (fw, fh)):
        raise SceneError(
            f"is drawn for frames of {fw}×{fh}, but {source.name} has {w}×{h}, another shape",
            where=scene.name,
            fix="draw the zones for the film's size, or give the scene that belongs to this camera",
        )


def _head(terminal: Terminal, watch: Watch, source: Source, rate: float) -> None:
    count = len(watch.rules.rules)
    rules = f"{count} rule{'' if count == 1 else 's'}"
    for finding in watch.engine.findings:
        terminal.note(finding.show())
    if source.film is not None:
        w, h = source.film.size
        facts = [f"{w}×{h}"]
        looked = f", {rate:.4g} looked at" if source.film.fps and source.film.fps > rate else ""
        facts += [f"{source.film.fps:.4g} fps{looked}"] if source.film.fps else []
        facts += [clock(round(source.total * 1e9))[:-2]] if source.total else []
        for finding in watch.unseen():
            terminal.note(finding.show())
        chain = f"{watch.detector.name} → {watch.tracker.name} → {rules}"
        terminal.head(source.name, facts, chain)
        terminal.aside(detector_line(watch.detector))
        return
    assert source.boxes is not None
    what = "tracks" if source.boxes.tracked else "boxes"
    chain = rules if source.boxes.tracked else f"{watch.tracker.name} → {rules}"
    terminal.head(source.name, [f"{source.boxes.frame_count:,} looks of {what}"], chain)


def _identity(path: str, source: Source) -> str:
    """What stands for the recording in the alerts' ids: a hash of its bytes, or the name of a stream or folder."""
    place = Path(path)
    if not place.is_file():
        return source.name
    digest = hashlib.sha256()
    with place.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()[:16]
