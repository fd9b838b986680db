"""Security headers of every answer; pages that need a script or the camera say so through `g.page_scripts`."""

from __future__ import annotations

from flask import Flask, Response, g, request

from app.settings import Settings

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


def of_every_answer(settings: Settings, *, scripts: bool = False, camera: bool = False) -> dict[str, str]:
    """The headers that every answer carries which does not bring its own."""
    found = {
        "Content-Security-Policy": _POLICY + ("; script-src 'self'" if scripts else ""),
        "Permissions-Policy": f"camera=({'self' if camera else ''}), geolocation=(), microphone=()",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    return found | {"Strict-Transport-Security": "max-age=31536000"} if settings.secure_cookies else found


def install(app: Flask) -> None:
    """Add the headers after each request."""

    def after(response: Response) -> Response:
        scripts, camera = getattr(g, "page_scripts", False), getattr(g, "page_camera", False)
        headers = response.headers
        present = {name.lower() for name, _ in headers}  # asking the headers for what they lack raises an exception each time
        for name, value in of_every_answer(app.extensions["truyxuat"].settings, scripts=scripts, camera=camera).items():
            if name.lower() not in present:
                headers.add(name, value)
        if "cache-control" not in present and not request.path.startswith("/static/"):
            headers.add("Cache-Control", "no-store")
        return response

    app.after_request(after)
