"""A detector by name: `motion+left` is two of the entry points `watchword.detectors`, composed."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from importlib.metadata import entry_points

from watchword.detect.base import Detector
from watchword.errors import DetectorError
from watchword.scene import Scene

GROUP = "watchword.detectors"
DEFAULT = "motion+left"


def load(spec: str = DEFAULT, scenes: Mapping[str, Scene] | None = None) -> Detector:
    """The detector that a spec names.

    Args:
        spec: Names of entry points in the group `watchword.detectors`, joined by `+`. Each is a class or function
            called with `scenes=`.
        scenes: By camera name, what is known of each camera.

    Raises:
        DetectorError: There is no detector of a name, or it cannot be loaded or made.
    """
    names = [name.strip() for name in spec.split("+")]
    if len(set(names)) < len(names):
        raise DetectorError(f"`{spec}` names a detector twice", fix="name each once")
    made = [_one(name, scenes) for name in names]
    if len(made) == 1:
        return made[0]
    from watchword.detect.compose import Composed

    return Composed(made)


def _one(name: str, scenes: Mapping[str, Scene] | None) -> Detector:
    known = {point.name: point for point in entry_points(group=GROUP)}
    if name not in known:
        near = get_close_matches(name, known, 3, 0.5) or sorted(known)
        listed = " or ".join(f"`{n}`" for n in near)
        raise DetectorError(
            f"there is no detector `{name}`",
            fix=f"did you mean {listed}?" if listed else "install a package that brings one",
        )
    try:
        factory = known[name].load()
    except Exception as error:
        raise DetectorError(f"the detector `{name}` cannot be loaded: {error}", fix="check its installation") from error
    detector = factory(scenes=scenes)
    if not isinstance(detector, Detector):
        raise DetectorError(
            f"what `{name}` made is no detector", fix="it needs name, labels, columns, detect, forget and close"
        )
    return detector
