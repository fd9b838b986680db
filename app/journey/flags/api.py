"""JSON door of the flags."""

from __future__ import annotations

from flask import Response, request

from app.api import parameters
from app.api.door import Door, actor, runtime
from app.api.problem import language
from app.journey.flags import find, tell
from app.party.permissions import Permission
from app.store.columns import from_micros
from app.web import forms
from app.words.refusals import describe_finding

door = Door("flags_api", __name__)


@door.route("/api/flags", needs=Permission.CAPTURE_EVENT_READ, operation="listFlags")
def list_flags() -> Response:
    """Surprises in the lives of items, at one's own events, newest first; `?code=&item=&count=&before=`."""
    asked = {name: request.args.get(name, "").strip() for name in ("code", "item", "before")}
    count = parameters.count("count", find.PAGE, find.MOST_OF_EVENT)
    flags, following = tell.newest(by=actor(), on=runtime(), count=count, **asked)
    body = {"flags": [_told(flag) for flag in flags], "next": following or None, "waiting": tell.left(on=runtime())}
    return forms.json_answer(body)


def _told(flag: find.Flag) -> dict[str, object]:
    words = describe_finding(flag.finding, language())
    said = {"message": words["message"], "remedy": words["remedy"], "foundAt": from_micros(flag.found_at)}
    return tell.as_json(flag) | said
