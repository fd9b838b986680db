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


@party.command()
@click.argument("prefix")
@click.argument("extension", type=click.IntRange(0, 9))
@click.option("--next", "reference", type=click.IntRange(min=0), required=True, help="Serial reference that is given out next.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def sscc(prefix: str, extension: int, reference: int, *, as_json: bool) -> int:
    """Say where the SSCCs of the company prefix PREFIX and the EXTENSION digit go on, after a backup was restored.

    Take a number above every SSCC that ever left the house; `truyxuat doctor` names the counters that wait. A counter never goes back.
    """
    from app.api.opening import local_installation
    from app.cli.output import line, say
    from app.label.stamps.sscc import go_on

    on = local_installation()
    try:
        before = go_on(prefix, extension, reference, on=on)
    finally:
        on.close()
    if as_json:
        line({"prefix": prefix, "extension": extension, "before": before, "next": reference})
    else:
        say(f"{prefix} {extension}: {before} -> {reference}")
    return 0
