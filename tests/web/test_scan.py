"""The scanner page: a photograph without any script, the camera, typing, and clear words where the camera may not be used."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from tests.web import camera, looks
from tests.web.server import Server
from tests.web.visitor import Visitor

pytestmark = pytest.mark.browser
Visit = Callable[..., Visitor]


def _photograph(picture: bytes) -> dict[str, Any]:
    return {"name": "nhan.png", "mimeType": "image/png", "buffer": picture}


def _send(visitor: Visitor, picture: bytes) -> None:
    visitor.page.locator("input[type=file]").set_input_files(_photograph(picture))
    visitor.page.get_by_role("button", name="Đọc ảnh").click()


def test_a_photograph_leads_to_the_verdict_without_any_script(visit: Visit, server: Server, label_png: Callable[[str], bytes]) -> None:
    visitor = visit(width=360, scripts=False)
    visitor.open("/scan")
    _send(visitor, label_png("verified"))
    visitor.page.wait_for_url("**/v/01/**")
    assert visitor.page.locator("h1").inner_text() == "Đã xác minh"
    assert visitor.page.get_by_text(server.link("verified").rpartition("/")[2], exact=True).first.is_visible()


def test_a_photograph_of_a_label_lying_askew_on_a_table_is_read_too(visit: Visit, label_png: Callable[[str], bytes]) -> None:
    file = BytesIO()
    camera.scene(label_png("recalled"), degrees=17).save(file, "PNG")
    visitor = visit(width=360, scripts=False)
    visitor.open("/scan")
    _send(visitor, file.getvalue())
    visitor.page.wait_for_url("**/v/01/**")
    assert visitor.page.locator("h1").inner_text() == "Thu hồi, không sử dụng"


def test_a_photograph_without_a_code_says_what_to_do(visit: Visit) -> None:
    file = BytesIO()
    Image.new("RGB", (640, 480), (90, 120, 90)).save(file, "PNG")
    visitor = visit(width=360, scripts=False)
    visitor.open("/scan")
    _send(visitor, file.getvalue())
    assert "Không tìm thấy mã trong ảnh" in visitor.page.locator("main").inner_text()
    assert looks.wrong(visitor.page) == []


def test_a_text_file_named_as_a_photograph_is_refused_with_what_is_accepted(visit: Visit) -> None:
    visitor = visit(width=360, scripts=False)
    visitor.open("/scan")
    _send(visitor, "Đây không phải là ảnh.".encode())
    said = visitor.page.locator(".summary").inner_text()
    assert "không phải là ảnh JPEG, PNG hoặc WebP" in said
    assert "  " not in said
    assert looks.wrong(visitor.page) == []


def test_the_camera_sees_the_label_and_the_page_opens_its_verdict(visit: Visit, server: Server, camera_browser: Any) -> None:
    visitor = visit(width=360, using=camera_browser)
    visitor.open("/scan")
    visitor.page.get_by_role("button", name="Bật máy ảnh").click()
    visitor.page.wait_for_url("**/v/01/**")
    assert visitor.page.locator("h1").inner_text() == "Đã xác minh"
    assert visitor.page.get_by_text(server.link("verified").rpartition("/")[2], exact=True).first.is_visible()
    assert visitor.complaints == []
    assert visitor.elsewhere() == []


def test_the_camera_can_be_stopped(visit: Visit, camera_browser: Any) -> None:
    visitor = visit(width=360, using=camera_browser)
    visitor.page.route("**/api/scan", lambda route: route.fulfill(json={"readings": []}))
    visitor.open("/scan")
    visitor.page.get_by_role("button", name="Bật máy ảnh").click()
    visitor.page.get_by_text("Đang tìm mã").wait_for()
    visitor.page.get_by_role("button", name="Dừng").click()
    assert visitor.page.get_by_role("button", name="Bật máy ảnh").is_visible()
    assert visitor.page.locator("video").is_hidden()


def test_a_visitor_who_refuses_the_camera_is_told_how_to_go_on(visit: Visit) -> None:
    visitor = visit(width=360)
    visitor.open("/scan")
    visitor.page.get_by_role("button", name="Bật máy ảnh").click()
    visitor.page.get_by_text("Trình duyệt chưa được phép dùng máy ảnh").wait_for()
    assert visitor.page.locator("input[type=file]").is_visible()
    assert visitor.page.get_by_role("button", name="Đọc ảnh").is_enabled()


@pytest.mark.parametrize("scripts", [False, True])
def test_nothing_is_offered_that_does_nothing(visit: Visit, scripts: bool) -> None:
    visitor = visit(width=360, scripts=scripts)
    visitor.open("/scan")
    offered = [button.inner_text() for button in visitor.page.locator("main button").all() if button.is_visible()]
    assert offered == [*(["Bật máy ảnh"] if scripts else []), "Đọc ảnh", "Kiểm tra"]
    assert looks.wrong(visitor.page) == []


@pytest.mark.parametrize("spelling", ["link", "brackets", "digits"])
def test_a_typed_code_leads_to_its_verdict(visit: Visit, server: Server, spelling: str) -> None:
    link = server.link("recalled")
    serial = link.rpartition("/21/")[2].partition("?")[0]
    typed = {"link": link, "brackets": f"(01)09521003000015(21){serial}", "digits": "9521008000010"}[spelling]
    visitor = visit(width=360, language="en", scripts=False)
    visitor.open("/scan")
    visitor.page.get_by_label("Type or paste the code").fill(typed)
    visitor.page.get_by_role("button", name="Check").click()
    visitor.page.wait_for_url("**/v/01/**")
    expected = "Registered, this item not verified" if spelling == "digits" else "Recalled, do not use"
    assert visitor.page.locator("h1").inner_text() == expected


@pytest.mark.parametrize("language", ["vi", "en", "fr"])
def test_a_typed_code_with_a_wrong_check_digit_is_explained_and_kept(visit: Visit, language: str) -> None:
    visitor = visit(width=360, language=language, scripts=False)
    visitor.open("/scan")
    visitor.page.locator("#f-code").fill("9521002000017")
    visitor.page.locator("#f-code").press("Enter")
    assert "6" in visitor.page.locator(".summary").inner_text()
    assert visitor.page.locator("#f-code").input_value() == "9521002000017"
    assert looks.wrong(visitor.page) == []
