"""An annotated copy of a report: the workbook as it was made, with what a check found written into it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from data_contracts.language import REASONS
from data_contracts.site import Limits
from etl.annotate.copy import copies
from etl.annotate.marks import notes
from etl.annotate.problems import Problem, Repairs
from etl.extract.child import Failure, FileBytes
from etl.extract.pool import ReaderPool

__all__ = ["Annotated", "Problem", "Repairs", "Request", "annotate", "annotate_all"]


@dataclass(frozen=True, slots=True)
class Request:
    """One workbook and what was found in it."""

    name: str
    content: bytes
    problems: Sequence[Problem]
    repairs: Sequence[Repairs] = ()


@dataclass(frozen=True, slots=True)
class Annotated:
    """The copy, or why there is none."""

    content: bytes | None
    reason: str | None


def annotate(
    content: bytes, name: str, problems: Sequence[Problem], language: str, limits: Limits | None = None
) -> Annotated:
    """The annotated copy of one workbook."""
    return annotate_all([Request(name, content, problems)], language, limits or Limits())[0]


def annotate_all(requests: Sequence[Request], language: str, limits: Limits) -> list[Annotated]:
    """Annotated copies in the order asked for, made in capped child processes. A bad file costs its own copy only."""
    wanted = {n: notes(r.name, r.problems, r.repairs, language) for n, r in enumerate(requests)}
    files = [FileBytes(n, request.name, request.content) for n, request in enumerate(requests)]
    contents: dict[int, bytes] = {}
    reasons: dict[int, str] = {}
    with ReaderPool(limits) as pool:
        for outcome in pool.each(partial(copies, wanted), files):
            if not isinstance(outcome, Failure):
                contents |= outcome.contents
            for failure in [outcome] if isinstance(outcome, Failure) else outcome.failures:
                reasons[failure.file_no] = _reason(failure.code, failure.params, language)
    return [Annotated(contents.get(n), reasons.get(n)) for n in wanted]


def _reason(code: str, params: Mapping[str, object], language: str) -> str:
    return REASONS.text(f"reason.{code}", language, **params)
