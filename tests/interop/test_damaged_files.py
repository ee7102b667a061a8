"""Files of every layout, cut, flipped and shuffled: they are read or refused with a reason, never anything else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from watchword.detections import Detections
from watchword.errors import DataError
from watchword.interop import layouts
from watchword.interop.deepstream import DeepStreamWriter
from watchword.interop.frigate import FrigateWriter
from watchword.interop.mot import MotWriter
from watchword.interop.onvif import OnvifWriter
from watchword.tracks import Tracks

SECOND = 1_000_000_000
WRITERS = {
    "frigate": FrigateWriter,
    "deepstream": DeepStreamWriter,
    "onvif": lambda path: OnvifWriter(path, (640, 480)),
    "boxes": MotWriter,
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """A sound file of each layout."""
    folder, found = tmp_path_factory.mktemp("whole"), {}
    for kind, make in WRITERS.items():
        with make(folder / kind) as writer:
            for k in range(6):
                writer.write(
                    Tracks.of("gate", k * SECOND, [1, 2 + k], [(9, 9, 40 + k, 90), (50, 50, 90, 95)], "person")
                )
        found[kind] = (folder / kind).read_bytes()
    api = [{"id": f"{k}.5-a", "camera": "gate", "label": "car", "start_time": k + 0.5, "end_time": k + 2.5,
            "data": {"box": [0.1, 0.2, 0.3, 0.4], "score": 0.5}} for k in range(6)]  # fmt: skip
    found["api"] = json.dumps(api, indent=1).encode()
    return found


DAMAGE = st.lists(
    st.tuples(
        st.sampled_from(["cut", "drop", "double", "byte", "insert"]),
        st.floats(0, 1),
        st.floats(0, 0.2),
        st.sampled_from([*(bytes([k]) for k in b'\0\xff"{}[<>\n-|'), b"&x;", b"9" * 30, b"nan", b"null"]),
    ),
    min_size=1,
    max_size=4,
)  # fmt: skip


def damaged(data: bytes, how: list[tuple[str, float, float, bytes]]) -> bytes:
    for what, at, length, piece in how:
        start = int(at * len(data))
        end = start + max(1, int(length * len(data)))
        if what == "cut":
            data = data[:start]
        elif what == "drop":
            data = data[:start] + data[end:]
        elif what == "double":
            data = data[:end] + data[start:end] + data[end:]
        elif what == "byte":
            data = data[:start] + piece + data[start + len(piece) :]
        else:
            data = data[:start] + piece + data[start:]
    return data


def outcome(path: Path) -> list[Tracks | Detections] | DataError:
    try:
        _, read = layouts.read(path, 10, frame=(640, 480))
        return list(read.ticks())
    except DataError as error:
        return error


@pytest.mark.parametrize("kind", [*WRITERS, "api"])
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(how=DAMAGE)
def test_a_damaged_file_is_read_or_refused(kind: str, how, whole: dict[str, bytes], tmp_path: Path):
    path = tmp_path / "gate.json"
    path.write_bytes(damaged(whole[kind], how))
    tables = outcome(path)
    if isinstance(tables, DataError):
        assert tables.where.startswith(str(path))
        assert tables.fix
        return
    for table in tables:
        assert (table.boxes[:, 2:] > table.boxes[:, :2]).all()
        assert ((table.scores >= 0) & (table.scores <= 1)).all()


@pytest.mark.parametrize("kind", list(WRITERS))
def test_a_sound_file_is_known_by_what_stands_in_it(kind: str, whole: dict[str, bytes], tmp_path: Path):
    path = tmp_path / "file"
    path.write_bytes(b"\xef\xbb\xbf\n" + whole[kind] if kind != "onvif" else whole[kind])
    assert layouts.layout(path) == kind
    _, read = layouts.read(path, 1, frame=(640, 480))
    assert read.tracked
    assert sum(len(table) for table in read.ticks()) >= 12
