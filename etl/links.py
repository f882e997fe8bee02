"""Addresses of dashboards and runs, for people who are told of something elsewhere: codes only, no secrets."""

from __future__ import annotations

from urllib.parse import urlencode

from etl.settings import settings

LOAD_TAG = "shiftledger/load_id"
"""Tag of the Dagster run that made a load."""


def run_link(load_id: str) -> str:
    """Address of the Dagster run that made a load; blank where Dagster's address is not known."""
    address = settings().dagster_url.rstrip("/")
    return f"{address}/runs?{urlencode({'q[0]': f'tag:{LOAD_TAG}={load_id}'})}" if address else ""


def dashboard_link(page: str = "", **chosen: str | None) -> str:
    """Address of a page with its filters; a filter that is None is left out."""
    given = {name.rstrip("_"): value for name, value in chosen.items() if value}
    return (
        settings().dashboard_url.rstrip("/") + (f"/{page}" if page else "") + (f"?{urlencode(given)}" if given else "")
    )
