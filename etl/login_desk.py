"""Local accounts for plants without a provider of logins: passwords, links, sessions. Opened by ``etl.desk``.

A password that an admin hands out works once and is changed at once; nothing has a default password. What a person
may do follows from their roles: ``etl.people_desk``.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from data_contracts.errors import DeniedError, PeopleError
from data_contracts.rights import Access
from data_contracts.scope import Actor, Scope, folded
from etl.permission import access_of, allowed, site_id
from etl.settings import data_folder, settings
from etl.store.audit import AuditLog
from etl.store.keys import Keys, load_keys
from etl.store.state import FILE

MOST_WRONG = 5
LOCKED = timedelta(minutes=15)
"""So long after the fifth wrong password no password of that name is tried."""
HANDED_OUT = timedelta(days=7)
"""So long a password or a link that was handed out may be used."""
SESSION = timedelta(hours=12)
LEAST_LENGTH, MOST_LENGTH = 12, 1000
LEAST_SCORE = 3
"""Of zxcvbn, 0 to 4: at 3 a hundred million guesses from lists of common and breached passwords do not find it."""


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody who is signed in; ``must_change``: with a password that was handed out, good for choosing one only."""

    name: str
    must_change: bool
    token: str = ""

    def __repr__(self) -> str:
        return f"Login({self.name!r})"


def login_mode(home: Path) -> str:
    """How people sign in: ``oidc`` with a provider, ``local`` as soon as there is an account, else ``none``."""
    if settings().login_file is not None:
        return "oidc"
    if not settings().state_url and not (data_folder(home) / FILE).is_file():
        return "none"
    from etl.store.state.accounts import credentials  # noqa: PLC0415 - SQLAlchemy only where there is a store

    return "local" if credentials(*_store(home)) else "none"


def access(home: Path, actor: Actor) -> Access | None:
    """What somebody who signed in may do now; None for who works with the keys of the machine: everything."""
    return access_of(home, actor.name) if actor.kind == "login" else None


def add_account(home: Path, actor: Actor, name: str, *, now: datetime) -> str:
    """Give a person a password that works once, also instead of a forgotten one; their sessions end. Returns it.

    Raises DeniedError for somebody with a role in a part that the actor does not administer.
    """
    _may_hand_out(home, actor, "people.add", name)
    return _hand_out(home, actor, "people.add", name, "once", now)


def add_link(home: Path, actor: Actor, name: str, *, now: datetime) -> str:
    """A token that signs a person in once, without a password; only for who works with the keys of the machine."""
    if actor.kind == "login":
        error = DeniedError("right", name=actor.name, right=("right.grant",))
        _log(home).append(actor, "people.link", name[:100], outcome="denied", reason=str(error))
        raise error
    return _hand_out(home, actor, "people.link", name, "link", now)


def sign_in(home: Path, name: str, password: str, *, now: datetime, address: str = "") -> Login:
    """Open a session. Raises PeopleError: the same for a wrong name and a wrong password, another when locked.

    ``address``, here and below: of the machine from which somebody asks, for the record.
    """
    from etl.store.state import accounts  # noqa: PLC0415

    store, who = _store(home), Actor(name.strip()[:100], "login", address=address)
    if not accounts.attempt(*store, name[:100], now=now, most=MOST_WRONG, span=LOCKED):
        raise _denied(home, who, "locked")
    held = [one for one in accounts.credentials(*store, name) if one.kind != "link"]
    fits = _fits(held[-1].hash if held else _nobody(), password)
    if not held or not fits or (held[-1].kind == "once" and now - held[-1].at > HANDED_OUT):
        raise _denied(home, who, "wrong")
    accounts.was_right(*store, name[:100], now=now)
    who = replace(who, name=held[-1].name)
    return _opened(home, who, held[-1].credential_id, now, must_change=held[-1].kind == "once")


def sign_in_by_link(home: Path, token: str, *, now: datetime, address: str = "") -> Login:
    """Open a session by a link, once. Raises PeopleError when it was used, has run out or never was."""
    from etl.store.state import accounts  # noqa: PLC0415

    wanted = _digest(token)
    links = [one for one in accounts.credentials(*_store(home)) if one.kind == "link" and one.hash == wanted]
    if not links or now - links[-1].at > HANDED_OUT:
        raise _denied(home, Actor("?", "login", address=address), "link_used")
    who = Actor(links[-1].name, "login", address=address)
    try:
        return _opened(home, who, links[-1].credential_id, now, must_change=False)
    except PeopleError as error:
        raise _denied(home, who, error.code) from None


