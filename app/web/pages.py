"""Pages of the slice `web`."""

from __future__ import annotations

from app.api.door import Door

door = Door("web_pages", __name__, templates=True)


def refusal_page(refusal: object, language: str) -> str:
    """The page a person sees when something was refused."""
    return f"<!doctype html><html lang={language}><title>{refusal}</title><p>{refusal}"
