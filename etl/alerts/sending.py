"""Alerts and digests that are due, sent once to each route. A service that fails stops nothing; the next load retries.

Once: what a service took is noted (``etl.store.deliveries``) right after. A crash in between sends that message once
more, as losing one would be worse. Each sending is in the audit log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from data_contracts.alert import AlertRoute
from data_contracts.errors import ShiftLedgerError, SiteError, StoreError
from data_contracts.scope import Actor, Scope
from data_contracts.site import Site
from etl.alerts import message, service
from etl.alerts.digest import DEFAULT_TIME, Figures, figures, last_whole_day
from etl.alerts.events import current_events, grouped, new_events
from etl.alerts.message import Message
from etl.alerts.words import TEXTS, LineNames, line_names
from etl.settings import alert_url, alert_variable, data_folder, settings
from etl.store import deliveries
from etl.store.audit import AuditLog
from etl.store.deliveries import Deliveries, Sending
from etl.store.keys import Keys, load_keys
from etl.store.outlook import Outlook, opened

Send = Callable[..., service.Undelivered | None]


@dataclass(frozen=True, slots=True)
class RouteState:
    """A route as configured, whether this machine knows its address, and its latest sending."""

    route: AlertRoute
    variable: str
    is_set: bool
    last: Sending | None


@dataclass(frozen=True)
class _Desk:
    """What one round works with."""

    site: Site
    actor: Actor
    now: datetime
    audit: AuditLog
    state: Deliveries
    outlook: Outlook
    send: Send


def send_due(
    home: Path, actor: Actor, now: datetime | None = None, *, send: Send = service.send
) -> tuple[Sending, ...]:
    """Send every route what is new to it, and its digest when that is due. Never raises for what a person can read."""
    moment = _utc(now)
    try:
        site = Site.open(home)
        if not site.config.alert:
            return ()
        with _desk(site, actor, moment, send) as desk:
            done = [part(desk, route) for route in site.config.alert for part in (_alert, _due_digest)]
    except ShiftLedgerError as error:
        return (Sending("*", moment, "alert", "failed", 0, str(error)),)
    return tuple(sending for sending in done if sending is not None)


@contextmanager
def _desk(site: Site, actor: Actor, now: datetime, send: Send) -> Iterator[_Desk]:
    """The published version and the state of deliveries, both open. Raises StoreError when nothing is published."""
    with opened(site.home) as outlook:
        data, keys = _data(site)
        with deliveries.opened(data, keys) as state:
            yield _Desk(site, actor, now, AuditLog(data, keys), state, outlook, send)


def _alert(desk: _Desk, route: AlertRoute) -> Sending | None:
    differences = desk.outlook.open_differences(route.nodes)
    held = desk.outlook.held_back(route.nodes)
    quiet = [plant for plant in (None, *desk.site.zones) if route.is_quiet_at(_local(desk, plant).time())]
    news = new_events(current_events(differences, held), route, desk.state.known(route.id), quiet)
    if news.is_empty():
        return None
    told = message.alert(desk.site.config.site.name, grouped(news), route.languages, _names(desk, route.nodes))
    return _deliver(desk, route, "alert", told, news["event_key"].to_list())


def _due_digest(desk: _Desk, route: AlertRoute) -> Sending | None:
    """The digest of the last whole production day, from its time of day on, once."""
    at = route.digest_time
    plant = _plant(route.nodes)
    if at is None or _local(desk, plant).time() < at:
        return None
    day = last_whole_day(desk.now, desk.site.zone_of(plant))
    key = f"digest/{day}"
    if key in set(desk.state.known(route.id)["event_key"]):
        return None
    return _digest(desk, route, day, [key])


def _digest(desk: _Desk, route: AlertRoute, day: date, keys: list[str]) -> Sending:
    found = _figures(desk, route.nodes, day, route.digest_time)
    told = message.digest(desk.site.config.site.name, route.languages, _names(desk, route.nodes), found)
    return _deliver(desk, route, "digest", told, keys)


def _deliver(desk: _Desk, route: AlertRoute, kind: str, told: Message, keys: list[str]) -> Sending:
    """Send, put it on record, note it: in this order, so that nothing is ever lost."""
    reason = _hand_over(desk.site, route, told, desk.send)
    sending = Sending(route.id, desk.now, kind, "failed" if reason else "sent", len(keys), reason)
    _record(desk.audit, desk.actor, sending)
    desk.state.note(sending, () if reason else keys)
    return sending


def _hand_over(site: Site, route: AlertRoute, told: Message, send: Send) -> str | None:
    """Why the message was not taken, in the site's language."""
    url = alert_url(route.id)
    failure = service.Undelivered("failure.no_url") if url is None else send(url, told)
    if failure is None:
        return None
    return TEXTS.text(failure.key, site.language, variable=alert_variable(route.id), said=failure.said)


