"""Seconds count from the film's zero, wherever the first look is."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from watchword.cli import group


def fired(path: Path, *more: str) -> list[dict[str, object]]:
    said = CliRunner().invoke(group, ["run", str(path), "--rules", "person is still for 5s", "--json", *more])
    assert said.exit_code == 0, said.output
    told = [json.loads(line) for line in said.stdout.splitlines()]
    return [alert for alert in told if alert["state"] == "firing"]


def test_a_file_that_begins_at_second_17_tells_its_own_seconds(tmp_path: Path):
    rows = "".join(f"{second},person,100,100,40,100\n" for second in range(17, 40))
    path = tmp_path / "boxes.csv"
    path.write_text("second,label,left,top,width,height\n" + rows)
    (alert,) = fired(path)
    (dated,) = fired(path, "--start", "2026-01-05T12:00:00+01:00")
    assert alert["time"] == dated["time"] == 24.0
    assert alert["timestamp"] is None
    assert dated["timestamp"] == "2026-01-05T11:00:24.000Z"
