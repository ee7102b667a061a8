"""What a figure was measured on."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def describe(*packages: str) -> str:
    """The command, the machine and the versions, to stand above every table of figures."""
    return "\n".join(
        (
            f"command   python {' '.join([Path(sys.argv[0]).name, *sys.argv[1:]])}",
            f"machine   {_processor()}, {os.cpu_count()} cores, {platform.system()}",
            f"versions  Python {platform.python_version()}, " + ", ".join(f"{p} {_version(p)}" for p in packages),
        )
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
