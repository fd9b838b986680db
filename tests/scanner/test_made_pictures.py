"""Made pictures in the manner of zxing-cpp's blackbox tests: at least so many read per symbology, and not one misread."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

import scanner
from tests.scanner import pictures
from tests.scanner.pictures import Array

SPOILED: dict[str, Callable[[Array], Array]] = {
    "plain": lambda image: image,
    "upside down": lambda image: pictures.rotated(image, 180),
    "on its side": lambda image: pictures.rotated(image, 90),
    "turned 12 degrees": lambda image: pictures.rotated(image, 12),
    "turned 45 degrees": lambda image: pictures.rotated(image, 45),
    "out of focus": lambda image: pictures.blurred(image, 1.5),
    "far out of focus": lambda image: pictures.blurred(image, 2.6),
    "jpeg quality 12": lambda image: pictures.compressed(image, 12),
    "noise": lambda image: pictures.noisy(image, 30),
    "faint": pictures.faint,
    "shaded": pictures.shaded,
    "dark and noisy": lambda image: pictures.noisy(pictures.faint(image, 10, 60), 6),
    "small": lambda image: pictures.blurred(image, 1.0)[::2, ::2],
}
LEAST = {"QR Code": 13, "Data Matrix": 13, "Code 128": 12, "EAN-13": 12, "ITF-14": 11}


def _variants(symbology: str) -> Iterator[tuple[str, Array]]:
    image = pictures.symbol(symbology)
    for name, spoil in SPOILED.items():
        yield name, np.ascontiguousarray(spoil(image))


@pytest.mark.parametrize("symbology", LEAST)
def test_spoiled_symbols_are_read_and_never_misread(symbology: str, needs: Callable[..., None]) -> None:
    needs("zxing", "zbar", "opencv")
    unread, misread = [], []
    for name, image in _variants(symbology):
        texts = {reading.text for reading in scanner.read(image, seconds=30)}
        if pictures.TEXTS[symbology] not in texts:
            unread.append(name)
        misread += sorted(texts - {pictures.TEXTS[symbology]})
    assert misread == []
    assert len(SPOILED) - len(unread) >= LEAST[symbology], f"not read: {unread}"


@pytest.mark.parametrize("symbology", LEAST)
def test_a_symbol_is_named_with_its_identifier_and_place(symbology: str, needs: Callable[..., None]) -> None:
    needs("zxing", "zbar")
    image = pictures.symbol(symbology, margin=60)
    (reading,) = scanner.read(image, seconds=20)
    assert (reading.symbology, reading.identifier) == (symbology, pictures.IDENTIFIERS[symbology])
    assert reading.raw == pictures.TEXTS[symbology].encode()
    (left, top), (right, _), (_, bottom), _ = reading.corners
    assert 60 <= left < right <= image.shape[1] - 60
    assert 55 <= top < bottom <= image.shape[0] - 55


def test_corners_follow_a_symbol_that_was_read_on_a_prepared_copy(needs: Callable[..., None]) -> None:
    needs("zxing", "zbar", "opencv")
    image = pictures.rotated(pictures.symbol("Code 128"), 45)
    (reading,) = scanner.read(image, seconds=20)
    assert reading.text == pictures.ELEMENTS_TEXT
    middle = np.mean(np.array(reading.corners), axis=0)
    assert np.abs(middle - np.array([image.shape[1] / 2, image.shape[0] / 2])).max() < 20


def test_two_symbols_of_a_label_are_both_read(needs: Callable[..., None]) -> None:
    needs("zxing", "zbar")
    readings = scanner.read(pictures.frame_of_a_label(960, 720), seconds=20)
    assert {reading.text for reading in readings} == {pictures.LINK, pictures.EAN}
    assert readings[0].symbology == "QR Code"


def test_the_same_symbol_twice_in_a_picture_is_two_readings(needs: Callable[..., None]) -> None:
    needs("zxing")
    one = pictures.symbol("Data Matrix")
    readings = scanner.read(np.hstack([one, one]))
    assert [reading.text for reading in readings] == [pictures.ELEMENTS_TEXT] * 2


def test_upc_a_is_read_as_thirteen_digits_by_every_engine(needs: Callable[..., None]) -> None:
    needs("zxing", "zbar", "opencv")
    image = np.pad(pictures.drawn("036000291452", "UPCA", 2), 60, constant_values=255)
    for engine in ("cascade", "zxing", "zbar", "opencv"):
        assert [reading.text for reading in scanner.read(image, engine=engine)] == ["0036000291452"], engine


def test_vietnamese_text_is_read_from_a_qr_code(needs: Callable[..., None]) -> None:
    needs("zxing")
    image = np.pad(pictures.drawn("Vải thiều ’ Lục Ngạn", "QRCode", 5), 20, constant_values=255)
    assert [reading.text for reading in scanner.read(image, seconds=20)] == ["Vải thiều ’ Lục Ngạn"]


def test_ean_8_is_read_only_when_asked_for(needs: Callable[..., None]) -> None:
    needs("zxing", "zbar")
    image = np.pad(pictures.drawn("9521234", "EAN8", 3), 40, constant_values=255)
    assert scanner.read(image, seconds=0) == []
    assert [reading.symbology for reading in scanner.read(image, short=True)] == ["EAN-8"]


def test_upc_e_is_read_as_the_number_it_stands_for(needs: Callable[..., None]) -> None:
    needs("zxing", "zbar")
    image = np.pad(pictures.drawn("01234565", "UPCE", 3), 40, constant_values=255)
    assert [reading.text for reading in scanner.read(image, short=True)] == ["0012345000065"]
    assert [reading.text for reading in scanner.read(image, short=True, engine="zbar")] == ["0012345000065"]


def test_interleaved_digits_that_are_no_gtin_14_are_not_read(needs: Callable[..., None]) -> None:
    needs("zxing", "zbar")
    for digits in ("123456", "19521234567897"):
        image = np.pad(pictures.drawn(digits, "ITF", 3), 40, constant_values=255)
        assert scanner.read(image, seconds=0.1) == []
        assert scanner.read(image, engine="zbar") == []


@pytest.mark.parametrize("kind", ["PDF417", "AztecCode"])
def test_symbologies_that_gs1_does_not_use_are_off(kind: str, needs: Callable[..., None]) -> None:
    needs("zxing")
    image = np.pad(pictures.drawn("HELLO 1234", kind, 4), 40, constant_values=255)
    assert scanner.read(image, seconds=0.1) == []


def test_one_engines_ean_13_is_an_answer_of_that_engine_but_not_of_the_cascade(needs: Callable[..., None]) -> None:
    needs("zxing")
    image = pictures.symbol("EAN-13")
    assert [reading.text for reading in scanner.read(image, engine="zxing")] == [pictures.EAN]
    assert {reading.decoder for reading in scanner.read(image, seconds=20)} <= {"zxing+zbar", "zxing+opencv", "zxing+zbar+opencv"}


@pytest.mark.parametrize("thinner", [4, 5, 6, 7])
def test_thinned_bars_that_one_engine_misreads_are_missed_rather_than_misread(thinner: int, needs: Callable[..., None]) -> None:
    needs("zxing", "zbar", "opencv")
    image = pictures.over_exposed("952111177712", thinner)
    alone = {reading.text for reading in scanner.read(image, engine="zxing")}
    assert alone == {"0511111777120"}  # its check digit is valid: mod 10 does not protect
    assert {reading.text for reading in scanner.read(image, seconds=30)} <= {"9521111777120"}


@pytest.mark.parametrize("seed", range(4))
def test_pictures_without_a_symbol_give_nothing(seed: int, needs: Callable[..., None]) -> None:
    needs("zxing", "zbar", "opencv")
    rng = np.random.default_rng(seed)
    stripes = np.repeat(rng.integers(0, 2, 160, dtype=np.uint8) * 255, rng.integers(1, 5, 160))
    views = [
        np.tile(stripes, (120, 1)),
        rng.integers(0, 256, (200, 300), dtype=np.uint8),
        pictures.symbol("EAN-13")[:, : 60 + 140],
        pictures.symbol("QR Code")[:130],
    ]
    assert [reading.text for view in views for reading in scanner.read(np.ascontiguousarray(view), seconds=0.3)] == []


def test_the_opencv_detector_that_raises_on_gs1_qr_codes_answers_nothing(needs: Callable[..., None]) -> None:
    needs("zxing", "opencv")
    image = np.pad(pictures.drawn(pictures.ELEMENTS, "QRCode", 6, gs1=True), 40, constant_values=255)
    assert scanner.read(image, engine="opencv") == []
    assert [(reading.text, reading.identifier) for reading in scanner.read(image, seconds=20)] == [(pictures.ELEMENTS_TEXT, "]Q3")]


def test_an_unknown_engine_is_refused() -> None:
    from scanner.refusals import UnknownEngine

    with pytest.raises(UnknownEngine):
        scanner.read(pictures.symbol("QR Code"), engine="magic")
