"""Who asks for labels in most tests: an enterprise with a product and a batch, and its owner."""

from __future__ import annotations

import pytest

from app.party.permissions import Actor
from app.runtime import Runtime
from tests.builders import Enterprise, make_enterprise
from tests.label.stock import make_stock


@pytest.fixture
def firm(on: Runtime) -> Enterprise:
    """An enterprise with a product and a batch of it."""
    enterprise = make_enterprise(on)
    make_stock(on, enterprise)
    return enterprise


@pytest.fixture
def owner(firm: Enterprise) -> Actor:
    """Its owner, as whoever acts for it."""
    return firm.actor()
