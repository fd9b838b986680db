"""`truyxuat serve`: granian in front of the ASGI door."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from app.settings import Settings


def _prepare(settings: Settings) -> None:
    """Open the installation once in this process, so that what stands in its way is told in words and not by a dying worker."""
    from app.api.opening import only_one, open_installation
    from app.runtime import make_runtime

    on = make_runtime(settings)
    try:
        lock = only_one(on)
        copy = open_installation(on)
    finally:
        on.close()
    if lock is not None:
        lock.close()  # the worker process takes it again
    if copy is not None:
        click.echo(f"the database was brought up to date; as it was: {copy}", err=True)


def _free(settings: Settings) -> None:
    """Raise PortTaken when somebody listens there: the server would otherwise join them and share their requests."""
    import socket

    from app.api.opening import PortTaken

    try:
        family = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family[0], family[1]) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(family[4])
    except OSError as error:
        raise PortTaken(host=settings.host, port=settings.port, reason=error.strerror or str(error), retry_after=60) from error


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on; default 8000.")
@click.option("--host", help="Address to listen on; default 127.0.0.1.")
@click.option("--workers", type=click.IntRange(1, 64), help="Server processes; only 1 with SQLite.")
@click.option("--log-level", type=click.Choice(["critical", "error", "warning", "info", "debug"]), default="warning", show_default=True)
def serve(port: int | None, host: str | None, workers: int | None, log_level: str) -> None:
    """Start the server; Ctrl-C stops it after finishing what it has begun."""
    from app.settings import SettingInvalid, load

    settings = load(port=port, host=host, workers=workers)
    if settings.is_sqlite() and settings.workers != 1:
        raise SettingInvalid(
            name="workers", given=str(settings.workers), expected="1 (SQLite has one writing process; PostgreSQL takes more)"
        )
    for name, value in (("TRUYXUAT_PORT", settings.port), ("TRUYXUAT_HOST", settings.host), ("TRUYXUAT_WORKERS", settings.workers)):
        os.environ[name] = str(value)  # the worker processes read their settings again
    _prepare(settings)
    _free(settings)
    from granian import Granian
    from granian.constants import Interfaces, Loops
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    click.echo(f"truyxuat at {settings.public_url()}", err=True)
    Granian(
        "app.api.asgi:application",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        loop=Loops.asyncio,
        workers=settings.workers,
        log_level=LogLevels(log_level),
        respawn_failed_workers=settings.workers > 1,
        workers_kill_timeout=30,
        http1_settings=HTTP1Settings(header_read_timeout=10_000),
    ).serve()
