"""What is loaded when: a host with its own tracks loads no OpenCV, an editor that checks rules no NumPy."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("cv2", "onnxruntime", "numpy", "shapely", "scipy", "PIL")
METRES = """
from watchword.lang import check_text
from watchword.scene import Ground, Scene
from watchword.text import Source
scene = Scene(frame=(100, 100), ground=Ground((((0, 0), (0, 0)), ((9, 0), (9, 0)), ((9, 9), (9, 9)), ((0, 9), (0, 9)))))
zone = "zone a = polygon (0, 0) (99, 0) (99, 99)\\n"
rules = check_text(Source("r", zone + "rule r: person in zone a with speed > 9%s"))
assert [f.code for f in rules.resolve({"c": scene})] == %s
"""
OBSERVE = """
import watchword as ww
from watchword.tracks import Tracks
watch = ww.Watch("person is visible > 1s")
alerts = [a for k in range(4) for a in watch.observe(Tracks.of("c", k * 10**9, [1], [[0, 0, 9, 9]]))]
assert [a.state for a in alerts] == ["pending", "firing"], alerts
"""


@pytest.mark.parametrize(
    ("code", "forbidden"),
    [
        (OBSERVE, {"cv2", "onnxruntime", "PIL"}),
        ("import watchword", {"cv2", "onnxruntime", "numpy", "shapely", "PIL"}),
        ("from watchword.lang import check_text", {*HEAVY}),
        ("from watchword.lang import compile; compile('bag unattended > 5s')", {*HEAVY}),
        (METRES % ("px/s", []), {*HEAVY}),
        (METRES % ("m/s", ["W214"]), {"cv2", "onnxruntime", "scipy", "PIL"}),
        ("import watchword.scene, watchword.words, watchword.events", {*HEAVY}),
    ],
    ids=["observe", "face", "check", "compile", "pixels", "metres", "data"],
)
def test_only_what_is_needed_is_loaded(code: str, forbidden: set[str]):
    ask = f"{code}\nimport sys\nprint(','.join(m for m in {HEAVY} if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.strip().split(",")) & forbidden == set()
