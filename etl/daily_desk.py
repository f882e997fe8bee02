"""The daily report as a PDF, for who may take figures away. Opened by ``etl.desk``; its figures: ``etl.alerts``."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from data_contracts.scope import Actor, Scope
from data_contracts.site import Site
from etl.alerts.digest import DEFAULT_TIME, figures, last_whole_day
from etl.permission import allowed
from etl.settings import data_folder, settings
from etl.store.audit import AuditLog
from etl.store.keys import load_keys
from etl.store.outlook import opened


def daily_report(
    home: Path, actor: Actor, scope: Scope, day: date | None, language: str, *, now: datetime | None = None
) -> bytes:
    """The report of a production day (default: yesterday) of what the actor may take of ``scope``, as a PDF.

    The record is written first. Raises DeniedError, and StoreError when nothing is published.
    """
    from etl.alerts.daily import daily  # noqa: PLC0415
    from etl.alerts.paper import Told, daily_pdf  # noqa: PLC0415 - the drawing only where somebody draws
    from etl.alerts.words import Words, line_names  # noqa: PLC0415

    within = allowed(home, actor, scope, "export", "export", f"daily report {scope}")
    site = Site.open(home)
    plant = next((node[0] for node in within.nodes if node), None)
    zone = site.zone_of(plant)
    moment = now or datetime.now(UTC).replace(tzinfo=None)
    wanted = day or last_whole_day(moment, zone)
    data = data_folder(home)
    log = AuditLog(data, load_keys(data, settings().key_dir, create=False))
    with opened(home) as outlook:
        log.append(actor, "export", f"daily report {within} {wanted}", reason=f"pdf of version {outlook.version}")
        found = figures(outlook, within, wanted, moment, at=DEFAULT_TIME, zone=zone, head=log.head())
        words = Words(language, line_names(outlook.names(within)))
        return daily_pdf(daily(outlook, within, found), words, Told(site.config.site.name, actor.name, zone))
