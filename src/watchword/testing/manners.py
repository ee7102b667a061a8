"""What a part of another author leaves behind in the process that it runs in."""

from __future__ import annotations

import contextlib
import io
import threading
import warnings
from collections.abc import Iterator, Sequence

import numpy as np

from watchword.errors import DetectorError


class Stop(Exception):  # noqa: N818 - ends a run whose next step would tell nothing new
    """Raised and caught by a check."""


def refuse(kind: str, part: object, found: Sequence[str]) -> None:
    """Tell an author what was found of their part.

    Raises:
        DetectorError: Anything was: each fault once, a line each.
    """
    if found:
        name = getattr(part, "name", None) or type(part).__name__
        lines = "".join(f"\n  - {fault}" for fault in dict.fromkeys(found))
        raise DetectorError(f"the {kind} `{name}` breaks its contract:{lines}")


@contextlib.contextmanager
def watched(found: list[str]) -> Iterator[None]:
    """What it leaves behind in the process: threads, prints, warnings, the state of others' random numbers."""
    before, state = set(threading.enumerate()), repr(np.random.get_state())  # noqa: NPY002 - whether it is touched
    out = io.StringIO()
    with warnings.catch_warnings(record=True) as warned, contextlib.redirect_stdout(out):
        warnings.simplefilter("always")
        yield
    if out.getvalue():
        found.append(f"it prints ({out.getvalue().strip()[:40]!r}): raise an error, or say nothing")
    if warned:
        found.append(f"it warns ({str(warned[0].message)[:60]}): mend what the warning is about")
    started = [t.name for t in threading.enumerate() if t not in before]
    if started:
        found.append(f"it starts threads ({', '.join(started)}): work in the caller's thread")
    if repr(np.random.get_state()) != state:  # noqa: NPY002 - as above
        found.append("it uses NumPy's global random numbers: make a generator of its own")
