"""The operator's list of company prefix lengths, read once a process: GS1 publishes it, and it is not ours to ship."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from app.errors import Invalid
from app.identify.company_prefix import MOST_BYTES, Prefixes


class PrefixListMissing(Invalid):
    """The file that the setting `prefix_list` names cannot be opened."""

    code = "identify.prefix-list-missing"  # params: path, reason (in the system's words)


@cache
def known(path: str) -> Prefixes:
    """The list in a file; an empty path means that no length is known. Raises PrefixListMissing and what is wrong in the list."""
    if not path:
        return Prefixes({})
    try:
        with Path(path).expanduser().open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise PrefixListMissing(path=path, reason=error.strerror or str(error)) from error
    return Prefixes.read(raw)
