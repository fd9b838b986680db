"""A real server process with its own home, and a client that notes what was acknowledged."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.settings import Settings
from tests import ROOT
from tests.builders import document, object_event, raw

START_SECONDS = 60.0


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


class Server:
    """`python -m app serve` in a process group of its own."""

    def __init__(self, settings: Settings, *, checkpoint_seconds: float = 0.05) -> None:
        self._settings = settings
        self._checkpoint_seconds = checkpoint_seconds
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The number of the process that runs."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start, and return when it answers."""
        environ = {name: value for name, value in os.environ.items() if not name.startswith("TRUYXUAT_")}
        environ |= {
            "TRUYXUAT_HOME": str(self._settings.home),
            "TRUYXUAT_DATABASE_URL": self._settings.url(),
            "TRUYXUAT_BASE_URL": self._settings.base_url,
        }
        environ |= {"TRUYXUAT_CHECKPOINT_SECONDS": str(self._checkpoint_seconds), "TRUYXUAT_THREADS": str(self._settings.threads)}
        log = (self._settings.home / "server.log").open("ab")
        command = [sys.executable, "-m", "app", "serve", "--port", str(self.port)]
        with log:
            self._process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log, start_new_session=True)
        deadline = time.monotonic() + START_SECONDS
        turn = threading.Event()
        while time.monotonic() < deadline:
            try:
                if self.get("/healthz")[0] == 200:
                    return
            except OSError:
                turn.wait(0.02)
        raise TimeoutError((self._settings.home / "server.log").read_text(encoding="utf-8", errors="replace")[-2000:])

    def log(self) -> str:
        """The end of what it wrote."""
        return (self._settings.home / "server.log").read_text(encoding="utf-8", errors="replace")[-3000:]

    def get(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", path, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def kill(self) -> None:
        """End the whole group at once, as a power failure would: no handler of ours runs."""
        if self._process is not None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(20)
            self._process = None

    def stop(self) -> int:
        """End politely; returns the exit code."""
        assert self._process is not None
        self._process.terminate()
        code = self._process.wait(40)
        self._process = None
        return code


def event(number: int) -> dict[str, Any]:
    return object_event(
        eventID=f"urn:uuid:00000000-0000-4000-8000-{number:012d}", epcList=[f"https://id.gs1.org/01/09521001000017/21/S{number}"]
    )


@dataclass
class Sender(threading.Thread):
    """Sends documents of its own events until the connection breaks."""

    port: int
    headers: dict[str, str]
    first: int
    size: int = 3
    sent: set[int] = field(default_factory=set)
    acknowledged: set[int] = field(default_factory=set)
    strange: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(daemon=True)

    def __hash__(self) -> int:
        return id(self)

    def run(self) -> None:
        number = self.first
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            while True:
                numbers = range(number, number + self.size)
                number += self.size
                self.sent.update(numbers)
                connection.request("POST", "/epcis/capture", raw(document(*map(event, numbers))), self.headers)
                answer = connection.getresponse()
                body = json.loads(answer.read())
                if answer.status == 202:
                    self.acknowledged.update(numbers)
                else:
                    self.strange.append((answer.status, body))
        except (OSError, http.client.HTTPException, ValueError):
            return  # the server was killed under us
        finally:
            connection.close()


def home_of(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    return home
