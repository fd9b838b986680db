"""Hosts in their own letters: shown beside the form that is kept, and never where they would name another host."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.resolve.host_spelling import both, letters

VIETNAMESE = "aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ"


@given(st.text(VIETNAMESE, min_size=1, max_size=20))
def test_a_vietnamese_name_comes_back_from_its_ascii_form(name: str) -> None:
    host = f"{name}.vn".encode("idna").decode()
    assert letters(host) == (None if name.isascii() else f"{name}.vn")
    assert both(host) == (host if name.isascii() else f"{name}.vn ({host})")


def test_a_port_stays() -> None:
    host = "vải.vn:8443".encode("idna").decode()
    assert both(host) == f"vải.vn:8443 ({host})"


@pytest.mark.parametrize(
    "host",
    ["vai.example", "", "[::1]:8080", "xn--.vn", "xn--\x1b.vn", "xn--99999999999.vn", "xn--vai-.vn", "xn--strae-oqa.vn", "xn--ab-m1t.vn"],
)
def test_a_name_that_would_not_come_back_stays_as_it_is(host: str) -> None:
    assert letters(host) is None
    assert both(host) == host


@given(st.text(max_size=30))
def test_no_name_breaks_the_page(text: str) -> None:
    assert both(f"xn--{text}").endswith((f"xn--{text}", f"(xn--{text})"))
