"""Refusals of recalls, as codes of `schemas/errors.toml`."""

from __future__ import annotations

from app.errors import Conflict, Invalid, NotFound


class NoticeInvalid(Invalid):
    """A notice that lacks something; the findings name the fields."""

    code = "recall.notice-invalid"  # params: count (findings)


class NoSuchNotice(NotFound):
    """The organisation has declared no such recall."""

    code = "recall.no-such-notice"  # params: notice


class AlreadyRecalled(Conflict):
    """The same lot, or the same whole product, is recalled already."""

    code = "recall.already-in-force"  # params: gtin, lot


class AlreadyWithdrawn(Conflict):
    """The notice was taken back before."""

    code = "recall.already-withdrawn"  # params: notice
