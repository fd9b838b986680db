"""All a verb may use: store, clock, secrets and settings, bound together once per process."""

from __future__ import annotations

from dataclasses import dataclass, field

from app import __version__
from app.clock import Clock
from app.outbound import Outbound, outbound_of
from app.settings import Settings
from app.store.engine import Engines, make_engines
from app.store.work import Store
from app.vault import Vault

ARGON2_PROFILE = "RFC_9106_LOW_MEMORY"
"""What a password costs to hash, a name in `argon2.profiles`: 64 MiB and three passes. No setting: nobody should serve with less."""


@dataclass(slots=True)
class Runtime:
    """What verbs receive as `on`; doors make it, nothing below them reads the environment."""

    settings: Settings
    store: Store
    vault: Vault
    clock: Clock = field(default_factory=Clock)
    argon2_profile: str = ARGON2_PROFILE
    outbound: Outbound = field(default_factory=Outbound)

    def close(self) -> None:
        """Finish what is queued and let go of the database."""
        self.store.close()


def make_runtime(
    settings: Settings, clock: Clock | None = None, *, argon2_profile: str = ARGON2_PROFILE, engines: Engines | None = None
) -> Runtime:
    """A runtime for these settings; opens no connection yet.

    engines: those of an earlier runtime with the same URL that was closed; the statements it compiled need not be compiled again.
    Tests hand them on, and hash with the cheapest profile: their passwords protect nobody.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    store = Store(
        engines or make_engines(settings.url()),
        queue_length=settings.queue_length,
        allow_weak_durability=settings.allow_weak_durability,
    )
    vault = Vault(settings.home / "secrets")
    return Runtime(settings, store, vault, clock or Clock(), argon2_profile, outbound_of(settings, __version__))
