"""Roles and permissions: the whole table, written out once more so that a change of it is seen and reviewed."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

from app.party.permissions import ANONYMOUS, GRANTS, Actor, NotAllowed, Permission, Role, SignInNeeded, permit
from tests.architecture import source

TABLE = """
                              anonymous approver carrier certification_body inspector laboratory member operator owner regulator
capture:event:read                -        x        x            x              -          x        x        -       x       -
capture:event:write               -        x        x            x              -          x        x        -       x       -
catalogue:lot:write               -        x        -            -              -          -        x        -       x       -
catalogue:place:write             -        x        x            x              -          x        x        -       x       -
catalogue:product:write           -        x        -            -              -          -        x        -       x       -
catalogue:record:read             -        x        x            x              -          x        x        -       x       -
label:design:write                -        x        -            -              -          -        x        -       x       -
label:job:read                    -        x        -            -              -          -        x        -       x       -
label:job:write                   -        x        -            -              -          -        x        -       x       -
label:range:write                 -        x        -            -              -          -        -        -       x       -
label:serial:void                 -        x        -            -              -          -        -        -       x       -
label:sscc:write                  -        x        -            -              -          -        x        x       x       -
label:stamp:write                 -        x        -            -              -          -        x        -       x       -
party:api-key:write               -        -        -            -              -          -        -        -       x       -
party:organisation:read           -        x        x            x              x          x        x        x       x       x
party:organisation:write          -        -        -            -              -          -        -        -       x       -
recall:notice:read                -        x        -            -              -          -        x        -       x       -
recall:notice:write               -        x        -            -              -          -        -        -       x       -
resolve:host:write                -        -        -            -              -          -        -        -       x       -
resolve:link:read                 -        x        -            -              -          -        x        x       x       -
resolve:link:write                -        x        -            -              -          -        x        x       x       -
"""


def reviewed() -> dict[tuple[str, str], bool]:
    header, *rows = TABLE.strip().splitlines()
    return {(row.split()[0], role): mark == "x" for row in rows for role, mark in zip(header.split(), row.split()[1:], strict=True)}


def test_who_may_do_what_is_what_was_reviewed() -> None:
    assert {(str(permission), str(role)): permission in GRANTS[role] for permission in Permission for role in Role} == reviewed()


def test_permissions_stand_in_alphabetical_order() -> None:
    assert list(Permission) == sorted(Permission)


def test_roles_of_an_enterprise_contain_one_another() -> None:
    assert GRANTS[Role.MEMBER] < GRANTS[Role.APPROVER] < GRANTS[Role.OWNER]


def test_nobody_may_do_anything() -> None:
    assert GRANTS[Role.ANONYMOUS] == frozenset()


def used() -> set[str]:
    """Permissions named anywhere in the program, outside of the table itself."""
    found: set[str] = set()
    for path in source.modules("app"):
        if path.name != "permissions.py" and "Permission." in source.text(path):
            found |= {
                node.attr
                for node in source.nodes(path)
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Permission"
            }
    return found


def test_every_permission_is_asked_for_somewhere() -> None:
    assert {permission.name for permission in Permission} - used() == set()


@cache
def verbs() -> list[tuple[Path, ast.FunctionDef]]:
    """Functions that act for somebody: they take `by` and `on`."""
    return [
        (path, node)
        for path in source.modules("app")
        if "by: " in source.text(path)
        for node in source.tree(path).body
        if isinstance(node, ast.FunctionDef)
        and {"by", "on"} <= {argument.arg for argument in node.args.kwonlyargs}
        and not node.name.startswith("_")
    ]


def test_every_verb_asks_for_permission_itself_or_hands_on_who_asks() -> None:
    """A permission checked in one door only is missing in the next: page, API, command and job call the same verb."""
    silent = []
    for path, node in verbs():
        names = {child.id for child in ast.walk(node) if isinstance(child, ast.Name)}
        hands_on = any(
            isinstance(child, ast.keyword) and child.arg == "by" and isinstance(child.value, ast.Name) and child.value.id == "by"
            for child in ast.walk(node)
        )
        if "permit" not in names and not hands_on:
            silent.append(f"{path}:{node.lineno} {node.name}")
    assert len(verbs()) > 10
    assert silent == []


class TestPermit:
    def test_it_returns_the_organisation_acted_for(self) -> None:
        assert permit(Actor(Role.OWNER, 7), Permission.CAPTURE_EVENT_WRITE) == 7
        assert permit(Actor(Role.OWNER, 7), Permission.CAPTURE_EVENT_WRITE, 7) == 7

    def test_nobody_has_to_sign_in(self) -> None:
        with pytest.raises(SignInNeeded):
            permit(ANONYMOUS, Permission.CAPTURE_EVENT_READ)
        with pytest.raises(SignInNeeded):
            permit(Actor(Role.OWNER, None), Permission.CAPTURE_EVENT_READ)

    def test_a_role_without_the_permission_is_refused(self) -> None:
        with pytest.raises(NotAllowed) as refusal:
            permit(Actor(Role.MEMBER, 7), Permission.RECALL_NOTICE_WRITE)
        assert refusal.value.params == {"permission": "recall:notice:write", "role": "member"}

    def test_a_thing_of_another_organisation_is_refused_whatever_the_role(self) -> None:
        with pytest.raises(NotAllowed):
            permit(Actor(Role.OWNER, 7), Permission.CAPTURE_EVENT_READ, 8)

    def test_scopes_narrow_a_role_and_never_widen_it(self) -> None:
        narrow = Actor(Role.MEMBER, 7, scopes=frozenset({Permission.CAPTURE_EVENT_READ, Permission.RECALL_NOTICE_WRITE}))
        assert permit(narrow, Permission.CAPTURE_EVENT_READ) == 7
        for permission in (Permission.CAPTURE_EVENT_WRITE, Permission.RECALL_NOTICE_WRITE):
            with pytest.raises(NotAllowed):
                permit(narrow, permission)
