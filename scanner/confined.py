"""Reading pictures that strangers send, in a child process that may die without harm.

Image decoders are the part of a server most often broken by crafted input. So an uploaded picture is decoded in a separate process
with limits on memory, processor time and files, and a deadline kept by the parent. The child is long-lived (starting one costs half a
second), started at the first picture, replaced when it was killed, and ends with its parent: its input is a pipe that then closes.
It is a new interpreter, not a fork: forking a process with threads copies locks that nobody will release.

Messages through the pipes are length-prefixed; the child is not trusted, so its answers are bounded and read as JSON only.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import math
import os
import select
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path
from queue import Empty, LifoQueue
from typing import Any, NoReturn

from app.errors import Refusal
from scanner.frames import MAX_BYTES, UPLOAD_MEGAPIXELS
from scanner.reading import Reading
from scanner.refusals import DecoderBusy, DecoderFailed, DecodingStopped, FileTooLarge, from_code

MEMORY = 2 * 1024**3
"""Bytes of address space of one child. The libraries alone map 0.35 GB; the worst of six 12-megapixel pictures reached 0.6 GB."""
CPU_SECONDS = 5
"""Processor seconds for one picture, above the deadline of the clock: they end a child whose parent was stopped."""
CHILDREN = 2
START_SECONDS = 20.0

_REQUEST = struct.Struct(">II")  # bytes of options, bytes of picture
_ANSWER = struct.Struct(">I")
_LONGEST_ANSWER = 1024 * 1024
_ROOT = Path(__file__).resolve().parent.parent
# Nothing of the server's environment: it may hold the database's password. One thread, so that CPU time is elapsed time.
_ENVIRONMENT = {"PATH": os.defpath + ":/sbin:/usr/sbin", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}


class _Ended(Exception):  # noqa: N818  # a message between functions of this file
    """The child gives no answer."""


class _Dead(_Ended):
    """The child closed its pipe or broke the protocol."""


class _Late(_Ended):
    """The child did not answer in time."""


class Child:
    """One decoding process and the two pipes to it; not for use by two threads at once."""

    def __init__(self, memory: int = MEMORY) -> None:
        self.process = subprocess.Popen(  # noqa: S603  # our own module under our own interpreter, nothing from outside
            [sys.executable, "-s", "-B", "-m", "scanner.confined", str(memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # zbar prints debugging lines there
            cwd=_ROOT,
            env=_ENVIRONMENT,
            bufsize=0,
        )
        if self.process.stdin is None or self.process.stdout is None:
            raise DecoderFailed(reason="no pipes")
        self._to, self._from = self.process.stdin.fileno(), self.process.stdout.fileno()
        os.set_blocking(self._to, False)
        os.set_blocking(self._from, False)
        try:
            self._receive(time.monotonic() + START_SECONDS)
        except _Ended as error:
            self.stop()
            raise DecoderFailed(reason=f"not started, exit {self.process.returncode}") from error

    def ask(self, options: dict[str, Any], image: bytes, deadline: float) -> dict[str, Any]:
        """The child's answer to one picture; on any trouble the child is ended and _Ended raised."""
        header = json.dumps(options).encode()
        try:
            self._send(_REQUEST.pack(len(header), len(image)) + header, deadline)
            self._send(image, deadline)
            return self._receive(deadline)
        except _Ended:
            self.stop()
            raise

    def stop(self) -> None:
        """End the process now and wait for its end."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()

    def _send(self, data: bytes, deadline: float) -> None:
        left = memoryview(data)
        while left:
            _await(self._to, select.POLLOUT, deadline)
            try:
                left = left[os.write(self._to, left) :]
            except BlockingIOError:  # the pipe filled up between poll and write
                continue
            except BrokenPipeError as error:
                raise _Dead from error

    def _receive(self, deadline: float) -> dict[str, Any]:
        (size,) = _ANSWER.unpack(self._take(_ANSWER.size, deadline))
        if size > _LONGEST_ANSWER:
            raise _Dead
        try:
            answer = json.loads(self._take(size, deadline))
        except ValueError as error:
            raise _Dead from error
        if not isinstance(answer, dict):
            raise _Dead
        return answer

    def _take(self, count: int, deadline: float) -> bytes:
        taken = bytearray()
        while len(taken) < count:
            _await(self._from, select.POLLIN, deadline)
            part = os.read(self._from, count - len(taken))
            if not part:
                raise _Dead
            taken += part
        return bytes(taken)


def _await(pipe: int, what: int, deadline: float) -> None:
    """Wait until a pipe can be read or written; _Late at the deadline. Poll, since select() fails from the 1,025th file on."""
    poll = select.poll()
    poll.register(pipe, what)
    left = deadline - time.monotonic()
    if left <= 0 or not poll.poll(left * 1000):
        raise _Late


class Pool:
    """A few children for many threads: each picture has one child to itself, and waits for one until its time is up."""

    def __init__(self, size: int = CHILDREN, memory: int = MEMORY) -> None:
        self._memory = memory
        self._free: LifoQueue[Child | None] = LifoQueue()  # last in, first out: under light load only one child ever starts
        for _ in range(size):
            self._free.put(None)

    def read(
        self,
        image: bytes,
        *,
        timeout: float = 3.0,
        engine: str = "cascade",
        short: bool = False,
        max_megapixels: float = UPLOAD_MEGAPIXELS,
    ) -> list[Reading]:
        """The readings of one picture; timeout: seconds for the picture, and as many for getting a free child."""
        if len(image) > MAX_BYTES:
            raise FileTooLarge(size=len(image), limit=MAX_BYTES)
        options = {"engine": engine, "short": short, "max_megapixels": max_megapixels, "seconds": min(1.0, timeout / 3)}
        try:
            child = self._free.get(timeout=timeout)
        except Empty as error:
            raise DecoderBusy(retry_after=math.ceil(timeout)) from error
        try:
            child, answer = self._asked(child, options, image, time.monotonic() + timeout)
        except _Ended as error:
            child = None
            raise DecodingStopped(seconds=timeout) from error
        finally:
            self._free.put(child if child is not None and child.process.returncode is None else None)
        return _readings(answer, timeout)

    def _asked(self, child: Child | None, options: dict[str, Any], image: bytes, deadline: float) -> tuple[Child, dict[str, Any]]:
        """The answer of this child, or of a new one where this one turns out to be dead: it may have died of something else."""
        if child is not None:
            with contextlib.suppress(_Dead):
                return child, child.ask(options, image, deadline)
        began = time.monotonic()
        fresh = Child(self._memory)
        return fresh, fresh.ask(options, image, deadline + time.monotonic() - began)

    def processes(self) -> list[int]:
        """Process numbers of the children that are running and free."""
        return [child.process.pid for child in list(self._free.queue) if child is not None and child.process.poll() is None]

    def close(self) -> None:
        """End every free child."""
        taken: list[Child | None] = []
        with contextlib.suppress(Empty):  # until all that are free are taken; those at work come back later and stay
            while True:
                taken.append(self._free.get_nowait())
        for child in taken:
            if child is not None:
                child.stop()
            self._free.put(None)


def _readings(answer: dict[str, Any], timeout: float) -> list[Reading]:
    """What the answer says, or the refusal it names; an answer of another shape counts as a child that failed."""
    try:
        error = answer.get("error")
        if error is None:
            return [_reading(item) for item in answer["readings"]]
        code, params = str(error["code"]), dict(error["params"])
    except (KeyError, TypeError, ValueError) as wrong:
        raise DecoderFailed(reason="answer") from wrong
    if code == DecodingStopped.code:
        raise DecodingStopped(seconds=timeout)
    raise from_code(code, params)


def _reading(item: dict[str, Any]) -> Reading:
    first, second, third, fourth = ((int(x), int(y)) for x, y in item["corners"])
    return Reading(
        text=str(item["text"]),
        raw=bytes.fromhex(item["raw"]),
        symbology=str(item["symbology"]),
        identifier=None if item["identifier"] is None else str(item["identifier"]),
        corners=(first, second, third, fourth),
        decoder=str(item["decoder"]),
        ms=float(item["ms"]),
    )


_shared: Pool | None = None
_making = threading.Lock()


def read(
    image: bytes,
    *,
    timeout: float = 3.0,
    engine: str = "cascade",
    short: bool = False,
    max_megapixels: float = UPLOAD_MEGAPIXELS,
) -> list[Reading]:
    """The readings of one picture from a stranger, decoded by the children this process shares; for many threads.

    Raises what `scanner.read` raises, DecodingStopped (time, memory or a crash), DecoderBusy and DecoderFailed.
    """
    return _pool().read(image, timeout=timeout, engine=engine, short=short, max_megapixels=max_megapixels)


def _pool() -> Pool:
    global _shared  # noqa: PLW0603  # one pool a process, made at the first picture
    with _making:
        if _shared is None:
            _shared = Pool()
        return _shared


def _forget() -> None:
    """A forked server process starts with no children: the pipes it inherited belong to its parent."""
    global _shared, _making  # see _pool
    _shared, _making = None, threading.Lock()


def close() -> None:
    """End the children of this process; the next picture starts new ones."""
    if _shared is not None:
        _shared.close()


os.register_at_fork(after_in_child=_forget)
atexit.register(close)


# From here on: the child's side.


def _limit(memory: int) -> None:
    """Give up what a decoder does not need: memory beyond `memory` bytes of addresses, files to write, core dumps."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_cpu(seconds: int) -> None:
    """End this process when it uses `seconds` more of processor time."""
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(time.process_time()) + seconds, hard))


