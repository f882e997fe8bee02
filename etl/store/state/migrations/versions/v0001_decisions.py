"""Decisions, and what people did with them afterwards."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "decision",
        sa.Column("site_id", sa.String, primary_key=True),
        sa.Column("decision_id", sa.String, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("discrepancy_id", sa.String, index=True),
        sa.Column("rule_id", sa.String, nullable=False),
        sa.Column("plant_id", sa.String),
        sa.Column("area_id", sa.String),
        sa.Column("line_id", sa.String),
        sa.Column("production_date", sa.Date),
        sa.Column("shift_id", sa.String),
        sa.Column("hour_start", sa.DateTime),
        sa.Column("order_id", sa.String),
        sa.Column("product_id", sa.String),
        sa.Column("measure", sa.String),
        sa.Column("value", sa.Double),
        sa.Column("moved_qty", sa.Double),
        sa.Column("to_date", sa.Date),
        sa.Column("to_shift_id", sa.String),
        sa.Column("valid_from", sa.Date),
        sa.Column("valid_to", sa.Date),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("decided_by", sa.String, nullable=False),
        sa.Column("decided_at", sa.DateTime, nullable=False),
        sa.Column("needs_second", sa.Boolean, nullable=False),
        sa.Column("was_value", sa.Double),
        sa.Column("seen_reported_value", sa.Double),
        sa.Column("seen_reference_value", sa.Double),
        sa.Column("seen_reported_text", sa.Text),
        sa.Column("seen_reference_text", sa.Text),
        sa.Column("severity", sa.String),
    )
    op.create_table(
        "decision_event",
        sa.Column("site_id", sa.String, primary_key=True),
        sa.Column("decision_id", sa.String, primary_key=True),
        sa.Column("event", sa.String, primary_key=True),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("reason", sa.Text),
        sa.ForeignKeyConstraint(["site_id", "decision_id"], ["decision.site_id", "decision.decision_id"]),
    )
