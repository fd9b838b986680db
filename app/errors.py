"""Refusals: kinds, codes and findings; words for them live in `schemas/errors.toml`.

Inside the product an error is a *kind* (what the caller can do about it) and a *code* (what happened, `slice.what-happened`)
with parameters. Sentences in vi/en/fr, remedies and wire formats are made at the doors only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong at one place of what was sent.

    code: `slice.what-happened`, catalogued; pointer: RFC 6901 JSON pointer, `row 3, column B`, or "" for the whole;
    value: the offending value shortened for people; params: values for the sentence of the code.
    """

    code: str
    pointer: str = ""
    value: Any = None
    params: Mapping[str, Any] = field(default_factory=dict)
    event: int | None = None  # 1-based number of the event in its document, where there is one


class Refusal(Exception):  # noqa: N818  # a refusal is an answer to the caller, not a fault of the program
    """Something the caller can act on; never carries a library's exception to a door.

    params fill the sentence of `code` in `schemas/errors.toml`; findings name places.
    """

    status: ClassVar[int] = 400
    code: ClassVar[str] = ""
    epcis: ClassVar[str] = "ValidationException"  # name in EPCIS 2.0 REST binding, problem types

    def __init__(self, *, pointer: str = "", findings: Iterable[Finding] = (), **params: Any) -> None:
        super().__init__(self.code)
        self.pointer = pointer
        self.findings: tuple[Finding, ...] = tuple(findings)
        self.params: dict[str, Any] = params

    def __reduce__(self) -> tuple[Any, ...]:
        """As it travels between processes: whole, with its findings."""
        return _again, (type(self), self.pointer, self.findings, self.params)

    def __str__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{self.code}({shown})"


def _again(kind: type[Refusal], pointer: str, findings: tuple[Finding, ...], params: dict[str, Any]) -> Refusal:
    return kind(pointer=pointer, findings=findings, **params)


class Invalid(Refusal):
    """What was sent is wrong: correct it and send it again."""


class Unauthenticated(Refusal):
    """The caller has not shown who they are."""

    status = 401
    epcis = "SecurityException"


class Forbidden(Refusal):
    """The caller is known and may not do this."""

    status = 403
    epcis = "SecurityException"


class NotFound(Refusal):
    """Nothing of that name exists, or the caller may not know that it does."""

    status = 404
    epcis = "NoSuchResourceException"


class MethodUnknown(Refusal):
    """The resource exists and does not answer this method."""

    status = 405
    epcis = "ImplementationException"


class NotAcceptable(Refusal):
    """No format or version that the caller accepts can be made."""

    status = 406
    epcis = "NotAcceptableException"


class Conflict(Refusal):
    """It contradicts what is already recorded."""

    status = 409
    epcis = "ResourceAlreadyExistsException"


class TooLarge(Refusal):
    """More than a declared limit; the limit stands in the parameters."""

    status = 413
    epcis = "CaptureLimitExceededException"


class TargetTooLong(Refusal):
    """The request target is longer than the server reads."""

    status = 414
    epcis = "URITooLongException"


class MediaTypeUnknown(Refusal):
    """The content type of the body is not one that is read here."""

    status = 415
    epcis = "UnsupportedMediaTypeException"


class TooMany(Refusal):
    """Too many requests from one client; try again after `retry_after` seconds."""

    status = 429
    epcis = "SecurityException"


class Unavailable(Refusal):
    """The service cannot answer now; the same request may succeed after `retry_after` seconds."""

    status = 503
    epcis = "ImplementationException"


def children(kind: type[Refusal] = Refusal) -> list[type[Refusal]]:
    """Every refusal that carries a code, wherever it was defined; modules must be imported first."""
    found: list[type[Refusal]] = []
    for child in kind.__subclasses__():
        if child.code:
            found.append(child)
        found.extend(children(child))
    return found
