"""Tables of the state store. How they came about, step by step: ``migrations/versions``."""

from __future__ import annotations

import sqlalchemy as sa

METADATA = sa.MetaData()

DECISION = sa.Table(
    "decision",
    METADATA,
    sa.Column("site_id", sa.String, primary_key=True),
    sa.Column("decision_id", sa.String, primary_key=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("discrepancy_id", sa.String, index=True),
    sa.Column("rule_id", sa.String, nullable=False),
    *(sa.Column(name, sa.String) for name in ("plant_id", "area_id", "line_id")),
    sa.Column("production_date", sa.Date),
    sa.Column("shift_id", sa.String),
    sa.Column("hour_start", sa.DateTime),
    *(sa.Column(name, sa.String) for name in ("order_id", "product_id", "measure")),
    *(sa.Column(name, sa.Double) for name in ("value", "moved_qty")),
    sa.Column("to_date", sa.Date),
    sa.Column("to_shift_id", sa.String),
    *(sa.Column(name, sa.Date) for name in ("valid_from", "valid_to")),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("decided_by", sa.String, nullable=False),
    sa.Column("decided_at", sa.DateTime, nullable=False),
    sa.Column("needs_second", sa.Boolean, nullable=False),
    *(sa.Column(name, sa.Double) for name in ("was_value", "seen_reported_value", "seen_reference_value")),
    *(sa.Column(name, sa.Text) for name in ("seen_reported_text", "seen_reference_text")),
    sa.Column("severity", sa.String),
)

DECISION_EVENT = sa.Table(
    "decision_event",
    METADATA,
    sa.Column("site_id", sa.String, primary_key=True),
    sa.Column("decision_id", sa.String, primary_key=True),
    # A decision is approved once and undone once: the key settles who came first.
    sa.Column("event", sa.String, primary_key=True),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("reason", sa.Text),
    sa.ForeignKeyConstraint(["site_id", "decision_id"], ["decision.site_id", "decision.decision_id"]),
)

TIMING = sa.Table(
    "timing",
    METADATA,
    sa.Column("site_id", sa.String, primary_key=True),
    sa.Column("timing_id", sa.String, primary_key=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("phase", sa.String, nullable=False),
    sa.Column("minutes", sa.Double, nullable=False),
    *(sa.Column(name, sa.String) for name in ("plant_id", "line_id")),
    sa.Column("timed_on", sa.Date, nullable=False),
    sa.Column("timed_by", sa.String, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
)

EFFORT = sa.Table(
    "effort",
    METADATA,
    sa.Column("site_id", sa.String, primary_key=True),
    sa.Column("effort_id", sa.String, primary_key=True),
    sa.Column("hours", sa.Double, nullable=False),
    sa.Column("spent_on", sa.Date, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
)

STAGE = sa.Table(
    "rollout_stage",
    METADATA,
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

GRANT = sa.Table(
    "role_grant",
    METADATA,
    sa.Column("site_id", sa.String, primary_key=True),
    sa.Column("grant_id", sa.String, primary_key=True),
    *(sa.Column(name, sa.String, nullable=False) for name in ("name", "role", "scope")),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
)

REVOKED = sa.Table(
    "role_revoked",
    METADATA,
    sa.Column("site_id", sa.String, primary_key=True),
    # A grant is revoked once: the key settles who came first.
    sa.Column("grant_id", sa.String, primary_key=True),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.ForeignKeyConstraint(["site_id", "grant_id"], ["role_grant.site_id", "role_grant.grant_id"]),
)

CREDENTIAL = sa.Table(
    "credential",
    METADATA,
    sa.Column("site_id", sa.String, primary_key=True),
    sa.Column("credential_id", sa.String, primary_key=True),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("hash", sa.Text, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
)

ATTEMPT = sa.Table(
    "login_attempt",
    METADATA,
    sa.Column("site_id", sa.String, primary_key=True),
    sa.Column("attempt_id", sa.String, primary_key=True),
    sa.Column("name", sa.String, nullable=False, index=True),
    sa.Column("is_right", sa.Boolean, nullable=False),
    sa.Column("at", sa.DateTime, nullable=False),
)

SESSION = sa.Table(
    "login_session",
    METADATA,
    sa.Column("site_id", sa.String, primary_key=True),
    sa.Column("token_hash", sa.String, primary_key=True),
    *(sa.Column(name, sa.String, nullable=False) for name in ("name", "credential_id")),
    # A link opens one session: the key settles who came first.
    sa.Column("link_id", sa.String),
    sa.Column("at", sa.DateTime, nullable=False),
    sa.Column("ended_at", sa.DateTime),
    sa.UniqueConstraint("site_id", "link_id", name="login_session_link"),
)

NOTE = sa.Table(
    "note",
    METADATA,
    sa.Column("site_id", sa.String, primary_key=True),
    sa.Column("note_id", sa.String, primary_key=True),
    # comment and assign: about a difference; annotation: about days of a line or a plant; withdrawn: about a note.
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("discrepancy_id", sa.String, index=True),
    sa.Column("refers_to", sa.String),
    *(sa.Column(name, sa.String) for name in ("plant_id", "area_id", "line_id")),
    *(sa.Column(name, sa.Date) for name in ("first_day", "last_day")),
    sa.Column("assignee", sa.String),
    sa.Column("text", sa.Text),
    sa.Column("made_by", sa.String, nullable=False),
    sa.Column("made_at", sa.DateTime, nullable=False),
)
