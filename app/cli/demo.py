"""`truyxuat demo`: seeds the demo world when needed and prints how to get in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from app.runtime import Runtime


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object: base_url, sign_ins, api_keys, scan_links.")
@click.option("--once", is_flag=True, help="Also ask for every scan link once and fail unless each gives its verdict.")
@click.option("--port", type=click.IntRange(1, 65535), help="Port of the server the links lead to; default 8000.")
def demo(*, as_json: bool, once: bool, port: int | None) -> int:
    """Seed the demo world when needed and print its sign-ins, API keys and scan links.

    Everything is fictional and lies under GS1's demonstration prefix 952. Run it on an installation of its own: the demo's people get in
    with the password printed here.
    """
    from app.api.opening import open_installation
    from app.cli.output import line
    from app.runtime import make_runtime
    from app.settings import load

    settings = load(port=port)
    on = make_runtime(settings)
    try:
        open_installation(on)
        told = _world(on)
        wrong = _wrong_verdicts(on, told["paths"]) if once else []
    finally:
        on.close()
    base = settings.public_url()
    body = {
        "base_url": base,
        "sign_ins": told["sign_ins"],
        "api_keys": told["api_keys"],
        "scan_links": {verdict: base + path for verdict, path in told["paths"].items()},
    }
    if once:
        body["checked"] = not wrong
    if as_json:
        line(body)
    else:
        _print(body)
    for sentence in wrong:
        click.secho(sentence, fg="red", err=True)
    return 1 if wrong else 0


def _world(on: Runtime) -> dict[str, Any]:
    from app.cli import demo_seed
    from app.cli.output import progress

    told = demo_seed.remembered(on)
    if told is None:
        for _ in progress(demo_seed.seed(on), total=8, about="demo world"):
            pass
        told = demo_seed.remembered(on)
    if told is None:
        message = "the demo world was seeded and is not remembered"
        raise RuntimeError(message)
    return told


def _wrong_verdicts(on: Runtime, paths: dict[str, str]) -> list[str]:
    """Ask the application itself for each link, as a phone would, and compare the verdict."""
    from app.api.application import make_application

    client = make_application(runtime=on).test_client()
    wrong: list[str] = []
    for verdict, path in paths.items():
        answer = client.get("/api/verify", query_string={"code": on.settings.public_url() + path.removeprefix("/v")})
        found = (answer.get_json(silent=True) or {}).get("verdict")
        if found != ("suspicious" if verdict.startswith("suspicious") else verdict):
            wrong.append(f"{verdict}: {path} answered {found} ({answer.status_code})")
    return wrong


def _print(body: dict[str, Any]) -> None:
    click.echo(f"Server    {body['base_url']}   (start it with: truyxuat serve)")
    click.echo("\nSign in at /sign-in")
    shown = [item for item in body["sign_ins"] if item["organisation"] == body["sign_ins"][0]["organisation"]]
    for item in shown:
        click.echo(f"  {item['email']:<38} {item['password']:<18} {item['role']}, {item['organisation']}")
    click.echo(f"  … {len(body['sign_ins']) - len(shown)} more with --json")
    click.echo("\nScan")
    for verdict in ("verified", "recalled", "suspicious"):
        click.echo(f"  {verdict:<12} {body['scan_links'][verdict]}")
    click.echo("\nAPI key of the manufacturer (Authorization: Bearer …)")
    click.echo(f"  {body['api_keys']['manufacturer']}")
