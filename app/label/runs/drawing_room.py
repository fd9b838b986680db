"""A process beside the server that draws parts of runs, so that requests do not wait for an interpreter that is busy drawing.

It is a fresh Python without database and without settings: labels go in, the bytes of a file come out, refusals as they are. It ends
when the server lets go of its pipe, however the server ended.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import selectors
import struct
import subprocess
import sys
import threading
import time
from typing import IO, Any

from app.errors import Refusal
from app.label.runs.refusals import Broke
from app.label.runs.run_parts import RunPart, draw
from app.label.runs.worker import Beat, Interrupted

_LENGTH = struct.Struct(">Q")
_NICE = 10
"""Drawing leaves the processor to requests when both want it."""

_LOOK = 0.5
"""Seconds between two looks whether the server ends."""

LONGEST = 600.0
"""Seconds after which a part that is not done counts as hung."""


class DrawingRoom:
    """The process, begun when the first part comes; `drawing` is for a `Worker`."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The number of the process, None while there is none."""
        return None if self._process is None else self._process.pid

    def drawing(self, part: RunPart, beat: Beat) -> bytes:
        """Have a part drawn; raises what drawing refuses, Broke when the process died, Interrupted when the server ends."""
        process = self._begun()
        stdin, stdout = process.stdin, process.stdout
        if stdin is None or stdout is None:
            raise Broke
        try:
            _send(stdin, part)
            self._wait(stdout, beat)
            answer = _receive(stdout)
        except (OSError, EOFError) as error:
            self.close()
            raise Broke from error
        if isinstance(answer, bytes):
            return answer
        refusal: Refusal = answer
        raise refusal

    def close(self) -> None:
        """End the process; a part under way is lost and will be drawn again."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def _begun(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            line = [sys.executable, "-m", "app.label.runs.drawing_room"]
            self._process = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603  # our own module
        return self._process

    def _wait(self, stdout: IO[bytes], beat: Beat) -> None:
        until = time.monotonic() + LONGEST
        with selectors.DefaultSelector() as selector:
            selector.register(stdout, selectors.EVENT_READ)
            while not selector.select(_LOOK):
                if self._stop.is_set():
                    self.close()
                    raise Interrupted
                if time.monotonic() > until:
                    self.close()
                    raise Broke
                beat()


def _send(file: IO[bytes], value: Any) -> None:
    raw = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    file.write(_LENGTH.pack(len(raw)) + raw)
    file.flush()


def _receive(file: IO[bytes]) -> Any:
    head = file.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(head)
    raw = file.read(length)
    if len(raw) < length:
        raise EOFError
    return pickle.loads(raw)  # noqa: S301  # from our own parent or child, through a pipe that nobody else holds


def serve(source: IO[bytes], sink: IO[bytes]) -> None:
    """Draw what comes in until nothing more comes."""
    with contextlib.suppress(EOFError):
        while True:
            part = _receive(source)
            try:
                _send(sink, draw(part))
            except Refusal as refusal:
                _send(sink, refusal)


def main() -> None:
    """The process: what is printed by a library must not stand between two answers."""
    os.nice(_NICE)
    sink = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    serve(sys.stdin.buffer, sink)


if __name__ == "__main__":
    main()
