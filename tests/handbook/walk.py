"""The walk of the page about the first batch, done with the very commands that stand there."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from app.ledger import sequencer
from app.runtime import Runtime
from tests.builders import make_api_key, make_enterprise, raw
from tests.handbook import pages

ITEM = "(01)09521001000024(21)K7M2Q9XD4RTB"
_POST = re.compile(r"http://127\.0\.0\.1:8000(/\S+) -d '(.*?)'", re.DOTALL)


@dataclass(frozen=True)
class Walked:
    """Answers of the server by address, and the item's bundle."""

    answers: dict[str, Any]
    key: dict[str, str]


def commands() -> list[tuple[str, Any]]:
    """(address, JSON body) of every curl of the page that sends something."""
    shell = "\n".join(pages.blocks("first-batch", kind="sh"))
    return [(path, json.loads(body)) for path, body in _POST.findall(shell)]


def walk(client: Any, on: Runtime) -> Walked:
    """Register, label and record as the page says, with the key of a fresh enterprise."""
    key = make_api_key(on, make_enterprise(on))
    answers = {path: client.post(path, json=body, headers=key) for path, body in commands()}
    (event,) = pages.values("first-batch")
    answers["/epcis/events"] = client.post("/epcis/events", data=raw(event), headers=key, content_type="application/json")
    while sequencer.integrate(on=on):
        pass
    return Walked(answers, key)
