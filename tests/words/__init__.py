"""Tests of sentences and languages."""

from __future__ import annotations
