"""Fuzz the targets, each in a process of its own: `python -m tests.fuzz.run [--seconds 60 | --runs 500] [--keep FOLDER] [TARGET...]`.

libFuzzer through atheris, guided by coverage of `app`, beginning with our seeds, the same inputs for the same seed. A target fails when
it raises anything but a refusal, when one input takes a second of the processor, when the process needs 512 MB, or when it hangs.
Prints one line of JSON for each target; exit 1 when one failed. What failed is kept, to be run again: `--again FILE TARGET`.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

MOST_MEGABYTES = 512
MOST_SECONDS = 1.0
"""Of the processor for one input: what a busy machine does beside counts for nothing."""

HANGS = 30
"""Seconds by the clock on the wall after which an input is a hang."""

LONGEST = 1 << 16


class Slow(Exception):  # noqa: N818  # the fuzzer prints its name
    """One input took too long."""


def guarded(read: Callable[[bytes], object], refusal: type[Exception], most: float = MOST_SECONDS) -> Callable[[bytes], None]:
    """A target as the fuzzer calls it: refusals pass, slowness is a fault."""

    def call(raw: bytes) -> None:
        begun = time.process_time()
        with suppress(refusal):
            read(raw)
        took = time.process_time() - begun
        if took > most:
            raise Slow(took)

    return call


def _fuzz(name: str, target: Any, call: Callable[[bytes], None], asked: argparse.Namespace, room: Path) -> int:
    """One target in a child process; how it ended. libFuzzer ends its process itself."""
    import atheris

    corpus, tokens = room / "corpus", room / "tokens"
    corpus.mkdir(parents=True)
    for number, seed in enumerate(target.seeds):
        (corpus / f"seed-{number:03d}").write_bytes(seed)
    tokens.write_bytes(b"".join(b'"%b"\n' % _quoted(each) for each in target.tokens))
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    log = os.open(room / "log", os.O_WRONLY | os.O_CREAT, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    limit = [f"-max_total_time={asked.seconds}"] if asked.seconds else [f"-runs={asked.runs}"]
    words = [
        name, *limit, f"-seed={asked.seed}", f"-rss_limit_mb={MOST_MEGABYTES}", f"-timeout={HANGS}", f"-max_len={LONGEST}",
        "-len_control=0",
        f"-artifact_prefix={room}/", "-detect_leaks=0", *([f"-dict={tokens}"] if target.tokens else []), str(corpus),
    ]  # fmt: skip
    atheris.Setup(words, call)
    atheris.Fuzz()
    return 0


def _quoted(token: str) -> bytes:
    return re.sub(rb'[\\"]|[^ -~]', lambda found: b"\\x%02x" % found[0][0], token.encode())


def _told(name: str, code: int, room: Path, seconds: float) -> dict[str, Any]:
    log = (room / "log").read_text("utf-8", "replace")
    runs = re.findall(r"^#(\d+)\s", log, re.MULTILINE)
    memory = re.findall(r"rss: (\d+)Mb", log)
    kept = sorted(str(path) for path in room.iterdir() if path.name.startswith(("crash-", "timeout-", "oom-", "slow-unit-", "leak-")))
    told: dict[str, Any] = {
        "target": name, "ok": code == 0, "runs": int(runs[-1]) if runs else 0, "seconds": round(seconds, 1),
        "mb": int(memory[-1]) if memory else 0,
    }  # fmt: skip
    return told if code == 0 else told | {"exit": code, "kept": kept, "log": log[-4000:]}


def main() -> int:
    """Read the command line and fuzz."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*")
    parser.add_argument("--runs", type=int, default=300, help="inputs for each target")
    parser.add_argument("--seconds", type=int, default=0, help="time for each target, instead of a number of inputs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="where corpora and what failed are kept")
    parser.add_argument("--again", type=Path, help="run one kept input, and nothing else")
    asked = parser.parse_args()
    import atheris

    noise = os.dup(2)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # the list of what is instrumented
    from app.errors import Refusal

    with atheris.instrument_imports(include=["app"]):
        from tests.fuzz import targets

        known = targets.make()
    os.dup2(noise, 2)
    chosen = asked.targets or list(known)
    if unknown := set(chosen) - set(known):
        parser.error(f"no target {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    if asked.again:
        guarded(known[chosen[0]].read, Refusal)(asked.again.read_bytes())
        return 0
    room = asked.keep or Path(tempfile.mkdtemp(prefix="truyxuat-fuzz-"))
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    worst = 0
    for name in chosen:
        place, begun = room / re.sub(r"[^a-z0-9]+", "-", name), time.monotonic()
        code = _fuzz(name, known[name], guarded(known[name].read, Refusal), asked, place)
        sys.stdout.write(json.dumps(_told(name, code, place, time.monotonic() - begun)) + "\n")
        sys.stdout.flush()
        worst = max(worst, int(code != 0))
    return worst


if __name__ == "__main__":
    sys.exit(main())
