"""Tests of the doors' common machinery and of the contract."""

from __future__ import annotations
