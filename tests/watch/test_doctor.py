"""What the doctor says of the nights."""

from __future__ import annotations

from dataclasses import replace

from app.clock import SetClock
from app.resolve.due_links import LEFT_OVER
from app.runtime import Runtime
from app.watch import doctor
from tests.resolve.sites import check, street


def links(on: Runtime) -> list[tuple[str, str, str]]:
    found = doctor._links(on)  # noqa: SLF001  # the whole examination looks at this machine and its clock
    return [(symptom.state, symptom.found, symptom.remedy) for symptom in found]


def test_links_that_no_night_came_to_are_a_warning(on: Runtime, clock: SetClock) -> None:
    with street(on) as here:
        assert links(on) == [("ok", "3 products, 0 not tried for two nights", "")]
        clock.advance(LEFT_OVER)
        assert links(on) == [("warning", "3 products, 3 not tried for two nights", "truyxuat resolve check")]
        check(here)
        assert links(on) == [("ok", "3 products, 0 not tried for two nights", "")]


def test_an_installation_that_checks_no_links_is_told_nothing_about_them(on: Runtime) -> None:
    on.settings = replace(on.settings, link_check_hour=-1)
    assert links(on) == []
