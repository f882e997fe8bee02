"""What a line leader may do with a report: have it checked, take the marked copy, hand it in. Opened by ``etl.desk``.

Every function takes the actor it works for and their scope, and leaves an audit record. A report that tells of a line
outside the scope is not looked at further: what the check knows of other lines is not the leader's to see.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import polars as pl

from data_contracts.errors import DeniedError, ScopeError, StoreError
from data_contracts.language import REASONS
from data_contracts.scope import Actor, Scope
from data_contracts.site import Site
from etl.annotate import Problem, Repairs, Request, annotate_all
from etl.annotate.marks import repair_line
from etl.check import Checked, Given, found_in, summary
from etl.ingest import Progress
from etl.layout_desk import WORKBOOKS, Upload
from etl.permission import allowed
from etl.preflight import Preflight, preflight
from etl.settings import data_folder, settings
from etl.store.audit import AuditLog
from etl.store.files import deliver
from etl.store.inbox import Arrival
from etl.store.keys import load_keys

_NOT_IN_A_NAME = re.compile(r'[\x00-\x1f<>:"/\\|?*]')
MOST_NAME = 120


@dataclass(frozen=True, slots=True)
class LineOf:
    """A line of the site that a leader may report for."""

    plant_id: str
    line_id: str
    name_zh: str | None
    name_en: str | None


@dataclass(frozen=True, slots=True)
class CheckedReport:
    """What a check found in an uploaded report; texts are in the leader's language.

    ``reports``: plant, line, day and shift of each report in it. ``refusal``: why the whole was not looked at.
    """

    reports: tuple[tuple[str, str, str, str], ...] = ()
    problems: tuple[Problem, ...] = ()
    repairs: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    summary: str = ""
    copy: bytes | None = None
    no_copy: str = ""
    refusal: str = ""

    @property
    def is_clean(self) -> bool:
        """Nothing is to be corrected before handing in."""
        return not self.refusal and all(problem.severity == "info" for problem in self.problems)


def lines_of(home: Path, scope: Scope) -> list[LineOf]:
    """Lines of the scope, in the order of the tree. Raises SiteError when the site does not open."""
    rows = Site.open(home).master["line"].sort("plant_id", "area_id", "line_id").iter_rows(named=True)
    return [
        LineOf(row["plant_id"], row["line_id"], row["name_zh"], row["name_en"])
        for row in rows
        if scope.covers(row["plant_id"], row["area_id"], row["line_id"])
    ]


def check_report(
    home: Path, actor: Actor, scope: Scope, upload: Upload, language: str, progress: Progress | None = None
) -> CheckedReport:
    """Hold a report against contracts, cross-checks and the MES, as the load would. Nothing is stored."""
    scope = allowed(home, actor, scope, "upload", "report.check", upload.name)
    site = Site.open(home)
    result = preflight(home, actor, [_arrival(upload)], progress=progress)
    if refusal := _outside(site, scope, result, language):
        _log(home).append(actor, "report.check", upload.name, outcome="denied", reason=refusal, sha256=upload.sha256)
        return CheckedReport(refusal=refusal)
    found = found_in(result, Given(Path(upload.name), upload.name), upload.sha256, language)
    made = annotate_all([_request(upload, found)], language, site.config.limits)[0]
    _log(home).append(actor, "report.check", upload.name, sha256=upload.sha256, problems=len(found.problems))
    return CheckedReport(
        _told(result),
        tuple(found.problems),
        tuple(repair_line(repair, language) for repair in found.repairs),
        tuple(found.notices),
        summary([found], result.reports.height, language),
        made.content,
        made.reason or "",
    )


def hand_in(home: Path, actor: Actor, scope: Scope, upload: Upload, language: str) -> str:
    """Put a report into the inbox, from where the next load takes it; returns its name there.

    The same bytes again change nothing; another file of that name stays, the new one gets a name of its own. Raises
    ScopeError for a report of a line outside the scope, StoreError when the inbox cannot be written.
    """
    scope = allowed(home, actor, scope, "upload", "report.hand_in", upload.name)
    site = Site.open(home)
    result = preflight(home, actor, [_arrival(upload)])
    if refusal := _outside(site, scope, result, language):
        _log(home).append(actor, "report.hand_in", upload.name, outcome="denied", reason=refusal)
        raise ScopeError(refusal)
    plants = result.reports["plant_id"].unique().to_list()
    folder = home / "inbox" / "reports"
    if len(plants) == 1 and plants[0] in {plant.id for plant in site.config.plant}:
        folder = folder / plants[0]
    path = folder / _safe_name(upload.name)
    if path.exists():
        if hashlib.sha256(path.read_bytes()).hexdigest() == upload.sha256:
            return path.name
        path = path.with_name(f"{path.stem} ({secrets.token_hex(2)}){path.suffix}")
    # The record first: what lies in the inbox has come from somebody.
    _log(home).append(actor, "report.hand_in", path.name, sha256=upload.sha256)
    deliver(path, upload.content)
    return path.name


def record_marked(home: Path, actor: Actor, scope: Scope, name: str, *, is_own: bool) -> None:
    """Put on record that somebody takes the marked copy of a report. Raises DeniedError for one of somebody else's."""
    allowed(home, actor, scope, "upload", "report.marked", name)
    if not is_own:
        error = DeniedError("not_yours", name=actor.name)
        _log(home).append(actor, "report.marked", name[:200], outcome="denied", reason=str(error))
        raise error
    _log(home).append(actor, "report.marked", name[:200])


