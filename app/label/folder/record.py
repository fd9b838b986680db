"""The record of a job at the command line, `job.json`: what was asked and which numbers were given out.

It lies in a folder that people look into and sometimes edit, so it is read back as strictly as what they type.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.errors import Invalid, Refusal
from app.identify.ai_rule import RULES
from app.identify.digital_link import refuse_dots
from app.identify.sscc import check_sscc
from app.label.folder import asked as requests
from app.label.folder.asked import FORMS, Asked, Numbers
from app.label.symbols.carrier import Carrier

NAME = "job.json"
MOST = 1_000_000
"""Labels of one job."""

_VERSION = 1
_TEXT, _WHOLE, _MAYBE, _SWITCH, _REAL = (str,), (int,), (int, type(None)), (bool,), (int, float)
_KINDS: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(("gtin", "carrier", "form", "sheet", "lot", "product", "brand", "producer", "net_content"), _TEXT),
    **dict.fromkeys(("logo", "stem", "party"), _TEXT),
    **dict.fromkeys(("count", "first_place"), _WHOLE),
    **dict.fromkeys(("dpi", "quantity", "per_roll"), _MAYBE),
    **dict.fromkeys(("serialised", "ean13"), _SWITCH),
    **dict.fromkeys(("dx", "dy"), _REAL),
    "expiry": (str, type(None)),
    "lines": (list,),
    "more": (list,),
}


class RecordUnreadable(Invalid):
    """The record of the job in the folder is broken, was changed by hand, or is of another version of this program."""

    code = "label.record-unreadable"  # params: file


@dataclass(frozen=True, slots=True)
class Record:
    """What `job.json` says: the request, a token that names it in the register, and its numbers once they were given out."""

    asked: Asked
    token: str
    numbers: Numbers | None

    def to_json(self) -> bytes:
        """The file."""
        numbers = self.numbers
        given = None if numbers is None else {"serials": list(numbers.serials), "ssccs": list(numbers.ssccs)}
        said = {"version": _VERSION, "token": self.token, "asked": self.asked.to_json(), "numbers": given}
        return json.dumps(said, ensure_ascii=False, indent=1).encode()


def read(path: Path) -> Record:
    """The record in a file; raises RecordUnreadable for everything that this program did not write."""
    try:
        said = json.loads(path.read_bytes())
        if said["version"] != _VERSION or type(said["token"]) is not str:
            raise RecordUnreadable(file=str(path))
        asked = _asked(said["asked"])
        given = said["numbers"]
        return Record(asked, said["token"], None if given is None else _numbers(given, asked))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, Refusal) as error:
        raise RecordUnreadable(file=str(path)) from error


def _asked(said: dict[str, Any]) -> Asked:
    for name, value in said.items():
        _must(type(value) in _KINDS[name])
    _must(all(type(line) is str for line in said["lines"]))
    _must(all(type(pair) is list and len(pair) == 2 and all(type(part) is str for part in pair) for pair in said["more"]))  # AI and value
    asked = requests.from_json(said)
    _must(asked.form in FORMS and 1 <= asked.count <= MOST)
    on_a_page = asked.layout().on_a_page
    _must(0 <= asked.first_place < on_a_page and (asked.per_roll is None or asked.per_roll > 0))
    return asked


def _numbers(given: dict[str, Any], asked: Asked) -> Numbers:
    serials, ssccs = _texts(given["serials"]), _texts(given["ssccs"])
    _must(len(serials) == (asked.count if asked.serialised else 0))
    _must(len(ssccs) in ({1, asked.count} if asked.carrier is Carrier.SSCC else {0}))
    rule = RULES["21"]
    for serial in serials:
        _must(rule is not None and bool(rule.accepts(serial)))
        refuse_dots(serial)
    for sscc in ssccs:
        _must(check_sscc(sscc) == sscc)
    return Numbers(serials, ssccs)


def _texts(given: Sequence[Any]) -> tuple[str, ...]:
    """Different texts."""
    _must(type(given) is list and all(type(each) is str for each in given) and len(set(given)) == len(given))
    return tuple(given)


def _must(right: bool) -> None:  # noqa: FBT001  # a question, not a switch
    if not right:
        message = "not what was written down"
        raise ValueError(message)
