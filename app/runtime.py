"""All a verb may use: store, clock, secrets and settings, bound together once per process."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.clock import Clock
from app.settings import Settings
from app.store.engine import make_engines
from app.store.work import Store
from app.vault import Vault


@dataclass(slots=True)
class Runtime:
    """What verbs receive as `on`; doors make it, nothing below them reads the environment."""

    settings: Settings
    store: Store
    vault: Vault
    clock: Clock = field(default_factory=Clock)

    def close(self) -> None:
        """Finish what is queued and let go of the database."""
        self.store.close()


def make_runtime(settings: Settings, clock: Clock | None = None) -> Runtime:
    """A runtime for these settings; opens no connection yet."""
    settings.home.mkdir(parents=True, exist_ok=True)
    store = Store(
        make_engines(settings.url()),
        queue_length=settings.queue_length,
        allow_weak_durability=settings.allow_weak_durability,
    )
    return Runtime(settings=settings, store=store, vault=Vault(settings.home / "secrets"), clock=clock or Clock())
