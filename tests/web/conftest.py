"""The browser, the server it visits and the visitors: shared by every test that is marked `browser`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.web.server import Server
from tests.web.visitor import Visitor

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
)
"""What chromium needs on a machine without screen, sandbox or network; its made-up camera is there and asks for permission."""

GRANTED = "--use-fake-ui-for-media-stream"
PATIENCE = 15_000
"""Milliseconds after which something that did not appear counts as missing."""

_REMEDY = "chromium is not installed: sudo apt-get install -y --no-install-recommends chromium fonts-dejavu-core"


@pytest.fixture(scope="package")
def chromium() -> str:
    """Debian's chromium; where there is none, the tests of this folder are skipped with the remedy, and fail under CI=true."""
    found = shutil.which("chromium")
    if found is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(_REMEDY)
    return str(found)


@pytest.fixture(scope="package")
def launch(chromium: str) -> Iterator[Callable[..., Any]]:
    """Starts a browser with further flags; all of them end with the package, and Playwright's event loop with them."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened: list[Any] = []

        def start(*flags: str) -> Any:
            opened.append(playwright.chromium.launch(executable_path=chromium, args=[*FLAGS, *flags]))
            return opened[-1]

        yield start
        for browser in opened:
            browser.close()


@pytest.fixture(scope="package")
def browser(launch: Callable[..., Any]) -> Any:
    """The browser most tests share; each visitor has a profile of its own."""
    return launch()


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server over the demo world, seeded once for all browser tests."""
    running = Server(tmp_path_factory.mktemp("server"))
    yield running
    running.stop()


def _coming(browser: Any, server: Server) -> Iterator[Callable[..., Visitor]]:
    visitors: list[Visitor] = []

    def come(
        *, width: int = 1280, height: int = 800, language: str = "vi", scripts: bool = True, using: Any = None, **more: Any
    ) -> Visitor:
        context = (using or browser).new_context(
            base_url=server.base,
            viewport={"width": width, "height": height},
            locale={"vi": "vi-VN", "en": "en-GB", "fr": "fr-FR"}[language],
            java_script_enabled=scripts,
            accept_downloads=True,
            **more,
        )
        context.set_default_timeout(PATIENCE)
        visitors.append(Visitor(context.new_page(), server))
        return visitors[-1]

    yield come
    for visitor in visitors:
        visitor.page.context.close()


@pytest.fixture
def visit(browser: Any, server: Server) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors: `visit(width=360, language="vi", scripts=False)`; each has its own cookies, which end with the test."""
    yield from _coming(browser, server)


@pytest.fixture(scope="module")
def stay(browser: Any, server: Server) -> Iterator[Callable[..., Visitor]]:
    """As `visit`, for visitors who stay as long as the tests of a file: what several tests look at is opened once."""
    yield from _coming(browser, server)


@pytest.fixture(scope="package")
def label_png(server: Server) -> Callable[[str], bytes]:
    """Makes the label whose link the demo prints for a verdict, at 300 dots per inch, as a printer would put it on paper."""
    from tests.web.labels import png_of

    return lambda verdict: png_of(server.link(verdict))


@pytest.fixture(scope="package")
def camera_browser(launch: Callable[..., Any], label_png: Callable[[str], bytes], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A browser whose camera sees the verified lychee's label and may be used without asking."""
    from tests.web import camera

    film: Path = camera.film(tmp_path_factory.mktemp("camera") / "label.y4m", label_png("verified"))
    return launch(GRANTED, f"--use-file-for-fake-video-capture={film}")
