"""The real servers as processes: ours on granian, gunicorn, and nginx with the file that operators copy."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests import ROOT
from tests.durability.server import free_port
from tests.serving.wire import HOST

START_SECONDS = 60.0
GUNICORN = ("gunicorn", "--workers", "1", "--threads", "32", "--limit-request-line", "8190", "app.wsgi:application")
"""As `app/wsgi.py` says it."""

CONFIGURATION = ROOT / "deploy" / "nginx" / "truyxuat.conf"
PATIENCE = 20.0
"""Seconds a server may take to end."""


class Process:
    """A server of ours; its output is kept, and shown when it does not come up."""

    def __init__(self, command: Sequence[str], port: int, log: Path, environ: Mapping[str, str] | None = None) -> None:
        self.port = port
        self._log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=output, stderr=output)

    def wait(self) -> None:
        """Return when somebody listens on the port."""
        deadline, turn = time.monotonic() + START_SECONDS, threading.Event()
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 5).close()
            except OSError:
                turn.wait(0.02)
            else:
                return
        raise TimeoutError(self.said()[-3000:])

    def said(self) -> str:
        """What it has written so far."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def end(self) -> None:
        """Ask it to end; see `ended`."""
        if self.process.poll() is None:
            self.process.terminate()

    def ended(self) -> int:
        """Its exit code, once it has one; a server that does not end is killed and fails the test that looks."""
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(PATIENCE)
            raise


def settings_of(home: Path) -> dict[str, str]:
    """An environment with the settings that deploy/README.md gives an installation behind nginx."""
    return {name: value for name, value in os.environ.items() if not name.startswith("TRUYXUAT_")} | {
        "TRUYXUAT_HOME": str(home),
        "TRUYXUAT_BASE_URL": f"https://{HOST}",
        "TRUYXUAT_SECURE_COOKIES": "true",
        "TRUYXUAT_TRUSTED_PROXIES": "1",
        "TRUYXUAT_SIGN_IN_ATTEMPTS": "1",
        "TRUYXUAT_LINK_CHECK_HOUR": "-1",
    }


def start_ours(home: Path) -> Process:
    """`truyxuat serve` on a free port."""
    port = free_port()
    return Process([sys.executable, "-m", "app", "serve", "--port", str(port)], port, home / "server.log", settings_of(home))


def start_gunicorn(home: Path) -> Process:
    """The command of gunicorn on a free port, as `app/wsgi.py` says it."""
    port = free_port()
    command = [sys.executable, "-m", *GUNICORN, "--bind", f"127.0.0.1:{port}", "--no-control-socket"]
    return Process(command, port, home / "server.log", settings_of(home))


_AROUND = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr warn;
worker_processes 1;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/truyxuat.conf;
}}
"""
"""What the distribution's nginx.conf is around ours, as one process that needs no rights: everything it writes is in one folder."""


class Nginx(Process):
    """nginx in front of a server, with our file; only ports and certificate are others."""

    def __init__(self, folder: Path, behind: int) -> None:
        self.certificate = make_certificate(folder)
        self.plain = free_port()
        port = free_port()
        text = CONFIGURATION.read_text(encoding="utf-8")
        for written, here in (
            ("127.0.0.1:8000;", f"127.0.0.1:{behind};"),
            ("    listen 80;\n    listen [::]:80;\n", f"    listen 127.0.0.1:{self.plain};\n"),
            ("    listen 443 ssl http2;", f"    listen 127.0.0.1:{port} ssl http2;"),
            ("    listen [::]:443 ssl http2;\n", ""),
            ("/etc/letsencrypt/live/trace.example.vn/fullchain.pem", str(self.certificate)),
            ("/etc/letsencrypt/live/trace.example.vn/privkey.pem", str(folder / "key.pem")),
        ):
            assert text.count(written) == 1, f"{written!r} is not in deploy/nginx/truyxuat.conf"
            text = text.replace(written, here)
        (folder / "truyxuat.conf").write_text(text, encoding="utf-8")
        (folder / "nginx.conf").write_text(_AROUND.format(folder=folder), encoding="utf-8")
        command = [program(), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "stderr"]
        super().__init__(command, port, folder / "server.log")


def program() -> str:
    """Where nginx is; "" without it. Debian keeps it where only root looks."""
    return shutil.which("nginx", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))) or ""


def make_certificate(folder: Path) -> Path:
    """A certificate of our own for the name of the installation; its key lies beside it."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(private)
    (folder / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return folder / "certificate.pem"
