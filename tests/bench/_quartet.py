"""QU4RTET's EPCIS parser, in an environment of its own: Django models, EPCIS 1.2 XML, a transaction for each document.

It is used here to be compared with, and is no part of the product (AGPL). No HTTP, no schema, no hash, no signature: less work than ours.
"""

from __future__ import annotations

import json
import subprocess
import venv
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from app.capture.binding.convert import convert

PACKAGES = (
    "quartet-epcis", "haikunator", "quartet-capture", "quartet-templates", "quartet-output", "psycopg[binary]",
    "djangorestframework", "djangorestframework-xml", "coreapi", "pyyaml", "django-filter",
)  # fmt: skip
_WORKER = """
import io, json, sys, time, warnings
warnings.simplefilter("ignore")
import django
from django.conf import settings
settings.configure(
    DATABASES={"default": json.loads(sys.argv[1])}, USE_TZ=True, SECRET_KEY="bench", DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "quartet_capture", "quartet_output", "quartet_templates",
                    "quartet_epcis"])
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.db import transaction
from quartet_epcis.parsing.parser import QuartetParser
print("ready", flush=True)
for line in sys.stdin:
    documents = [open(path, "rb").read() for path in json.loads(line)]
    began = time.process_time()
    for document in documents:
        with transaction.atomic():
            QuartetParser(io.BytesIO(document)).parse()
    print(time.process_time() - began, flush=True)
"""


class Quartet:
    """The peer over one database. url: a SQLAlchemy address of PostgreSQL, None for a SQLite file in `folder`."""

    def __init__(self, environment: Path, folder: Path, url: str | None) -> None:
        if not (environment / "bin" / "python").exists():
            venv.create(environment, with_pip=True)
            install = [str(environment / "bin" / "pip"), "-q", "--disable-pip-version-check", "install", *PACKAGES]
            subprocess.run(install, check=True)
        self._folder = folder
        database: dict[str, Any] = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "quartet.db")}
        if url is not None:
            made = make_url(url)
            database = {"ENGINE": "django.db.backends.postgresql", "NAME": made.database, "USER": made.username or ""}
            database |= {"PASSWORD": made.password or "", "HOST": made.query.get("host", made.host or ""), "PORT": made.port or ""}
        command = [str(environment / "bin" / "python"), "-c", _WORKER, json.dumps(database)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if self._read() != "ready":
            raise RuntimeError(_WORKER)

    def _read(self) -> str:
        return self._process.stdout.readline().strip() if self._process.stdout else ""

    def keep(self, bodies: list[bytes]) -> float:
        """CPU seconds of the peer for documents of ours, given to it as EPCIS 1.2 XML; those of its database come on top."""
        paths = []
        for number, body in enumerate(bodies):
            path = self._folder / f"quartet_{number}.xml"
            path.write_bytes(convert(body, "xml-1.2").content)
            paths.append(str(path))
        if self._process.stdin is None:
            raise RuntimeError(_WORKER)
        self._process.stdin.write(json.dumps(paths) + "\n")
        self._process.stdin.flush()
        return float(self._read())

    def close(self) -> None:
        """End the peer."""
        if self._process.stdin:
            self._process.stdin.close()
        self._process.wait()
