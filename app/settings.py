"""Settings: the only reader of the environment and of the configuration file.

Order of precedence: keyword arguments, environment `TRUYXUAT_*`, the TOML file named by `TRUYXUAT_CONFIG` (else `<home>/truyxuat.toml`),
defaults. Good zero values: a newcomer needs none of them.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from app.errors import Invalid

LANGUAGES = ("vi", "en", "fr")


class SettingUnknown(Invalid):
    """A setting of the file or the environment has a name that nothing reads."""

    code = "settings.unknown"


class SettingInvalid(Invalid):
    """A setting has a value of the wrong kind."""

    code = "settings.invalid"


def _default_home() -> Path:
    data = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(data) / "truyxuat"


def _setting(default: Any, about: str, least: float | None = None, most: float | None = None) -> Any:
    return field(default=default, metadata={"about": about, "least": least, "most": most})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything an installation may choose; each field documents itself in its metadata `about`."""

    home: Path = field(
        default_factory=_default_home, metadata={"about": "Folder of the database file, the log key, the guard file and exports."}
    )
    database_url: str = _setting("", "SQLAlchemy URL; empty means the SQLite file <home>/truyxuat.db. PostgreSQL: postgresql+psycopg://…")
    host: str = _setting("127.0.0.1", "Address the server listens on.")
    port: int = _setting(8000, "Port the server listens on.", 1, 65_535)
    base_url: str = _setting("", "Public address of this installation, printed in labels; empty means http://<host>:<port>.")
    threads: int = _setting(32, "Requests worked on at the same time in one server process.", 1, 1000)
    workers: int = _setting(1, "Server processes; only 1 is possible with SQLite.", 1, 256)
    language: str = _setting("vi", "Language when the visitor asks for none: vi, en or fr.")
    log_origin: str = _setting(
        "", "Origin line of the log's checkpoints; empty means <host of base_url>/log. Chosen once: it cannot change later."
    )
    checkpoint_seconds: float = _setting(
        0.5, "Seconds between two passes of the sequencer; a checkpoint follows within a second.", 0.01, 3600
    )
    max_body_bytes: int = _setting(20_000_000, "Largest request body in bytes.", 1000, 2_000_000_000)
    max_events: int = _setting(200_000, "Most events in one EPCIS document.", 1, 1_000_000)
    max_document_bytes: int = _setting(
        200_000_000, "Largest EPCIS document in bytes, unpacked; other bodies: max_body_bytes.", 1000, 2_000_000_000
    )
    capture_at_once_bytes: int = _setting(
        4_000_000, "EPCIS documents up to this size are recorded within the request; larger ones beside it, as a job.", 1000, 64_000_000
    )
    max_image_bytes: int = _setting(12_000_000, "Largest uploaded photograph in bytes.", 1000, 2_000_000_000)
    queue_length: int = _setting(1_000, "Most writes waiting for the writer; beyond it the answer is 503 with Retry-After.", 1, 1_000_000)
    session_hours: int = _setting(12, "Hours after which a signed-in session ends.", 1, 8760)
    secure_cookies: bool = _setting(False, "Mark cookies Secure; switch on behind HTTPS.")
    trusted_proxies: int = _setting(0, "Number of reverse proxies whose X-Forwarded-For is believed.", 0, 16)
    sign_in_attempts: int = _setting(10, "Failed sign-ins per account or address in fifteen minutes before a pause.", 1, 1000)
    outbound_private_networks: bool = _setting(
        False, "Let requests to addresses that enterprises enter go into private networks too; for installations inside one."
    )
    outbound_ports: str = _setting("80,443", "Ports that such requests may go to, separated by commas.")
    outbound_contact: str = _setting("", "Web or e-mail address in their User-Agent, for whoever wonders; empty means the public address.")
    link_check_hour: int = _setting(
        2, "Hour in Viet Nam at which the nightly check of links and hosts begins; it takes up to four. -1 switches it off.", -1, 23
    )
    prefix_list: str = _setting(
        "", "File with GS1's list of company prefix lengths (GCPPrefixFormatList, JSON or XML), obtained from GS1; empty: none."
    )
    allow_weak_durability: bool = _setting(False, "Start although the database may lose acknowledged events on power loss.")

    def url(self) -> str:
        """The SQLAlchemy URL of the writer."""
        return self.database_url or f"sqlite:///{self.home / 'truyxuat.db'}"

    def is_sqlite(self) -> bool:
        """Whether this installation runs on the embedded database."""
        return self.url().startswith("sqlite")

    def public_url(self) -> str:
        """The public address without a trailing slash; a wildcard host is no address anybody can open, so loopback stands for it."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::", ""} else self.host  # noqa: S104  # compared with, not bound to
        return (self.base_url or f"http://{f'[{host}]' if ':' in host else host}:{self.port}").rstrip("/")

    def origin(self) -> str:
        """The origin line of the log (C2SP tlog-checkpoint): schema-less, no trailing slash."""
        if self.log_origin or not self.base_url:
            return self.log_origin or "truyxuat.localhost/log"
        return self.public_url().split("://", 1)[-1] + "/log"


_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}


_FORMS = {
    "database_url": (re.compile(r"sqlite:///(?!:memory:).+|postgresql(\+psycopg)?://\S*"), "sqlite:///FILE, postgresql+psycopg://…"),
    "base_url": (re.compile(r"https?://[^/\s?#@]+(/[^\s?#]*)?"), "https://…"),
    "log_origin": (re.compile(r"[^\s+]+"), "trace.example/log"),
    "outbound_ports": (re.compile(r"[1-9][0-9]{0,4}(,[1-9][0-9]{0,4})*"), "80,443"),
    "outbound_contact": (re.compile(r"[!-~]+"), "https://… / someone@example.vn"),
}
"""What addresses look like: these are printed on labels and signed in checkpoints, so a slip of the finger is refused at the start."""


def _convert(name: str, kind: str, value: Any) -> Any:
    text = str(value)
    try:
        if kind == "bool":
            if isinstance(value, bool):
                return value
            lowered = text.strip().lower()
            if lowered not in _TRUE | _FALSE:
                raise SettingInvalid(name=name, given=text, expected="true / false")
            return lowered in _TRUE
        if kind in {"int", "float"}:
            return _within(name, int(text) if kind == "int" else float(text))
    except ValueError as error:
        raise SettingInvalid(name=name, given=text, expected=kind) from error
    return Path(text).expanduser() if kind == "Path" else text


def _within(name: str, number: float) -> float:
    """A number inside the limits of its setting; a queue of length 0 would be one without end. Raises SettingInvalid."""
    limits = next(item.metadata for item in fields(Settings) if item.name == name)
    least, most = limits["least"], limits["most"]
    if not least <= number <= most:  # also refuses nan
        raise SettingInvalid(name=name, given=str(number), expected=f"{least:g} … {most:g}")
    return number


def _from_file(path: Path, *, named: bool) -> dict[str, Any]:
    if not path.is_file():
        if named:
            raise SettingInvalid(name="TRUYXUAT_CONFIG", given=str(path), expected="file")
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingInvalid(name=str(path), given=str(error), expected="TOML") from error


_NOT_SETTINGS = {"config", "demo_password", "pictures", "test_database", "test_thorough"}
"""Names with the prefix that are read elsewhere: the file's own name, and the choice of database of the test suite."""


