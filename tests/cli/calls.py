"""What a call of the command line comes to."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import attrs


@attrs.frozen
class Said:
    """What a call printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def fired(self) -> list[dict[str, Any]]:
        """Of these the alerts that fire for the first time."""
        return [line for line in self.lines if line["state"] == "firing" and not line["reason"]]


Call = Callable[..., Said]
