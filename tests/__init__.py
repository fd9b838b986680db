"""Tests of truyxuat; the package exists so that no other distribution's `tests` can be imported in its place."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

# Compiled modules are kept, whatever the machine's habit: without them every process of a run compiles the product, and three processes
# rewrite each of the 6,000 assertions, which was a quarter of the whole suite. `__pycache__` is ignored by git and left out of the wheel.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # the programs that tests start inherit it

# Databases of the tests lie in memory where there is room: they are synced as always, and waiting for the disk was half of the run.
# Nothing is lost that a killed process could lose; only a power cut would, and no test cuts the power.
_MEMORY, _ROOM = Path("/dev/shm"), 4_000_000_000  # noqa: S108  # pytest makes a folder of its own in it
if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))

ROOT = Path(__file__).resolve().parent.parent

_BESIDE = ROOT.parent / "shared"
SHARED: Path | None = _BESIDE if _BESIDE.is_dir() else None
"""The folder of official artefacts beside the repository, or None: every test must also pass without it."""