def load(environ: Mapping[str, str] | None = None, **given: Any) -> Settings:
    """The settings of this process.

    environ: os.environ unless given; given: values that win over everything, None meaning "not given".
    Raises SettingUnknown for a name nothing reads, SettingInvalid for a value of the wrong kind.
    """
    environ = os.environ if environ is None else environ
    known = {item.name: str(item.type) for item in fields(Settings)}
    from_environ = {name.removeprefix("TRUYXUAT_").lower(): value for name, value in environ.items() if name.startswith("TRUYXUAT_")}
    chosen = {name: value for name, value in given.items() if value is not None}
    home = Path(chosen.get("home") or from_environ.get("home") or _default_home()).expanduser()
    named = from_environ.get("config")
    merged = _from_file(Path(named).expanduser() if named else home / "truyxuat.toml", named=bool(named))
    merged |= {name: value for name, value in from_environ.items() if name not in _NOT_SETTINGS}
    merged |= chosen
    for name in merged:
        if name not in known:
            raise SettingUnknown(name=name, known=", ".join(sorted(known)))
    settings = Settings(**{name: _convert(name, known[name], value) for name, value in merged.items()})
    if settings.language not in LANGUAGES:
        raise SettingInvalid(name="language", given=settings.language, expected="vi, en, fr")
    for name, (form, expected) in _FORMS.items():
        given_value = getattr(settings, name)
        if given_value and not form.fullmatch(given_value):
            raise SettingInvalid(name=name, given=given_value, expected=expected)
    if not settings.host.strip():
        raise SettingInvalid(name="host", given=settings.host, expected="127.0.0.1")
    return settings
