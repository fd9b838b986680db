"""The verifier printed in the handbook: it proves a real bundle with nothing of ours, and refuses a changed one."""

from __future__ import annotations

import base64
import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.runtime import Runtime
from app.verify.bundle_format import FORMAT, parse_bundle
from tests.handbook import pages
from tests.handbook.walk import ITEM, walk

Bundle = dict[str, Any]


def _flipped(text: str) -> str:
    """base64 of other bytes of the same length."""
    value = bytearray(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_" if {"-", "_"} & set(text) else None))
    value[-1] ^= 1
    encode = base64.urlsafe_b64encode if {"-", "_"} & set(text) or len(text) % 4 else base64.b64encode
    return encode(bytes(value)).rstrip(b"=" if len(text) % 4 else b"").decode()


def _other_event(bundle: Bundle) -> None:
    bundle["events"][0]["envelope"] = bundle["events"][0]["envelope"].replace("K7M2Q9XD4RTB", "K7M2Q9XD4RTC")


def _other_signature(bundle: Bundle) -> None:
    bundle["events"][0]["sig"] = _flipped(bundle["events"][0]["sig"])


def _other_place(bundle: Bundle) -> None:
    bundle["events"][0]["index"] = bundle["keys"][0]["index"]


def _other_proof(bundle: Bundle) -> None:
    bundle["events"][0]["proof"] = [_flipped(each) for each in bundle["events"][0]["proof"]]


def _shorter_proof(bundle: Bundle) -> None:
    bundle["events"][0]["proof"] = []


def _other_key(bundle: Bundle) -> None:
    bundle["keys"][0]["spki"] = _flipped(bundle["keys"][0]["spki"])


def _other_holder(bundle: Bundle) -> None:
    bundle["keys"][0]["party"]["id"] = "1"


def _own_key(bundle: Bundle) -> None:
    bundle["keys"][0]["hosted"] = False


def _other_size(bundle: Bundle) -> None:
    lines = bundle["checkpoint"].split("\n")
    bundle["checkpoint"] = "\n".join([lines[0], str(int(lines[1]) + 1), *lines[2:]])


def _unsigned_checkpoint(bundle: Bundle) -> None:
    bundle["checkpoint"] = bundle["checkpoint"].split("\n\n")[0] + "\n\n"


def _nothing(bundle: Bundle) -> None:
    bundle["events"] = []


CHANGES = (
    _other_event, _other_signature, _other_place, _other_proof, _shorter_proof, _other_key, _other_holder, _own_key, _other_size,
    _unsigned_checkpoint, _nothing,
)  # fmt: skip


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    """The program as a reader saves it, alone in a folder."""
    (code,) = pages.blocks("check-it-yourself", kind="python")
    path = tmp_path / "alone" / "check.py"
    path.parent.mkdir()
    path.write_text(code, encoding="utf-8")
    return path


@pytest.fixture
def evidence(client: Any, on: Runtime) -> tuple[Bundle, str]:
    """The bundle of the walk's item, and the key of its log."""
    walk(client, on)
    bundle: Bundle = json.loads(client.get("/api/bundle", query_string={"code": ITEM}).data)
    return bundle, client.get("/log/key").text.strip()


def _run(recipe: Path, bundle: Bundle, vkey: str) -> subprocess.CompletedProcess[str]:
    path = recipe.parent / "item.bundle"
    path.write_text(json.dumps(bundle, ensure_ascii=False), encoding="utf-8")
    # -I: neither the folder of this repository nor the environment reaches it.
    return subprocess.run(
        [sys.executable, "-I", str(recipe), str(path), vkey], cwd=recipe.parent, capture_output=True, text=True, check=False
    )


def test_the_recipe_proves_a_real_bundle(recipe: Path, evidence: tuple[Bundle, str]) -> None:
    done = _run(recipe, *evidence)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "proven: 2026-06-12T10:00:00+07:00 ObjectEvent commissioning\n"


def test_the_recipe_needs_nothing_of_ours(recipe: Path) -> None:
    lines = [line for line in recipe.read_text(encoding="utf-8").splitlines() if line.startswith(("import ", "from "))]
    assert {line.split()[1].split(".")[0].rstrip(",") for line in lines} == {"base64", "hashlib", "cryptography"}


def test_the_recipe_refuses_every_changed_bundle_and_the_key_of_another_log(recipe: Path, evidence: tuple[Bundle, str]) -> None:
    bundle, vkey = evidence
    believed = []
    for change in CHANGES:
        changed = copy.deepcopy(bundle)
        change(changed)
        done = _run(recipe, changed, vkey)
        if changed == bundle or done.returncode != 1 or "proven:" in done.stdout:
            believed.append(change.__name__)
    assert believed == []
    done = _run(recipe, bundle, vkey[:-2] + ("AA" if not vkey.endswith("AA") else "BB"))
    assert (done.returncode, done.stderr) == (1, "NOT PROVEN: another log\n")


def test_every_field_of_a_bundle_is_explained(evidence: tuple[Bundle, str]) -> None:
    bundle, _ = evidence
    parse_bundle(json.dumps(bundle).encode())
    fields = {"format", "item", "made", "checkpoint"} | {f"log.{name}" for name in bundle["log"]}
    fields |= {f"{part}[].{name}" for part in ("keys", "events") for name in bundle[part][0]}
    fields |= {FORMAT, *json.loads(bundle["events"][0]["envelope"])}
    for language in pages.LANGUAGES:
        assert fields <= set(pages.inline("check-it-yourself", language))
