from __future__ import annotations

from scanner.reading import Reading, box
from scanner.steady import Steady


def _seen(text: str = "A", symbology: str = "QR Code", decoder: str = "zxing") -> Reading:
    return Reading(text, text.encode(), symbology, None, box(0, 0, 10, 10), decoder, 1.0)


def test_a_qr_code_is_one_reading_from_its_first_frame_on() -> None:
    steady = Steady()
    assert [reading.text for reading in steady.see([_seen()], 0.0)] == ["A"]
    assert steady.see([_seen()], 0.1) == []
    assert steady.see([_seen()], 2.9) == []


def test_a_code_seen_again_after_exactly_three_seconds_is_the_same_and_later_a_new_one() -> None:
    steady = Steady()
    steady.see([_seen()], 10.0)
    assert steady.see([_seen()], 13.0) == []
    assert len(steady.see([_seen()], 16.001)) == 1


def test_a_code_that_stays_in_view_is_announced_once() -> None:
    steady = Steady()
    assert sum(len(steady.see([_seen()], frame / 10)) for frame in range(100)) == 1


def test_an_ean_needs_a_second_frame() -> None:
    steady = Steady()
    assert steady.see([_seen("9521234567899", "EAN-13")], 0.0) == []
    assert len(steady.see([_seen("9521234567899", "EAN-13")], 0.1)) == 1
    assert steady.see([_seen("9521234567899", "EAN-13")], 0.2) == []


def test_an_ean_of_two_engines_counts_at_once() -> None:
    assert len(Steady().see([_seen("9521234567899", "EAN-13", "zxing+zbar")], 0.0)) == 1


def test_two_engines_in_successive_frames_are_both_named() -> None:
    steady = Steady()
    steady.see([_seen("9521234567899", "EAN-13", "zbar")], 0.0)
    (reading,) = steady.see([_seen("9521234567899", "EAN-13", "zxing")], 0.1)
    assert reading.decoder == "zxing+zbar"


def test_the_second_frame_of_an_ean_must_come_within_three_seconds() -> None:
    steady = Steady()
    steady.see([_seen("9521234567899", "ITF-14")], 0.0)
    assert steady.see([_seen("9521234567899", "ITF-14")], 3.001) == []


def test_misreads_that_differ_from_frame_to_frame_are_never_announced() -> None:
    steady = Steady()
    assert [steady.see([_seen(str(9521234567000 + frame), "EAN-13")], frame / 10) for frame in range(20)] == [[]] * 20


def test_the_same_digits_in_two_symbologies_are_two_codes() -> None:
    assert len(Steady().see([_seen("1", "QR Code"), _seen("1", "Data Matrix"), _seen("1", "QR Code")], 0.0)) == 2
