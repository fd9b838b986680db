"""`truyxuat resolve`: files in, what is there out again in a form that goes in, and every mistake with its place."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.cli import refused
from app.resolve import link_sheet, registration_file
from app.resolve.commands import resolve
from app.resolve.plan import Item, judge
from app.runtime import Runtime, make_runtime
from app.settings import Settings
from tests import SHARED
from tests.builders import gtin, make_enterprise

FRUIT = gtin("952100100001")
SITE = "https://vaihuonggiang.example"
Run = Callable[..., tuple[int, list[Any]]]


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Calls the command on the test's installation; (exit code, lines of stdout as JSON where they are)."""
    monkeypatch.setenv("TRUYXUAT_HOME", str(settings.home))
    monkeypatch.setenv("TRUYXUAT_DATABASE_URL", str(settings.database_url))
    monkeypatch.setenv("TRUYXUAT_LANGUAGE", "en")

    def call(*arguments: str | Path) -> tuple[int, list[Any]]:
        capfd.readouterr()
        code = refused.run(resolve, [str(each) for each in arguments])
        out = capfd.readouterr().out.splitlines()
        return code, [json.loads(line) if line.startswith("{") and line.endswith("}") else line for line in out]

    return call


def one(**more: Any) -> dict[str, Any]:
    links = [{"rel": "gs1:pip", "href": f"{SITE}/en", "title": "Lychees", "type": "text/html", "hreflang": ["en"], "context": ["VN"]}]
    default = {"href": f"{SITE}/vai", "title": "Vải thiều"}
    return {"path": f"/01/{FRUIT}", "itemDescription": "Vải thiều", "default": default, "links": links, "other": 1} | more


def written(folder: Path, content: Any, name: str = "links.json") -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_a_file_is_loaded_without_any_organisation_and_again_without_a_change(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, {"registrations": [one()]})
    code, [told] = run("import", path, "--json")
    assert (code, told["created"], told["hosts"], told["hostsProvenBy"]) == (0, 1, ["vaihuonggiang.example"], "operator")
    code, [told] = run("import", path, "--json")
    assert (code, told["created"], told["unchanged"]) == (0, 0, 1)


def test_a_dry_run_keeps_nothing(run: Run, tmp_path: Path) -> None:
    code, [told] = run("import", written(tmp_path, [one()]), "--dry-run", "--json")
    assert (code, told["created"], told["dryRun"]) == (0, 1, True)
    assert run("list")[1] == []


def test_mistakes_refuse_the_file_and_name_their_place(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, "\n".join(json.dumps(each) for each in (one(), one(path=f"/01/{FRUIT}/10/L", itemDescription=""))), "x.jsonl")
    code, [told] = run("import", path, "--json")
    assert (code, told["ok"], [each["pointer"] for each in told["findings"]]) == (1, False, ["line=2 /itemDescription"])
    code, [told] = run("import", path, "--skip-wrong", "--json")
    assert (code, told["created"], told["skipped"]) == (1, 1, 1)


@pytest.mark.parametrize("form", ["registrations", "linkset", "csv"])
def test_what_is_written_out_is_taken_back_as_it_was(run: Run, tmp_path: Path, form: str) -> None:
    lot = one(path=f"/01/{FRUIT}/10/L%2F1", links=[])
    serial = one(path=f"/01/{FRUIT}/21/+S=1", itemDescription="=1+1")
    run("import", written(tmp_path, [one(), lot, serial, one(path="/00/195210020000000013"), one(path="/8004/9521ABC")]))
    out = tmp_path / f"out.{'csv' if form == 'csv' else 'json'}"
    assert run("export", "--format", form, "--output", out)[0] == 0
    code, [told] = run("import", out, "--json")
    assert (code, told["created"]) == (0, 0)
    assert told["unchanged"] >= (4 if form == "csv" else 5)  # a text that a spreadsheet would calculate comes back with its apostrophe


def test_one_key_is_shown_removed_and_brought_back(run: Run, tmp_path: Path) -> None:
    run("import", written(tmp_path, one()))
    code, [shown] = run("show", FRUIT, "--json")
    assert (code, shown["path"], shown["party"]) == (0, f"/01/{FRUIT}", "0")
    code, [gone] = run("remove", f"https://id.gs1.org/01/{FRUIT}", "--json")
    assert run("show", FRUIT)[0] == 1
    assert run("undo", gone["change"], "--json")[0] == 0
    assert "Lychees" in "\n".join(run("show", FRUIT)[1])
    assert run("undo", "7")[0] == 1


def test_an_organisation_loads_only_its_own_keys(run: Run, on: Runtime, tmp_path: Path) -> None:
    make_enterprise(on, "HTX Hương", "9521001")
    make_enterprise(on, "Khác", "9521009")
    path = written(tmp_path, [one()])
    code, [told] = run("import", path, "--party", "khác", "--json")
    assert (code, told["findings"][0]["code"]) == (1, "resolve.key-of-another")
    code, [told] = run("import", path, "--party", "HTX Hương", "--json")
    assert (code, told["hostsProvenBy"]) == (0, None)
    assert run("import", path, "--party", "nobody")[0] == 2


