"""Files of serial numbers: what is taken, and every wrong line named before anything is drawn."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.label.folder import serial_file
from app.label.folder.serial_file import SerialFileEmpty, SerialFileTooLarge, SerialFileUnreadable, SerialFileWrong, serials

SET_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"


NUMBERS = st.text(SET_82, min_size=1, max_size=20).filter(lambda number: number.strip("."))
"""Of dots alone there are none: no address can hold them."""


@given(st.lists(NUMBERS, min_size=1, unique=True), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_every_serial_number_that_gs1_allows_comes_back_in_order(numbers: list[str], end: str, marked: bool) -> None:
    raw = (b"\xef\xbb\xbf" if marked else b"") + end.join(numbers).encode()
    assert serials(raw) == numbers


def test_wrong_lines_are_named_with_their_number_and_nothing_is_taken() -> None:
    with pytest.raises(SerialFileWrong) as refused:
        serials("A1\n\nA 2\nA1\nẤ3\nB123456789012345678901\n".encode())
    assert [(found.code, found.pointer, found.value) for found in refused.value.findings] == [
        ("label.serial-line-wrong", "line 3", "A 2"),
        ("label.serial-line-twice", "line 4", "A1"),
        ("label.serial-line-wrong", "line 5", "Ấ3"),
        ("label.serial-line-wrong", "line 6", "B123456789012345678901"),
    ]
    assert refused.value.findings[1].params == {"first": 1}


@pytest.mark.parametrize("raw", [b"serial;lot\nA1;L\nA2;L\n", b'A1,L\n"A2","L"\n', b"\xef\xbb\xbfSerial\tlot\nA1\tL\nA2\tL\n"])
def test_the_first_column_of_a_table_counts_without_its_heading(raw: bytes) -> None:
    assert serials(raw, "numbers.CSV") == ["A1", "A2"]


def test_a_wrong_cell_of_a_table_is_named_with_its_line() -> None:
    with pytest.raises(SerialFileWrong) as refused:
        serials(b"serial;lot\nA1;L\nA 2;L\n", "numbers.csv")
    assert refused.value.findings[0].pointer == "line 3"


def test_a_file_that_is_no_text_is_refused_with_the_place() -> None:
    with pytest.raises(SerialFileUnreadable) as refused:
        serials(b"A1\n\xff\xfe")
    assert refused.value.params["position"] == 3


@pytest.mark.parametrize("raw", [b"", b"\n \r\n", b"\xef\xbb\xbf"])
def test_a_file_without_numbers_is_refused(raw: bytes) -> None:
    with pytest.raises(SerialFileEmpty):
        serials(raw)


def test_more_numbers_than_one_job_takes_are_refused() -> None:
    with pytest.raises(SerialFileTooLarge):
        serials(b"1\n" * (serial_file.MOST + 1))
    with pytest.raises(SerialFileTooLarge):
        serials(b"1" * (serial_file.MOST_BYTES + 1))
