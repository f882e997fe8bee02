"""The view that an address asks for: days, place and clock; the same for the page and for its workbook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from dashboards.filters import Filters
from dashboards.queries import state
from dashboards.queries._reading import Reader
from dashboards.session import zone_for
from dashboards.view import Page, View, Visit
from data_contracts.site import SiteConfig


def opened(visit: Visit, config: SiteConfig, reader: Reader, page: Page, address: Mapping[str, str]) -> View | None:
    """The view of a page; None as long as nothing was produced."""
    chosen = Filters.read(address)
    words = replace(visit.words, zone=zone_for(config, chosen.plant))
    place = (visit.home, visit.actor, visit.scope, words)
    view = View(*place, chosen, reader, rights=visit.rights)
    latest = view.ask(state.last_day)["day"].item()
    if latest is None:
        return None
    chosen = chosen.with_days(latest)
    if page.one_day:
        chosen = chosen.window(1)
    zones = {plant.id: plant.timezone for plant in config.plant}
    return View(*place, chosen, reader, zones, rights=visit.rights)
