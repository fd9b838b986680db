"""An organisation that a command names: by its number, or by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from app.runtime import Runtime


def organisation(text: str, on: Runtime, *, hint: str = "--party") -> Any:
    """Number and name of the organisation; a usage error in the terminal's language when there is none, or several of the name."""
    from app.cli.refused import language
    from app.party import find
    from app.words.translate import translator

    with on.store.reading() as connection:
        found = find.called(connection, text)
    if len(found) != 1:
        key = "party.command_several" if found else "party.command_none"
        raise click.BadParameter(translator(language())(key, name=text), param_hint=hint)
    return found[0]
