"""How long the suite looks: quickly by default, so that it is run often; long with TRUYXUAT_TEST_THOROUGH=1, for a night or a release.

The same tests run either way. What grows is the number of random examples and of rounds of the tests that kill a server.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

THOROUGH = os.environ.get("TRUYXUAT_TEST_THOROUGH") == "1"
USUAL = 40
"""Random examples of a property in the default run: a fault that one example in twenty shows is missed once in eight runs."""

ONE_FIXTURE = (HealthCheck.function_scoped_fixture, HealthCheck.too_slow)
"""Suppressed where all examples of a property share one installation on purpose: what one leaves must not trouble the next."""


def rounds(usual: int) -> int:
    """How often to do something costly: as given by default, twenty times as often in a thorough run."""
    return usual * 20 if THOROUGH else usual


def choose() -> None:
    """Register both profiles of hypothesis and load the one that was asked for; `--hypothesis-profile` still wins.

    No deadline: it would compare the wall clock, which on a busy machine tells about its neighbours.
    """
    calm = [HealthCheck.too_slow]
    settings.register_profile("default", max_examples=USUAL, deadline=None, suppress_health_check=calm)
    settings.register_profile("thorough", max_examples=rounds(USUAL), deadline=None, suppress_health_check=calm)
    settings.load_profile("thorough" if THOROUGH else "default")
