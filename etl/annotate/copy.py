"""The annotated copy of one workbook. Runs in a capped child process; its parts: the other modules of this room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from etl.annotate import comments, sheet, summary
from etl.annotate.marks import Mark, Notes
from etl.annotate.package import Package, sheets_of
from etl.annotate.plain import plain_copy
from etl.annotate.splice import PartError
from etl.annotate.styles import Styles
from etl.extract.child import Caps, Failure, FileBytes, attempt
from etl.extract.preflight import check_workbook


@dataclass(frozen=True, slots=True)
class Copies:
    """Annotated copies by file number, and the files of which there is none."""

    contents: dict[int, bytes]
    failures: list[Failure]


def copies(wanted: Mapping[int, Notes], bundle: Sequence[FileBytes], caps: Caps) -> Copies:
    """Annotate files one after the other. What a child process is asked to do."""
    done = Copies({}, [])
    for file in bundle:
        outcome = attempt(file, caps, partial(annotated, file.content, wanted[file.file_no], caps.file_mb))
        if isinstance(outcome, Failure):
            done.failures.append(outcome)
        else:
            done.contents[file.file_no] = outcome
    return done


def annotated(content: bytes, notes: Notes, max_mb: int) -> bytes:
    """The copy as xlsx (or xlsm). Raises RefusedError for what is no workbook.

    A workbook in another format, or one that is built in an unusual way, is copied plainly: its values only.
    """
    check_workbook(content, max_mb)
    if content.startswith(b"PK"):
        try:
            return _annotated(content, notes, plain=False)
        except (PartError, ValueError, KeyError):  # a part, or a number in it, is not as the format says
            pass
    copy, names = plain_copy(content, max_mb)
    return _annotated(copy, _renamed(notes, names), plain=True)


def _renamed(notes: Notes, names: Mapping[str, str]) -> Notes:
    return replace(
        notes,
        marks=tuple(replace(mark, sheet=names.get(mark.sheet, mark.sheet)) for mark in notes.marks),
        rows=tuple(replace(row, sheet=names.get(row.sheet or "", row.sheet)) for row in notes.rows),
    )


def _annotated(content: bytes, notes: Notes, *, plain: bool) -> bytes:
    package = Package.open(content)
    book, sheets = sheets_of(package)
    name = next((target for _, kind, target in package.relations(book) if kind == "styles"), None)
    if name is None:
        raise PartError("no styles")
    styles = Styles(package.xml(name))
    own = styles.summary()
    for title, part in sheets:
        marks = [mark for mark in notes.marks if mark.sheet == title]
        if marks:
            _mark(package, part, marks, styles)
    package.put(name, styles.written())
    summary.add(package, notes, plain=plain, styles=own)
    return package.write()


def _mark(package: Package, part: str, marks: Sequence[Mark], styles: Styles) -> None:
    severities = {mark.place: mark.severity for mark in marks}
    package.put(part, sheet.marked(package.xml(part), severities, styles.mark))
    comments.add(package, part, {mark.place: mark.text for mark in marks})
