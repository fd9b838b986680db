"""Host names in the letters people know them by, beside the ASCII form that is kept; pure.

Source: RFC 3492 (Punycode), RFC 3490 (IDNA).
"""

from __future__ import annotations

from app.resolve.targets import Target, target


def letters(host: str) -> str | None:
    """A host in its own letters, None where it has none but ASCII or where its ASCII form would not come back from them."""
    labels = host.split(".")
    if not any(label.startswith("xn--") for label in labels):
        return None
    try:
        text = ".".join(_decoded(label) for label in labels)
    except (UnicodeError, OverflowError):
        return None
    again = target(f"https://{text}/")  # a name that hides anything, or that another host would be found by, is not shown
    return text if isinstance(again, Target) and again.host == host and text != host else None


def both(host: str) -> str:
    """A host as people read it with the form that is kept, `vải.vn (xn--…)`: letters alone can be made to look like others."""
    own = letters(host)
    return host if own is None else f"{own} ({host})"


def _decoded(label: str) -> str:
    name, colon, port = label.partition(":")  # the last label may carry a port
    if not name.startswith("xn--"):
        return label
    return name[4:].encode("ascii").decode("punycode") + colon + port