def template_of(home: Path, actor: Actor, scope: Scope, plant_id: str, line_id: str, language: str) -> bytes:
    """The standard report of a line as a workbook. Raises ScopeError for a line outside the scope."""
    from etl.template import make_template  # noqa: PLC0415 - xlsxwriter only where a template is made

    scope = allowed(home, actor, scope, "upload", "template.make", f"{plant_id}/{line_id}")
    if (plant_id, line_id) not in {(line.plant_id, line.line_id) for line in lines_of(home, scope)}:
        refusal = f"{plant_id}/{line_id}: outside your scope"
        _log(home).append(actor, "template.make", f"{plant_id}/{line_id}"[:200], outcome="denied", reason=refusal)
        raise ScopeError(refusal)
    _log(home).append(actor, "template.make", f"{plant_id}/{line_id}")
    return make_template(home, f"{plant_id}/{line_id}", languages=(language,)).content


def _outside(site: Site, scope: Scope, result: Preflight, language: str) -> str:
    """Lines that the report tells of and the scope does not cover, as a refusal; blank when there are none.

    A line that master data does not know has no area: only who may see the whole plant may report for it.
    """
    areas = {(p, n): a for p, n, a in site.master["line"].select("plant_id", "line_id", "area_id").iter_rows()}
    held = result.held_back.select("plant_id", "line_id").drop_nulls()
    told = pl.concat([result.reports.select("plant_id", "line_id"), held]).unique().sort("plant_id", "line_id")
    beyond = [f"{p}/{n}" for p, n in told.iter_rows() if not scope.covers(p, areas.get((p, n)), n)]
    return REASONS.text("check.outside", language, lines=", ".join(beyond)) if beyond else ""


def _told(result: Preflight) -> tuple[tuple[str, str, str, str], ...]:
    rows = result.reports.select("plant_id", "line_id", "production_date", "shift_id").unique().sort(pl.all())
    return tuple((plant, line, day.isoformat(), shift) for plant, line, day, shift in rows.iter_rows())


def _request(upload: Upload, found: Checked) -> Request:
    problems: list[Problem] = found.problems
    repairs: list[Repairs] = found.repairs
    return Request(upload.name, upload.content, problems, repairs)


def _arrival(upload: Upload) -> Arrival:
    return Arrival(upload.sha256, _safe_name(upload.name), "report", None, upload.content, 0)


def _safe_name(name: str) -> str:
    """The base name without what no file system takes. Raises StoreError for what is no workbook's name."""
    base = _NOT_IN_A_NAME.sub("_", PurePosixPath(name.replace("\\", "/")).name).lstrip(".~$ ")
    path = PurePosixPath(base)
    if path.suffix.lower().removeprefix(".") not in WORKBOOKS:
        raise StoreError(f"{name}: reports are workbooks: {', '.join(WORKBOOKS)}")
    return f"{path.stem[:MOST_NAME]}{path.suffix}"


def _log(home: Path) -> AuditLog:
    data = data_folder(home)
    return AuditLog(data, load_keys(data, settings().key_dir, create=True))
