"""Films: times, notes and errors, on real files made here."""

from __future__ import annotations

import gzip
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.errors import StateError, VideoError
from watchword.video import SECOND, FilmWriter, Frame, frames, since_epoch
from watchword.video import _Thinning as Thinning

SHARED = Path(__file__).parents[2] / "shared" / "data"
SIZE = (64, 48)


def picture(number: int, size: tuple[int, int] = SIZE) -> np.ndarray:
    """A picture whose number can be read back through any codec: eight dark or bright columns."""
    image = np.full((size[1], size[0], 3), 20, np.uint8)
    for bit in range(8):
        if number >> bit & 1:
            image[:, bit * size[0] // 8 : (bit + 1) * size[0] // 8] = 235
    return image


def number_in(image: np.ndarray) -> int:
    w = image.shape[1]
    return sum(1 << bit for bit in range(8) if image[:, bit * w // 8 : (bit + 1) * w // 8].mean() > 128)


def film(path: Path, count: int = 30, fps: float = 10.0, size: tuple[int, int] = SIZE) -> Path:
    with FilmWriter(path, fps, size) as out:
        for number in range(count):
            out.write(picture(number, size))
    return path


# Just enough of ISO/IEC 14496-12 to change a box of an MP4 whose `moov` stands last.
INSIDE = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts"}


def rewritten(data: bytes, change: Callable[[bytes, bytes], bytes]) -> bytes:
    out = b""
    while data:
        size, kind = struct.unpack(">I4s", data[:8])
        body, data = data[8:size], data[size:]
        body = rewritten(body, change) if kind in INSIDE else change(kind, body)
        out += struct.pack(">I4s", 8 + len(body), kind) + body
    return out


def test_every_kind_that_is_written_is_read_back(tmp_path: Path) -> None:
    for ending in FilmWriter.KINDS:
        path = film(tmp_path / f"größe 文{ending}", count=20, fps=12.5)
        with frames(path) as read:
            assert read.size == SIZE
            assert read.fps == pytest.approx(12.5)
            assert read.duration == pytest.approx(1.6)
            assert read.frame_count == 20
            assert read.name == path.name
            got = list(read)
            assert read.notes == ()
        assert [number_in(f.image) for f in got] == list(range(20))
        assert [f.time for f in got] == [round(i * 0.08 * SECOND) for i in range(20)]
        assert [f.index for f in got] == list(range(20))
        assert {f.camera for f in got} == {"größe 文"}
        assert got[0].image.dtype == np.uint8
        assert got[0].size == SIZE


def test_a_film_can_be_read_again_and_each_image_is_its_own(tmp_path: Path) -> None:
    read = frames(film(tmp_path / "a.avi"))
    first = list(read)
    assert [(f.time, f.index) for f in read] == [(f.time, f.index) for f in first]
    half = iter(read)
    next(half)
    assert [f.index for f in read] == [f.index for f in first]
    assert number_in(first[3].image) == 3


def test_closing_ends_an_iteration_and_forbids_another(tmp_path: Path) -> None:
    read = frames(film(tmp_path / "a.avi"))
    under_way = iter(read)
    assert next(under_way).index == 0
    read.close()
    assert list(under_way) == []
    assert read.notes == ()
    with pytest.raises(StateError, match="closed"):
        next(iter(read))


def test_start_puts_time_on_the_clock(tmp_path: Path) -> None:
    path = film(tmp_path / "a.avi", count=3)
    noon = 1767614400 * SECOND
    for start in ("2026-01-05T12:00:00Z", "2026-01-05T13:00:00+01:00", datetime(2026, 1, 5, 12, tzinfo=UTC)):
        assert [f.time for f in frames(path, start=start, camera="hall")] == [noon, noon + 10**8, noon + 2 * 10**8]
    with pytest.raises(VideoError, match="time zone"):
        frames(path, start="2026-01-05T12:00:00")
    with pytest.raises(VideoError, match="no time"):
        frames(path, start="noon")


@given(st.datetimes(datetime(1950, 1, 1), datetime(2150, 1, 1), timezones=st.timezones()))  # noqa: DTZ001
def test_the_clock_loses_no_microsecond(moment: datetime) -> None:
    found = since_epoch(moment)
    assert found % 1000 == 0
    back = datetime.fromtimestamp(found // SECOND, UTC).replace(microsecond=found % SECOND // 1000)
    assert back == moment.astimezone(UTC)


def test_fps_replaces_what_the_file_says(tmp_path: Path) -> None:
    read = frames(film(tmp_path / "a.avi", count=14, fps=10), fps=7)
    assert [f.time for f in read] == [round(i * SECOND / 7) for i in range(14)]
    assert read.duration == pytest.approx(2)


def test_fps_stretches_uneven_times(stamped: Callable[..., Path]) -> None:
    assert [f.time // 10**6 for f in frames(stamped(0, 100, 500, 0), fps=5)] == [0, 200, 1000, 1200]


@pytest.mark.parametrize("value", [0, -1, float("nan"), float("inf"), True, "10"])
def test_frames_a_second_are_a_number_over_zero(tmp_path: Path, value: float) -> None:
    path = film(tmp_path / "a.avi", count=1)
    with pytest.raises(VideoError, match="number over 0"):
        frames(path, fps=value)
    with pytest.raises(VideoError, match="number over 0"):
        frames(path, rate=value)


def test_a_low_rate_skips_frames_but_keeps_their_numbers_and_times(tmp_path: Path) -> None:
    read = list(frames(film(tmp_path / "a.avi", count=30, fps=10), rate=2.5))
    assert [f.index for f in read] == [0, 4, 8, 12, 16, 20, 24, 28]
    assert [number_in(f.image) for f in read] == [f.index for f in read]
    assert [f.time for f in read] == [f.index * 10**8 for f in read]


def test_skipped_frames_are_not_converted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = frames(film(tmp_path / "a.avi", count=30, fps=10), rate=2)
    fetched = []
    real = read._fetch  # type: ignore[attr-defined]

    def fetch() -> np.ndarray | None:
        fetched.append(1)
        return real()  # type: ignore[no-any-return]

    monkeypatch.setattr(read, "_fetch", fetch)
    assert len(list(read)) == len(fetched) == 6


@given(
    st.lists(st.integers(1, 400_000_000), min_size=1, max_size=300),
    st.floats(0.5, 40),
)
def test_thinning_keeps_to_its_rate(steps: list[int], rate: float) -> None:
    wanted, time, kept = Thinning(rate), 0, []
    for step in steps:
        if wanted(time):
            kept.append(time)
        time += step
    assert kept[0] == 0
    assert len(kept) <= kept[-1] / SECOND * rate + 1.5
    # Wherever there was something to show, a turn is not missed.
    slack, last = max(steps) + 10**6, kept[0]
    for now in kept[1:]:
        assert now - last <= 2 * SECOND / rate + slack
        last = now


def test_thinning_of_the_full_rate_keeps_all() -> None:
    for fps in (10, 12.5, 25, 29.97, 30):
        wanted = Thinning(fps)
        assert all(wanted(round(i * 1000 / fps) * 10**6) for i in range(2000))


OLD = tuple(int(n) for n in cv2.__version__.split(".")[:2]) < (4, 13)
newer = pytest.mark.skipif(OLD, reason=f"OpenCV {cv2.__version__} does not read such films, 4.13 does (docs/time.md)")


@newer
def test_turned_films_come_upright(tmp_path: Path) -> None:
    data = film(tmp_path / "a.mp4", count=5).read_bytes()
    one = 1 << 16

    def quarter(kind: bytes, body: bytes) -> bytes:
        if kind != b"tkhd":
            return body
        at = 52 if body[0] == 1 else 40
        matrix = struct.pack(">9i", 0, one, 0, -one, 0, 0, SIZE[1] * one, 0, 1 << 30)
        return body[:at] + matrix + body[at + 36 :]

    turned = tmp_path / "turned.mp4"
    turned.write_bytes(rewritten(data, quarter))
    read = frames(turned)
    assert read.size == (SIZE[1], SIZE[0])
    image = list(read)[1].image
    assert image.shape == (SIZE[0], SIZE[1], 3)
    # The bright column at the left of frame 1 is at the top once it is turned a quarter to the right.
    assert image[: SIZE[0] // 8 - 1].mean() > 200
    assert image[SIZE[0] // 8 + 2 :].mean() < 60
    assert read.notes == ("turned upright by 90°, as the file says",)


def test_uneven_time_stamps_are_kept(tmp_path: Path) -> None:
    data = film(tmp_path / "a.mp4", count=6, fps=10).read_bytes()

    def uneven(kind: bytes, body: bytes) -> bytes:
        if kind != b"stts":
            return body
        step = struct.unpack(">4I", body)[3]
        return struct.pack(">2I6I", 0, 3, 3, step // 2, 1, 2 * step, 2, step // 2)

    path = tmp_path / "uneven.mp4"
    path.write_bytes(rewritten(data, uneven))
    assert [f.time // 10**6 for f in frames(path)] == [0, 50, 100, 150, 350, 400]


class Stamped:
    """Stands for cv2.VideoCapture: a film whose container gives these times."""

    stamps: tuple[float, ...] = ()
    fps = 10.0
    lost: tuple[int, ...] = ()

    def __init__(self, source: object) -> None:
        self.at = -1

    def isOpened(self) -> bool:  # noqa: N802
        return True

    def grab(self) -> bool:
        self.at += 1
        return self.at < len(self.stamps)

    def get(self, what: int) -> float:
        answers = {
            cv2.CAP_PROP_POS_MSEC: self.stamps[self.at] if 0 <= self.at < len(self.stamps) else 0.0,
            cv2.CAP_PROP_FPS: self.fps,
            cv2.CAP_PROP_FRAME_COUNT: -9.2e18,
            cv2.CAP_PROP_FRAME_WIDTH: 64,
            cv2.CAP_PROP_FRAME_HEIGHT: 48,
        }
        return answers.get(what, 0.0)

    def retrieve(self) -> tuple[bool, np.ndarray | None]:
        return (False, None) if self.at in self.lost else (True, picture(self.at))

    def release(self) -> None:
        self.at = 10**9


@pytest.fixture
def stamped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    path = tmp_path / "film.ts"
    path.write_bytes(b"G\0\1\2" * 100)

    def make(*stamps: float, fps: float = 10.0, lost: tuple[int, ...] = ()) -> Path:
        kind = type("Film", (Stamped,), {"stamps": stamps, "fps": fps, "lost": lost})
        monkeypatch.setattr(cv2, "VideoCapture", kind)
        return path

    return make


def test_a_film_starts_at_zero(stamped: Callable[..., Path]) -> None:
    read = frames(stamped(1400.0, 1500.0, 1650.0))
    assert [f.time // 10**6 for f in read] == [0, 100, 250]
    assert (read.duration, read.frame_count) == (None, None)
    assert read.notes == ()


def test_times_that_repeat_or_fall_back_are_passed_on(stamped: Callable[..., Path]) -> None:
    assert [f.time // 10**6 for f in frames(stamped(0, 100, 100, 50, 200))] == [0, 100, 100, 50, 200]


def test_frames_without_a_stamp_are_placed_by_the_frame_rate(stamped: Callable[..., Path]) -> None:
    read = frames(stamped(0, 0, 0, 0, fps=8))
    assert [f.time for f in read] == [0, SECOND // 8, SECOND // 4, 3 * SECOND // 8]
    assert read.notes == ("has no time stamps: frames are placed at 8 a second",)
    read = frames(stamped(40, 140, 0, float("nan"), 440, 0))
    assert [f.time // 10**6 for f in read] == [0, 100, 200, 300, 400, 500]
    assert read.notes == ("frames without a time stamp, placed by 10 a second: 3",)


def test_a_film_that_tells_nothing_of_time_asks_for_it(stamped: Callable[..., Path]) -> None:
    path = stamped(0, 0, 0, fps=0.0)
    read = frames(path)
    assert (read.fps, read.duration) == (None, None)
    with pytest.raises(VideoError, match="give fps"):
        list(read)
    assert [f.time for f in frames(path, fps=2)] == [0, SECOND // 2, SECOND]


def test_a_frame_that_cannot_be_decoded_is_counted(stamped: Callable[..., Path]) -> None:
    read = frames(stamped(0, 100, 200, 300, lost=(1, 2)))
    assert [f.index for f in read] == [0, 3]
    assert read.notes == ("frames that cannot be decoded: 2",)


def test_a_live_source_takes_the_hosts_clock(stamped: Callable[..., Path]) -> None:
    stamped(0, 0, 0)
    ticks = iter([7 * SECOND, 9 * SECOND, 8 * SECOND])
    read = frames("rtsp://guard:secret@10.0.0.7/stream", clock=lambda: next(ticks))
    assert [f.time for f in read] == [7 * SECOND, 9 * SECOND, 8 * SECOND]
    assert "secret" not in read.name + read.camera
    assert frames(0).camera == "device 0"
    with pytest.raises(VideoError, match="both a clock and"):
        frames(0, clock=lambda: 0, start="2026-01-05T12:00:00Z")


def test_a_clock_is_refused_for_a_file(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match="its own times"):
        frames(film(tmp_path / "a.avi", count=1), clock=lambda: 0)


@pytest.mark.parametrize("ending", [".avi", ".mkv", ".webm"])
def test_a_cut_film_gives_what_it_has_and_says_so(tmp_path: Path, ending: str) -> None:
    whole = film(tmp_path / f"whole{ending}", count=100, fps=10).read_bytes()
    cut = tmp_path / f"cut{ending}"
    cut.write_bytes(whole[: len(whole) // 2])
    read = frames(cut)
    got = [number_in(f.image) for f in read]
    assert 20 < len(got) < 90
    assert got[:-1] == list(range(len(got) - 1))  # the last may be half a picture
    assert read.notes == (f"ends after {len(got) / 10:.1f} s of 10.0 s; the file is damaged or cut off",)


def test_what_stands_behind_damage_is_read(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", count=100, fps=10)
    data = bytearray(path.read_bytes())
    third, sixth = len(data) // 3, len(data) // 6
    data[third : third + sixth] = bytes(sixth)
    path.write_bytes(data)
    read = frames(path)
    got = list(read)
    assert got[-1].time == pytest.approx(9.9 * SECOND)
    assert 60 < len(got) < 95
    assert read.notes == (f"frames that cannot be decoded: {100 - len(got)}",)


def test_a_live_source_that_gives_no_frame_has_ended(
    stamped: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    stamped(0, 100)
    asked = []
    real = Stamped.grab
    monkeypatch.setattr(Stamped, "grab", lambda self: asked.append(1) or real(self))  # type: ignore[func-returns-value]
    assert len(list(frames("rtsp://10.0.0.7/stream"))) == 2
    assert len(asked) == 3


def test_an_unknown_codec_says_what_to_do(tmp_path: Path) -> None:
    path = film(tmp_path / "a.avi", count=3)
    path.write_bytes(path.read_bytes().replace(b"MJPG", b"ZZZZ"))
    with pytest.raises(VideoError, match="ffmpeg") as error:
        frames(path)
    assert "a.avi" in str(error.value)


def test_an_mp4_cut_before_its_index_says_that_it_may_be_cut(tmp_path: Path) -> None:
    whole = film(tmp_path / "a.mp4", count=100).read_bytes()
    (tmp_path / "cut.mp4").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(VideoError, match="cut off"):
        frames(tmp_path / "cut.mp4")


def test_files_that_are_no_film_say_what_they_are(tmp_path: Path) -> None:
    zipped = tmp_path / "zip.mp4"
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("a", "b")
    bad = {
        "empty": ("a.avi", b""),
        "text": ("a.txt", b"hello world\n" * 100),
        "is text": ("b.mp4", ("é" * 5000).encode()),
        "zeros": ("c.mkv", bytes(9000)),
        "gzip": ("d.avi", gzip.compress(b"x" * 99)),
        "one picture": ("e.jpg", cv2.imencode(".jpg", picture(1))[1].tobytes()),
        "cannot be opened as a film": ("f.avi", np.random.default_rng(0).bytes(9000)),
        "zip": ("zip.mp4", zipped.read_bytes()),
    }
    for said, (name, data) in bad.items():
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(VideoError, match=said) as error:
            frames(path)
        assert name in str(error.value)
        assert error.value.fix


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match="no such file") as error:
        frames(tmp_path / "none.avi")
    assert "none.avi" in str(error.value)


@newer
def test_frames_that_change_their_size_are_all_there(tmp_path: Path) -> None:
    path = tmp_path / "a.mjpeg"
    sizes = [(64, 48)] * 3 + [(96, 64)] * 3
    path.write_bytes(b"".join(cv2.imencode(".jpg", picture(i, s))[1].tobytes() for i, s in enumerate(sizes)))
    assert [number_in(f.image) for f in frames(path)] == list(range(6))


def test_the_writer_says_what_is_wrong(tmp_path: Path) -> None:
    for path, said in (
        (tmp_path / "a.gif", "use one of"),
        (tmp_path / "none" / "a.avi", "folder"),
        (tmp_path, "ending"),
    ):
        with pytest.raises(VideoError, match=said):
            FilmWriter(path, 10, SIZE)
    with pytest.raises(VideoError, match="fps"):
        FilmWriter(tmp_path / "a.avi", 0, SIZE)
    with pytest.raises(VideoError, match="0×48"):
        FilmWriter(tmp_path / "a.avi", 10, (0, 48))
    writer = FilmWriter(tmp_path / "a.avi", 10, SIZE)
    with pytest.raises(VideoError, match="float64"):
        writer.write(np.zeros((48, 64, 3)))  # type: ignore[arg-type]
    writer.close()
    writer.close()
    with pytest.raises(VideoError, match="closed"):
        writer.write(picture(0))


def test_the_writer_brings_frames_to_its_size_even_an_odd_one(tmp_path: Path) -> None:
    for ending in FilmWriter.KINDS:
        path = tmp_path / f"odd{ending}"
        with FilmWriter(path, 5, (65, 49)) as out:
            out.write(picture(3, (130, 98)))
            out.write(picture(3, (65, 49)))
        assert [(f.size, number_in(f.image)) for f in frames(path)] == [(SIZE, 3)] * 2


def test_a_frame_knows_its_size() -> None:
    assert Frame("a", 0, picture(0)).size == SIZE


def test_opencv_is_not_loaded_before_a_film_is_opened() -> None:
    code = "import sys, watchword.video; sys.exit('cv2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_real_films() -> None:
    path = SHARED / "left-bag" / "video4.avi"
    if not path.exists():
        pytest.skip(f"{path.name} is not there")
    read = frames(path, rate=1)
    got = list(read)
    assert read.size == (720, 480)
    assert read.duration == pytest.approx(39.0, abs=0.1)
    # Its codec reorders frames: stamps begin at one frame, and the last has none.
    assert got[0].time == 0
    assert len(got) in (39, 40)
    assert all(0.9 * SECOND < b.time - a.time < 1.1 * SECOND for a, b in pairwise(got))
