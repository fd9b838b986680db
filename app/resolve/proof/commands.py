"""Commands of the operator: vouch for a host, check links now. They hang below `truyxuat resolve`."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from app.resolve.due_links import Due
    from app.resolve.link_check import Checked
    from app.runtime import Runtime
    from app.words.translate import Translator


def _speaker() -> Translator:
    """The translator into the language of the terminal."""
    from app.cli.refused import language
    from app.words.translate import translator

    return translator(language())


@click.command()
@click.argument("host")
@click.option("--party", required=True, metavar="NAME|ID", help="The organisation whose host it is.")
@click.option("--withdraw", is_flag=True, help="Take your word back.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def vouch(host: str, party: str, *, withdraw: bool, as_json: bool) -> int:
    """Give the operator's word that HOST is an organisation's, so that its links open without a question.

    For hosts that can be proven by neither DNS nor file. It stays until it is withdrawn, and is never looked at again.
    """
    from app.api.opening import local_installation
    from app.cli.organisation import organisation
    from app.cli.output import line
    from app.resolve import hosts

    on = local_installation()
    try:
        owner = organisation(party, on)
        found = hosts.vouch(host, owner.party_id, on=on, withdrawn=withdraw)
    finally:
        on.close()
    if as_json:
        line({"host": found.host, "party": owner.party_id, "state": found.state, "provenBy": found.by})
    else:
        click.echo(f"{found.host} ({owner.name}): {_speaker()('hosts.state_' + found.state)}")
    return 0


@click.command()
@click.option("--gtin", "gtins", multiple=True, metavar="GTIN", help="Only this product; may be repeated.")
@click.option("--party", metavar="NAME|ID", help="Only products of this organisation.")
@click.option("--all", "everything", is_flag=True, help="Every product; without it those that were not tried for a night.")
@click.option(
    "--again", type=click.FloatRange(0, 3600), default=10.0, show_default=True, help="Seconds before a failed link is tried again."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a product, and one with the counts.")
def check(gtins: tuple[str, ...], party: str | None, again: float, *, everything: bool, as_json: bool) -> int:
    """Open the public links of products now, as a phone does; exit 1 when one does not answer.

    A link that fails is tried once more at the end, so that a hiccup is no alarm. What is kept is the server's rule, which does the same
    every night: only failures a quarter of an hour apart make a link dead.
    """
    from app.api.opening import local_installation
    from app.resolve import link_check
    from app.resolve.alone import CheckUnderWay, alone

    on = local_installation()
    try:
        links = _chosen(gtins, party, on, everything=everything)
        with alone(on) as mine:
            if not mine:
                raise CheckUnderWay(retry_after=60)
            if links:
                link_check.own_address(on)
            found = _run(links, again, on)
    finally:
        on.close()
    return _tell(found, as_json=as_json)


def _chosen(gtins: tuple[str, ...], party: str | None, on: Runtime, *, everything: bool) -> list[Due]:
    """The products to try. Raises NoSuchProduct for a GTIN nobody registered."""
    from app.catalogue.find import NoSuchProduct
    from app.cli.organisation import organisation
    from app.identify.gtin import gtin14
    from app.resolve import due_links

    wanted = [gtin14(gtin) for gtin in gtins]
    owner = None if party is None else organisation(party, on).party_id
    with on.store.reading() as connection:
        if not (wanted or everything or owner):
            return due_links.due(connection, on.clock.now(), 1_000_000)
        links = due_links.chosen(connection, wanted, owner)
    missing = set(wanted) - {link.gtin for link in links}
    if missing:
        raise NoSuchProduct(gtin=min(missing))
    return links


def _run(links: Sequence[Due], again: float, on: Runtime) -> dict[str, Checked]:
    """Try each link, and once more those that failed; what the last try of each said. Ctrl-C ends both."""
    from app.resolve.follow import Manners
    from app.resolve.hosts import own_host

    manners = Manners(own=own_host(on))
    found: dict[str, Checked] = {}
    t = _speaker()
    _pass(links, manners, found, on, t("hosts.command_links"))
    failed = [link for link in links if link.gtin in found and found[link.gtin].again]
    if failed:
        click.echo(t("hosts.command_again", count=len(failed), seconds=f"{again:g}"), err=True)
        manners.stop.wait(again)
        _pass(failed, manners, found, on, t("hosts.command_once_more"))
    return found


def _pass(links: Sequence[Due], manners: Any, found: dict[str, Checked], on: Runtime, about: str) -> None:
    """Try links beside this thread, which shows how far they are and hears Ctrl-C."""
    import queue

    from app.cli.output import progress
    from app.resolve.link_check import check_links

    results: queue.SimpleQueue[Checked | None] = queue.SimpleQueue()
    faults: list[Exception] = []

    def work() -> None:
        try:
            check_links(links, manners, on=on, each=results.put)
        except Exception as error:  # noqa: BLE001  # raised again below, in the thread that can tell it
            faults.append(error)
        finally:
            results.put(None)

    thread = threading.Thread(target=work, name="check", daemon=True)
    thread.start()
    try:
        for checked in progress(iter(results.get, None), len(links), about):
            found[checked.gtin] = checked
    finally:
        manners.stop.set()
        thread.join(10)
        manners.stop.clear()
    if faults:
        raise faults[0]


def _tell(found: dict[str, Checked], *, as_json: bool) -> int:
    """Print what became of each link; 1 when one fails."""
    from app.cli.output import line
    from app.words.refusals import describe

    t = _speaker()
    outcomes = {"answers": t("hosts.link_answers"), "fails": t("hosts.link_silent"), "unchecked": t("hosts.link_unchecked")}
    counts = {"answers": 0, "fails": 0, "unchecked": 0}
    for checked in sorted(found.values(), key=lambda each: each.gtin):
        followed = checked.followed
        counts[str(followed.outcome)] += 1
        problem = describe(followed.problem, t.language)[0] if followed.problem is not None else None
        if as_json:
            code = None if followed.problem is None else followed.problem.code
            result = {
                "outcome": str(followed.outcome),
                "status": followed.status,
                "url": followed.url,
                "dead": checked.dead,
                "unproven": followed.unproven,
            }
            line({"gtin": checked.gtin} | result | {"milliseconds": followed.milliseconds, "code": code, "problem": problem})
        else:
            _tell_one(checked, outcomes[str(followed.outcome)], problem, t)
    if as_json:
        line(counts)
    else:
        click.echo(t("hosts.counts", answers=counts["answers"], silent=counts["fails"], unchecked=counts["unchecked"]))
        if any(checked.again for checked in found.values()):
            click.echo(t("hosts.command_not_dead"))
    return 1 if counts["fails"] else 0


def _tell_one(checked: Checked, outcome: str, problem: str | None, t: Translator) -> None:
    """Print what people should know of one link; nothing where all is well."""
    followed = checked.followed
    said = [] if problem is None else [problem]
    said += [] if followed.unproven is None else [t("hosts.command_unproven", host=followed.unproven)]
    if said:
        click.echo(f"{checked.gtin}  {outcome}: {' '.join(said)} ({followed.url})")
