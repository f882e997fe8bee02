"""The standard report of a line as a workbook to fill in, from the site's calendar and master data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from data_contracts.errors import StoreError
from data_contracts.site import Site
from etl.store.files import deliver
from etl.template.orders import open_orders
from etl.template.plan import find_line, make_plan
from etl.template.workbook import write_template


@dataclass(frozen=True, slots=True)
class Template:
    """A workbook and the names of its sheets."""

    content: bytes
    sheets: tuple[str, ...]

    def save(self, path: Path, *, force: bool) -> None:
        """Write it. Raises StoreError when something is there already, unless ``force``."""
        if path.suffix.lower() != ".xlsx":
            raise StoreError(f"{path}: the name must end in .xlsx")
        if path.exists() and not force:
            raise StoreError(f"{path}: is there already; name another, or say --force")
        deliver(path, self.content)


def make_template(
    home: Path,
    line: str,
    *,
    shift: str | None = None,
    day: date | None = None,
    languages: Sequence[str] = ("zh", "en"),
    today: date | None = None,
) -> Template:
    """The template of a line. Raises SiteError for an unknown line or shift, and for a day without shifts."""
    site = Site.open(home)
    row = find_line(site, line)
    now = day or today or date.today()  # noqa: DTZ011 - the day on this machine is near enough for lists
    orders = open_orders(home, row["plant_id"], row["line_id"], now)
    plan = make_plan(site, line, shift=shift, day=day, today=now, languages=languages, orders=orders)
    return Template(write_template(plan, languages), tuple(s.sheet for s in plan.shifts))
