"""Passwords of local accounts, attempts and sessions as rows. What follows from them: ``etl.login_desk``."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from data_contracts.errors import PeopleError
from data_contracts.scope import folded, same_person
from etl.store.keys import Keys
from etl.store.state.engine import opened
from etl.store.state.schema import ATTEMPT, CREDENTIAL, SESSION


@dataclass(frozen=True, slots=True)
class Credential:
    """A secret of a person, hashed. ``kind``: ``once`` must be changed, ``own`` was chosen, ``link`` opens once."""

    credential_id: str
    name: str
    kind: str
    hash: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that was opened."""

    name: str
    credential_id: str
    at: datetime


def credentials(data: Path, keys: Keys, site_id: str, name: str | None = None) -> list[Credential]:
    """All secrets of a person, or of all, the oldest first."""
    wanted = sa.select(CREDENTIAL).where(CREDENTIAL.c.site_id == site_id).order_by(CREDENTIAL.c.at)
    with opened(data, keys) as connection:
        rows = connection.execute(wanted).mappings().all()
    found = [Credential(row["credential_id"], row["name"], row["kind"], row["hash"], row["at"]) for row in rows]
    return [one for one in found if name is None or same_person(one.name, name)]


def add_credential(data: Path, keys: Keys, site_id: str, one: Credential, *, actor: str) -> None:
    """Store a secret; sessions that the person opened before end with it."""
    row = {"credential_id": one.credential_id, "name": one.name, "kind": one.kind, "hash": one.hash, "at": one.at}
    with opened(data, keys) as connection:
        connection.execute(CREDENTIAL.insert().values({**row, "site_id": site_id, "actor": actor}))


def attempt(data: Path, keys: Keys, site_id: str, name: str, *, now: datetime, most: int, span: timedelta) -> bool:
    """Whether another try is free, ``most`` wrong ones in ``span``; it counts as wrong until ``was_right`` says else.

    Counted and taken down in one transaction: tries at the same moment do not pass each other.
    """
    mine = (ATTEMPT.c.site_id == site_id) & (ATTEMPT.c.name == folded(name))
    with opened(data, keys) as connection:
        last = connection.scalar(sa.select(sa.func.max(ATTEMPT.c.at)).where(mine, ATTEMPT.c.is_right))
        since = max(now - span, last or now - span)
        wrong = sa.select(sa.func.count()).where(mine, ~ATTEMPT.c.is_right, ATTEMPT.c.at > since)
        if (connection.scalar(wrong) or 0) >= most:
            return False
        connection.execute(ATTEMPT.insert().values(_attempt(site_id, name, now, is_right=False)))
    return True


def was_right(data: Path, keys: Keys, site_id: str, name: str, *, now: datetime) -> None:
    """The last try was right: wrong ones before it count no more."""
    with opened(data, keys) as connection:
        connection.execute(ATTEMPT.insert().values(_attempt(site_id, name, now, is_right=True)))


def _attempt(site_id: str, name: str, now: datetime, *, is_right: bool) -> dict[str, object]:
    row = {"site_id": site_id, "attempt_id": secrets.token_hex(8), "name": folded(name)}
    return {**row, "is_right": is_right, "at": now}


def open_session(data: Path, keys: Keys, site_id: str, token_hash: str, one: Opened) -> None:
    """Store a session. Raises PeopleError when its link opened one before."""
    row = {"site_id": site_id, "token_hash": token_hash, "name": one.name, "credential_id": one.credential_id}
    with opened(data, keys) as connection:
        kind = connection.scalar(
            sa.select(CREDENTIAL.c.kind).where(
                CREDENTIAL.c.site_id == site_id, CREDENTIAL.c.credential_id == one.credential_id
            )
        )
    link = one.credential_id if kind == "link" else None
    try:
        with opened(data, keys) as connection:
            connection.execute(SESSION.insert().values({**row, "link_id": link, "at": one.at}))
    except sa.exc.IntegrityError:
        raise PeopleError("link_used") from None


def session(data: Path, keys: Keys, site_id: str, token_hash: str) -> Opened | None:
    """The session of a token, unless it was ended."""
    wanted = sa.select(SESSION).where(
        SESSION.c.site_id == site_id, SESSION.c.token_hash == token_hash, SESSION.c.ended_at.is_(None)
    )
    with opened(data, keys) as connection:
        row = connection.execute(wanted).mappings().first()
    return Opened(row["name"], row["credential_id"], row["at"]) if row else None


def end_session(data: Path, keys: Keys, site_id: str, token_hash: str, *, now: datetime) -> None:
    """Nobody is signed in with that token any more."""
    mine = (SESSION.c.site_id == site_id) & (SESSION.c.token_hash == token_hash)
    with opened(data, keys) as connection:
        connection.execute(SESSION.update().where(mine).values(ended_at=now))
