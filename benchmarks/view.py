"""Does a tampered view come to notice: `python benchmarks/view.py`.

Films as they are, and the same films moved, tilted, covered, blurred, dimmed from a known moment on. Told: which
verdict, and how many seconds after. What only changes the light, or the people, has to stay quiet.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from machine import describe
from watchword.units import SECOND
from watchword.video import Frame, frames
from watchword.view import Integrity

DATA = Path(__file__).parents[2] / "shared" / "data"
FILMS = ("left-bag/video4.avi", "pets09-s2l1/view1.avi")
Image = NDArray[np.uint8]
Change = Callable[[Image, float], Image]
"""A picture, and the seconds since it began; gives the changed picture."""


def shifted(share: float) -> Change:
    def change(image: Image, _: float) -> Image:
        h, w = image.shape[:2]
        by = np.array([[1, 0, share * w], [0, 1, share * w * 0.3]])
        return np.asarray(cv2.warpAffine(image, by, (w, h), borderMode=cv2.BORDER_REFLECT), np.uint8)

    return change


def tilted(degrees: float) -> Change:
    def change(image: Image, _: float) -> Image:
        h, w = image.shape[:2]
        by = cv2.getRotationMatrix2D((w / 2, h / 2), degrees, 1.0)
        return np.asarray(cv2.warpAffine(image, by, (w, h), borderMode=cv2.BORDER_REFLECT), np.uint8)

    return change


def covered(share: float, grey: int) -> Change:
    def change(image: Image, _: float) -> Image:
        out = image.copy()
        out[:, : int(share * image.shape[1])] = grey
        noise = np.random.default_rng(1).integers(0, 6, out.shape, dtype=np.uint8)
        return np.asarray(cv2.add(out, noise), np.uint8)

    return change


def blurred(pixels: float) -> Change:
    return lambda image, _: np.asarray(cv2.GaussianBlur(image, (0, 0), pixels), np.uint8)


def dimmed(factor: float) -> Change:
    return lambda image, _: np.asarray(image * factor, np.uint8)


def brighter(factor: float, more: float) -> Change:
    return lambda image, _: np.clip(image * factor + more, 0, 255).astype(np.uint8)


def nightfall(image: Image, after: float) -> Image:
    factor = max(0.12, 1 - after / 15)
    noise = np.random.default_rng(int(after * 1000)).normal(0, 3, image.shape)
    return np.clip(image * factor + noise, 0, 255).astype(np.uint8)


def trembling(image: Image, after: float) -> Image:
    return shifted(0.005 * float(np.sin(after * 9)))(image, after)


def crowd(share: float) -> Change:
    """People's worth of patches, each of its own grey and with edges, that walk to and fro before the camera."""
    rng = np.random.default_rng(3)
    # Places, speeds and patterns of two hundred; as many are drawn as it takes to hide the share.
    starts, paces = rng.random((200, 2)), rng.normal(0, 0.08, 200)
    looks = [rng.integers(0, 255, (6, 3, 3), dtype=np.uint8) for _ in range(200)]

    def change(image: Image, after: float) -> Image:
        h, w = image.shape[:2]
        out = image.copy()
        hidden = np.zeros((h, w), bool)
        for (x, y), pace, look in zip(starts, paces, looks, strict=True):
            tall = int((0.15 + 0.25 * y) * h)
            wide = tall // 3
            left, top = int((x + pace * after) % 1 * (w - wide)), int(y * (h - tall))
            body = cv2.resize(look, (wide, tall), interpolation=cv2.INTER_LINEAR)
            out[top : top + tall, left : left + wide] = body
            hidden[top : top + tall, left : left + wide] = True
            if hidden.mean() >= share:
                break
        return out

    return change


LOST: dict[str, tuple[Change, tuple[str, ...]]] = {
    "shifted by 2 %": (shifted(0.02), ("moved",)),
    "shifted by 4 %": (shifted(0.04), ("moved",)),
    "shifted by 20 %": (shifted(0.2), ("moved",)),
    "shifted by 45 %": (shifted(0.45), ("moved",)),
    "tilted by 3°": (tilted(3), ("moved",)),
    "tilted by 8°": (tilted(8), ("moved",)),
    "tilted by 25°": (tilted(25), ("moved",)),
    "covered, grey": (covered(1.0, 90), ("covered",)),
    "covered, black": (covered(1.0, 2), ("covered", "blinded")),
    "covered to four fifths": (covered(0.8, 60), ("covered",)),
    "blurred, 8 px": (blurred(8), ("blurred",)),
    "blurred, 14 px": (blurred(14), ("blurred",)),
    "blurred, 30 px": (blurred(30), ("blurred", "covered")),
    "dimmed to 3 %": (dimmed(0.03), ("blinded",)),
    "dimmed to 0": (dimmed(0), ("blinded",)),
    "glare": (brighter(1.5, 180), ("blinded",)),
}
QUIET: dict[str, Change] = {
    "as it is": lambda image, _: image,
    "lights down to 40 %": dimmed(0.4),
    "lights up": brighter(1.3, 30),
    "nightfall in 15 s, with noise": nightfall,
    "trembling by 0.5 %": trembling,
    "a crowd that hides 30 %": crowd(0.3),
    "a crowd that hides 50 %": crowd(0.5),
}


def trial(film: list[Frame], change: Change, at: int) -> tuple[str, float, str]:
    """The first verdict that is not well, how many seconds after `at`, and the last one."""
    watch = Integrity()
    told, when, last = "", 0.0, ""
    for frame in film:
        image = change(frame.image, (frame.time - at) / SECOND) if frame.time >= at else frame.image
        verdict = watch.look([Frame(frame.camera, frame.time, image)])[frame.camera]
        last = verdict.reason
        if not verdict.ok and not told:
            told, when = verdict.reason, (frame.time - at) / SECOND
    return told, when, last


def show(what: str, good: bool, wanted: str, told: str, when: float) -> None:
    after = f"{told} after {when:.1f} s" if told else "quiet"
    print(f"  {'✓' if good else '✗'} {what:32} {wanted} wanted; {after}")


def main() -> None:
    print(describe("numpy", "opencv-python-headless"))
    for name in FILMS:
        if not (DATA / name).exists():
            print(f"{name}: not there")
            continue
        film = list(frames(DATA / name, rate=8))
        at = film[len(film) // 3].time
        print(f"\n{name}, {film[-1].time / SECOND:.0f} s, changed from {at / SECOND:.1f} s on")
        for what, change in QUIET.items():
            told, when, _ = trial(film, change, at)
            mark, at_time = "✗" if told else "✓", f"{when:.1f} s" if told else ""
            print(f"  {mark} {what:32} quiet wanted; {told or 'quiet'} {at_time}")
        for what, (change, wanted) in LOST.items():
            told, when, _ = trial([f for f in film if f.time < at + 5 * SECOND], change, at)
            good = told in wanted and 0 <= when <= 2
            print(
                f"  {'✓' if good else '✗'} {what:32} {' or '.join(wanted)} wanted; {told or 'quiet'} after {when:.1f} s"
            )
        watch = Integrity()
        begin = time.process_time()
        for k, frame in enumerate(film):
            watch.look([Frame("a", k * SECOND, frame.image)])
        took = (time.process_time() - begin) / len(film) * 1000
        print(f"  {took:.2f} ms of processor a look at {film[0].size[0]}×{film[0].size[1]}")


if __name__ == "__main__":
    main()
