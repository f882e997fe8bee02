"""What a person at a screen may ask of the pipeline: the published version, a piece of a source, an audit record.

What they may do with layouts: ``etl.layout_desk``; with differences: ``etl.decision_desk``; with reports:
``etl.report_desk``; what they may write beside the figures: ``etl.note_desk``. All are opened here.

The one door by which ``dashboards`` enters ``etl``; every function takes the actor it works for.
"""

from __future__ import annotations

from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

from data_contracts.errors import StoreError
from data_contracts.scope import Actor
from data_contracts.site import Site
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
from etl.note_desk import annotate, assign, comment, notes, withdraw
from etl.report_desk import CheckedReport, LineOf, check_report, hand_in, lines_of, template_of
from etl.rollout.gates import STAGES, Gate
from etl.rollout.measures import LEAST_TIMINGS
from etl.rollout.standing import PHASES, LineStanding, Standing
from etl.rollout_desk import Rollout, Timing, read_timings, record_effort, record_timings, rollout
from etl.rollout_desk import move as move_line
from etl.ruling import Ruling, possible
from etl.settings import Settings, data_folder
from etl.store import published, vault
from etl.store.audit import AuditLog, Head
from etl.store.keys import load_keys
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
    "Place",
    "Problem",
    "Published",
    "Region",
    "Role",
    "Rollout",
    "Ruling",
    "Saved",
    "Settings",
    "SheetWindow",
    "Standing",
    "Timing",
    "TriedFile",
    "TriedName",
    "TriedOn",
    "Upload",
    "annotate",
    "approve",
    "assign",
    "audit",
    "check_report",
    "comment",
    "current_version",
    "decide",
    "decisions",
    "draft_of",
    "hand_in",
    "layouts_in_force",
    "lines_of",
    "move_line",
    "notes",
    "possible",
    "read_timings",
    "record_effort",
    "record_timings",
    "rollout",
    "run_link",
    "save_layout",
    "source_window",
    "template_of",
    "try_on",
    "undo",
    "verify_audit",
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
    AuditLog(data, load_keys(data, Settings().key_dir, create=False)).append(
        actor, action, target, outcome=outcome, reason=reason
    )


def source_window(
    home: Path,
    actor: Actor,
    source_file_id: str,
    sheet: str | None,
    cell: str,
    *,
    rows: int = 8,
    columns: int = 6,
) -> SheetWindow:
    """The cells around ``cell`` ("C9", or a record number for exports), from the vault's original; audited.

    Raises StoreError when the original cannot be read.
    """
    data = data_folder(home)
    keys = load_keys(data, Settings().key_dir, create=False)
    content = vault.get(data, keys, source_file_id)
    AuditLog(data, keys).append(actor, "source.view", f"{source_file_id} {sheet or ''}!{cell}")
    limits = Site.open(home).config.limits
    row, column = window.position(cell)
    part = window.read(content, sheet, row, column, window.Reach(rows, columns), limits)
    return SheetWindow(part.sheet, part.first_row, part.first_column, part.rows, (row, column))


def verify_audit(home: Path, actor: Actor, kept: str | None = None) -> list[str]:
    """What is wrong with the audit log, empty when it is whole; looking is itself on record.

    ``kept``: a head that was written down elsewhere, such as in a digest; the log must still hold that record.
    """
    head = Head.parse(kept) if kept else None
    data = data_folder(home)
    log = AuditLog(data, load_keys(data, Settings().key_dir, create=False))
    problems = log.verify()
    if head is not None and not log.holds(head):
        problems.append(f"record {head.sequence}: not the one that was kept elsewhere; the log was cut off or put back")
    # A log whose end cannot be read takes no record; the problems are what counts then.
    with suppress(StoreError) if problems else nullcontext():
        log.append(actor, "audit.verify", str(log.path), outcome="damaged" if problems else "done")
    return problems
