"""A load as soon as files arrive in the inbox. Reading them: ``etl.load``."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import dagster as dg

from etl.workflow.assets import PRODUCTION_DAYS, TRIGGER_TAG
from etl.workflow.place import find_place
from etl.workflow.schedules import load_job

SETTLE_S = 5
"""A file that changed less than this ago may still be on its way; the next tick sees it."""
TEMPORARY = (".", "~$")


@dataclass(frozen=True, slots=True)
class InboxState:
    """How many settled files lie in an inbox, and when the newest of them came or changed."""

    files: int = 0
    newest_ns: int = 0

    @classmethod
    def parse(cls, cursor: str | None) -> Self:
        """Read what ``str`` wrote; nothing or anything else is an inbox never looked at."""
        count, _, newest = (cursor or "").partition("@")
        return cls(int(count), int(newest)) if count.isdigit() and newest.isdigit() else cls()

    def __str__(self) -> str:
        return f"{self.files}@{self.newest_ns}"

    def has_more_than(self, seen: InboxState) -> bool:
        """Whether something came or changed since ``seen``; files that were taken away are no reason to load."""
        return self.files > seen.files or self.newest_ns > seen.newest_ns


def look(inbox: Path, *, now_ns: int) -> InboxState:
    """The settled files below ``inbox``.

    The time of a file's entry counts beside its content's: a copy that keeps its old date is new all the same.
    """
    stamps = [stamp for stamp in _stamps(inbox) if stamp <= now_ns - SETTLE_S * 1_000_000_000]
    return InboxState(len(stamps), max(stamps, default=0))


def _stamps(folder: Path) -> Iterator[int]:
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        if entry.name.startswith(TEMPORARY):
            continue
        try:
            if entry.is_dir(follow_symlinks=False):
                yield from _stamps(Path(entry.path))
            elif entry.is_file(follow_symlinks=False):
                status = entry.stat(follow_symlinks=False)
                yield max(status.st_mtime_ns, status.st_ctime_ns)
        except OSError:
            continue  # taken away while we looked


@dg.sensor(job=load_job, minimum_interval_seconds=30, default_status=dg.DefaultSensorStatus.RUNNING)
def inbox_files(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """One load when files came or changed since the last look."""
    state = look(find_place().home / "inbox", now_ns=time.time_ns())
    seen = InboxState.parse(context.cursor)
    if not state.has_more_than(seen):
        if state != seen:
            context.update_cursor(str(state))
        return dg.SkipReason(f"Nothing new among {state.files} files in the inbox.")
    request = dg.RunRequest(
        run_key=str(state),
        partition_key=PRODUCTION_DAYS.get_last_partition_key(),
        tags={TRIGGER_TAG: "sensor"},
    )
    return dg.SensorResult(run_requests=[request], cursor=str(state))
