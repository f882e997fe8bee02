"""What a load and its steps came to. Doing them: ``etl.load``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from etl.sources import SourceOutcome
from etl.store.deliveries import Sending


@dataclass(frozen=True, slots=True)
class StageResult:
    """What arrived and became staged rows; ``held``: name and reason of some files that were held back."""

    load_id: str
    files_new: int
    files_quarantined: int
    held: tuple[tuple[str, str | None], ...]
    notices: int
    rows_staged: int
    days: tuple[date, ...]
    sources: tuple[SourceOutcome, ...]


@dataclass(frozen=True, slots=True)
class ReconcileResult:
    """What the touched days came to; ``findings``: their open discrepancies (contract ``discrepancy``)."""

    days: tuple[date, ...]
    opened: int
    resolved: int
    discrepancies_open: int
    findings: pl.DataFrame


@dataclass(frozen=True, slots=True)
class PublishResult:
    """The version that readers see, and who was told of what is new in it."""

    version: int
    path: Path
    sendings: tuple[Sending, ...]


@dataclass(frozen=True, slots=True)
class LoadResult:
    """A whole load."""

    load_id: str
    status: str
    files_new: int
    files_quarantined: int
    notices: int
    rows_staged: int
    days: tuple[date, ...]
    discrepancies_open: int
    published_version: int | None
    seconds: float
    sources: tuple[SourceOutcome, ...]
    sendings: tuple[Sending, ...]
