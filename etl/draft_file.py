"""One workbook to a draft of its layout, for the command line: read in a capped child, proposed, told, written.

Proposing: ``etl.draft``. Nothing is loaded; a person saves the draft with the site's layouts.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data_contracts.errors import SiteError, StoreError
from data_contracts.language import REASONS
from data_contracts.site import Limits, Site
from etl.draft.draft import Draft
from etl.draft.propose import draft_layout
from etl.draft.tell import part_text, question_text
from etl.draft.trial import Refused
from etl.extract.child import FileBytes
from etl.extract.pool import ReaderPool
from etl.settings import settings

_SHOWN = 8


def draft_file(path: Path, home: Path | None) -> Draft:
    """Propose a layout for a workbook, with the names of a site when one is given.

    Raises StoreError when the file is not there or cannot be read, SiteError when nothing on it looks like a report.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror}") from error
    site = Site.open(home) if home is not None else None
    language = settings().language or (site.language if site else "en")
    with ReaderPool(site.config.limits if site else Limits()) as pool:
        taken = pool.workbooks([FileBytes(0, path.name, content)])
    for failure in taken.failures:
        raise StoreError(f"{path}: {REASONS.text(f'reason.{failure.code}', language, **failure.params)}")
    try:
        return draft_layout(taken.cells, taken.sheets, site, language, file_name=path.name)
    except SiteError as error:
        raise SiteError(f"{path}: {error}") from error


def write_draft(draft: Draft, path: Path, *, force: bool) -> None:
    """Save the draft as a layout file. Raises SiteError when a file is there and ``force`` is not given."""
    if path.exists() and not force:
        raise SiteError(f"{path}: is there already; give another name, or --force to write over it")
    path.write_text(draft.to_toml(), encoding="utf-8")


def summary(draft: Draft, written: Path | None) -> Iterator[str]:
    """What the draft makes of its own workbook, what it refuses, and what it asks."""

    def told(key: str, **values: object) -> str:
        return REASONS.text(f"draft.told.{key}", draft.language, **values)

    tried = draft.tried
    if written is not None:
        yield told("written", path=written)
    yield told("certainty", certainty=f"{draft.certainty:.0%}")
    yield told("sheets", names=", ".join(tried.sheets_read) or "—")
    yield told("cells", read=tried.cells_read, unused=tried.cells_unused)
    if tried.tables:
        yield told("reports", count=tried.reports, rows=sum(tried.rows.values()))
    for refused in tried.refused[:_SHOWN]:
        yield told("refused", text=_refused_text(refused, draft.language))
    if len(tried.refused) > _SHOWN:
        yield told("more", count=len(tried.refused) - _SHOWN)
    for question in draft.questions:
        yield told("question", path=question.path, text=question_text(question, draft.language))


def _refused_text(refused: Refused, language: str) -> str:
    place = f"{refused.sheet}!{refused.cell}" if refused.sheet and refused.cell else refused.sheet or ""
    raw = f" “{refused.raw}”" if refused.raw else ""
    return f"{place}{raw}: {refused.text(language)}" if place else refused.text(language)


def as_json(draft: Draft) -> dict[str, Any]:
    """The draft for programs: layout, parts, questions, regions and what came of trying it."""
    language, tried = draft.language, draft.tried
    return {
        "layout": draft.words,
        "toml": draft.to_toml(),
        "certainty": round(draft.certainty, 3),
        "repetition": draft.repetition,
        "parts": [
            {
                "path": p.path,
                "measure": p.measure,
                "certainty": p.certainty,
                "why": part_text(p, language),
                "cells": p.cells,
                "others": {o.measure: round(o.certainty, 2) for o in p.others},
            }
            for p in draft.parts
        ],
        "questions": [
            {
                "path": q.path,
                "text": question_text(q, language),
                "sheet": q.sheet,
                "cells": q.cells,
                "candidates": q.candidates,
            }
            for q in draft.questions
        ],
        "regions": [
            {
                "sheet": r.sheet,
                "cells": r.cells,
                "role": r.role,
                "measure": r.measure,
                "certainty": r.certainty,
                "path": r.path,
            }
            for r in draft.regions
        ],
        "tried": {
            "sheets": tried.sheets_read,
            "cells_read": tried.cells_read,
            "cells_unused": tried.cells_unused,
            "reports": tried.reports,
            "rows": tried.rows,
            "refused": [_refused_text(r, language) for r in tried.refused],
        },
    }
