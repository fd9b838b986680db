"""Query parameters: read with limits, refused by name."""

from __future__ import annotations

from flask import request

from app.errors import Invalid
from app.store.keys import parse_id


class ParameterInvalid(Invalid):
    """A query parameter has a value that it does not take."""

    code = "api.parameter-invalid"


def count(name: str, default: int, most: int) -> int:
    """A whole number from 1; more than `most` counts as `most`. Raises ParameterInvalid."""
    given = request.args.get(name)
    if given is None:
        return default
    number = parse_id(given)
    if not number:
        raise ParameterInvalid(pointer=f"?{name}", name=name, given=given[:40], expected=f"1 … {most}")
    return min(number, most)


def token(name: str) -> int | None:
    """A token of an earlier answer, None when there is none. Raises ParameterInvalid."""
    given = request.args.get(name)
    if given is None:
        return None
    number = parse_id(given)
    if number is None:
        raise ParameterInvalid(pointer=f"?{name}", name=name, given=given[:40], expected='Link: <…>; rel="next"')
    return number
