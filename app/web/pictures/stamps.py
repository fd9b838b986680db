"""Stamps: their life from a blank number to the goods that were sold, and a roll of which every stamp is accounted for."""

from __future__ import annotations

from app.web.pictures.drawing import (
    BLUE,
    EDGE,
    GREEN,
    GREY,
    INK,
    MUTED,
    NORMAL,
    PAPER,
    ROOM,
    ROSE,
    SMALL,
    SUN,
    WIDTH,
    Drawing,
    Tint,
)
from app.words.translate import Translator

STATES: tuple[tuple[str, Tint], ...] = (("blank", GREY), ("printed", SUN), ("assigned", BLUE), ("activated", GREEN), ("sold", GREEN))
"""The way forward; `void` is beside it."""

ROLL = "aaaaaasaaggggpbbbb"
"""Stamps of the roll that is drawn, one letter each: activated, spoiled, assigned (given to a batch), printed, blank."""

FIRST = 501
"""Place of its first stamp: the second roll of an order in rolls of 500; places count through the whole order."""

_TINTS = {"a": GREEN, "s": ROSE, "g": BLUE, "p": SUN, "b": GREY}
_ACROSS = 6


def life(t: Translator) -> str:
    """One box for each state with the act that leads to the next, and a lane from every state to void."""
    drawing = Drawing()
    lane, right = WIDTH - EDGE - 10, WIDTH - EDGE - 38
    at, leave = 14.0, list[float]()
    for index, (state, tint) in enumerate(STATES):
        if index:
            drawing.arrow(EDGE + 22, at, EDGE + 22, at + 30, colour=tint.strong)
            drawing.text(EDGE + 36, at + 20, t(f"pictures.life_to_{state}"), SMALL, colour=tint.strong, bold=True)
            at += 34
        middle, at = _state(drawing, at, right, index + 1, (t(f"pictures.life_{state}"), t(f"pictures.life_{state}_text")), tint)
        leave.append(middle)
    foot = at + 34
    for middle in leave:
        drawing.line(right, middle, lane, middle, colour=ROSE.strong)
    drawing.arrow(lane, leave[0], lane, foot, colour=ROSE.strong)
    drawing.text(lane - 12, foot - 12, t("pictures.life_to_void"), SMALL, bold=True, colour=ROSE.strong, anchor="end")
    _state(drawing, foot, WIDTH - EDGE, 6, (t("pictures.life_void"), t("pictures.life_void_text")), ROSE)
    told = " ".join(
        f"{number}. {t(f'pictures.life_{state}')}: {t(f'pictures.life_{state}_text')}" for number, (state, _) in enumerate(STATES, 1)
    )
    return drawing.svg(
        t("pictures.life_title"), f"{told} {t('pictures.life_to_void')}: {t('pictures.life_void')}. {t('pictures.life_void_text')}"
    )


def _state(drawing: Drawing, top: float, right: float, number: int, words: tuple[str, str], tint: Tint) -> tuple[float, float]:
    """A state with its meaning; returns the height of its middle and its lower edge."""
    name, text = words
    inside, room = EDGE + 42, right - EDGE - 52
    high = Drawing().paragraph(0, 0, name, room, NORMAL, bold=True) + Drawing().paragraph(0, 0, text, room, SMALL) + 18
    drawing.box(EDGE, top, right - EDGE, high, fill=tint.pale, stroke=tint.strong, round_by=8)
    drawing.mark(EDGE + 22, top + 22, str(number), tint)
    below = drawing.paragraph(inside, top + 9, name, room, NORMAL, bold=True)
    drawing.paragraph(inside, below, text, room, SMALL)
    return top + high / 2, top + high


def roll(t: Translator) -> str:
    """A roll of eighteen stamps by their places, and the sum that must come out."""
    drawing = Drawing()
    at = drawing.paragraph(EDGE, 12, t("pictures.roll_named"), ROOM, NORMAL, bold=True) + 6
    wide, high, gap = 50.0, 44.0, 6.0
    for place, letter in enumerate(ROLL):
        x, y = EDGE + place % _ACROSS * (wide + gap), at + place // _ACROSS * (high + gap)
        tint = _TINTS[letter]
        drawing.box(
            x,
            y,
            wide,
            high,
            fill=tint.pale if letter != "b" else PAPER,
            stroke=tint.strong,
            round_by=4,
            dash="4 3" if letter == "b" else "",
        )
        drawing.text(x + wide / 2, y + 18, "R2", 11.5, colour=MUTED, anchor="middle")
        drawing.text(x + wide / 2, y + 34, f"{FIRST + place:05d}", 12, colour=tint.strong, bold=True, anchor="middle")
        if letter == "s":
            drawing.line(x + 4, y + 4, x + wide - 4, y + high - 4, colour=ROSE.strong, thick=2)
            drawing.line(x + wide - 4, y + 4, x + 4, y + high - 4, colour=ROSE.strong, thick=2)
    at += 3 * (high + gap) + 12
    told = list[str]()
    for letter, name in (("a", "activated"), ("g", "assigned"), ("p", "printed"), ("b", "blank"), ("s", "spoiled")):
        count = ROLL.count(letter)
        drawing.box(EDGE, at, 16, 16, fill=_TINTS[letter].pale if letter != "b" else PAPER, stroke=_TINTS[letter].strong, round_by=3)
        drawing.text(EDGE + 52, at + 13, str(count), NORMAL, bold=True, anchor="end")
        line = t(f"pictures.roll_{name}")
        told.append(f"{count}: {line}")
        at = max(drawing.paragraph(EDGE + 64, at, line, ROOM - 64, SMALL), at + 20) + 4
    drawing.line(EDGE, at + 2, EDGE + 60, at + 2, colour=INK)
    drawing.text(EDGE + 52, at + 20, str(len(ROLL)), NORMAL, bold=True, anchor="end")
    drawing.paragraph(EDGE + 64, at + 7, t("pictures.roll_sum"), ROOM - 64, SMALL, bold=True)
    return drawing.svg(t("pictures.roll_title"), f"{t('pictures.roll_named')} {'; '.join(told)}. {t('pictures.roll_sum')}")
