"""Steps of what the host tells, and of the clock on the wall: `signal NAME`, `active SCHEDULE`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs
import numpy as np

from watchword.detections import NEVER
from watchword.run.cameras import Camera
from watchword.run.logic import Times
from watchword.run.passes import Pass
from watchword.run.signals import Signals
from watchword.run.steps import Nodes, Plain


@attrs.frozen
class Host:
    """What steps may ask that is not seen.

    Attributes:
        signals: What the host has told.
        camera: A camera, by position.
        active: Whether a schedule holds on a camera at a time.
    """

    signals: Signals
    camera: Callable[[int], Camera]
    active: Callable[[str, int, int], bool]


class Told(Plain):
    """Signals: states since they were told, events at the look at or after them."""

    scope = "camera"

    def __init__(self, asked: Sequence[tuple[str, str, bool]], out: Nodes, after: Times, host: Host) -> None:
        self._asked, self._out, self._after, self._host = tuple(asked), out, after, host

    def run(self, at: Pass) -> None:
        """Fill the rows of its nodes."""
        value = np.zeros((len(self._out), len(at.cams)), np.int8)
        times = zip(at.cams.tolist(), at.cam_now.tolist(), at.cam_before.tolist(), strict=True)
        for col, (camera, now, before) in enumerate(times):
            known = self._host.camera(camera)
            name = known.name
            for k, (signal, place, event) in enumerate(self._asked):
                if not event:
                    value[k, col] = self._host.signals.state(signal, place, name, now)
                elif at.blind:
                    value[k, col] = -1
                else:
                    since = before if known.floor is None else max(before, known.floor)
                    since = now - 1 if since == NEVER else since
                    happened = self._host.signals.events(signal, place, name, since, now)
                    value[k, col] = 1 if happened else -1
                    if happened and happened[0] < now:
                        at.dates["camera", "state", int(self._out[k]), col] = happened[0]
        if at.dark:
            events = np.array([event for _, _, event in self._asked], np.bool_)[:, None]
            value = np.where(at.dark_for(self._after) & ~events, 0, value)
        for view in at.grids["camera"].views():
            view.state[self._out] = value


class Active(Plain):
    """Whether schedules hold, each look at its own time."""

    scope = "camera"

    def __init__(self, names: Sequence[str], out: Nodes, host: Host) -> None:
        self._names, self._out, self._host = tuple(names), out, host

    def run(self, at: Pass) -> None:
        """Fill the rows of its nodes."""
        for k, name in enumerate(self._names):
            times = zip(at.cams.tolist(), at.cam_now.tolist(), strict=True)
            value = [1 if self._host.active(name, camera, now) else -1 for camera, now in times]
            for view in at.grids["camera"].views():
                view.state[self._out[k]] = value
