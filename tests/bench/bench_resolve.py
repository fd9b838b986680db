"""Redirects of printed codes: `python -m tests.bench.bench_resolve [--keys 1000000] [--database URL]`.

So many link sets are registered (every one a key of its own, a tenth with lots), then random codes are asked for: in this process through
Flask, in this process through the fast way in front of it, and through a real server on a socket of 127.0.0.1 with a client in this
process beside it. Printed are requests for each second of processor time - of the server alone, where there is one - and latencies as the
client sees them. Bars (design.md, section 10): 2,000 a second through Flask, 8,000 through the fast way, p95 of 10 ms.

GS1's community resolver answers 4-5 requests a second of processor time as shipped; it needs MongoDB and Node.js and is not run here.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from app.api import asgi
from app.api.application import make_application
from app.api.fast import FastRedirects, in_front
from app.api.opening import open_installation
from app.identify import check_digit
from app.resolve.anchor import place_of
from app.resolve.model import LinkSet
from app.runtime import Runtime, make_runtime
from app.settings import Settings
from app.store.tables import table
from app.store.work import Tx

ROOT = "https://id.example.vn"
_COLUMNS = (
    "issuer", "class_key", "qualifiers", "party_id", "anchor", "description", "default_href", "default_title", "default_host",
    "several_defaults", "links", "updated_at",
)  # fmt: skip
_AT_ONCE = 20_000
_PHONE = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
_TICKS = os.sysconf("SC_CLK_TCK")


def gtin(number: int) -> str:
    """A GTIN of the demo prefix."""
    body = f"0952{number:09}"
    return body + check_digit.digit(body)


def _rows(first: int, last: int) -> Iterator[tuple[Any, ...]]:
    for number in range(first, last):
        code = gtin(number)
        for path in ((("01", code),), (("01", code), ("10", "LOT-1"))) if number % 10 == 0 else ((("01", code),),):
            place = place_of(path)
            target = f"https://brand.example.vn/p/{number}"
            yield (*place[:3], 0, place.anchor, "Vải thiều", target, "Trang sản phẩm", "brand.example.vn", False, "[]", 0)


def _load(on: Runtime, keys: int) -> None:
    began = time.perf_counter()
    for first in range(0, keys, _AT_ONCE):
        rows = list(_rows(first, min(first + _AT_ONCE, keys)))

        def put(tx: Tx, rows: list[tuple[Any, ...]] = rows) -> None:
            tx.insert(table(LinkSet), _COLUMNS, rows)

        on.store.write(put, timeout=600)
    print(f"{keys:,} keys registered in {time.perf_counter() - began:.0f} s")


def _paths(keys: int, count: int) -> list[str]:
    """Codes as they are printed: half of them with a serial that nobody registered, some with a lot."""
    draw = random.Random(7)  # noqa: S311  # which codes are asked for is no secret
    ends = ["", "/10/LOT-1", "/21/{}", "/10/LOT-1/21/{}"]
    return [f"/01/{gtin(draw.randrange(keys))}{draw.choice(ends).format(draw.randrange(10**9))}" for _ in range(count)]


def _rate(about: str, paths: list[str], ask: Callable[[str], int]) -> None:
    best = 0.0
    for _ in range(5):
        began = time.process_time()
        for path in paths:
            if ask(path) != 307:
                message = f"{path} was not redirected"
                raise RuntimeError(message)
        best = max(best, len(paths) / (time.process_time() - began))
    print(f"{about:<58} {best:>8,.0f} /CPU-s")


def _through_flask(on: Runtime) -> Callable[[str], int]:
    app = make_application(runtime=on)
    headers = [(b"host", b"id.example.vn"), (b"accept", _PHONE.encode()), (b"accept-language", b"vi-VN,vi;q=0.9")]

    def ask(path: str) -> int:
        scope = {"method": "GET", "path": path, "raw_path": path.encode(), "query_string": b"", "headers": headers, "scheme": "https"}
        return asgi._run(app, asgi.make_environ(scope, b""))[0]  # noqa: SLF001  # what the server calls

    return ask


def _through_fast(on: Runtime) -> Callable[[str], int]:
    """The WSGI application of `app.wsgi`, called as a WSGI server calls it."""
    front = in_front(make_application(runtime=on), FastRedirects(on))
    statuses: list[str] = []

    def ask(path: str) -> int:
        environ = {
            "REQUEST_METHOD": "GET", "PATH_INFO": path, "RAW_URI": path, "QUERY_STRING": "", "HTTP_HOST": "id.example.vn",
            "HTTP_ACCEPT": _PHONE, "HTTP_ACCEPT_LANGUAGE": "vi-VN,vi;q=0.9", "wsgi.url_scheme": "https",
        }  # fmt: skip
        list(front(environ, lambda status, _headers: statuses.append(status)))
        return int(statuses.pop()[:3])

    return ask


# --------------------------------------------------------------------------------------------------------- a real server


def _processor_seconds(parent: int) -> float:
    """Processor time of a process and its children (Linux)."""
    spent, wanted = 0.0, {parent}
    stats = []
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = file.read_text().rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        stats.append((int(file.parent.name), int(fields[1]), int(fields[11]) + int(fields[12])))
    for process, above, ticks in sorted(stats):
        if process in wanted or above in wanted:
            wanted.add(process)
            spent += ticks / _TICKS
    return spent


async def _client(port: int, paths: list[str], spent: list[float], more: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for path in paths:
        began = time.perf_counter()
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: id.example.vn\r\nAccept: {_PHONE}\r\nAccept-Language: vi-VN,vi;q=0.9\r\n{more}\r\n".encode()
        )
        head = await reader.readuntil(b"\r\n\r\n")
        spent.append((time.perf_counter() - began) * 1000)
        if not head.startswith(b"HTTP/1.1 307"):
            message = head.decode("latin-1")
            raise RuntimeError(message)
    writer.close()


def _through_server(home: Path, database: str, paths: list[str], clients: int) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"TRUYXUAT_HOME": str(home), "TRUYXUAT_BASE_URL": ROOT, "TRUYXUAT_DATABASE_URL": database}
    command = [sys.executable, "-m", "app", "serve", "--port", str(port)]
    with subprocess.Popen(command, env=os.environ | settings) as server:
        try:
            _wait(port)
            # A request that announces a body is left to Flask, so the second line measures what stands behind the fast way.
            for about, more in (("the server, fast way", ""), ("the server, through Flask (a body is announced)", "Content-Length: 0\r\n")):
                spent: list[float] = []
                share = [paths[number::clients] for number in range(clients)]

                async def all_of_them(share: list[list[str]] = share, spent: list[float] = spent, more: str = more) -> None:
                    await asyncio.gather(*(_client(port, each, spent, more) for each in share))

                before, began = _processor_seconds(server.pid), time.perf_counter()
                asyncio.run(all_of_them())
                seconds, used = time.perf_counter() - began, _processor_seconds(server.pid) - before
                p95 = statistics.quantiles(spent, n=20)[-1]
                print(
                    f"{about:<58} {len(spent) / used:>8,.0f} /CPU-s   {len(spent) / seconds:,.0f}/s with {clients} clients, "
                    f"p50 {statistics.median(spent):.2f} ms, p95 {p95:.2f} ms"
                )
        finally:
            server.terminate()


def _wait(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    message = "the server did not start"
    raise RuntimeError(message)


def main() -> None:
    """Load, then ask."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keys", type=int, default=1_000_000)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--database", default="", help="SQLAlchemy URL of an empty PostgreSQL database; default: SQLite")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        on = make_runtime(Settings(home=home, database_url=chosen.database, base_url=ROOT))
        open_installation(on)
        _load(on, chosen.keys)
        paths = _paths(chosen.keys, chosen.requests)
        _rate("in one process, through Flask", paths[: chosen.requests // 4], _through_flask(on))
        _rate("in one process, fast way (WSGI)", paths, _through_fast(on))
        on.close()
        _through_server(home, chosen.database, paths, chosen.clients)


if __name__ == "__main__":
    main()
