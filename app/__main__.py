"""The command `truyxuat`: a table of commands, each loaded only when it is called, so that `--help` answers at once."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

import click

from app import __version__

COMMANDS: dict[str, tuple[str, str]] = {
    "backup": ("app.store.commands:backup", "Copy the database and the secrets while the server runs, or restore them."),
    "capture": ("app.capture.commands:capture", "Capture EPCIS documents or spreadsheets from files."),
    "convert": ("app.capture.binding.commands:convert", "Convert an EPCIS document between JSON-LD, XML 2.0 and XML 1.2."),
    "demo": ("app.cli.demo:demo", "Seed the demo world when needed and print its sign-ins, keys and links."),
    "doctor": ("app.watch.commands:doctor", "Check this installation: Python, libraries, decoders, database, log."),
    "event-hash": ("app.capture.hashes.commands:event_hash", "Print the CBV event hash of each event in files."),
    "flags": ("app.journey.flags.commands:flags", "Tell what does not fit together in recorded events; judge all of them again."),
    "identify": ("app.identify.commands:identify", "Explain a GS1 identifier, or read many of them for a program."),
    "label": ("app.label.commands:label", "Draw labels: QR codes, Data Matrix and bars as PDF, PNG, SVG, ZPL or a table."),
    "migrate": ("app.store.commands:migrate_command", "Bring the database to this program's version."),
    "party": ("app.party.commands:party", "Enter company prefixes of organisations, on the operator's word."),
    "resolve": ("app.resolve.commands:resolve", "Say where printed codes lead: load link sets, list, remove, undo."),
    "scan": ("app.verify.commands:scan", "Read labels from photographs and say what is known about the goods."),
    "serve": ("app.cli.serve:serve", "Start the server."),
    "verify-bundle": ("app.verify.commands:verify_bundle", "Check an item's evidence offline: hash, signature, log, checkpoint."),
}
"""Name, where it is, what it does in one line."""


class _Late(click.Group):
    """A group whose commands are imported when they are named."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's signature
        found = COMMANDS.get(cmd_name)
        if found is None:
            return None
        module, _, name = found[0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name][1]) for name in self.list_commands(ctx)])


@click.command(cls=_Late, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="truyxuat")
def truyxuat() -> None:
    """Trace goods from a registered batch to an honest verdict at the shelf.

    Settings come from TRUYXUAT_* in the environment and one TOML file; `truyxuat doctor` shows them.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command; refusals become one sentence, one remedy and an exit code."""
    import os

    from app.cli import refused

    os.umask(0o077)  # the database holds addresses and password hashes: nobody else on the machine reads what we write
    sys.exit(refused.run(truyxuat, list(sys.argv[1:] if arguments is None else arguments)))


if __name__ == "__main__":
    main()
