"""Routes: each declares who may use it, and the register of all of them is what the permission and contract tests walk."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flask import Blueprint, g, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from app.party.permissions import Actor, NotAllowed, Permission, SignInNeeded
from app.runtime import Runtime


class Access(StrEnum):
    """Who may use a route that needs no permission of an organisation."""

    PUBLIC = "public"
    SIGNED_IN = "signed-in"


@dataclass(frozen=True, slots=True)
class Route:
    """One rule and method: who may, and how it is called in `schemas/openapi.yaml` (None for pages)."""

    rule: str
    method: str
    endpoint: str
    needs: Permission | Access
    operation: str | None

    @property
    def page(self) -> bool:
        """Whether people see it as a page: it redirects to the sign-in page where a program gets 401."""
        return self.operation is None


ROUTES: list[Route] = []
"""Every route of the product, in order of registration."""


def actor() -> Actor:
    """Who makes this request; resolved once by `app.api.identity`."""
    found: Actor = g.actor
    return found


def runtime() -> Runtime:
    """The runtime of this application."""
    from flask import current_app

    found: Runtime = current_app.extensions["truyxuat"]
    return found


class Door:
    """A slice's blueprint whose every route states its need: there is no way to add one without."""

    def __init__(self, name: str, package: str, *, templates: bool = False) -> None:
        self.blueprint = Blueprint(name, package, template_folder="templates" if templates else None)

    def route(
        self, rule: str, *, needs: Permission | Access, operation: str | None = None, methods: tuple[str, ...] = ("GET",)
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register a view; `operation` is its operationId in the contract, None makes it a page."""

        def register(view: Callable[..., Any]) -> Callable[..., Any]:
            @functools.wraps(view)
            def guarded(**values: Any) -> Any:
                answer = _refuse(needs, page=operation is None)
                return view(**values) if answer is None else answer

            self.blueprint.add_url_rule(rule, endpoint=view.__name__, view_func=guarded, methods=list(methods), strict_slashes=False)
            endpoint = f"{self.blueprint.name}.{view.__name__}"
            ROUTES.extend(Route(rule, method, endpoint, needs, operation) for method in methods)
            return view

        return register


def _refuse(needs: Permission | Access, *, page: bool) -> BaseResponse | None:
    """The answer to somebody who may not, None for somebody who may."""
    if needs is Access.PUBLIC:
        return None
    caller = actor()
    if caller.anonymous:
        if page and request.method in {"GET", "HEAD"}:
            return redirect("/sign-in?next=" + _next(), code=303)
        raise SignInNeeded
    if isinstance(needs, Permission) and not caller.may(needs):
        raise NotAllowed(permission=str(needs), role=str(caller.role))
    return None


def _next() -> str:
    from urllib.parse import quote

    return quote(request.full_path.rstrip("?"), safe="")
