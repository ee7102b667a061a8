"""How a run looks in a terminal: a head, alerts as they happen, progress, and what it came to."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskProgressColumn, TimeRemainingColumn
from rich.text import Text

from watchword.events import Alert, Notice, show_time
from watchword.units import SECOND, clock

MARKS = {
    "firing": ("●", "bold red"),
    "stale": ("◌", "yellow"),
    "suppressed": ("–", "dim"),
    "resolved": ("○", "green"),
}
REPEATED = 3
"""Notices of one kind about one camera that are printed; the rest are counted."""


def colour_bars(text: Text) -> None:
    """Colour what a timeline draws of values."""
    text.highlight_regex(r"█+", "green")
    text.highlight_regex(r"░+|·{2,}", "dim")


class _Speed(ProgressColumn):
    """How many times faster than the camera."""

    def render(self, task: Task) -> Text:
        """`8.1× real time`."""
        if not task.elapsed or not task.completed:
            return Text("")
        return Text(f"{task.completed / task.elapsed:.1f}× real time", style="dim")


class Terminal:
    """Prints a run. A context manager.

    Args:
        quiet: Print nothing but errors.
        total: Length of the film in seconds, where known.
        rules: Names of the rules, so that what is told stands in columns.
    """

    def __init__(self, *, quiet: bool = False, total: float | None = None, rules: Iterable[str] = ()) -> None:
        self._rules = max(map(len, rules), default=0)
        self.console = Console(highlight=False, quiet=quiet, soft_wrap=True)
        self._errors = Console(stderr=True, highlight=False, soft_wrap=True, quiet=quiet)
        self._bar: Progress | None = None
        if self.console.is_terminal and not quiet:
            columns = (
                BarColumn(None, complete_style="cyan", finished_style="cyan"),
                TaskProgressColumn("{task.percentage:>3.0f} %"),
                _Speed(),
                TimeRemainingColumn(),
            )
            self._bar = Progress(*columns, console=self.console, transient=True)
            self._task = self._bar.add_task("", total=total)
        self._notices: Counter[tuple[str, str]] = Counter()
        self._began = time.perf_counter()
        self.alerts: Counter[str] = Counter()
        self.frames = 0
        self.seconds = 0.0

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    @property
    def elapsed(self) -> float:
        """Seconds since it began."""
        return time.perf_counter() - self._began

    def say(self, text: str, style: str = "") -> None:
        """A line."""
        self.console.print(Text(text, style=style))

    def head(self, name: str, facts: Iterable[str], chain: str) -> None:
        """The first line: what is read, and what it goes through."""
        line = Text("  ".join([name, *facts]), style="bold")
        line.append(f"  {chain}", "not bold dim")
        self.console.print(line)

    def aside(self, text: str) -> None:
        """A line of detail under the first, where there is any."""
        if text:
            self.console.print(Text(f"  {text}", style="dim"))

    def note(self, text: str) -> None:
        """A line about the input, on standard error."""
        self._errors.print(Text(f"note: {text}", style="yellow"))

    def notice(self, notice: Notice) -> None:
        """What the engine tells of a stream; of many of one kind the first few, and of views lost each."""
        if notice.alert is not None:
            self._view(notice.alert)
            return
        key = (notice.kind, notice.camera)
        self._notices[key] += 1
        if self._notices[key] <= REPEATED:
            self.note(notice.message)

    def _view(self, alert: Alert) -> None:
        mark, style = MARKS["stale" if alert.state == "firing" else alert.state]
        line = Text(f"{_when(alert):>8}  ")
        line.append(f"{mark} {'view':<{self._rules}}", style)
        line.append(f"  {alert.message}", "" if alert.state == "firing" else "dim")
        self.console.print(line)

    def look(self, elapsed: int) -> None:
        """One more look, so many ns into the film."""
        self.frames += 1
        self.seconds = elapsed / SECOND
        if self._bar is not None:
            self._bar.update(self._task, completed=self.seconds)

    def alert(self, alert: Alert, picture: str = "") -> None:
        """A transition, if it is one that a person wants to see."""
        if alert.state == "firing" and not alert.reason:
            self.alerts[alert.rule] += 1
        event_over = alert.state == "resolved" and alert.time == alert.since
        if alert.state not in MARKS or event_over:
            return
        mark, style = MARKS[alert.state]
        line = Text(f"{_when(alert):>8}  ")
        line.append(f"{mark} {alert.rule:<{self._rules}}", style)
        text = alert.message or alert.why
        if alert.state != "firing":
            text = f"{alert.state}{f' ({alert.reason})' if alert.reason else ''}: {_who(alert)}"
        elif alert.reason:
            text = f"{alert.reason}: {_who(alert)}"
        line.append(f"  {text}", "" if alert.state == "firing" else "dim")
        if picture:
            fits = not self.console.is_terminal or line.cell_len + 2 + len(picture) <= self.console.width
            line.append("  " if fits else f"\n{'':12}")
            line.append(picture, f"blue link {Path(picture).resolve().as_uri()}")
        self.console.print(line)

    def summary(self, spent: Mapping[str, float], watching: float | None = None) -> None:
        """The last lines: alerts, frames, time and where it went; and what was noticed more often than told.

        Args:
            spent: Seconds, by what they were spent on.
            watching: Seconds that the speed is told of, where that is not all of them.
        """
        for (kind, camera), count in self._notices.items():
            if count > REPEATED:
                self.note(f"{camera}: {count} such notices in all ({kind})")
        n = sum(self.alerts.values())
        took = self.elapsed
        told = [f"{n} alert{'' if n == 1 else 's'}", f"{self.frames:,} frames", f"{took:.1f} s"]
        if watching is not None:
            told.append(f"{watching:.1f} s of it watching")
        if self.seconds > 0:
            told.append(f"{self.seconds / (watching or took):.1f}× real time")
        self.say(" · ".join(told))
        self.say("seconds: " + "  ".join(f"{name} {value:.1f}" for name, value in spent.items()), "dim")


def _when(alert: Alert) -> str:
    return show_time(alert.time) if alert.start else clock(alert.time)


def _who(alert: Alert) -> str:
    return ", ".join(str(t) for t in alert.things if t.role == "thing") or alert.camera


def show_findings(text: str, *, error: bool = False) -> None:
    """What a check or a refused file says, with colours in a terminal."""
    shown = Text(text)
    shown.highlight_regex(r"(?m)^error(\[E\d+\])?:", "bold red")
    shown.highlight_regex(r"(?m)^warning(\[W\d+\])?:", "bold yellow")
    shown.highlight_regex(r"(?m)^ +\| +\^+.*$", "cyan")
    shown.highlight_regex(r"(?m)^ *(-->|=|\d* \|)", "dim")
    Console(highlight=False, soft_wrap=True, stderr=error).print(shown)


def write_json(line: str) -> None:
    """A line of JSON on standard output."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
