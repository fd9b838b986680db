"""Alembic's environment: the connection comes from `app.store.migrate`, never from a file."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy.types import TypeDecorator

from app.store.tables import all_tables


def _render(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Migrations name database types, not ours: ours may grow, a migration may not change its meaning."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{type(item.impl_instance).__name__}()"
    return False


def _ours(_object: Any, name: str | None, kind: str, reflected: bool, _compare_to: Any) -> bool:  # noqa: FBT001  # Alembic calls it so
    """Monthly partitions are made by `app.store.partitions` and are not in the models."""
    return not (kind == "table" and reflected and name is not None and "_p_" in name)


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=all_tables(),
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=_render,
    include_object=_ours,
    compare_type=True,
    transaction_per_migration=True,
    transactional_ddl=True,  # SQLite can, BEGIN being ours to emit: a migration that fails leaves nothing behind
)
with context.begin_transaction():
    context.run_migrations()
