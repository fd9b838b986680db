"""Programs that ask line by line: what has arrived is answered at once, however fast or slowly the lines come."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from app.errors import Invalid

_ARRIVED = 1 << 18
"""Bytes taken at once: many small reads and writes would cost more than the answers."""

LONGEST_LINE = 1 << 20
"""Bytes of a line; the beginning of a longer one is handed over, and the rest of it is skipped."""


class NotAJsonString(Invalid):
    """A line is no JSON, or another value than a string."""

    code = "cli.not-a-json-string"  # params: position (in the line, from 0)


def answered(source: BinaryIO, sink: BinaryIO, answer: Callable[[bytes], bytes]) -> None:
    """Answer each line of `source` with one line on `sink`, in order.

    Answers to all complete lines that have arrived are written and flushed before more is waited for. source: buffered, its `read1`
    gives what is there; answer: from a line without its end to a line without its end.
    """
    read = getattr(source, "read1", source.read)
    begun, skipping = b"", False
    while arrived := read(_ARRIVED):
        *lines, begun = (begun + arrived).split(b"\n")
        if lines and skipping:
            del lines[0]
            skipping = False
        if skipping:
            begun = b""
        elif len(begun) > LONGEST_LINE:
            lines.append(begun)
            begun, skipping = b"", True
        if lines:
            sink.write(b"\n".join(map(answer, lines)) + b"\n")
            sink.flush()
    if begun and not skipping:
        sink.write(answer(begun) + b"\n")
        sink.flush()