def _warm_up() -> None:
    """Load every decoder that is installed, before the limits and before the first stranger's picture."""
    from scanner import opencv, zbar, zxing

    for decoder in (zxing, zbar, opencv):
        decoder.available()
    if opencv.available().ok:
        opencv.library().setNumThreads(1)


def _answer(options: dict[str, Any], image: bytes) -> dict[str, Any]:
    from scanner import read as read_here

    try:
        readings = read_here(image, **options)
    except Refusal as refusal:
        return {"error": {"code": refusal.code, "params": refusal.params}}
    except Exception as error:  # noqa: BLE001  # out of memory, or a decoder's own failure on this picture: an answer, not a crash
        return {"error": {"code": DecodingStopped.code, "params": {"reason": type(error).__name__}}}
    return {"readings": [{**reading.to_json(), "raw": reading.raw.hex()} for reading in readings]}


def serve(memory: int) -> NoReturn:
    """Answer pictures from standard input until it closes."""
    requests = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # a library that prints must not write into an answer
    _warm_up()
    _limit(memory)
    _write(answers, {"ready": True})
    while len(prefix := requests.read(_REQUEST.size)) == _REQUEST.size:
        options_size, image_size = _REQUEST.unpack(prefix)
        options, image = json.loads(requests.read(options_size)), requests.read(image_size)
        _limit_cpu(CPU_SECONDS)
        _write(answers, _answer(options, image))
    sys.exit(0)


def _write(answers: Any, answer: dict[str, Any]) -> None:  # a buffered binary file
    data = json.dumps(answer).encode()
    answers.write(_ANSWER.pack(len(data)) + data)
    answers.flush()


if __name__ == "__main__":
    serve(int(sys.argv[1]))
