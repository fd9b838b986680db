"""Complete capture: jobs that run on, what events are asked by, master data with its history, flags on events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.identify.item_key import item_key

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_WORDS = {"biz_step": "https://ref.gs1.org/cbv/BizStep-", "disposition": "https://ref.gs1.org/cbv/Disp-"}
_FIELDS = {
    "kind": "eventType",
    "biz_step": "bizStep",
    "disposition": "disposition",
    "read_point": "readPoint",
    "biz_location": "bizLocation",
}
_PLACES = ("read_point", "biz_location")


def _spell_alike() -> None:
    """Columns that questions are asked by hold one spelling from now on; the sealed events keep the sender's."""
    bind = op.get_bind()
    for column, start in _WORDS.items():
        bind.execute(
            sa.text(f"UPDATE event SET {column} = substr({column}, :length) WHERE {column} LIKE :start"),  # noqa: S608  # names above
            {"length": len(start) + 1, "start": start + "%"},
        )
    for column in _PLACES:
        found = bind.execute(sa.text(f"SELECT DISTINCT {column} FROM event WHERE {column} IS NOT NULL"))  # noqa: S608  # names above
        for uri in [row[0] for row in found]:
            canonical = item_key(uri).text
            if canonical != uri:
                bind.execute(sa.text(f"UPDATE event SET {column} = :new WHERE {column} = :old"), {"new": canonical, "old": uri})  # noqa: S608


def _fill_facets() -> None:
    for column, field in _FIELDS.items():
        op.execute(
            f"INSERT INTO event_facet (party_id, field, value) SELECT DISTINCT party_id, '{field}', {column} FROM event "  # noqa: S608
            f"WHERE {column} IS NOT NULL"
        )
    op.execute("INSERT INTO event_facet (party_id, field, value) SELECT DISTINCT party_id, 'issuer', CAST(issuer AS TEXT) FROM event_item")


def upgrade() -> None:
    """Apply."""
    op.add_column("capture_document", sa.Column("job_id", sa.BigInteger(), nullable=True))
    of_job = sa.text("job_id IS NOT NULL")
    op.create_index(
        "ix_capture_document_job", "capture_document", ["party_id", "job_id"], unique=False, sqlite_where=of_job, postgresql_where=of_job
    )
    op.create_table(
        "capture_job",
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("success", sa.Boolean(), nullable=False),
        sa.Column("behaviour", sa.Text(), nullable=False),
        sa.Column("lenient", sa.Boolean(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("content_sha256", sa.LargeBinary(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("parts", sa.BigInteger(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("seen", sa.BigInteger(), nullable=False),
        sa.Column("kept", sa.BigInteger(), nullable=False),
        sa.Column("failed", sa.BigInteger(), nullable=False),
        sa.Column("wrong", sa.BigInteger(), nullable=False),
        sa.Column("errors", sa.Text(), nullable=True),
        sa.Column("changed", sa.BigInteger(), nullable=False),
        sa.Column("changes", sa.Text(), nullable=True),
        sa.Column("keeper", sa.Text(), nullable=True),
        sa.Column("kept_until", sa.BigInteger(), nullable=True),
        sa.Column("tried", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("party_id", "job_id", name=op.f("pk_capture_job")),
    )
    still = sa.text("state <> 'done'")
    op.create_index("ix_capture_job_open", "capture_job", ["job_id"], unique=False, sqlite_where=still, postgresql_where=still)
    op.create_index("uq_capture_job_idempotency", "capture_job", ["party_id", "idempotency_key"], unique=True)
    op.create_table(
        "capture_part",
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=False),
        sa.Column("part", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("party_id", "job_id", "part", name=op.f("pk_capture_part")),
    )
    op.create_table(
        "event_facet",
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("party_id", "field", "value", name=op.f("pk_event_facet")),
    )
    op.create_table(
        "event_flag",
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("issuer", sa.BigInteger(), nullable=False),
        sa.Column("class_key", sa.BigInteger(), nullable=False),
        sa.Column("instance", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("other_event", sa.BigInteger(), nullable=True),
        sa.Column("found_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("party_id", "event_id", "code", "issuer", "class_key", "instance", name=op.f("pk_event_flag")),
    )
    op.create_index("ix_event_flag_code", "event_flag", ["party_id", "code", "event_id"], unique=False)
    op.create_index("ix_event_flag_item", "event_flag", ["issuer", "class_key", "instance"], unique=False)
    op.create_table(
        "flag_follower",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("next_position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_flag_follower")),
    )
    op.create_table(
        "master_data",
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("vocabulary", sa.Text(), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("element_as_sent", sa.Text(), nullable=False),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.Column("children", sa.Text(), nullable=False),
        sa.Column("removed", sa.Boolean(), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=True),
        sa.Column("checksum", sa.LargeBinary(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("party_id", "vocabulary", "element", "valid_from", "version_id", name=op.f("pk_master_data")),
    )
    op.create_index("ix_master_data_element", "master_data", ["party_id", "element", "valid_from"], unique=False)
    _spell_alike()
    _fill_facets()


def downgrade() -> None:
    """Undo; the spelling of columns stays, because what reads them takes every spelling."""
    for name in ("master_data", "flag_follower", "event_flag", "event_facet", "capture_part", "capture_job"):
        op.drop_table(name)
    op.drop_index("ix_capture_document_job", table_name="capture_document")
    op.drop_column("capture_document", "job_id")
