"""Tests of the persistence kernel."""

from __future__ import annotations
