"""Who looks, what they may see, and which site: the one place where roles will enter."""

from __future__ import annotations

import os
from pathlib import Path

from data_contracts.errors import SiteError
from data_contracts.scope import Actor, Scope
from data_contracts.site import SiteConfig, read_toml
from etl.desk import Settings

ROLE = "viewer"


def current_actor() -> Actor:
    """The person in front of the screen; SHIFTLEDGER_ACTOR, else ``local``.

    There are no roles yet: whoever opens the dashboards may also draft, try and save layouts, and is on record for it.
    When roles come, they are asked for here.
    """
    return Actor(os.environ.get("SHIFTLEDGER_ACTOR") or "local", roles=(ROLE,))


def current_scope() -> Scope:
    """The part of the company they may see; SHIFTLEDGER_SCOPE, else all. Raises ScopeError when written wrongly."""
    return Scope.parse(os.environ.get("SHIFTLEDGER_SCOPE") or "*")


def current_home() -> Path:
    """The folder of the site, from SHIFTLEDGER_SITE. Raises SiteError when it is not set."""
    site = Settings().site
    if site is None:
        raise SiteError("no site is chosen; start with `shiftledger serve SITE` or set SHIFTLEDGER_SITE")
    return site


def site_config(home: Path) -> SiteConfig:
    """The site's configuration. Raises SiteError when it is missing or wrong."""
    path = home / "site.toml"
    if not path.is_file():
        raise SiteError(f"{path}: not found; make an empty site with `shiftledger init {home}`")
    return read_toml(path, SiteConfig)


def zone_for(config: SiteConfig, plant: str | None) -> str:
    """The clock on which instants are shown: the plant's, or that of all plants when they share one, else UTC."""
    zones = {entry.timezone for entry in config.plant if plant in (None, entry.id)}
    return zones.pop() if len(zones) == 1 else "UTC"
