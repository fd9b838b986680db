"""WSGI entry for servers that bring their own workers: `gunicorn app.wsgi:application`."""

from __future__ import annotations

from app import create_app

application = create_app()
