"""truyxuat: product events, hashed, signed and logged, from a registered batch to an honest verdict at the shelf."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from app.settings import Settings

__version__ = "0.1.0"


def create_app(settings: Settings | None = None) -> Flask:
    """The WSGI application with every door of every slice; reads the settings of the environment when none are given."""
    from app.api.application import make_application  # importing `app` must stay cheap: Flask only when a server is made

    return make_application(settings)
