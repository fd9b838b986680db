"""Where a request came from when proxies of ours stand in front: the same rule for every server that carries the application."""

from __future__ import annotations

from typing import Any


def believe(environ: dict[str, Any], trusted: int) -> None:
    """Put the visitor's address and scheme into a WSGI environment (PEP 3333).

    trusted: that many last entries of X-Forwarded-For were written by proxies of ours; with 0, or with fewer entries, nobody is believed.
    """
    if not trusted:
        return
    hops = [hop.strip() for hop in environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    if len(hops) >= trusted:
        environ["REMOTE_ADDR"] = hops[-trusted]
    environ["wsgi.url_scheme"] = environ.get("HTTP_X_FORWARDED_PROTO", environ["wsgi.url_scheme"]).split(",")[-1].strip()
