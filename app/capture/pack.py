"""Keeping bytes small: zstd, for single events with a dictionary of what EPCIS events are made of.

The dictionary is a readable file, `schemas/epcis/dictionary_1.txt`, used as raw content (RFC 8878, section 5): the first byte of a packed
envelope names its version, so that a better one can follow without touching what is stored.
"""

from __future__ import annotations

import threading
from functools import lru_cache
from importlib.resources import files

from zstandard import DICT_TYPE_RAWCONTENT, ZstdCompressionDict, ZstdCompressor, ZstdDecompressor, frame_content_size

_VERSION = b"\x01"
_MOST = 64_000_000
"""No stored document is larger unpacked: a damaged length must not take the memory."""

_local = threading.local()


@lru_cache(maxsize=1)
def _dictionary() -> ZstdCompressionDict:
    text = (files("schemas") / "epcis" / "dictionary_1.txt").read_bytes()
    return ZstdCompressionDict(text, dict_type=DICT_TYPE_RAWCONTENT)


def _codecs() -> tuple[ZstdCompressor, ZstdDecompressor, ZstdCompressor, ZstdDecompressor]:
    """Compressors of this thread: the library's objects may not be shared between threads."""
    found = getattr(_local, "codecs", None)
    if found is None:
        dictionary = _dictionary()
        found = _local.codecs = (
            ZstdCompressor(level=3, dict_data=dictionary, write_content_size=True),
            ZstdDecompressor(dict_data=dictionary),
            ZstdCompressor(level=3),
            ZstdDecompressor(),
        )
    return found


def pack_envelope(envelope: bytes) -> bytes:
    """Packed bytes of one sealed event."""
    return _VERSION + _codecs()[0].compress(envelope)


def unpack_envelope(packed: bytes) -> bytes:
    """The exact bytes that were packed."""
    if packed[:1] != _VERSION:
        message = f"an envelope packed with version {packed[:1]!r} cannot be read by this program"
        raise ValueError(message)
    return _unpacked(_codecs()[1], packed[1:])


def envelope_size(packed: bytes) -> int:
    """How many bytes a packed envelope has unpacked, as its frame declares."""
    return frame_content_size(packed[1:])


def pack_document(content: bytes) -> bytes:
    """Packed bytes of a whole document as it was sent."""
    return _codecs()[2].compress(content)


def unpack_document(packed: bytes) -> bytes:
    """The exact bytes of the document as it was sent."""
    return _unpacked(_codecs()[3], packed)


def _unpacked(codec: ZstdDecompressor, packed: bytes) -> bytes:
    # The library believes the size a frame declares, whatever max_output_size says, and takes that much memory at once.
    if frame_content_size(packed) > _MOST:
        message = f"a frame of {frame_content_size(packed)} bytes was not packed here"
        raise ValueError(message)
    return codec.decompress(packed, max_output_size=_MOST)
