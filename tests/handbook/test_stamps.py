"""The page about stamps: a stamp lives through every state of its table, and buyers see what stands there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from app.identify.read import identify
from app.label.stamps import find, issue, life, ranges, serials, shift
from app.label.stamps.refusals import RecordedForGood
from app.ledger import sequencer
from app.party.permissions import Actor
from app.runtime import Runtime
from app.verify.check import check
from app.words.translate import translator
from tests.builders import make_enterprise
from tests.handbook import pages
from tests.handbook.walk import walk
from tests.label.stock import GTIN, LOT, make_stock

PAGE = "stamps"


@pytest.fixture
def owner(on: Runtime) -> Actor:
    enterprise = make_enterprise(on)
    make_stock(on, enterprise, expires_on="2028-06-30")
    return enterprise.actor()


def _states(language: str) -> list[tuple[str, str, str]]:
    """(state in the reader's words, state, what a buyer sees) of the table."""
    found = [(re.fullmatch(r"(.+) `(\w+)`", row[0]), row[1]) for row in pages.rows(pages.prose(PAGE, language)) if len(row) == 2]
    return [(state[1], state[2], seen) for state, seen in found if state]


def _seen(on: Runtime, serial: str, language: str) -> str:
    verdict = check(identify(f"(01){GTIN}(21){serial}"), on=on)
    return f"{translator(language)(f'verify.verdict_{verdict.verdict}')}: `{verdict.cause}`"


def test_a_stamp_lives_as_the_table_says_and_buyers_see_what_stands_there(on: Runtime, owner: Actor) -> None:
    job = issue.issue(GTIN, "", 6, per_roll=3, by=owner, on=on)
    serial = job.serials[0]
    steps: dict[str, Callable[[], object]] = {
        "blank": lambda: None,
        "printed": lambda: life.printed(job.job_id, by=owner, on=on),
        "assigned": lambda: life.move(job.job_id, "assigned", 1, 3, lot=LOT, by=owner, on=on),
        "activated": lambda: life.move(job.job_id, "activated", 1, 3, by=owner, on=on),
        "sold": lambda: life.move(job.job_id, "sold", 1, 1, by=owner, on=on),
        "void": lambda: life.move(job.job_id, "void", 1, 1, cause="stolen", by=owner, on=on),
    }
    assert tuple(steps) == shift.STATES
    for state, step in steps.items():
        step()
        while sequencer.integrate(on=on):
            pass
        with on.store.reading() as connection:
            (row,) = [each for each in find.rolls(connection, owner.party, job.job_id) if each.number == 1]
            assert row.counts[state] >= 1, state
        for language in pages.LANGUAGES:
            told = {name: seen for _, name, seen in _states(language)}
            assert told[state].replace(" : `", ": `") == _seen(on, serial, language)


def test_labels_of_a_batch_have_no_events_until_something_is_recorded(on: Runtime, owner: Actor) -> None:
    serial = issue.issue(GTIN, LOT, 1, by=owner, on=on).serials[0]
    assert all(_seen(on, serial, language).endswith("`NO-EVENTS`") for language in pages.LANGUAGES)
    assert all("`NO-EVENTS`" in pages.prose(PAGE, language) for language in pages.LANGUAGES)


def test_a_change_is_taken_back_and_an_activation_is_not(on: Runtime, owner: Actor) -> None:
    job = issue.issue(GTIN, "", 3, by=owner, on=on)
    life.printed(job.job_id, by=owner, on=on)
    change = life.move(job.job_id, "assigned", 1, 3, lot=LOT, by=owner, on=on)
    life.undo(change.change_id, by=owner, on=on)
    life.move(job.job_id, "assigned", 1, 3, lot=LOT, by=owner, on=on)
    recorded = life.move(job.job_id, "activated", 1, 3, by=owner, on=on)
    with pytest.raises(RecordedForGood):
        life.undo(recorded.change_id, by=owner, on=on)


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_the_limits_of_orders_and_moves_are_told_as_they_are(language: str) -> None:
    body = re.sub(r"(?<=\d)[.,\u00a0\u202f ](?=\d{3})", "", pages.prose(PAGE, language))
    for limit in (issue.MOST, life.MOST, serials.SHORTEST, len(serials.ALPHABET), 5 * serials.SHORTEST):
        assert re.search(rf"(?<!\d){limit}(?!\d)", body), limit
    assert all(letter in body for letter in set("ILOU") - set(serials.ALPHABET))
    assert not set("ILOU") & set(serials.ALPHABET)


def test_a_thousand_million_numbers_are_guessed_as_rarely_as_the_page_says() -> None:
    assert serials.guess_probability(1_000_000_000) < 1e-9
    assert ranges.GUESS_LIMIT == 1e-4


@pytest.mark.parametrize("language", pages.LANGUAGES)
def test_the_words_for_states_are_those_of_the_console(language: str) -> None:
    t = translator(language)
    assert [name for _, name, _ in _states(language)] == list(shift.STATES)
    for word, name, _ in _states(language):
        assert word == t(f"stamps.state_{name}").lower()


def test_the_commands_of_the_page_order_move_and_count_stamps(client: Any, on: Runtime) -> None:
    key = walk(client, on).key
    shell = "\n".join(pages.blocks(PAGE, kind="sh"))
    job, states = "", list[str]()
    for path, body in re.findall(r"http://127\.0\.0\.1:8000(/\S+) -d '(.*?)'", shell, re.DOTALL):
        answer = client.post(path.replace("JOB", job), json=json.loads(body), headers=key)
        assert answer.status_code in {200, 201}, answer.text
        job = answer.json["job"]
        states.append(answer.json.get("kind", "blank"))
    assert states == ["blank", "printed", "assigned", "void"]
    (asked,) = re.findall(r"http://127\.0\.0\.1:8000(/\S+/rolls)", shell)
    told = client.get(asked.replace("JOB", job), headers=key).json
    assert [{state: count for state, count in roll["states"].items() if count} for roll in told["rolls"]] == [
        {"assigned": 499, "void": 1},
        {"printed": 500},
    ]
    (counted,) = client.get("/api/spoilage", headers=key).json["spoilage"]
    assert (counted["void"], counted["causes"]["spoiled"]) == (1, 1)
