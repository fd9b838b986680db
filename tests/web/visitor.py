"""Somebody at a browser: opens pages and keeps what a test asks about them afterwards (requests, complaints of the console)."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from tests.web.server import Server


class Visitor:
    """A browser window with a memory.

    requests: addresses of everything that was loaded; complaints: errors of the console and of scripts.
    """

    def __init__(self, page: Any, server: Server) -> None:
        self.page, self.server = page, server
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("console", self._hear)

    def _hear(self, message: Any) -> None:
        if message.type == "error":
            self.complaints.append(f"{self.page.url}: {message.text} ({message.location.get('url')})")

    def open(self, path: str) -> Any:
        """Go to a path or address; the answer of the last hop."""
        return self.page.goto(path, wait_until="load")

    @property
    def path(self) -> str:
        """The path the window is on."""
        return urlsplit(self.page.url).path

    def elsewhere(self) -> list[str]:
        """Addresses of other hosts that were asked for anything; data: and blob: stay inside the browser."""
        host = urlsplit(self.server.base).netloc
        return [url for url in self.requests if urlsplit(url).scheme in {"http", "https"} and urlsplit(url).netloc != host]
