"""Roles of people, accounts of plants without a login of their own, and who is signed in."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the five tables."""
    op.create_table(
        "role_grant",
        sa.Column("site_id", sa.String, primary_key=True),
        sa.Column("grant_id", sa.String, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("scope", sa.String, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "role_revoked",
        sa.Column("site_id", sa.String, primary_key=True),
        sa.Column("grant_id", sa.String, primary_key=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.ForeignKeyConstraint(["site_id", "grant_id"], ["role_grant.site_id", "role_grant.grant_id"]),
    )
    op.create_table(
        "credential",
        sa.Column("site_id", sa.String, primary_key=True),
        sa.Column("credential_id", sa.String, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("actor", sa.String, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "login_attempt",
        sa.Column("site_id", sa.String, primary_key=True),
        sa.Column("attempt_id", sa.String, primary_key=True),
        sa.Column("name", sa.String, nullable=False, index=True),
        sa.Column("is_right", sa.Boolean, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "login_session",
        sa.Column("site_id", sa.String, primary_key=True),
        sa.Column("token_hash", sa.String, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("credential_id", sa.String, nullable=False),
        sa.Column("link_id", sa.String),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("ended_at", sa.DateTime),
        sa.UniqueConstraint("site_id", "link_id", name="login_session_link"),
    )
