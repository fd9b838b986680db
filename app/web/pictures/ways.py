"""Where a request to the resolver goes: up from serial to lot to product, and which of several languages it gets."""

from __future__ import annotations

from app.resolve import negotiate
from app.resolve.links import VOC, Link
from app.web.pictures.codes import GTIN, LOT, SERIAL
from app.web.pictures.drawing import BLUE, EDGE, GREEN, GREY, LARGE, MUTED, NORMAL, ROOM, ROSE, SMALL, SUN, WIDTH, Drawing, Tint
from app.words.translate import Translator

HEADER = "fr-CH, vi;q=0.8, en;q=0.5"
TONGUES = ("vi", "en", "fr")
TRIES = (("fr-CH", False), ("fr", True))
"""What is looked for one after the other under `HEADER`, and whether there is a link of it; the first that is found ends the search."""


def walk_up(t: Translator) -> str:
    """Five questions, and the page each yes leads to."""
    drawing = Drawing()
    at = drawing.paragraph(EDGE, 12, t("pictures.walk_asked"), ROOM, NORMAL, bold=True)
    at = drawing.paragraph(EDGE, at, f"/01/0{GTIN} /10/{LOT} /21/{SERIAL}", ROOM, SMALL, mono=True, colour=MUTED) + 8
    steps: list[tuple[str, str, Tint]] = [
        (t("pictures.walk_exact"), t("pictures.walk_exact_yes"), SUN),
        (t("pictures.walk_ours"), t("pictures.walk_ours_yes"), GREEN),
        (t("pictures.walk_lot"), t("pictures.walk_lot_yes"), BLUE),
        (t("pictures.walk_product"), t("pictures.walk_product_yes"), BLUE),
    ]
    for number, (question, answer, tint) in enumerate(steps, 1):
        at = _step(drawing, at, number, (question, answer, t("pictures.yes"), t("pictures.no")), tint)
    at = drawing.paragraph(EDGE + 40, at + 6, t("pictures.walk_nothing"), 220, NORMAL, bold=True, colour=ROSE.strong)
    drawing.paragraph(EDGE, at + 8, t("pictures.walk_note"), ROOM, SMALL, colour=MUTED)
    told = " ".join(f"{number}. {question} {t('pictures.yes')}: {answer}." for number, (question, answer, _) in enumerate(steps, 1))
    return drawing.svg(t("pictures.walk_title"), f"{told} {t('pictures.walk_nothing')}")


def _step(drawing: Drawing, top: float, number: int, words: tuple[str, str, str, str], tint: Tint) -> float:
    """A question with an arrow to its answer and one down to the next; returns where that one begins."""
    question, answer, yes, no = words
    wide, gap = 168.0, 34.0
    right = EDGE + wide + gap
    left_end = drawing.paragraph(EDGE + 32, top + 8, question, wide - 38, SMALL)
    right_end = drawing.paragraph(right + 9, top + 8, answer, WIDTH - right - EDGE - 14, SMALL, bold=True, colour=tint.strong)
    high = max(left_end, right_end, top + 40) - top + 6
    drawing.mark(EDGE + 16, top + 20, str(number), GREY)
    drawing.box(EDGE, top, wide, high, stroke=GREY.strong)
    drawing.box(right, top, WIDTH - right - EDGE, high, stroke=tint.strong)
    drawing.arrow(EDGE + wide, top + high / 2, right, top + high / 2, colour=tint.strong)
    drawing.text(EDGE + wide + gap / 2, top + high / 2 - 7, yes, SMALL, bold=True, anchor="middle", colour=tint.strong)
    drawing.arrow(EDGE + 52, top + high, EDGE + 52, top + high + 26)
    drawing.text(EDGE + 62, top + high + 17, no, SMALL, bold=True, colour=MUTED)
    return top + high + 26


def links() -> list[Link]:
    """The links of the example, one for each language."""
    return [Link(VOC + "pip", f"https://trace.example.vn/{tongue}", tongue, "text/html", (tongue,)) for tongue in TONGUES]


def chosen(header: str) -> list[str]:
    """The languages that the resolver is left with, by the very function that it uses."""
    return [link.title for link in negotiate.best(links(), negotiate.wishes("", header))]


def language(t: Translator) -> str:
    """What the phone asks for, what there is, and how the two meet."""
    drawing = Drawing()
    at = drawing.paragraph(EDGE, 12, t("pictures.language_phone"), ROOM, NORMAL, bold=True)
    drawing.box(EDGE, at + 4, ROOM, 34, fill=GREY.pale)
    drawing.text(WIDTH / 2, at + 27, HEADER, LARGE, mono=True, anchor="middle")
    at = drawing.paragraph(EDGE, at + 50, t("pictures.language_links"), ROOM, NORMAL, bold=True)
    for place, tongue in enumerate(TONGUES):
        drawing.box(EDGE + place * 64, at + 4, 54, 32, fill=BLUE.pale, stroke=BLUE.strong)
        drawing.text(EDGE + place * 64 + 27, at + 26, tongue, LARGE, mono=True, bold=True, anchor="middle", colour=BLUE.strong)
    at += 50
    for number, (tag, found) in enumerate(TRIES, 1):
        tint = GREEN if found else ROSE
        drawing.mark(EDGE + 14, at + 16, str(number), GREY)
        drawing.text(EDGE + 36, at + 22, tag, LARGE, mono=True, bold=True)
        drawing.arrow(EDGE + 96, at + 16, EDGE + 126, at + 16)
        word = t("pictures.language_found") if found else t("pictures.language_shorter")
        at = max(drawing.paragraph(EDGE + 136, at + 4, word, ROOM - 136, SMALL, bold=True, colour=tint.strong), at + 32) + 6
    at = drawing.paragraph(
        EDGE, at + 4, t("pictures.language_result", tongue=chosen(HEADER)[0]), ROOM, NORMAL, bold=True, colour=GREEN.strong
    )
    drawing.paragraph(EDGE, at + 6, t("pictures.language_else"), ROOM, SMALL, colour=MUTED)
    told = t("pictures.language_desc", header=HEADER, tongues=", ".join(TONGUES), tongue=chosen(HEADER)[0])
    return drawing.svg(t("pictures.language_title"), told)