def test_the_template_loads_as_it_is(run: Run, tmp_path: Path) -> None:
    assert run("template", tmp_path / "t.xlsx")[0] == 0
    code, [told] = run("import", tmp_path / "t.xlsx", "--json")
    assert (code, told["created"]) == (0, 2)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"linkset": 7}', '{"registrations": {}}', "7", '{"a": 1, "a": 2}'])
def test_a_file_that_says_nothing_about_links_is_refused(run: Run, tmp_path: Path, content: str) -> None:
    assert run("import", written(tmp_path, content))[0] == 1


def test_a_fresh_database_is_made_by_the_command(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUYXUAT_HOME", str(tmp_path / "fresh"))
    monkeypatch.delenv("TRUYXUAT_DATABASE_URL")
    assert run("import", written(tmp_path, [one()]))[0] == 0
    fresh = make_runtime(Settings(home=tmp_path / "fresh"))
    fresh.close()
    assert (tmp_path / "fresh").is_dir()


def findings_of(items: list[Item]) -> list[tuple[str, str]]:
    return [(finding.code, finding.pointer) for item in items for finding in judge(item, 0).findings]


def test_mistakes_of_a_link_set_are_at_their_place_in_the_document() -> None:
    pip, default = "https://ref.gs1.org/voc/pip", "https://ref.gs1.org/voc/defaultLink"
    good = {"href": f"{SITE}/", "title": "x"}
    whole = {
        "linkset": [
            {"anchor": f"https://x.example/01/{FRUIT}", "itemDescription": "x", pip: [good, {"href": "x:", "title": "x"}], default: [good]},
            {"anchor": "https://x.example/", "itemDescription": "x", default: [good, good], pip: good},
        ]
    }
    assert findings_of(registration_file.items_of(json.dumps(whole).encode())) == [
        ("resolve.address-scheme", "/linkset/0/https:~1~1ref.gs1.org~1voc~1pip/1/href"),
        ("identify.no-key-in-uri", "/linkset/1/anchor"),
        ("resolve.field-form", "/linkset/1/https:~1~1ref.gs1.org~1voc~1pip"),
        ("resolve.several-defaults", "/linkset/1/https:~1~1ref.gs1.org~1voc~1defaultLink/1"),
    ]


HEAD = "Mã (GTIN…);Số lô;Số sê-ri;Loại liên kết;Địa chỉ;Tiêu đề;Ngôn ngữ;Mặc định\n"


def sheet(*rows: str) -> list[Item]:
    return link_sheet.read((HEAD + "\n".join(rows)).encode(), link_sheet.CSV).items


def test_rows_of_one_key_are_one_registration() -> None:
    [item] = sheet(
        f"{FRUIT};;;pip;{SITE}/vi;Vải;vi;có",
        f"/01/{FRUIT};;;Certificates;{SITE}/cert;Chứng nhận;vi, en;",
        f"{FRUIT[1:]};;;Chứng nhận;{SITE}/c2;Khác;;không",
    )
    assert item.registration is not None
    assert item.registration.default is not None
    assert (item.registration.default.title, item.registration.description) == ("Vải", "Vải")
    assert [link.rel.rpartition("/")[2] for link in item.registration.links] == ["pip", "certificationInfo", "certificationInfo"]
    assert item.registration.links[1].hreflang == ("vi", "en")


def test_mistakes_of_a_sheet_are_at_their_cell() -> None:
    items = sheet(
        f"{FRUIT};L1;S1;pip;{SITE};x;;x",
        f"{FRUIT};L1;;pip;ftp://x;x;vie;x",
        f"{FRUIT};L1;;;{SITE};;;maybe",
        ";;;pip;x;x;;",
        "123;;;pip;x;x;;",
        f"{FRUIT};L1;;;{SITE}/2;y;;x",
        f"9.52E+12;;;pip;{SITE};x;;",
    )
    assert sorted(findings_of(items), key=lambda each: each[1]) == [
        ("resolve.path-level", "row=2 column=A"),
        ("resolve.address-scheme", "row=3 column=E"),
        ("resolve.language", "row=3 column=G"),
        ("resolve.link-type-form", "row=4 column=D"),
        ("resolve.text-length", "row=4 column=F"),
        ("resolve.yes-or-no", "row=4 column=H"),
        ("resolve.field-missing", "row=5 column=A"),
        ("identify.wrong-length", "row=6 column=A"),
        ("resolve.several-defaults", "row=7 column=H"),
        ("sheet.digits-lost", "row=8 column=A"),
    ]


def test_a_header_that_lacks_or_repeats_a_column_is_told() -> None:
    items = link_sheet.read("Mã;Code;Gì đó\n1;2;3\n".encode(), link_sheet.CSV).items
    assert [code for code, _ in findings_of(items)] == [
        "sheet.column-twice", "sheet.unknown-column", "sheet.missing-column", "sheet.missing-column",
    ]  # fmt: skip
    with pytest.raises(registration_file.NoRegistrations):
        sheet()


@pytest.mark.skipif(SHARED is None, reason="the vectors of the standard lie beside the repository")
def test_the_scenarios_of_the_resolver_load_as_they_are(run: Run) -> None:
    assert SHARED is not None
    code, [told] = run("import", SHARED / "gs1-vectors" / "resolver" / "resolver_scenarios.json", "--json")
    assert (code, told["created"], told["findingsTotal"]) == (0, 10, 0)
