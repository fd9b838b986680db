"""Tests of the command's common machinery."""

from __future__ import annotations
