"""Pages of the slice `ledger`."""

from __future__ import annotations

from flask import render_template

from app.api.door import Access, Door, runtime
from app.ledger import find, log_key, note
from app.store.columns import from_micros

door = Door("ledger_pages", __name__, templates=True)

_SHOWN = 10


@door.route("/log", needs=Access.PUBLIC)
def show_log() -> str:
    """The log for people: how large it is, its key, its newest checkpoints, and how to check it."""
    on = runtime()
    with on.store.reading() as connection:
        rows = find.recent_checkpoints(connection, _SHOWN)
    checkpoints = [{"size": row.size, "root": note.to_base64(bytes(row.root)), "at": from_micros(row.published_at)} for row in rows]
    return render_template(
        "ledger/log.html",
        checkpoints=checkpoints,
        newest=rows[0].note if rows else "",
        vkey=log_key.signer(on).verifier.vkey,
        origin=on.settings.origin(),
        address=on.settings.public_url(),
    )
