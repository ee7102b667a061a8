"""Rule files that a command reads and writes again: line ends kept, nothing written halfway."""

from __future__ import annotations

import difflib
import os
from pathlib import Path

from watchword.errors import WatchwordError


def read(path: str) -> str:
    """The text of a rule file, its lines ending in a line feed.

    Raises:
        WatchwordError: It cannot be read.
    """
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise WatchwordError(f"cannot be read: {error.strerror}", where=path, fix="check the path") from None
    except UnicodeDecodeError:
        raise WatchwordError("is not text in UTF-8", where=path, fix="rule files are plain text") from None
    return text.replace("\r\n", "\n")


def write(path: str, text: str) -> None:
    """Write a rule file in the place of the old one, with the line ends that it had.

    Raises:
        WatchwordError: It cannot be written.
    """
    target = Path(path).resolve()
    new = target.with_name(f".{target.name}.new")
    try:
        if b"\r\n" in target.read_bytes():
            text = text.replace("\n", "\r\n")
        new.write_bytes(text.encode())
        new.chmod(target.stat().st_mode & 0o777)
        os.replace(new, target)  # noqa: PTH105 - the same file system: all or nothing
    except OSError as error:
        new.unlink(missing_ok=True)
        raise WatchwordError(f"cannot be written: {error.strerror}", where=path, fix="check who may write it") from None


def difference(path: str, old: str, new: str) -> str:
    """What changes, as a unified diff."""
    return "".join(difflib.unified_diff(old.splitlines(True), new.splitlines(True), path, path))
