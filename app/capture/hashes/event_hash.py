"""The CBV event hash: an interoperable identifier of an event, equal for equal events in any spelling. It is no tamper evidence.

Profiles CBV2.0 and CBV2.1 (draft) as the reference implementation of July 2026 has them. The events of every day take the path of
`event_hash_fast`; any other structure goes through `event_hash_tree`, which gives the same text.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from app.capture.contexts import Context, context_of
from app.capture.hashes import event_hash_fast, event_hash_tree

__all__ = ["CBV_2_0", "CBV_2_1", "Context", "context_of", "event_hash", "prehash"]

CBV_2_0 = "CBV2.0"
CBV_2_1 = "CBV2.1"

_Event = dict[str, Any]


def event_hash(event: _Event, context: Context, profile: str = CBV_2_0) -> str:
    """Event hash as a named-information URI: `ni:///sha-256;<64 hex digits>?ver=CBV2.0`.

    event: a parsed JSON-LD event of the right shape; context: of its document. Never raises for such an event.
    """
    return f"ni:///sha-256;{sha256(prehash(event, context, profile).encode('utf-8', 'surrogatepass')).hexdigest()}?ver={profile}"


def prehash(event: _Event, context: Context, profile: str = CBV_2_0) -> str:
    """Text that the event hash is computed over, in canonical order and spelling (CBV 2.0, event hash, pre-hash string)."""
    if "@context" in event:
        context = context.extended(event["@context"])
    head = f"eventType={event.get('type', '')}"
    inline = profile == CBV_2_1
    try:
        return head + event_hash_fast.Reader(context, inline=inline).text(event)
    except event_hash_fast.Unusual:
        return head + event_hash_tree.text_of(event, context, inline=inline)
