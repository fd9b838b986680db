"""Pytest plug-in of `deploy/dev.py check --long`: hostile input is looked at for minutes, here and in the workers (`tests/thorough.py`)."""

from __future__ import annotations

import os

os.environ["TRUYXUAT_TEST_THOROUGH"] = "1"
