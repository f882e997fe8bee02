"""What a person at a screen may ask of the pipeline: the published version, a piece of a source, an audit record.

What they may do with layouts: ``etl.layout_desk``; with differences: ``etl.decision_desk``; with reports:
``etl.report_desk``; what they may write beside the figures: ``etl.note_desk``; with people, logins and the audit log:
``etl.people_desk``, ``etl.login_desk``, ``etl.audit_desk``. All are opened here.

The one door by which ``dashboards`` enters ``etl``; every function takes the actor it works for.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from data_contracts.errors import DeniedError, StoreError
from data_contracts.scope import Actor, Scope
from data_contracts.site import Site
from etl.audit_desk import Wanted, export_audit, read_audit, verify_audit
from etl.daily_desk import daily_report
from etl.decision_desk import Decided, Place, approve, decide, decisions, undo, waive
from etl.draft.apart import Drafted, DrawnSheet, TriedFile
from etl.draft.draft import Region, Role
from etl.extract import window
from etl.layout_desk import (
    WORKBOOKS,
    LayoutInForce,
    Problem,
    Saved,
    TriedName,
    TriedOn,
    Upload,
    draft_of,
    layouts_in_force,
    save_layout,
    try_on,
)
from etl.links import run_link
from etl.login_desk import (
    Login,
    access,
    add_account,
    add_link,
    change_password,
    login_mode,
    record_sign_in,
    sign_in,
    sign_in_by_link,
    sign_out,
    signed_in,
)
from etl.note_desk import annotate, assign, comment, notes, withdraw
from etl.people_desk import grant, people, revoke, view_as
from etl.permission import allowed, scope_of
from etl.report_desk import CheckedReport, LineOf, check_report, hand_in, lines_of, record_marked, template_of
from etl.rollout.gates import STAGES, Gate
from etl.rollout.measures import LEAST_TIMINGS
from etl.rollout.standing import PHASES, LineStanding, Standing
from etl.rollout_desk import Rollout, Timing, read_timings, record_effort, record_timings, rollout
from etl.rollout_desk import move as move_line
from etl.ruling import Ruling, possible
from etl.settings import data_folder, settings
from etl.store import published, vault
from etl.store.audit import AuditLog
from etl.store.keys import load_keys
from etl.store.lookup import file_name, sight
from etl.store.published import Published

__all__ = [
    "LEAST_TIMINGS",
    "PHASES",
    "STAGES",
    "WORKBOOKS",
    "CheckedReport",
    "Decided",
    "Drafted",
    "DrawnSheet",
    "Gate",
    "LayoutInForce",
    "LineOf",
    "LineStanding",
    "Login",
    "Place",
    "Problem",
    "Published",
    "Region",
    "Role",
    "Rollout",
    "Ruling",
    "Saved",
    "SheetWindow",
    "Standing",
    "Timing",
    "TriedFile",
    "TriedName",
    "TriedOn",
    "Upload",
    "Wanted",
    "access",
    "add_account",
    "add_link",
    "annotate",
    "approve",
    "assign",
    "audit",
    "change_password",
    "check_report",
    "comment",
    "current_version",
    "daily_report",
    "decide",
    "decisions",
    "draft_of",
    "export_audit",
    "grant",
    "hand_in",
    "layouts_in_force",
    "lines_of",
    "login_mode",
    "move_line",
    "notes",
    "people",
    "possible",
    "read_audit",
    "read_timings",
    "record_effort",
    "record_export",
    "record_marked",
    "record_sign_in",
    "record_timings",
    "revoke",
    "rollout",
    "run_link",
    "save_layout",
    "scope_of",
    "settings",
    "sign_in",
    "sign_in_by_link",
    "sign_out",
    "signed_in",
    "source_original",
    "source_window",
    "template_of",
    "try_on",
    "undo",
    "verify_audit",
    "view_as",
    "waive",
    "withdraw",
]


@dataclass(frozen=True, slots=True)
class SheetWindow:
    """A rectangle of a source as it was handed in; ``rows[r][c]`` is the text of a cell.

    ``first_row`` and ``first_column`` are numbered from 1; ``marked`` is (row, column) of the cell asked for.
    For text exports a row is a record and the columns are its fields.
    """

    sheet: str
    first_row: int
    first_column: int
    rows: list[list[str]]
    marked: tuple[int, int]


def current_version(home: Path) -> Published:
    """The published version that counts now. Raises StoreError when there is none yet."""
    return published.current(home)


def audit(
    home: Path, actor: Actor, action: str, target: str, *, outcome: str = "done", reason: str | None = None
) -> None:
    """Write one record about what a person did at a screen."""
    data = data_folder(home)
    AuditLog(data, load_keys(data, settings().key_dir, create=False)).append(
        actor, action, target, outcome=outcome, reason=reason
    )


def record_export(home: Path, actor: Actor, scope: Scope, target: str, told: str) -> None:
    """Put on record that somebody takes figures away. Raises DeniedError when they may not."""
    allowed(home, actor, scope, "export", "export", target)
    audit(home, actor, "export", target, reason=told)


def source_window(
    home: Path,
    actor: Actor,
    source_file_id: str,
    sheet: str | None,
    cell: str,
    *,
    scope: Scope | None = None,
    rows: int = 8,
    columns: int = 6,
) -> SheetWindow:
    """The cells around ``cell`` ("C9", or a record number for exports), from the vault's original; audited.

    Who may not see all of a file sees the row alone, and only where a figure in their scope rests on it. Raises
    DeniedError, and StoreError when the original cannot be read.
    """
    target = f"{source_file_id} {sheet or ''}!{cell}"
    within = allowed(home, actor, scope or Scope.company(), "source", "source.view", target)
    data = data_folder(home)
    keys = load_keys(data, settings().key_dir, create=False)
    seen = sight(home, within, source_file_id, cell)
    if not seen.place:
        raise _not_yours(AuditLog(data, keys), actor, "source.view", target)
    rows = rows if seen.whole else 0
    content = vault.get(data, keys, source_file_id)
    AuditLog(data, keys).append(actor, "source.view", target)
    limits = Site.open(home).config.limits
    row, column = window.position(cell)
    part = window.read(content, sheet, row, column, window.Reach(rows, columns), limits)
    return SheetWindow(part.sheet, part.first_row, part.first_column, part.rows, (row, column))


def source_original(home: Path, actor: Actor, scope: Scope, source_file_id: str) -> tuple[str, bytes]:
    """Name and content of a file as it was handed in; audited. Only for who may see all of it.

    Raises DeniedError, and StoreError when the original cannot be read.
    """
    within = allowed(home, actor, scope, "source", "source.take", source_file_id)
    data = data_folder(home)
    keys = load_keys(data, settings().key_dir, create=False)
    name = file_name(home, source_file_id)
    if name is None:
        raise StoreError(f"{source_file_id}: no such file was handed in")
    if not sight(home, within, source_file_id, "").whole:
        raise _not_yours(AuditLog(data, keys), actor, "source.take", source_file_id)
    content = vault.get(data, keys, source_file_id)
    AuditLog(data, keys).append(actor, "source.take", source_file_id, file=name)
    return name, content


def _not_yours(log: AuditLog, actor: Actor, action: str, target: str) -> DeniedError:
    error = DeniedError("source", name=actor.name)
    log.append(actor, action, target[:200], outcome="denied", reason=str(error))
    return error
