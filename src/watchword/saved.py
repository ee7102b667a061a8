"""State as bytes: a head in JSON and arrays, with a version and a checksum. Nothing in it is ever run.

::

    magic  version  length  SHA-256 of all that follows   head (JSON)   arrays, one after the other
    16     4        8       32                            compressed    compressed where that makes them smaller

Numbers are little-endian. Of each array the head says name, dtype, shape and where it lies.
"""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from watchword.errors import StateError

MAGIC = b"\x89watchword saved"
FORM = 1
"""Version of the form; it changes with the meaning of anything in it."""
PREFIX = struct.Struct("<16sIQ32s")
DTYPES = frozenset({"<i1", "|i1", "<i2", "<i4", "<i8", "|u1", "<f4", "<f8", "|b1"})
SAMPLE = 1 << 15
"""So many bytes of an array show whether it is worth compressing."""

Arrays = Mapping[str, NDArray[Any]]


def pack(kind: str, head: Mapping[str, Any], arrays: Arrays) -> bytes:
    """State as bytes.

    Args:
        kind: Whose state it is: "engine", "watch" …
        head: What can be said in JSON.
        arrays: By name: bool, whole numbers of 8 to 64 bits, float32 or float64.
    """
    placed, parts, at = [], [], 0
    for name, array in arrays.items():
        little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
        raw = little.tobytes()
        small = len(zlib.compress(raw[:SAMPLE], 1)) < 0.8 * len(raw[:SAMPLE])
        stored = zlib.compress(raw, 1) if small else raw
        placed.append([name, little.dtype.str, list(array.shape), at, len(stored), small])
        parts.append(stored)
        at += len(stored)
    text = json.dumps({"kind": kind, "head": head, "arrays": placed}, separators=(",", ":"), allow_nan=False)
    said = zlib.compress(text.encode(), 1)
    body = b"".join((struct.pack("<Q", len(said)), said, *parts))
    return PREFIX.pack(MAGIC, FORM, len(body), _sum(FORM, body)) + body


def unpack(kind: str, saved: bytes) -> tuple[Any, dict[str, NDArray[Any]]]:
    """The head and the arrays of state that `pack` made.

    Raises:
        StateError: It is something else, is cut off or damaged, is of another version, or another kind of state.
    """
    if not isinstance(saved, bytes | bytearray | memoryview):
        raise StateError(f"saved state is bytes, not {type(saved).__name__}", fix="give what snapshot() returned")
    saved = bytes(saved)
    if len(saved) < PREFIX.size or not saved.startswith(MAGIC):
        raise StateError("this is no saved state, or its beginning is damaged", fix="give what snapshot() returned")
    _, form, length, checksum = PREFIX.unpack_from(saved)
    body = memoryview(saved)[PREFIX.size :]
    again = "take an older copy, or begin anew without it"
    if len(body) != length:
        how = f"is cut off: {len(body)} of {length} bytes are there" if len(body) < length else "has bytes too many"
        raise StateError(f"the saved state {how}", fix=again)
    if _sum(form, body) != checksum:
        raise StateError("the saved state is damaged: its checksum does not fit", fix=again)
    if form != FORM:
        raise StateError(
            f"the state was saved in form {form}; this version reads form {FORM}",
            fix="restore it with the version that saved it, or begin anew without it",
        )
    (size,) = struct.unpack_from("<Q", body)
    try:
        found = json.loads(zlib.decompress(body[8 : 8 + size]))
        arrays = {name: _array(body[8 + size :], *rest) for name, *rest in found["arrays"]}
    except (ValueError, KeyError, TypeError, zlib.error) as error:
        raise StateError(f"the saved state makes no sense: {error}", fix=again) from None
    if found["kind"] != kind:
        raise StateError(f"this is the saved state of {_a(found['kind'])}, not of {_a(kind)}", fix="restore it there")
    return found["head"], arrays


def _a(kind: str) -> str:
    return f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def _sum(form: int, body: bytes | memoryview) -> bytes:
    found = hashlib.sha256(struct.pack("<I", form))
    found.update(body)
    return found.digest()


def _array(body: memoryview, dtype: str, shape: list[int], at: int, length: int, small: bool) -> NDArray[Any]:
    if dtype not in DTYPES:
        raise ValueError(f"no array is of {dtype}")
    stored = body[at : at + length]
    return np.frombuffer(zlib.decompress(stored) if small else stored, dtype).reshape(shape)
