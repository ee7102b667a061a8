"""What `check_tracker` tells authors: nothing of sound trackers, a clear word of each fault."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest

from watchword.errors import DetectorError
from watchword.testing import check_tracker
from watchword.track import Default
from watchword.tracks import End, Tracks

GUIDE = Path(__file__).parents[1] / "docs" / "trackers.md"
SNIPPETS = re.findall(r"^```python\n(.*?)^```$", GUIDE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
names: dict[str, Any] = {}
exec(next(text for text in SNIPPETS if "class Nearest" in text), names)
Nearest: Any = names["Nearest"]
"""The tracker of the guide, by copy and paste."""


def test_the_default_and_the_one_of_the_guide_are_sound():
    assert check_tracker(Default()).things == 4
    report = check_tracker(Nearest())
    assert report.things == 4
    assert report.seconds > 0


def faults(tracker: Any) -> str:
    with pytest.raises(DetectorError) as raised:
        check_tracker(tracker)
    return str(raised.value)


class Changed(Nearest):
    """The guide's tracker, its table spoilt."""

    def track(self, detections):
        return self.spoil(super().track(detections), detections)


class Negative(Changed):
    def spoil(self, tracks, _):
        return attrs.evolve(tracks, ids=-tracks.ids)


class Twice(Changed):
    def spoil(self, tracks, _):
        return attrs.evolve(tracks, ids=np.ones(len(tracks), np.int64))


class Future(Changed):
    def spoil(self, tracks, _):
        return attrs.evolve(tracks, times=tracks.times + 100_000_000)


class Late(Changed):
    def spoil(self, tracks, _):
        return attrs.evolve(tracks, times=tracks.times - 100_000_000)


class Writes(Changed):
    def spoil(self, tracks, detections):
        boxes = detections.boxes.base
        boxes += 1
        return tracks


class Chance(Changed):
    def __init__(self):
        super().__init__()
        self.rng = np.random.default_rng(1)

    def spoil(self, tracks, _):
        return attrs.evolve(tracks, boxes=tracks.boxes + self.rng.normal(0, 2, tracks.boxes.shape))


class Fractions(Changed):
    def spoil(self, tracks, _):
        return attrs.evolve(tracks, boxes=tracks.boxes / 640)


class Beyond(Changed):
    def spoil(self, tracks, _):
        return attrs.evolve(
            tracks, boxes=tracks.boxes + np.array([2000, 0, 2000, 0]), seen=np.zeros(len(tracks), np.bool_)
        )


class Grows(Changed):
    def __init__(self):
        super().__init__()
        self.past = {}

    def spoil(self, tracks, _):
        for camera in tracks.cameras:
            for number in tracks.at(camera).ids.tolist():
                self.past[camera, number] = True
        return tracks


class Labels(Changed):
    def spoil(self, tracks, _):
        return attrs.evolve(tracks, names=["thing" for _ in tracks.names[:1]], labels=np.zeros(len(tracks), np.int32))


class Comes(Changed):
    def spoil(self, tracks, _):
        ends = [End(c, 1, int(t)) for c, t in zip(tracks.cameras, tracks.times, strict=True) if t > 1e9]
        return attrs.evolve(tracks, ended=ends)


class Unseen(Changed):
    def spoil(self, tracks, _):
        return tracks.take(np.zeros(len(tracks), np.bool_))


class Lists(Changed):
    def spoil(self, tracks, _):
        return [tracks]


class Missing(Changed):
    def spoil(self, tracks, _):
        return Tracks.join([tracks.at(c) for c in reversed(tracks.cameras)]) if len(tracks.cameras) > 1 else tracks


class Same(Changed):
    """Its columns are one array, used again at every look."""

    def __init__(self):
        super().__init__()
        self.kept = np.zeros((9, 4))

    def spoil(self, tracks, _):
        self.kept[: len(tracks)] = tracks.boxes
        return attrs.evolve(tracks, boxes=self.kept[: len(tracks)])


class Mixed(Nearest):
    """All cameras are one."""

    def _camera(self, camera, time, seen):
        self.things.setdefault("all", {})
        self.things[camera] = self.things["all"]
        return super()._camera(camera, time, seen)


class Again(Nearest):
    """Numbers begin anew when a camera is forgotten."""

    def forget(self, camera):
        super().forget(camera)
        self.last.pop(camera, None)


class Lowest(Nearest):
    """Gives the lowest number that is free, as some do."""

    def _camera(self, camera, time, seen):
        things = self.things.get(camera, {})
        self.last[camera] = max((n for n, (*_, last) in things.items() if time - last <= self.memory), default=0)
        return super()._camera(camera, time, seen)


class Counts(Nearest):
    """Everything is new at every look."""

    def _camera(self, camera, time, seen):
        self.things.pop(camera, None)
        return super()._camera(camera, time, seen)


class Ghosts(Nearest):
    """What is not seen is told as seen, where it was."""

    def _camera(self, camera, time, seen):
        tracks = super()._camera(camera, time, seen)
        hidden = [(n, b) for n, (_, b, _) in self.things[camera].items() if n not in tracks.ids.tolist()]
        ids = [*tracks.ids.tolist(), *[n for n, _ in hidden]]
        boxes = np.vstack((tracks.boxes, np.array([b for _, b in hidden]).reshape(-1, 4)))
        labels = [self.things[camera][n][0] for n in ids]
        return Tracks.of(camera, time, ids, boxes, labels, ended=tracks.ended)


class Breaks(Nearest):
    def _camera(self, camera, time, seen):
        assert len(seen)
        return super()._camera(camera, time, seen)


class Prints(Changed):
    def spoil(self, tracks, _):
        print("tracked", len(tracks))
        return tracks


@pytest.mark.parametrize(
    ("broken", "word"),
    [
        (Negative, "is negative"),
        (Twice, "stands twice in one look"),
        (Future, "nothing is known of the future"),
        (Late, "say what is at the look, not before"),
        (Writes, "it changes the table it is given"),
        (Chance, "it is chance"),
        (Fractions, "give pixels, not fractions"),
        (Beyond, "far outside of the view of 640×480"),
        (Grows, "bytes with every thing that comes and goes"),
        (Labels, "it says thing, which no box was"),
        (Comes, "in the same look|comes back after its end"),
        (Unseen, "it reports nothing"),
        (Lists, "gives list: make a table with Tracks.of"),
        (Missing, r"gives cameras \('right', 'left'\) for \('left', 'right'\)"),
        (Same, "changes when it looks again"),
        (Mixed, "cameras share what they know|keep them apart"),
        (Again, "given again after `forget`"),
        (Lowest, "is never given twice, and never passes to another kind"),
        (Counts, "nothing is followed"),
        (Ghosts, "person 1 is told as seen where no box is"),
        (Breaks, "fails at a look that saw nothing: AssertionError"),
        (Prints, "it prints"),
    ],
)
def test_each_fault_gets_a_clear_word(broken, word):
    text = faults(broken())
    assert re.search(word, text), text
    assert text.count("\n") <= 5, text


def test_what_is_no_tracker_at_all():
    assert "it is a class" in faults(Nearest)
    assert "it has no name, no track, no forget" in faults(object())
    assert "`name` is ''" in faults(type("Nameless", (Nearest,), {"name": ""})())
