"""The two pictures of the README are what the pages look like: written anew on demand, and otherwise there and right.

On demand: `TRUYXUAT_PICTURES=1 .venv/bin/python -m pytest tests/web/test_pictures.py`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from tests.web.server import Server
from tests.web.steps import sign_in
from tests.web.visitor import Visitor

pytestmark = pytest.mark.browser

FOLDER = Path(__file__).parent / "pictures"
SIZES = {"verdict": (360, 760), "console": (1280, 800)}
MOST_BYTES = 150_000


def _keep(name: str, picture: bytes) -> None:
    """Write a picture with a palette of its own, a third of the size at the same look; only when it is asked for."""
    if os.environ.get("TRUYXUAT_PICTURES") == "1":
        image = Image.open(BytesIO(picture)).convert("RGB").quantize(128, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        image.save(FOLDER / f"{name}.png", optimize=True)


def _committed(name: str) -> None:
    file = FOLDER / f"{name}.png"
    assert file.stat().st_size < MOST_BYTES
    with Image.open(file) as image:
        assert (image.format, image.size) == ("PNG", SIZES[name])


def test_the_picture_of_a_verdict_is_there(visit: Callable[..., Visitor], server: Server) -> None:
    width, height = SIZES["verdict"]
    visitor = visit(width=width, height=height, scripts=False)
    visitor.open(server.page("verified"))
    assert visitor.page.locator("h1").inner_text() == "Đã xác minh"
    _keep("verdict", visitor.page.screenshot())
    _committed("verdict")


def test_the_picture_of_the_overview_is_there(visit: Callable[..., Visitor]) -> None:
    width, height = SIZES["console"]
    visitor = visit(width=width, height=height)
    sign_in(visitor, "owner", "Hương Giang")
    visitor.page.locator("h1").wait_for()
    _keep("console", visitor.page.screenshot())
    _committed("console")
