"""Labels: serial ranges, the life of stamps, SSCCs, designs of labels, and files that are drawn in the background."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _of_jobs() -> list[sa.Column[Any]]:
    """Columns that label jobs gain; made anew for each use, because a column belongs to one table."""
    return [
        sa.Column("serialised", sa.Boolean(), server_default="1", nullable=False),
        sa.Column("given", sa.Boolean(), server_default="0", nullable=False),
        sa.Column("drawn", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("per_roll", sa.BigInteger(), nullable=True),
        sa.Column("range_id", sa.BigInteger(), nullable=True),
        sa.Column("range_first", sa.BigInteger(), nullable=True),
        sa.Column("carrier", sa.Text(), server_default="qr-dl", nullable=False),
        sa.Column("layout", sa.Text(), nullable=True),
        sa.Column("design_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("origin", sa.Text(), nullable=True),
    ]


def _of_serials() -> list[sa.Column[Any]]:
    """Columns that serial numbers gain."""
    return [
        sa.Column("position", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("change_id", sa.BigInteger(), nullable=True),
    ]


_COUNTED = """
UPDATE serial SET position = counted.place FROM (
    SELECT party_id, gtin, serial, row_number() OVER (PARTITION BY party_id, job_id ORDER BY serial) AS place FROM serial
) AS counted
WHERE counted.party_id = serial.party_id AND counted.gtin = serial.gtin AND counted.serial = serial.serial
"""
"""Labels made before were printed in the order of their serial numbers: that is their position now."""


def upgrade() -> None:
    """Apply."""
    for column in _of_jobs():
        op.add_column("label_job", column)
    op.execute("UPDATE label_job SET drawn = count")
    op.create_index("ix_label_job_goods", "label_job", ["party_id", "gtin", "lot"], unique=False)
    op.create_index("ix_label_job_origin", "label_job", ["party_id", "origin"], unique=True)
    rest = sa.text("drawn < count")
    op.create_index("ix_label_job_undrawn", "label_job", ["job_id"], unique=False, sqlite_where=rest, postgresql_where=rest)

    for column in _of_serials():
        op.add_column("serial", column)
    op.execute(_COUNTED)
    op.drop_index("ix_serial_job", table_name="serial")
    op.create_index("ix_serial_position", "serial", ["party_id", "job_id", "position", "state"], unique=False)
    void = sa.text("state = 'void'")
    op.create_index(
        "ix_serial_void", "serial", ["party_id", "job_id", "state", "position"], unique=False, sqlite_where=void, postgresql_where=void
    )

    op.create_table(
        "label_design",
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("design_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("layout", sa.Text(), nullable=False),
        sa.Column("carrier", sa.Text(), nullable=False),
        sa.Column("texts", sa.Text(), nullable=False),
        sa.Column("logo", sa.LargeBinary(), nullable=True),
        sa.Column("logo_type", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("party_id", "design_id", name=op.f("pk_label_design")),
    )
    op.create_table(
        "label_file",
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("part", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("labels", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("party_id", "run_id", "part", name=op.f("pk_label_file")),
    )
    op.create_table(
        "label_run",
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("layout", sa.Text(), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("labels", sa.BigInteger(), nullable=False),
        sa.Column("parts", sa.BigInteger(), nullable=False),
        sa.Column("done", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("held_until", sa.BigInteger(), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("party_id", "run_id", name=op.f("pk_label_run")),
    )
    op.create_index("ix_label_run_job", "label_run", ["party_id", "job_id", "run_id"], unique=False)
    op.create_index("ix_label_run_state", "label_run", ["state", "run_id"], unique=False)
    op.create_table(
        "serial_range",
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("range_id", sa.BigInteger(), nullable=False),
        sa.Column("gtin", sa.Text(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("length", sa.BigInteger(), nullable=False),
        sa.Column("most", sa.BigInteger(), nullable=True),
        sa.Column("issued", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("key_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("party_id", "range_id", name=op.f("pk_serial_range")),
    )
    op.create_index("ix_serial_range_gtin", "serial_range", ["party_id", "gtin"], unique=False)
    op.create_table(
        "restoration",
        sa.Column("restored_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("made", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("restored_at", name=op.f("pk_restoration")),
    )
    op.create_table(
        "sscc",
        sa.Column("issuer", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sscc", sa.Text(), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("gtin", sa.Text(), nullable=True),
        sa.Column("lot", sa.Text(), nullable=True),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("expiry", sa.Text(), nullable=True),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("ship_to", sa.Text(), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("voided_at", sa.BigInteger(), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("issuer", "sscc", name=op.f("pk_sscc")),
    )
    op.create_index("ix_sscc_batch", "sscc", ["party_id", "batch_id", "sscc"], unique=False)
    op.create_index("ix_sscc_party", "sscc", ["party_id", "created_at"], unique=False)
    op.create_table(
        "sscc_counter",
        sa.Column("issuer", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("prefix", sa.Text(), nullable=False),
        sa.Column("extension", sa.BigInteger(), nullable=False),
        sa.Column("next_reference", sa.BigInteger(), nullable=False),
        sa.Column("held_since", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("issuer", "prefix", "extension", name=op.f("pk_sscc_counter")),
    )
    op.create_table(
        "stamp_change",
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("change_id", sa.BigInteger(), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("stamps", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("lot", sa.Text(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("changed_by", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("undone_by", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("party_id", "change_id", name=op.f("pk_stamp_change")),
    )
    op.create_index("ix_stamp_change_job", "stamp_change", ["party_id", "job_id", "change_id"], unique=False)
    op.create_table(
        "stamp_follower",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("next_position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_stamp_follower")),
    )


def downgrade() -> None:
    """Undo."""
    for name in (
        "stamp_follower", "stamp_change", "sscc_counter", "sscc", "restoration", "serial_range", "label_run", "label_file", "label_design",
    ):  # fmt: skip
        op.drop_table(name)
    op.drop_index("ix_serial_void", table_name="serial")
    op.drop_index("ix_serial_position", table_name="serial")
    op.create_index("ix_serial_job", "serial", ["party_id", "job_id"], unique=False)
    for column in _of_serials():
        op.drop_column("serial", column.name)
    op.drop_index("ix_label_job_undrawn", table_name="label_job")
    op.drop_index("ix_label_job_origin", table_name="label_job")
    op.drop_index("ix_label_job_goods", table_name="label_job")
    for column in _of_jobs():
        op.drop_column("label_job", column.name)
