"""Commands of the operator about organisations: `truyxuat party prefix`."""

from __future__ import annotations

import click


@click.group()
def party() -> None:
    """Enter what only the operator may say of organisations."""


@party.command()
@click.argument("organisation", metavar="NAME|ID")
@click.argument("prefix")
@click.option("--verified", is_flag=True, help="You have seen the licence: codes under the prefix are the organisation's alone.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def prefix(organisation: str, prefix: str, *, verified: bool, as_json: bool) -> int:
    """Enter the GS1 company prefix PREFIX (4 to 12 digits) of an organisation, or mark one it has declared as verified.

    Organisations declare prefixes of 7 digits or more themselves; a shorter one, and one that another holds in part, is entered here.
    """
    from app.api.opening import local_installation
    from app.cli.organisation import organisation as named
    from app.cli.output import line, say
    from app.party import register

    on = local_installation()
    try:
        found = named(organisation, on, hint="NAME|ID")
        register.give_prefix(found.party_id, prefix, verified=verified, on=on)
    finally:
        on.close()
    evidence = "verified" if verified else "declared"
    if as_json:
        line({"party": str(found.party_id), "name": found.name, "prefix": prefix, "evidence": evidence})
    else:
        say(f"{found.name}: {prefix} ({evidence})")
    return 0
