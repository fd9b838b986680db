"""The way of an event that a program sends: three spellings, one check, one identity, a seal, the log."""

from __future__ import annotations

from app.web.pictures.drawing import BLUE, EDGE, GREEN, GREY, MUTED, NORMAL, ROOM, ROSE, SMALL, SUN, Drawing, Tint
from app.words.translate import Translator

SPELLINGS = (
    ("JSON-LD", "shipping"),
    ("XML 2.0", "https://ref.gs1.org/cbv/BizStep-shipping"),
    ("XML 1.2", "urn:epcglobal:cbv:bizstep:shipping"),
)
"""One word of the vocabulary as each binding writes it."""

STEPS: tuple[tuple[str, Tint], ...] = (("check", SUN), ("identity", BLUE), ("seal", GREEN), ("log", GREEN))
"""What happens to the event afterwards, in order."""

_WORD = 12.0
"""Letters of a spelling: the longest has to fit."""


def way(t: Translator) -> str:
    """Three documents that say the same, and what becomes of their one event."""
    drawing = Drawing()
    at = drawing.paragraph(EDGE, 12, t("pictures.event_sent"), ROOM, NORMAL, bold=True) + 4
    for binding, word in SPELLINGS:
        drawing.box(EDGE, at, ROOM, 44, fill=GREY.pale, stroke=GREY.strong)
        drawing.text(EDGE + 10, at + 17, binding, SMALL, bold=True)
        drawing.text(EDGE + 10, at + 35, word, _WORD, mono=True)
        at += 50
    at -= 6
    for number, (step, tint) in enumerate(STEPS, 1):
        drawing.arrow(EDGE + 22, at, EDGE + 22, at + 20, colour=tint.strong)
        refused = t("pictures.event_refused") if step == "check" else ""
        at = _step(drawing, at + 22, number, (t(f"pictures.event_{step}"), t(f"pictures.event_{step}_text"), refused), tint)
    drawing.paragraph(EDGE, at + 8, t("pictures.event_note"), ROOM, SMALL, colour=MUTED)
    spelled = "; ".join(f"{binding}: {word}" for binding, word in SPELLINGS)
    told = " ".join(
        f"{number}. {t(f'pictures.event_{step}')}: {t(f'pictures.event_{step}_text')}" for number, (step, _) in enumerate(STEPS, 1)
    )
    return drawing.svg(t("pictures.event_title"), f"{t('pictures.event_sent')} {spelled}. {told} {t('pictures.event_refused')}")


def _step(drawing: Drawing, top: float, number: int, words: tuple[str, str, str], tint: Tint) -> float:
    """A numbered box with what it says, and what is said instead when it does not go on; returns its lower edge."""
    name, text, refused = words
    inside, room = EDGE + 42, ROOM - 52
    high = Drawing().paragraph(0, 0, name, room, NORMAL, bold=True) + Drawing().paragraph(0, 0, text, room, SMALL) + 18
    high += Drawing().paragraph(0, 0, refused, room, SMALL, bold=True) if refused else 0
    drawing.box(EDGE, top, ROOM, high, fill=tint.pale, stroke=tint.strong, round_by=8)
    drawing.mark(EDGE + 22, top + 22, str(number), tint)
    below = drawing.paragraph(inside, top + 9, name, room, NORMAL, bold=True, colour=tint.strong)
    below = drawing.paragraph(inside, below, text, room, SMALL)
    if refused:
        drawing.paragraph(inside, below, refused, room, SMALL, bold=True, colour=ROSE.strong)
    return top + high
