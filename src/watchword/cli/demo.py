"""`watchword demo`: a short film of its own, real detection, tracking and rules on its pixels, found against staged."""

from __future__ import annotations

import time
from importlib.resources import files
from pathlib import Path

import click

from watchword import boxes as bx
from watchword.alertfolder import AlertFolder
from watchword.cli.source import ahead
from watchword.cli.terminal import Terminal
from watchword.errors import DataError
from watchword.events import Alert
from watchword.lang.ruleset import RuleSet
from watchword.sim import Staged, concourse
from watchword.units import SECOND, clock
from watchword.video import FilmWriter
from watchword.watch import Watch

RULES = {"left_bag": "left_bag", "wrong_way": "wrong_way", "intrusion": "intrusion"}
"""The rule that is to find each kind of what is staged."""
FILES = {
    "0001.jpg …": "a picture of each alert",
    "film.mp4": "the film with what was seen and told",
    "concourse.mp4": "the film as the camera saw it",
    "alerts.jsonl": "every transition",
}
"""What is in the folder after."""
LATE = 20.0
"""Seconds after it began within which a thing has to be told."""


@click.command()
@click.option("--out", type=click.Path(), default="watchword-demo", show_default=True, help="Folder to write to.")
@click.option("--seed", type=int, default=1, show_default=True, help="Another number stages another half minute.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
def demo(out: str, seed: int, quiet: bool) -> None:
    """Stage half a minute in a simulated station, watch it, and say what was found.

    A bag is left behind, somebody walks against the walkway, somebody steps onto the tracks. The film is rendered here;
    detector, tracker and rules see nothing but its pixels. Exit code 1 where not all that was staged was found.
    """
    stage = concourse(seed)
    folder = Path(out)
    text = files("watchword.sim").joinpath("demo.watch").read_text("utf-8")
    rules = RuleSet.loads(text, "demo.watch")
    terminal = Terminal(quiet=quiet, total=stage.seconds, rules=[rule.name for rule in rules.rules])
    watch = Watch(
        rules,
        scene=stage.scene,
        source=f"demo-{seed}",
        on_notice=terminal.notice,
        history=60.0,
        timer=time.perf_counter_ns,
    )
    fired: list[Alert] = []
    staging = writing = 0.0
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "demo.watch").write_text(text, "utf-8")
        (folder / "scene.json").write_text(stage.scene.dumps(), "utf-8")
    except OSError as error:
        raise DataError(f"cannot be written to: {error.strerror}", where=out, fix="give --out") from None
    terminal.say(f"staging {stage.seconds:.0f} s of a station concourse, seed {seed}: {len(stage.people)} people")
    with (
        watch,
        FilmWriter(folder / "concourse.mp4", stage.fps, stage.scene.frame) as film,
        AlertFolder(folder, watch, film=stage.fps) as written,
        terminal,
    ):
        began = time.perf_counter()
        for frame in ahead(stage.frames()):
            film.write(frame.image)
            staged = time.perf_counter()
            alerts = watch.step(frame)
            stepped = time.perf_counter()
            written.write(alerts, frame)
            for alert in alerts:
                picture = written.pictures.get(alert.id) if alert.state == "firing" and not alert.reason else None
                terminal.alert(alert, str(picture) if picture else "")
                if picture:
                    fired.append(alert)
            terminal.look(frame.time)
            staging += staged - began
            began = time.perf_counter()
            writing += began - stepped
    terminal.say("")
    missed, matched = 0, set()
    for act in stage.staged:
        found = _found(act, fired)
        matched.add(found.id if found else "")
        missed += found is None
        what = f"{act.kind.replace('_', ' ')} staged at {clock(act.start)}"
        if act.alone is not None:
            what += f", alone from {clock(act.alone)}"
        said = f"told at {clock(found.time)}" if found else "MISSED"
        terminal.say(f"  {'✓' if found else '✗'} {what}: {said}", "green" if found else "bold red")
    false = [alert for alert in fired if alert.id not in matched]
    for alert in false:
        terminal.say(f"  ✗ {alert.rule} at {alert.at}: nothing of the kind was staged", "bold red")
    terminal.say("")
    spent = {part: ns / 1e9 for part, ns in watch.spent.items()}
    terminal.summary({"staging": staging, **spent, "pictures": writing}, sum(spent.values()))
    terminal.say("")
    for name, what in FILES.items():
        terminal.say(f"  {folder / name!s:<{len(out) + 16}}{what}")
    film_of, rules_of, scene_of = (folder / name for name in ("concourse.mp4", "demo.watch", "scene.json"))
    terminal.say(f"\nagain: watchword run {film_of} --rules {rules_of} --scene {scene_of}")
    raise click.exceptions.Exit(1 if missed or false else 0)


def _found(staged: Staged, fired: list[Alert]) -> Alert | None:
    """The alert that tells of what was staged: its rule, in its time, and for a bag at its place."""
    for alert in fired:
        late = (alert.time - staged.start) / SECOND
        if alert.rule != RULES[staged.kind] or not -1.0 <= late <= LATE:
            continue
        if staged.kind != "left_bag" or bx.iou(_box(alert.things[0].box), _box(staged.box))[0, 0] >= 0.3:
            return alert
    return None


def _box(box: tuple[float, float, float, float]) -> bx.Boxes:
    import numpy as np

    return np.array([box], np.float64)
