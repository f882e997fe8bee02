"""Grants of roles as rows: added, read, never changed. Revoking one is a row of its own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from data_contracts.errors import PeopleError
from data_contracts.rights import Grant
from data_contracts.scope import Scope, same_person
from etl.settings import settings
from etl.store.keys import Keys
from etl.store.state import FILE


def grants(data: Path, keys: Keys, site_id: str, name: str | None = None) -> list[Grant]:
    """Grants in force, of one person or of all, the oldest first. Raises StoreError: nobody passes unseen."""
    if not settings().state_url and not (data / FILE).is_file():
        return []
    import sqlalchemy as sa  # noqa: PLC0415 - SQLAlchemy only where there is a store

    from etl.store.state.engine import opened  # noqa: PLC0415
    from etl.store.state.schema import GRANT, REVOKED  # noqa: PLC0415

    gone = sa.select(REVOKED.c.grant_id).where(REVOKED.c.site_id == site_id)
    wanted = (
        sa.select(GRANT)
        .where(GRANT.c.site_id == site_id, GRANT.c.grant_id.not_in(gone))
        .order_by(GRANT.c.at, GRANT.c.grant_id)
    )
    with opened(data, keys) as connection:
        rows = connection.execute(wanted).mappings().all()
    return [
        Grant(
            row["grant_id"], row["name"], row["role"], Scope.parse(row["scope"]), row["reason"], row["actor"], row["at"]
        )
        for row in rows
        if name is None or same_person(row["name"], name)
    ]


def add_grant(data: Path, keys: Keys, site_id: str, row: Mapping[str, Any]) -> None:
    """Store a grant, on the disk when this returns."""
    from etl.store.state.engine import opened  # noqa: PLC0415
    from etl.store.state.schema import GRANT  # noqa: PLC0415

    with opened(data, keys) as connection:
        connection.execute(GRANT.insert().values({**row, "site_id": site_id}))


def revoke_grant(data: Path, keys: Keys, site_id: str, grant_id: str, reason: str, *, actor: str, at: datetime) -> None:
    """Store that a grant holds no longer. Raises PeopleError when it was revoked meanwhile."""
    import sqlalchemy as sa  # noqa: PLC0415

    from etl.store.state.engine import opened  # noqa: PLC0415
    from etl.store.state.schema import REVOKED  # noqa: PLC0415

    row = {"site_id": site_id, "grant_id": grant_id, "reason": reason, "actor": actor, "at": at}
    try:
        with opened(data, keys) as connection:
            connection.execute(REVOKED.insert().values(row))
    except sa.exc.IntegrityError:
        raise PeopleError("no_grant", grant=grant_id) from None
