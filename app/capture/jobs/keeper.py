"""Who holds a job: a name by which another process of the same machine sees that its holder has died, without waiting."""

from __future__ import annotations

import os
import platform
import secrets
from pathlib import Path


def name() -> str:
    """A fresh name of this process, for one hold."""
    return f"{_machine()}/{os.getpid()}/{_begun(os.getpid())}/{secrets.token_hex(8)}"


def is_dead(keeper: str) -> bool:
    """Whether the process of a name has certainly ended; never wrongly True for one of another machine."""
    machine, _, rest = keeper.partition("/")
    parts = rest.split("/")
    if machine != _machine() or len(parts) != 3 or not parts[0].isdecimal():  # process, its begin, the hold
        return False
    return _begun(int(parts[0])) != parts[1]


def _machine() -> str:
    """The machine, its present run, and the space its process numbers are of: containers may share a name, and each counts from 1."""
    boot = Path("/proc/sys/kernel/random/boot_id")
    run = boot.read_text(encoding="ascii").strip() if boot.exists() else ""
    space = Path("/proc/self/ns/pid")
    return f"{platform.node()}:{run}:{space.readlink() if space.is_symlink() else ''}".replace("/", "_")


def _begun(process: int) -> str:
    """When a process began, in ticks since the machine's start; "" when there is none of this number."""
    if not Path("/proc/self/stat").exists():
        return _seen(process)
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]  # field 22; the name, which may hold blanks, stands in brackets before


def _seen(process: int) -> str:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return ""
    except OSError:
        return "there"
    return "there"
