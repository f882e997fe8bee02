"""Timings, hours of building and support, and the stages of lines."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the three tables."""
    op.create_table(
        "timing",
        sa.Column("site_id", sa.String, primary_key=True),
        sa.Column("timing_id", sa.String, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("phase", sa.String, nullable=False),
        sa.Column("minutes", sa.Double, nullable=False),
        sa.Column("plant_id", sa.String),
        sa.Column("line_id", sa.String),
        sa.Column("timed_on", sa.Date, nullable=False),
        sa.Column("timed_by", sa.String, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "effort",
        sa.Column("site_id", sa.String, primary_key=True),
        sa.Column("effort_id", sa.String, primary_key=True),
        sa.Column("hours", sa.Double, nullable=False),
        sa.Column("spent_on", sa.Date, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "rollout_stage",
        sa.Column("site_id", sa.String, primary_key=True),
        sa.Column("move_id", sa.String, primary_key=True),
        sa.Column("plant_id", sa.String, nullable=False),
        sa.Column("line_id", sa.String, nullable=False),
        sa.Column("stage", sa.String, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
