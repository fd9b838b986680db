"""Labels whose numbers the register gives out: kept, never given twice, with the texts that the catalogue knows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.identify.company_prefix import Prefixes
from app.label.folder import giving
from app.label.folder.asked import Asked
from app.label.model import LabelJob, Serial
from app.label.stamps.refusals import PrefixUnclear
from app.label.symbols.carrier import Carrier
from app.runtime import Runtime
from app.store.tables import table
from tests.builders import make_enterprise
from tests.label.stock import LOT, make_stock
from tests.label.symbols.samples import GTIN, GTIN_8
from tests.label.test_commands import Run
from tests.label.test_commands import run as run  # noqa: PLC0414  # a fixture is found under its name


def kept(on: Runtime) -> list[str]:
    with on.store.reading() as connection:
        rows = connection.execute(table(Serial).select().order_by(table(Serial).c.position))
        return [row.serial for row in rows]


def test_serial_numbers_of_an_organisation_are_kept_in_its_register(run: Run, on: Runtime, tmp_path: Path) -> None:
    enterprise = make_enterprise(on)
    gtin = make_stock(on, enterprise)
    code, lines, said = run("--gtin", gtin, "--lot", LOT, "--serials", "random", "--count", 3, "--party", enterprise.party_id,
                            "--format", "svg", "--out", tmp_path / "out", "--json")  # fmt: skip
    assert code == 0
    assert [told["serial"] for told in lines] == kept(on)
    assert {told["expiry"] for told in lines} == {"2026-06-30"}
    assert "Vải thiều Thanh Hà" in (tmp_path / "out" / "label-00001.svg").read_text(encoding="utf-8")
    assert "job.json" not in said


def test_chosen_serial_numbers_are_kept_and_refused_a_second_time(run: Run, on: Runtime, tmp_path: Path) -> None:
    enterprise = make_enterprise(on)
    gtin = make_stock(on, enterprise)
    numbers = tmp_path / "numbers.txt"
    numbers.write_text("A1\nA2\n", encoding="utf-8")
    wanted = ("--gtin", gtin, "--lot", LOT, "--serials", numbers, "--party", enterprise.party_id, "--format", "zpl", "--json")
    assert run(*wanted, "--out", tmp_path / "a")[0] == 0
    assert kept(on) == ["A1", "A2"]
    code, [told], _ = run(*wanted, "--out", tmp_path / "b")
    assert (code, told["error"]["code"]) == (1, "label.number-used")
    assert not (tmp_path / "b").exists()


def test_a_job_that_was_broken_off_while_numbers_were_given_makes_no_second_one(run: Run, on: Runtime, tmp_path: Path) -> None:
    enterprise = make_enterprise(on)
    gtin = make_stock(on, enterprise)
    wanted = ("--gtin", gtin, "--lot", LOT, "--serials", "random", "--count", 3, "--party", enterprise.party_id, "--format", "zpl",
              "--out", tmp_path / "out", "--json", "--resume")  # fmt: skip
    _, first, _ = run(*wanted)
    record = tmp_path / "out" / "job.json"
    record.write_text(json.dumps(json.loads(record.read_bytes()) | {"numbers": None}), encoding="utf-8")
    (tmp_path / "out" / "labels.zpl").unlink()
    code, again, _ = run(*wanted)
    assert (code, again) == (0, first)
    with on.store.reading() as connection:
        assert len(list(connection.execute(table(LabelJob).select()))) == 1


@pytest.mark.parametrize(("party", "code"), [("nobody", 2), (None, 1)])
def test_an_organisation_and_a_lot_must_be_known(run: Run, on: Runtime, tmp_path: Path, party: str | None, code: int) -> None:
    enterprise = make_enterprise(on)
    gtin = make_stock(on, enterprise)
    named = ("--party", party or enterprise.party_id)
    assert run("--gtin", gtin, "--lot", "NONE", "--serials", "random", *named, "--out", tmp_path / "out", "--json")[0] == code
    assert not (tmp_path / "out").exists()


def test_ssccs_of_an_organisation_begin_with_its_prefix(run: Run, on: Runtime, tmp_path: Path) -> None:
    enterprise = make_enterprise(on)
    gtin = make_stock(on, enterprise)
    code, [told], _ = run(
        "--gtin", gtin, "--carrier", "sscc", "--party", enterprise.party_id, "--format", "zpl", "--out", tmp_path / "out", "--json"
    )
    assert (code, told["sscc"][1 : 1 + len(enterprise.prefix)]) == (0, enterprise.prefix)


def test_the_prefix_comes_from_the_list_else_from_the_whole_number() -> None:
    assert giving.company_prefix(GTIN, Prefixes({"952": 7})) == (GTIN[1:8], "list")
    assert giving.company_prefix(GTIN, Prefixes({})) == (GTIN[1:13], "block")
    with pytest.raises(PrefixUnclear):
        giving.company_prefix(GTIN_8, Prefixes({}))


@pytest.mark.slow
@pytest.mark.processes
def test_processes_at_once_never_get_the_same_sscc(run: Run, on: Runtime, tmp_path: Path) -> None:
    assert run("--gtin", GTIN, "--carrier", "sscc", "--format", "csv", "--out", tmp_path / "first", "--json")[0] == 0  # makes the tables
    environment = os.environ | {"TRUYXUAT_HOME": str(on.settings.home)}
    command = [sys.executable, "-m", "app", "label", "--gtin", GTIN, "--carrier", "sscc", "--count", "25", "--format", "csv", "--json"]
    several = [
        subprocess.Popen([*command, "--out", str(tmp_path / str(number))], env=environment, stdout=subprocess.PIPE, text=True)
        for number in range(4)
    ]
    numbers = [json.loads(line)["sscc"] for each in several for line in each.communicate(timeout=100)[0].splitlines()]
    assert (len(numbers), len(set(numbers))) == (100, 100)


def test_a_register_that_lost_numbers_of_a_job_does_not_print_it(on: Runtime) -> None:
    enterprise = make_enterprise(on)
    owner = enterprise.actor()
    asked = Asked(make_stock(on, enterprise), Carrier.QR_DL, "pdf", 3, "roll-70x40", LOT, serialised=True)
    given = giving.registered(asked, "token", None, by=owner, on=on)
    assert giving.registered(asked, "token", None, by=owner, on=on) == given
    on.store.write(lambda tx: tx.execute(table(Serial).delete().where(table(Serial).c.serial == given[1])))
    with pytest.raises(giving.JobGone) as refused:
        giving.registered(asked, "token", None, by=owner, on=on)
    assert (refused.value.code, refused.value.params) == ("label.job-gone", {"count": 3, "found": 2})
