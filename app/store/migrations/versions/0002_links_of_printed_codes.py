"""Links of printed codes: link sets, their changes, proven hosts and what the nightly check found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "link_change",
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("change_id", sa.BigInteger(), nullable=False),
        sa.Column("anchor", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.Column("changed_by", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("party_id", "change_id", name=op.f("pk_link_change")),
    )
    op.create_index("ix_link_change_anchor", "link_change", ["party_id", "anchor", "change_id"], unique=False)
    op.create_index(op.f("ix_link_change_change_id"), "link_change", ["change_id"], unique=False)

    op.create_table(
        "link_check",
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("gtin", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("milliseconds", sa.BigInteger(), nullable=True),
        sa.Column("checked_at", sa.BigInteger(), nullable=False),
        sa.Column("ok_at", sa.BigInteger(), nullable=True),
        sa.Column("failed_since", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("party_id", "gtin", name=op.f("pk_link_check")),
    )
    op.create_index("ix_link_check_checked_at", "link_check", ["checked_at"], unique=False)

    op.create_table(
        "link_host",
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("proven_by", sa.Text(), nullable=True),
        sa.Column("proven_at", sa.BigInteger(), nullable=True),
        sa.Column("checked_at", sa.BigInteger(), nullable=True),
        sa.Column("failed_since", sa.BigInteger(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("party_id", "host", name=op.f("pk_link_host")),
    )
    op.create_index("ix_link_host_checked_at", "link_host", ["checked_at"], unique=False)

    op.create_table(
        "link_set",
        sa.Column("issuer", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("class_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("qualifiers", sa.Text(), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("anchor", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("description_key", sa.Text(), server_default="", nullable=False),
        sa.Column("default_href", sa.Text(), nullable=True),
        sa.Column("default_title", sa.Text(), nullable=True),
        sa.Column("default_host", sa.Text(), nullable=True),
        sa.Column("several_defaults", sa.Boolean(), nullable=False),
        sa.Column("links", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("issuer", "class_key", "qualifiers", name=op.f("pk_link_set")),
    )
    op.create_index("ix_link_set_party", "link_set", ["party_id", "anchor"], unique=False)


def downgrade() -> None:
    """Undo."""
    for name in ("link_set", "link_host", "link_check", "link_change"):
        op.drop_table(name)
