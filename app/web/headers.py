"""Security headers of every answer; pages that need a script or the camera say so through `g.page_scripts`."""

from __future__ import annotations

from flask import Flask, Response, g, request

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; connect-src 'self'; media-src 'self' blob:; manifest-src 'self'"
)


def allow_scripts() -> None:
    """This page carries our own scripts; the verdict page never calls this."""
    g.page_scripts = True


def allow_camera() -> None:
    """This page may ask for the camera."""
    g.page_camera = True


def install(app: Flask) -> None:
    """Add the headers after each request."""

    def after(response: Response) -> Response:
        policy = _POLICY + ("; script-src 'self'" if getattr(g, "page_scripts", False) else "")
        camera = "self" if getattr(g, "page_camera", False) else ""
        headers = response.headers
        headers.setdefault("Content-Security-Policy", policy)
        headers.setdefault("Permissions-Policy", f"camera=({camera}), geolocation=(), microphone=()")
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "no-referrer")
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        if app.extensions["truyxuat"].settings.secure_cookies:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if not request.path.startswith("/static/"):
            headers.setdefault("Cache-Control", "no-store")
        return response

    app.after_request(after)
