"""What `app.wsgi` promises besides: one server a home, and a command that works as it is written."""

from __future__ import annotations

import ast
import subprocess
import sys

from tests import ROOT
from tests.serving import ONCE, servers
from tests.serving.conftest import Served

pytestmark = ONCE


def test_the_command_that_is_written_down_is_the_one_that_runs_here() -> None:
    said = ast.get_docstring(ast.parse((ROOT / "app" / "wsgi.py").read_text(encoding="utf-8"))) or ""
    assert said.splitlines()[2].strip() == " ".join(servers.GUNICORN)
    assert f"`{' '.join(servers.GUNICORN)}`" in (ROOT / "deploy" / "README.md").read_text(encoding="utf-8")


def test_a_home_that_is_served_is_not_served_twice(served: Served) -> None:
    """Two workers of gunicorn meet like this: each imports the entry."""
    second, environ = [sys.executable, "-c", "import app.wsgi"], servers.settings_of(served.homes["gunicorn"])
    done = subprocess.run(second, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode != 0
    assert "HomeInUse" in done.stderr
