"""Reasons and questions of a draft in the person's language. Keys: ``data_contracts.i18n``."""

from __future__ import annotations

from data_contracts.language import REASONS
from etl.draft.draft import Part, Question
from etl.draft.meaning import Why


def text(key: str, language: str, **values: object) -> str:
    """A text on one line."""
    return " ".join(REASONS.text(key, language, **values).split())


def why_text(reason: Why, language: str) -> str:
    """One reason."""
    return text(f"draft.why.{reason.code}", language, **dict(reason.params))


def part_text(part: Part, language: str) -> str:
    """How sure a part is and why: ``93 %: the header “Good” is a word for it; the values are numbers``."""
    reasons = "; ".join(why_text(reason, language) for reason in part.why)
    return f"{part.certainty:.0%}: {reasons}" if reasons else f"{part.certainty:.0%}"


def question_text(question: Question, language: str) -> str:
    """A question with the cells concerned and the candidates."""
    asked = text(f"draft.ask.{question.code}", language, **dict(question.params))
    cells = ", ".join(question.cells[:6])
    where = f"{question.sheet}!{cells}" if cells else question.sheet
    asked = f"{where}: {asked}" if where else asked
    if question.candidates:
        asked += " " + text("draft.candidates", language, names=", ".join(question.candidates))
    return asked
