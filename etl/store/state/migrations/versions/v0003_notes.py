"""Notes: comments on differences, who looks after them, annotations on days of a line."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "note",
        sa.Column("site_id", sa.String, primary_key=True),
        sa.Column("note_id", sa.String, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("discrepancy_id", sa.String, index=True),
        sa.Column("refers_to", sa.String),
        sa.Column("plant_id", sa.String),
        sa.Column("area_id", sa.String),
        sa.Column("line_id", sa.String),
        sa.Column("first_day", sa.Date),
        sa.Column("last_day", sa.Date),
        sa.Column("assignee", sa.String),
        sa.Column("text", sa.Text),
        sa.Column("made_by", sa.String, nullable=False),
        sa.Column("made_at", sa.DateTime, nullable=False),
    )
