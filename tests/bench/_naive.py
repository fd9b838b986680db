"""The capture pipeline one writes first: `json`, `jsonschema`, one ORM object for each event, a commit for each document.

No item keys, no hash, no signature, no log: less work than the product does, and the peer it is compared with.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator, Draft202012Validator
from referencing import Registry, Resource
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from tests import ROOT, SHARED


class Base(DeclarativeBase):
    """Tables of the peer."""


class Row(Base):
    """An event."""

    __tablename__ = "row"

    number: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    event_time: Mapped[str]
    biz_step: Mapped[str | None]
    read_point: Mapped[str | None]
    content: Mapped[str]


def _judge() -> Callable[[Any], None]:
    """The official schema of EPCIS 2.0 when it is beside the repository, as anybody would take it; else ours for ObjectEvents."""
    if SHARED is not None:
        official = json.loads((SHARED / "epcis-standard" / "json-schema" / "EPCIS-JSON-Schema.json").read_text(encoding="utf-8"))
        return Draft7Validator(official).validate
    schemas = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "schemas" / "epcis").glob("*.json")}
    schemas["cbv.json"] = json.loads((ROOT / "schemas" / "vocabulary" / "cbv.json").read_text(encoding="utf-8"))
    registry: Any = Registry().with_resources((each["$id"], Resource.from_contents(each)) for each in schemas.values() if "$id" in each)
    validator = Draft202012Validator(schemas["object_event.json"], registry=registry)

    def judge(document: Any) -> None:
        for event in document["epcisBody"]["eventList"]:
            validator.validate(event)

    return judge


def pipeline(file: Path) -> Callable[[bytes], None]:
    """A function that keeps a document of ObjectEvents in a database file."""
    judge = _judge()
    engine = create_engine(f"sqlite:///{file}")
    Base.metadata.create_all(engine)

    def keep(sent: bytes) -> None:
        document = json.loads(sent)
        judge(document)
        with Session(engine) as session:
            for event in document["epcisBody"]["eventList"]:
                where = event.get("readPoint", {}).get("id")
                said = {"kind": event["type"], "event_time": event["eventTime"], "biz_step": event.get("bizStep"), "read_point": where}
                session.add(Row(**said, content=json.dumps(event)))
            session.commit()

    return keep
