"""What shows that a host is an organisation's: a record in its DNS, or a file on its web server, with a token nobody else was given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin

from app.errors import Finding
from app.outbound import NameUnanswered, NoAnswer, NotAsked, Outbound
from app.resolve.findings import kept, told

DNS, FILE, OPERATOR = "dns", "file", "operator"
"""Ways to prove a host, as `LinkHost.proven_by`; the last is the word of the installation's operator, which is not looked at again."""

LAPSES_AFTER = timedelta(days=7)
"""A proof that is not found for so long has lapsed; a server may be down for a weekend."""

_KEY = "truyxuat-verification"
_MOST_FILE = 4_096
_SHOWN = 60


def record_name(host: str) -> str:
    """The name of the TXT record for a host, whatever its port."""
    return f"_truyxuat.{host.partition(':')[0]}"


def record_text(token: str) -> str:
    """What the TXT record, or a line of the file, says."""
    return f"{_KEY}={token}"


def file_url(host: str) -> str:
    """Where the file is looked for."""
    return f"https://{host}/.well-known/{_KEY}.txt"


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look found. by: DNS or FILE, None when neither holds; dns, file: why that way does not hold, None when it does.

    unclear: nobody answered at all, and our own network may be the reason.
    """

    by: str | None
    dns: Finding | None
    file: Finding | None
    unclear: bool = False

    def problems(self) -> dict[str, Any] | None:
        """What did not hold, as `LinkHost.problem` keeps it; None when everything did."""
        return {way: kept(finding) for way, finding in ((DNS, self.dns), (FILE, self.file)) if finding is not None} or None


def look(host: str, token: str, way: Outbound) -> Looked:
    """Look both ways for the token, now: ten seconds at most, and five more to learn whether there is a network when nobody answered."""
    dns, dns_unclear = _in_dns(host, token, way)
    file, file_unclear = _in_file(host, token, way)
    by = DNS if dns is None else FILE if file is None else None
    return Looked(by, dns, file, by is None and dns_unclear and file_unclear and not way.network())


def _in_dns(host: str, token: str, way: Outbound) -> tuple[Finding | None, bool]:
    """(why not, whether that is unclear) of the TXT record."""
    name = record_name(host)
    try:
        texts = way.text_records(name)
    except NameUnanswered as refusal:
        return told(refusal), True
    if any(token in text.replace("=", " ").split() for text in texts):
        return None, False
    if not texts:
        return Finding("resolve.proof-txt-missing", params={"name": name}), False
    return Finding("resolve.proof-txt-other", params={"name": name, "found": _shown(texts[0])}), False


def _in_file(host: str, token: str, way: Outbound) -> tuple[Finding | None, bool]:
    """(why not, whether that is unclear) of the file; redirects are not followed, they may lead to somebody else's server."""
    url = file_url(host)
    try:
        answer = way.fetch(url, most_bytes=_MOST_FILE, whole=False)
    except (NotAsked, NoAnswer) as refusal:
        return told(refusal), isinstance(refusal, NoAnswer) and refusal.unclear
    text = answer.body.decode("utf-8", "replace")
    if answer.status == 200 and token in text.replace("=", " ").split():
        return None, False
    if 300 <= answer.status < 400:
        return Finding(
            "resolve.proof-file-redirects", params={"url": url, "to": _shown(urljoin(url, answer.headers.get("location", "")))}
        ), False
    if answer.status != 200:
        return Finding("resolve.proof-file-status", params={"url": url, "status": answer.status}), False
    return Finding("resolve.proof-file-other", params={"url": url, "found": _shown(text)}), False


def _shown(text: str) -> str:
    """The beginning of what a stranger wrote, on one line and without what cannot be seen."""
    return "".join(character if character.isprintable() else " " for character in text[:_SHOWN]).strip() or "–"


def after_look(
    proven_by: str | None, proven_at: datetime | None, failed_since: datetime | None, looked: Looked, now: datetime
) -> dict[str, Any]:
    """The columns of a `LinkHost` after a look; pure. The operator's word stays; a proof lapses after seven days without being found."""
    values: dict[str, Any] = {"checked_at": now, "problem": looked.problems()}
    if proven_by == OPERATOR:
        return values
    if looked.by is not None:
        return values | {"proven_by": looked.by, "proven_at": proven_at if proven_by else now, "failed_since": None}
    if proven_by is None or looked.unclear:
        return values
    since = failed_since or now
    lapsed = {"proven_by": None, "proven_at": None} if now - since >= LAPSES_AFTER else {}
    return values | {"failed_since": since} | lapsed
