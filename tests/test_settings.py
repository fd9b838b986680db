"""Settings: where they come from, which win, and what is refused by name."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from app.settings import SettingInvalid, Settings, SettingUnknown, load


def from_file(tmp_path: Path, text: str, **environ: str) -> Settings:
    (tmp_path / "truyxuat.toml").write_text(text, encoding="utf-8")
    return load({"TRUYXUAT_HOME": str(tmp_path), **environ})


def test_a_newcomer_needs_none(tmp_path: Path) -> None:
    settings = load({"XDG_DATA_HOME": str(tmp_path), "HOME": str(tmp_path)})
    assert settings.is_sqlite()
    assert settings.url() == f"sqlite:///{settings.home / 'truyxuat.db'}"
    assert settings.public_url() == "http://127.0.0.1:8000"
    assert settings.origin() == "truyxuat.localhost/log"


def test_arguments_win_over_the_environment_and_that_over_the_file(tmp_path: Path) -> None:
    text = 'port = 1001\nhost = "file.test"\nlanguage = "fr"\n'
    (tmp_path / "truyxuat.toml").write_text(text, encoding="utf-8")
    settings = load({"TRUYXUAT_HOME": str(tmp_path), "TRUYXUAT_PORT": "1002", "TRUYXUAT_HOST": "environ.test"}, port=1003, host=None)
    assert (settings.port, settings.host, settings.language) == (1003, "environ.test", "fr")


def test_a_file_may_be_named(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text("port = 1234\n", encoding="utf-8")
    assert load({"TRUYXUAT_HOME": str(tmp_path), "TRUYXUAT_CONFIG": str(tmp_path / "other.toml")}).port == 1234


def test_a_named_file_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid):
        load({"TRUYXUAT_HOME": str(tmp_path), "TRUYXUAT_CONFIG": str(tmp_path / "nothing.toml")})


@pytest.mark.parametrize("text", ["port = ", "port", "\x00", 'port = "a', "[[["])
def test_a_file_that_is_no_toml_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingInvalid):
        from_file(tmp_path, text)


def test_a_name_nothing_reads_is_refused_with_those_that_exist(tmp_path: Path) -> None:
    with pytest.raises(SettingUnknown) as refusal:
        load({"TRUYXUAT_HOME": str(tmp_path), "TRUYXUAT_PROT": "80"})
    assert refusal.value.params["name"] == "prot"
    assert "port" in refusal.value.params["known"]
    with pytest.raises(SettingUnknown):
        from_file(tmp_path, "prot = 80\n")


@pytest.mark.parametrize(
    ("text", "value"),
    [("1", True), ("true", True), ("YES", True), ("on", True), ("0", False), ("False", False), ("no", False), ("", False)],
)
def test_yes_and_no_in_many_spellings(tmp_path: Path, text: str, value: bool) -> None:
    assert load({"TRUYXUAT_HOME": str(tmp_path), "TRUYXUAT_SECURE_COOKIES": text}).secure_cookies is value


@pytest.mark.parametrize(("name", "value"), [
    ("secure_cookies", "maybe"), ("port", "x"), ("port", "80.5"), ("port", ""), ("port", "0"), ("port", "65536"), ("threads", "0"),
    ("threads", "-1"),
    ("workers", "0"), ("queue_length", "0"), ("max_body_bytes", "10"), ("session_hours", "0"), ("checkpoint_seconds", "0"),
    ("checkpoint_seconds", "nan"),
    ("checkpoint_seconds", "inf"), ("checkpoint_seconds", "soon"), ("trusted_proxies", "-1"), ("sign_in_attempts", "0"),
    ("language", "de"), ("language", ""),
    ("max_events", "0"),
])  # fmt: skip
def test_a_value_that_cannot_work_is_refused_by_name(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingInvalid) as refusal:
        load({"TRUYXUAT_HOME": str(tmp_path), f"TRUYXUAT_{name.upper()}": value})
    assert refusal.value.params["name"] == name
    assert refusal.value.params["expected"]


@pytest.mark.parametrize(
    ("name", "value"), [("port", 1), ("port", 65_535), ("queue_length", 1), ("trusted_proxies", 0), ("checkpoint_seconds", 0.01)]
)
def test_the_ends_of_a_range_are_taken(tmp_path: Path, name: str, value: Any) -> None:
    assert getattr(from_file(tmp_path, f"{name} = {value}\n"), name) == value


@pytest.mark.parametrize("text", ["port = [1]", 'port = "eighty"', "secure_cookies = 2", "threads = 3.5", "port = true"])
def test_a_file_with_a_value_of_the_wrong_kind_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingInvalid):
        from_file(tmp_path, text + "\n")


def test_a_home_may_begin_with_a_tilde(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "truyxuat.toml").write_text("port = 4321\n", encoding="utf-8")
    settings = load({"TRUYXUAT_HOME": "~/here"})
    assert (settings.home, settings.port) == (tmp_path / "here", 4321)


@pytest.mark.parametrize(
    ("base_url", "origin"),
    [("https://x.example/", "x.example/log"), ("https://x.example", "x.example/log"), ("http://127.0.0.1:8000", "127.0.0.1:8000/log")],
)
def test_the_log_takes_its_name_from_the_public_address(base_url: str, origin: str) -> None:
    assert Settings(base_url=base_url).origin() == origin
    assert Settings(base_url=base_url, log_origin="log.example").origin() == "log.example"


def test_postgresql_is_not_the_embedded_database() -> None:
    assert not Settings(database_url="postgresql+psycopg://localhost/truyxuat").is_sqlite()


def test_every_setting_says_what_it_is_and_numbers_have_limits() -> None:
    for item in dataclasses.fields(Settings):
        assert item.metadata["about"], item.name
        if item.type in {"int", "float"}:
            assert item.metadata["least"] <= item.default <= item.metadata["most"], item.name


def test_the_suite_s_own_variable_is_no_setting(tmp_path: Path) -> None:
    assert load({"TRUYXUAT_HOME": str(tmp_path), "TRUYXUAT_TEST_DATABASE": "postgresql"}).home == tmp_path


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("database_url", "foo"),
        ("database_url", "mysql://a"),
        ("database_url", "sqlite://"),
        ("database_url", "sqlite:///:memory:"),
        ("base_url", "javascript:1"),
        ("base_url", "foo"),
        ("base_url", "https://"),
        ("log_origin", "a b"),
        ("log_origin", "a+b"),
        ("host", " "),
    ],
)
def test_an_address_that_cannot_be_one_is_refused_at_the_start(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingInvalid) as refusal:
        load({}, home=tmp_path, **{name: value})
    assert refusal.value.params["name"] == name
