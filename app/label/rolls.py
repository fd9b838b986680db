"""Where a label is on its rolls, and how that is printed at its edge, the same whichever door the labels come from."""

from __future__ import annotations


def roll_of(position: int, per_roll: int | None) -> tuple[int, int]:
    """Roll and place on it, both from 1, of a position in the job; everything is one roll where the job was not divided."""
    if not per_roll:
        return 1, position
    roll, place = divmod(position - 1, per_roll)
    return roll + 1, place + 1


def roll_text(position: int, per_roll: int | None) -> str:
    """What stands at the edge of a label: its roll and its position in the whole job, "" without rolls.

    position: from 1. It is the position in the job and not on the roll, because that is what people type when they move or void stamps.
    """
    return f"R{roll_of(position, per_roll)[0]} · {position:05}" if per_roll else ""
