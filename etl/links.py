"""Addresses of the dashboards, for people who are told of something elsewhere: codes only, no values, no secrets."""

from __future__ import annotations

from urllib.parse import urlencode

from etl.settings import Settings


def dashboard_link(page: str = "", **chosen: str | None) -> str:
    """Address of a page with its filters; a filter that is None is left out."""
    given = {name.rstrip("_"): value for name, value in chosen.items() if value}
    return (
        Settings().dashboard_url.rstrip("/") + (f"/{page}" if page else "") + (f"?{urlencode(given)}" if given else "")
    )
