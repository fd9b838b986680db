"""Folding of text for search: SQLite's lower() leaves Đ and accents, so the key is made here."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """A search key: lower case, without accents, đ as d, single spaces; `fold("Chè Shan  Bình Lư")` is "che shan binh lu"."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join("".join(char for char in plain if not unicodedata.combining(char)).split())
