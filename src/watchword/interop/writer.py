"""What writes text to a path, or to an open file."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from watchword.closing import Closing
from watchword.errors import DataError


class Writer(Closing):
    """Writes text.

    Args:
        target: A path, opened and closed by the writer, or an open text file, which stays open.

    Raises:
        DataError: It cannot be opened.
    """

    def __init__(self, target: str | Path | TextIO) -> None:
        self._mine = isinstance(target, str | Path)
        if not isinstance(target, str | Path):
            self._file = target
            return
        try:
            self._file = Path(target).open("w", encoding="utf-8", newline="")  # noqa: SIM115 - closed by close()
        except OSError as error:
            fix = "check the path and its rights"
            raise DataError(f"cannot be written: {error.strerror}", where=str(target), fix=fix) from None

    def close(self) -> None:
        """Close the file, if it is the writer's."""
        if self._mine:
            self._file.close()
