"""Keeping bytes small: what comes out is what went in."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zstandard import ZstdCompressor, ZstdError

from app.capture import pack
from app.capture.canonical import jcs
from tests.builders import object_event


@given(st.binary(max_size=2000))
def test_any_bytes_survive(content: bytes) -> None:
    assert pack.unpack_envelope(pack.pack_envelope(content)) == content
    assert pack.unpack_document(pack.pack_document(content)) == content


def test_a_usual_event_becomes_much_smaller_by_the_dictionary() -> None:
    event = jcs(object_event())
    assert len(pack.pack_envelope(event)) < 0.55 * len(event)
    assert len(pack.pack_envelope(event)) < len(pack.pack_document(event))


def test_the_first_byte_names_the_dictionary() -> None:
    assert pack.pack_envelope(b"x")[:1] == b"\x01"
    for other in (b"", b"\x00", b"\x02" + pack.pack_envelope(b"x")[1:]):
        with pytest.raises(ValueError, match="version"):
            pack.unpack_envelope(other)


@pytest.mark.parametrize("place", [1, 2, 5, -1])
def test_damaged_bytes_are_an_error_and_never_other_bytes(place: int) -> None:
    packed = bytearray(pack.pack_envelope(jcs(object_event())))
    packed[place] ^= 0xFF
    try:
        found = pack.unpack_envelope(bytes(packed))
    except (ZstdError, ValueError):
        return
    assert found != jcs(object_event())


def test_a_frame_that_claims_a_gigabyte_is_not_believed() -> None:
    bomb = ZstdCompressor(level=3).compress(bytes(65_000_000))
    assert len(bomb) < 10_000
    with pytest.raises(ValueError, match="not packed here"):
        pack.unpack_document(bomb)


def test_threads_pack_at_the_same_time() -> None:
    events = [jcs(object_event(epcList=[f"https://id.gs1.org/01/09521001000017/21/{number}"])) for number in range(200)]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda event: pack.unpack_envelope(pack.pack_envelope(event)), events)) == events