def _record(audit: AuditLog, actor: Actor, sending: Sending) -> None:
    outcome = "done" if sending.outcome == "sent" else sending.outcome
    audit.append(
        actor, f"{sending.kind}.send", sending.route_id, outcome=outcome, reason=sending.reason, events=sending.events
    )


def preview_digest(home: Path, actor: Actor, scope: Scope, day: date | None, languages: tuple[str, ...]) -> Message:
    """The digest of a scope as it would be sent; looking is on record. Raises StoreError when nothing is published."""
    site = Site.open(home)
    now = _utc(None)
    wanted = day or last_whole_day(now, site.zone_of(_plant(scope)))
    with _desk(site, actor, now, service.send) as desk:
        desk.audit.append(actor, "digest.preview", f"{scope} {wanted}")
        return message.digest(
            site.config.site.name, languages, _names(desk, scope), _figures(desk, scope, wanted, None)
        )


def send_digest(
    home: Path, actor: Actor, scope: Scope | None, day: date | None, *, send: Send = service.send
) -> tuple[Sending, ...]:
    """Send the digest to every route that has one (of that scope), also when it was sent before.

    Raises SiteError when there is no such route.
    """
    site = Site.open(home)
    routes = [r for r in site.config.alert if r.digest_at and (scope is None or r.nodes == scope)]
    if not routes:
        raise SiteError(f"{home}/site.toml: no alert route with digest_at" + (f" and scope {scope}" if scope else ""))
    now = _utc(None)
    with _desk(site, actor, now, send) as desk:
        days = [day or last_whole_day(now, site.zone_of(_plant(route.nodes))) for route in routes]
        return tuple(_digest(desk, r, d, [f"digest/{d}"]) for r, d in zip(routes, days, strict=True))


def try_route(home: Path, actor: Actor, route_id: str, *, send: Send = service.send) -> Sending:
    """Send one route a test message; nothing counts as told by it. Raises SiteError for an unknown route."""
    site = Site.open(home)
    route = next((r for r in site.config.alert if r.id == route_id), None)
    if route is None:
        known = ", ".join(r.id for r in site.config.alert) or "none; see docs/how-to/send-alerts.md"
        raise SiteError(f"{home}/site.toml: no alert route {route_id!r}; known: {known}")
    data, keys = _data(site)
    reason = _hand_over(site, route, message.trial(site.config.site.name, route.id, route.languages), send)
    sending = Sending(route.id, _utc(None), "test", "failed" if reason else "sent", 0, reason)
    _record(AuditLog(data, keys), actor, sending)
    with deliveries.opened(data, keys) as state:
        state.note(sending)
    return sending


def routes(home: Path) -> tuple[RouteState, ...]:
    """Every route with its latest sending; before the first load there is none."""
    site = Site.open(home)
    latest: dict[str, Sending | None] = {}
    if (data_folder(home) / "key-id").is_file():
        with deliveries.opened(*_data(site)) as state:
            latest = {route.id: state.last(route.id) for route in site.config.alert}
    return tuple(
        RouteState(route, alert_variable(route.id), alert_url(route.id) is not None, latest.get(route.id))
        for route in site.config.alert
    )


def _figures(desk: _Desk, scope: Scope, day: date, at: time | None) -> Figures:
    zone = desk.site.zone_of(_plant(scope))
    return figures(desk.outlook, scope, day, desk.now, at=at or DEFAULT_TIME, zone=zone, head=desk.audit.head())


def _names(desk: _Desk, scope: Scope) -> LineNames:
    return line_names(desk.outlook.names(scope))


def _plant(scope: Scope) -> str | None:
    """The first plant a scope names: its clock is the scope's."""
    return next((node[0] for node in scope.nodes if node), None)


def _local(desk: _Desk, plant: str | None) -> datetime:
    return desk.now.replace(tzinfo=UTC).astimezone(ZoneInfo(desk.site.zone_of(plant)))


def _data(site: Site) -> tuple[Path, Keys]:
    """Raises StoreError when nothing has been loaded yet."""
    data = data_folder(site.home)
    if not data.is_dir():
        raise StoreError(f"{site.home}: nothing has been loaded yet; run `shiftledger load {site.home}`")
    return data, load_keys(data, settings().key_dir, create=False)


def _utc(now: datetime | None) -> datetime:
    moment = now or datetime.now(UTC)
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