def change_password(home: Path, token: str, password: str, *, now: datetime, address: str = "") -> Login:
    """Choose a password; other sessions of the person end. Raises PeopleError for a poor one."""
    from etl.store.state import accounts  # noqa: PLC0415

    login = signed_in(home, token, now=now)
    if login is None:
        raise PeopleError("signed_out")
    if not LEAST_LENGTH <= len(password) <= MOST_LENGTH or folded(login.name) in folded(password):
        raise PeopleError("poor_password", least=LEAST_LENGTH)
    if _is_guessed(password, (login.name, site_id(home), "shiftledger")):
        raise PeopleError("guessed_password")
    held = [one for one in accounts.credentials(*_store(home), login.name) if one.kind != "link"]
    if held and _fits(held[-1].hash, password):
        raise PeopleError("same_password")
    who = Actor(login.name, "login", address=address)
    _log(home).append(who, "login.change_password", login.name)
    one = accounts.Credential(secrets.token_hex(6), login.name, "own", _hashed(password), now)
    accounts.add_credential(*_store(home), one, actor=login.name)
    return _opened(home, who, one.credential_id, now, must_change=False)


def signed_in(home: Path, token: str, *, now: datetime) -> Login | None:
    """Who holds a token now: nobody after twelve hours, after signing out, or after a newer password or link."""
    from etl.store.state import accounts  # noqa: PLC0415

    found = accounts.session(*_store(home), _digest(token)) if token else None
    if found is None or now - found.at > SESSION:
        return None
    held = accounts.credentials(*_store(home), found.name)
    if not held or any(one.at > found.at for one in held):
        return None
    kind = next((one.kind for one in held if one.credential_id == found.credential_id), "once")
    return Login(found.name, kind == "once", token)


def sign_out(home: Path, token: str, *, now: datetime, address: str = "") -> None:
    """End a session."""
    from etl.store.state import accounts  # noqa: PLC0415

    login = signed_in(home, token, now=now)
    accounts.end_session(*_store(home), _digest(token), now=now)
    if login is not None:
        _log(home).append(Actor(login.name, "login", address=address), "login.sign_out", login.name)


def record_sign_in(home: Path, actor: Actor) -> None:
    """Put on record that a provider of logins vouched for somebody."""
    _log(home).append(actor, "login.sign_in", actor.name, by="oidc")


def _opened(home: Path, who: Actor, credential_id: str, now: datetime, *, must_change: bool) -> Login:
    from etl.store.state import accounts  # noqa: PLC0415

    token = secrets.token_urlsafe(32)
    accounts.open_session(*_store(home), _digest(token), accounts.Opened(who.name, credential_id, now))
    who = replace(who, roles=access_of(home, who.name).roles)
    _log(home).append(who, "login.sign_in", who.name, by="local", must_change=must_change)
    return Login(who.name, must_change, token)


def _may_hand_out(home: Path, actor: Actor, action: str, name: str) -> None:
    allowed(home, actor, Scope.company(), "grant", action, name)
    for held in access_of(home, name).grants:
        for node in held.scope.nodes:
            place = (*node, None, None, None)[:3]
            allowed(home, actor, Scope.company(), "grant", action, name, place=place)


def _hand_out(home: Path, actor: Actor, action: str, name: str, kind: str, now: datetime) -> str:
    from etl.store.state import accounts  # noqa: PLC0415

    named = name.strip()
    if not named or len(named) > 100 or not named.isprintable():
        raise PeopleError("no_name")
    secret = secrets.token_urlsafe(32 if kind == "link" else 12)
    told = _digest(secret) if kind == "link" else _hashed(secret)
    _log(home).append(actor, action, named)
    one = accounts.Credential(secrets.token_hex(6), named, kind, told, now)
    accounts.add_credential(*_store(home), one, actor=actor.name)
    return secret


def _denied(home: Path, who: Actor, code: str) -> PeopleError:
    error = PeopleError(code, minutes=int(LOCKED.total_seconds() // 60))
    _log(home).append(who, "login.sign_in", who.name, outcome="denied", reason=str(error))
    return error


def _is_guessed(password: str, context: tuple[str, ...]) -> bool:
    """Whether it is, or is made of, what people choose most; words of its context count as common."""
    from zxcvbn import zxcvbn  # noqa: PLC0415 - its lists take a while to read

    return int(zxcvbn(password[:72], list(context))["score"]) < LEAST_SCORE  # longer ones it does not weigh


def _hashed(password: str) -> str:
    from argon2 import PasswordHasher  # noqa: PLC0415 - only where somebody signs in

    return PasswordHasher().hash(password)


def _fits(told: str, password: str) -> bool:
    from argon2 import PasswordHasher  # noqa: PLC0415
    from argon2.exceptions import Argon2Error  # noqa: PLC0415

    try:
        return len(password) <= MOST_LENGTH and PasswordHasher().verify(told, password)
    except Argon2Error:
        return False


@cache
def _nobody() -> str:
    """A hash that nothing fits: an unknown name takes as long as a wrong password."""
    return _hashed(secrets.token_urlsafe(32))


def _digest(token: str) -> str:
    """Of a random token of 256 bits, which needs no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def _store(home: Path) -> tuple[Path, Keys, str]:
    data = data_folder(home)
    return data, load_keys(data, settings().key_dir, create=True), site_id(home)


def _log(home: Path) -> AuditLog:
    data, keys, _ = _store(home)
    return AuditLog(data, keys)
