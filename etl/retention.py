"""How long originals are kept, and their end, as a person asks for it. What is destroyed how: ``etl.store.retire``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from data_contracts.errors import SiteError
from data_contracts.scope import Actor
from etl.keeping import held
from etl.ruling import given_reason
from etl.store.retire import destroy, due


@dataclass(frozen=True, slots=True)
class Retired:
    """Months (with their plant) whose originals were destroyed, and how many these were."""

    periods: tuple[str, ...]
    originals: int


def retire(home: Path, actor: Actor, reason: str, before: date | None, plant: str | None, now: datetime) -> Retired:
    """Destroy originals that came in months before the one of ``before``; default: all that the site lets go.

    ``now``: UTC. Raises DecisionError without a reason, SiteError for a day that ``[retention]`` protects or an
    unknown plant, StoreError and KeyAccessError for the store.
    """
    text = given_reason(reason)
    with held(home, actor, "vault.retire") as site:
        months = site.site.config.retention.originals_months
        limit = _months_before(now.date(), months)
        day = before or limit
        if day > limit:
            raise SiteError(
                f"{home / 'site.toml'}: [retention] keeps originals for {months} months; "
                f"nothing that came on {limit} or later may be destroyed"
            )
        if plant is not None and plant not in site.site.zones:
            raise SiteError(f"{plant}: no such plant; known are {', '.join(site.site.zones)}")
        periods = due(site.ring.names(), day, plant)
        told = f"before {day}" + (f", plant {plant}" if plant else "")
        site.log.append(actor, "vault.retire", told, outcome="begun", reason=text, periods=periods)
        count = destroy(site.data, site.ring, periods, now.date())
        site.log.append(actor, "vault.retire", told, reason=text, periods=periods, originals=count)
        return Retired(tuple(periods), count)


def _months_before(day: date, months: int) -> date:
    """The first of the month that lies so many months back."""
    whole = day.year * 12 + day.month - 1 - months
    return date(whole // 12, whole % 12 + 1, 1)
