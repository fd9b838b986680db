"""Pages of the flags: what needs a look, newest first."""

from __future__ import annotations

from typing import Any

from flask import render_template, request

from app.api.door import Door, actor, runtime
from app.api.problem import language
from app.journey.flags import tell
from app.journey.flags.find import MOST_COUNTED, Flag
from app.journey.flags.rules import CODES
from app.party.permissions import Permission
from app.words.refusals import describe_finding

door = Door("flags_pages", "app.journey", templates=True)


@door.route("/console/flags", needs=Permission.CAPTURE_EVENT_READ)
def flags() -> str:
    """Surprises at the organisation's events; `?code=` keeps to one kind."""
    code = request.args.get("code", "")
    tally, waiting = tell.tally(by=actor(), on=runtime())
    kinds = [(each, tally[each]) for each in CODES if tally.get(each)]
    listed, following = tell.newest(by=actor(), on=runtime(), code=code, before=request.args.get("before", ""))
    return render_template(
        "journey/flags.html", listed=listed, following=following, code=code, kinds=kinds, waiting=waiting, most=MOST_COUNTED
    )


def _in_words(flag: Flag) -> dict[str, Any]:
    """A flag in the reader's language."""
    return describe_finding(flag.finding, language())


def _kind(code: str) -> str:
    """The key of a kind's short name."""
    return code.partition(".")[2].replace("-", "_")


door.blueprint.add_app_template_filter(_in_words, "flag_words")
door.blueprint.add_app_template_filter(_kind, "flag_kind")
