"""The file in which sealed events wait for the one transaction of their document."""

from __future__ import annotations

from app.capture.jobs.stage import Stage
from app.capture.keep import Batch


def batch(number: int) -> Batch:
    return Batch((1, number), [(1, number, b"\0" * number)], [(1, b"k")], [], [(number, b"entry")], [b"evidence"])


def test_a_transaction_that_is_run_again_gets_every_batch_again() -> None:
    with Stage() as stage:
        for number in range(3):
            stage.add(batch(number))
        assert next(stage.batches()) == batch(0)  # the first run ended here
        assert list(stage.batches()) == [batch(number) for number in range(3)]
        stage.add(batch(3))
        assert [item.document[1] for item in stage.batches()] == [0, 1, 2, 3]
        assert stage.events == 4
