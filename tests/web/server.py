"""A real server in a process of its own, over a demo world of its own; the browser and the command line meet it as people do."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from tests import ROOT

_ATTEMPTS = 200
_PAUSE = 0.1


class DidNotStart(Exception):  # noqa: N818  # its text is what the server said
    """The server ended, or did not answer, before it was ready."""


def free_port() -> int:
    """A port of the loopback address that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environ(home: Path) -> dict[str, str]:
    """The environment of a command of this installation: no setting of the person who runs the tests reaches it.

    It believes one proxy, so that a test can be a visitor from elsewhere.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRUYXUAT_")}
    return kept | {"TRUYXUAT_HOME": str(home), "TRUYXUAT_TRUSTED_PROXIES": "1"}


def command(home: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run `truyxuat …` to its end; more: further variables of its environment."""
    line = [sys.executable, "-m", "app", *words]
    return subprocess.run(line, cwd=ROOT, env=environ(home) | more, capture_output=True, text=True, timeout=100, check=False)


class Server:
    """`truyxuat serve` on a free port; `told` is what `truyxuat demo --json` printed."""

    def __init__(self, home: Path) -> None:
        self.home, self.port = home, free_port()
        seeded = command(home, "demo", "--json", "--port", str(self.port))
        if seeded.returncode:
            raise DidNotStart(seeded.stdout + seeded.stderr)
        self.told: dict[str, Any] = json.loads(seeded.stdout)
        self.base: str = self.told["base_url"]
        self._log = home / "server.log"
        with self._log.open("wb") as log:
            line = [sys.executable, "-m", "app", "serve", "--port", str(self.port)]
            self._process = subprocess.Popen(line, cwd=ROOT, env=environ(home), stdout=log, stderr=log)
        self._wait()

    def _wait(self) -> None:
        """Until it answers; between two attempts we look whether the process still lives."""
        for _ in range(_ATTEMPTS):
            try:
                self._process.wait(_PAUSE)
            except subprocess.TimeoutExpired:
                if self._ready():
                    return
            else:
                break
        self.stop()
        raise DidNotStart(self._log.read_text(encoding="utf-8"))

    def _ready(self) -> bool:
        try:
            with urlopen(f"{self.base}/readyz", timeout=5) as answer:  # noqa: S310  # an http address of this machine
                return bool(answer.status == 200)
        except OSError:
            return False

    def stop(self) -> None:
        """End the server as Ctrl-C does, and wait until it has finished what it began."""
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait(30)

    def link(self, verdict: str) -> str:
        """Where the demo's label of a verdict leads, as printed on it: a Digital Link."""
        found: str = self.told["scan_links"][verdict]
        return found

    def page(self, verdict: str) -> str:
        """The verification page of that label."""
        return self.base + "/v" + self.link(verdict).removeprefix(self.base).removeprefix("/v")

    def person(self, role: str, organisation: str = "") -> tuple[str, str]:
        """E-mail and password of the first person with a role; organisation: a part of its name, the demo's orchard comes first."""
        found = next(each for each in self.told["sign_ins"] if each["role"] == role and organisation in each["organisation"])
        return found["email"], found["password"]
