from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from scanner import confined
from scanner.confined import Pool
from scanner.refusals import DecoderBusy, DecoderFailed, DecodingStopped, FileTooLarge, ImageTooLarge, NotAnImage
from tests import ROOT
from tests.scanner import pictures

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    made = Pool(size=1)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _needs_zxing(needs: Callable[..., None]) -> None:
    needs("zxing")


def test_a_stranger_s_picture_is_read_as_here(pool: Pool) -> None:
    (reading,) = pool.read(pictures.encoded(pictures.symbol("Data Matrix")))
    assert (reading.text, reading.raw, reading.identifier) == (pictures.ELEMENTS_TEXT, pictures.ELEMENTS_TEXT.encode(), "]d2")
    assert reading.corners[0] < reading.corners[2]


def test_refusals_of_the_child_arrive_with_their_parameters(pool: Pool) -> None:
    with pytest.raises(NotAnImage):
        pool.read(b"this is not a photograph")
    with pytest.raises(ImageTooLarge) as refused:
        pool.read(pictures.encoded(np.zeros((3001, 4000), np.uint8)))
    assert refused.value.params["limit"] == 12.0
    with pytest.raises(FileTooLarge):
        pool.read(b"\xff\xd8\xff" + bytes(20 * 1024 * 1024))
    assert len(pool.read(pictures.encoded(pictures.symbol("QR Code")))) == 1


def test_a_killed_child_is_replaced(pool: Pool) -> None:
    picture = pictures.encoded(pictures.symbol("QR Code"))
    pool.read(picture)
    (first,) = pool.processes()
    os.kill(first, signal.SIGKILL)
    assert [reading.text for reading in pool.read(picture)] == [pictures.LINK]
    (second,) = pool.processes()
    assert second != first


def test_a_child_that_is_too_slow_is_ended_and_replaced(pool: Pool) -> None:
    picture = pictures.encoded(pictures.symbol("QR Code"))
    pool.read(picture)
    (pid,) = pool.processes()
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(DecodingStopped):
        pool.read(picture, timeout=0.3)
    assert pool.processes() == []
    assert [reading.text for reading in pool.read(picture)] == [pictures.LINK]


def test_a_child_without_enough_memory_refuses_the_picture() -> None:
    small = Pool(size=1, memory=64 * 1024**2)  # less than the libraries have mapped already: no large array can be had
    try:
        with pytest.raises(DecodingStopped):
            small.read(pictures.encoded(np.full((3000, 4000), 255, np.uint8)), timeout=20)
    finally:
        small.close()


def test_a_child_that_cannot_start_is_a_refusal() -> None:
    broken = Pool(size=1, memory=2**70)  # more than setrlimit can be told
    for _ in range(2):  # and gives its place back
        with pytest.raises(DecoderFailed):
            broken.read(pictures.encoded(pictures.symbol("QR Code")))
    assert broken.processes() == []


def test_many_threads_share_few_children() -> None:
    shared = Pool(size=2)
    kinds = ["QR Code", "Data Matrix", "Code 128"] * 6
    answers: dict[int, list[str]] = {}

    def work(number: int, kind: str) -> None:
        answers[number] = [reading.text for reading in shared.read(pictures.encoded(pictures.symbol(kind)), timeout=30)]

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(kinds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    try:
        assert answers == {number: [pictures.TEXTS[kind]] for number, kind in enumerate(kinds)}
        assert 1 <= len(shared.processes()) <= 2
    finally:
        shared.close()
    assert shared.processes() == []


def test_a_picture_for_which_no_child_becomes_free_is_told_to_come_again() -> None:
    with pytest.raises(DecoderBusy) as refused:
        Pool(size=0).read(b"\xff\xd8\xff", timeout=0.1)
    assert refused.value.params == {"retry_after": 1}


def test_children_end_with_their_parent_and_know_nothing_of_its_environment() -> None:
    program = (
        "from scanner import confined; from tests.scanner import pictures\n"
        "confined.read(pictures.encoded(pictures.symbol('QR Code')))\n"
        "import os; print(confined._pool().processes()[0], flush=True); input(); os._exit(0)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "SECRET_OF_THE_SERVER": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdin is not None
    assert parent.stdout is not None
    with parent:
        pid = int(parent.stdout.readline())
        with open(f"/proc/{pid}/environ", "rb") as file:  # noqa: PTH123  # not a file with a path of ours
            assert b"SECRET_OF_THE_SERVER" not in file.read()
        watcher = os.pidfd_open(pid)
        parent.stdin.write("\n")
        parent.stdin.flush()
    import select

    assert select.select([watcher], [], [], 10)[0], "the child outlived its parent"
    os.close(watcher)


def test_the_pool_of_the_process_reads_too_and_can_be_closed() -> None:
    assert [reading.text for reading in confined.read(pictures.encoded(pictures.symbol("QR Code")))] == [pictures.LINK]
    confined.close()
    assert [reading.text for reading in confined.read(pictures.encoded(pictures.symbol("QR Code")))] == [pictures.LINK]
    confined.close()
