"""Tests of truyxuat; the package exists so that no other distribution's `tests` can be imported in its place."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

_BESIDE = ROOT.parent / "shared"
SHARED: Path | None = _BESIDE if _BESIDE.is_dir() else None
"""The folder of official artefacts beside the repository, or None: every test must also pass without it."""
