"""Commands of the store: migrate, backup."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from app.runtime import Runtime


@click.command("migrate")
@click.option("--check", is_flag=True, help="Only say whether a migration is needed (exit 1 when it is).")
@click.option("--down-to", metavar="REVISION", help='Go back to a revision ("base" empties the database). Make a backup first.')
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def migrate_command(*, check: bool, down_to: str | None, as_json: bool) -> int:
    """Bring the database to this program's version."""
    from app.cli.output import line
    from app.runtime import make_runtime
    from app.settings import load
    from app.store import migrate

    on = make_runtime(load())
    try:
        before = migrate.current(on.store.engines)
        if not check:
            if down_to:
                migrate.downgrade(on.store.engines, down_to)
            else:
                migrate.upgrade(on.store.engines)
        found, wanted = migrate.current(on.store.engines), migrate.head()
    finally:
        on.close()
    if as_json:
        line({"before": before, "revision": found, "wanted": wanted, "current": found == wanted})
    else:
        click.echo(f"{before or 'empty'} -> {found or 'empty'} (this program: {wanted})")
    return 0 if found == wanted or down_to else 1


@click.command("backup")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--restore", is_flag=True, help="Restore FOLDER into an empty installation instead.")
@click.option("--verify", is_flag=True, help="Only check that FOLDER is whole.")
@click.option("--json", "as_json", is_flag=True, help="Print the manifest as one JSON object.")
def backup(folder: Path, *, restore: bool, verify: bool, as_json: bool) -> int:
    """Copy the database and the secrets into FOLDER while the server runs.

    The folder holds the private keys: keep it like them. After a restore the log refuses to go on when the backup is older than what was
    published (the file log.guard of the old machine knows). So that no number is given out twice, permuted ranges of serial numbers are
    closed, and SSCCs wait until you say where they go on: truyxuat party sscc PREFIX EXTENSION --next N.
    """
    from app.cli.output import line
    from app.label.stamps import restored
    from app.runtime import make_runtime
    from app.settings import load
    from app.store import copy_out

    on = make_runtime(load())
    try:
        if verify:
            manifest = copy_out.check(folder)
        elif restore:
            manifest = copy_out.restore(folder, on=on, then=lambda found: restored.forget_nothing(str(found.get("made", "-")), on=on))
        else:
            manifest = _with_bar(folder, on)
    finally:
        on.close()
    if as_json:
        line({"folder": str(folder), "action": "verify" if verify else "restore" if restore else "backup"} | manifest)
    else:
        click.echo(f"{folder}: {len(manifest['files'])} files, revision {manifest['revision']}, made {manifest['made']}")
    return 0


def _with_bar(folder: Path, on: Runtime) -> dict[str, Any]:
    import sys

    from app.store import copy_out

    if not sys.stderr.isatty():
        return copy_out.backup(folder, on=on)
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("backup", total=None)
        return copy_out.backup(folder, on=on, progress=lambda done, total: bar.update(task, completed=done, total=total))
