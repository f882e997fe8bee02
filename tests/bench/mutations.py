"""What becomes of one mistake in a workbook: ``python -m tests.bench.mutations [--cases 5000] [--seed N]``.

Workbooks of every shipped layout get one mistake each (``tests.bench.mutate``) and the real engine reads them. Each
case ends in one verdict:

- harmless: all values are what they were. Repaired: so is the value, or the cell's repair is on record.
- refused: what is missing was held back, and the cell, row, column or header is named.
- flagged: a value changed, and a cross-check of ``shiftledger check`` names the place.
- partly: the place is named, but a wrong value of the same place came through as well.
- elsewhere: something is told about the file, but not the place.
- silent: a value changed or vanished and nobody says so.

A report that lost the name of its leader counts as changed, too. There is no MES beside the reports: what only a
comparison with it would find counts as silent.
"""

from __future__ import annotations

import argparse
import os
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import polars as pl
from xlsxwriter.utility import xl_cell_to_rowcol

from data_contracts.scope import SYSTEM
from etl.normalize.labels import fold
from etl.normalize.sheets import Refusal
from etl.preflight import preflight
from etl.simulate.workbooks import Made, Pen
from tests.bench.mutate import HARD, Kind, Mutation, mutate
from tests.etl.normalize.layouts.reading import Batch, Reader, Row, lines_of, rows_of, small_site, wanted
from tests.etl.normalize.layouts.samples import SAMPLES, sample

VERDICTS = ("harmless", "repaired", "refused", "flagged", "partly", "elsewhere", "silent")
CHUNK = 250
NOW = datetime(2027, 2, 1)  # noqa: DTZ001 - instants are UTC without a zone
"""Later than all reports: that a date lies in the future helps nobody here."""
MISSING = "row_without_key"


@dataclass(frozen=True, slots=True)
class Case:
    """One workbook with one mistake; ``seed`` makes it again."""

    seed: int
    layout_id: str
    made: Made
    content: bytes
    mutation: Mutation


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a case, and what a person is told."""

    case: Case
    verdict: str
    told: str


def cases(seeds: Sequence[int], kinds: Collection[Kind] = ()) -> list[Case]:
    """A case for each seed; each about lines of its own, so that no two are versions of one report."""
    made = []
    for place, seed in enumerate(seeds):
        random = Random(seed)
        layout_id = list(SAMPLES)[seed % len(SAMPLES)]
        about = SAMPLES[layout_id]
        lines = lines_of(about.calendar_id, about.lines, after=place * 4)
        first = date(2026, random.randint(1, 12), random.randint(1, 12))
        book = sample(layout_id, lines, Pen(seed, random.choice((0.0, 0.1, 0.3))), first=first)
        changed, mutation = mutate(book, random, kinds)
        made.append(Case(seed, layout_id, book, changed.to_bytes(), mutation))
    return made


def judge(reader: Reader, batch: Sequence[Case]) -> Iterator[Verdict]:
    """Read all cases at once; those in which a value changed are checked as ``shiftledger check`` would."""
    read = reader.read([(case.made.file_name, case.content) for case in batch])
    whole = reader.read([(case.made.file_name, case.made.book.to_bytes()) for case in batch])
    doubtful: dict[int, str] = {}
    for number, case in enumerate(batch):
        verdict, told = _by_reading(read, number, case, _heads(whole, number))
        if verdict is None:
            doubtful[number] = told
        else:
            yield Verdict(case, verdict, told)
    findings = _findings(reader, {n: batch[n].content for n in doubtful}, batch)
    verdicts = {n: _by_checks(batch[n], told, findings.filter(pl.col("number") == n)) for n, told in doubtful.items()}
    # What the checks say of the same workbook without its mistake says nothing about the mistake.
    unsure = {n: batch[n].made.book.to_bytes() for n, v in verdicts.items() if v.verdict == "elsewhere"}
    place = ["number", "rule_no", "sheet", "cell"]
    fresh = findings.join(_findings(reader, unsure, batch), on=place, how="anti", nulls_equal=True)
    for number, first in verdicts.items():
        mine = fresh.filter(pl.col("number") == number)
        yield _by_checks(batch[number], doubtful[number], mine) if number in unsure else first


def _by_reading(read: Batch, number: int, case: Case, heads: Counter[object]) -> tuple[str | None, str]:
    """Verdict by what was read and refused; None where a value changed, with what was told so far.

    ``heads``: those of the same workbook without its mistake.
    """
    got = _values(rows_of(read.reports, number)) + _heads(read, number)
    want = _values(wanted(case.made)) + heads
    told, named = _told(read, number, case)
    lost, extra = want - got, got - want
    if not lost and not extra:
        return ("repaired" if _repair(read, number, case.mutation) else "harmless"), told
    if named and _only_less(extra, lost):
        return "refused", told
    if not extra and told:
        return None, f"? {told}"
    if extra and named:
        return None, f"! {told}"
    repair = _repair(read, number, case.mutation)
    if repair:
        return "repaired", repair
    return None, f"- lost {_show(lost - extra)} read {_show(extra)} {told}"


def _values(rows: Counter[Row]) -> Counter[object]:
    """Rows without their cells: where a row stands may change."""
    found: Counter[object] = Counter()
    for (table, report, _, total, values), count in rows.items():
        found[table, report, total, frozenset((m, v) for m, v, _ in values)] += count
    return found


def _heads(read: Batch, number: int) -> Counter[object]:
    """Who signed each report, in the form of ``_values``."""
    of_file = read.reports.reports.filter(pl.col("file_no") == number).select("report_id", "leader")
    return Counter(
        ("report", report, False, frozenset([("leader", leader)] if leader else []))
        for report, leader in of_file.iter_rows()
    )


def _only_less(extra: Counter[object], lost: Counter[object]) -> bool:
    """Whether every new row is an old one that lacks something."""
    whole = [row for row in lost if isinstance(row, tuple)]
    return all(any(row[:3] == old[:3] and row[3] < old[3] for old in whole) for row in extra if isinstance(row, tuple))


def _show(rows: Counter[object]) -> str:
    return " ".join(str(row) for row in list(rows)[:1])[:300]


def _repair(read: Batch, number: int, mutation: Mutation) -> str:
    if mutation.cell is None:
        return ""
    found = read.reports.tables["value"].filter(
        pl.col("file_no") == number,
        pl.col("source_sheet") == mutation.sheet,
        pl.col("source_cell") == mutation.cell,
        pl.col("repair").is_not_null(),
    )
    return " ".join(found["repair"])


def _told(read: Batch, number: int, case: Case) -> tuple[str, bool]:
    """What refusals and held back rows say, and whether they name the place of the mistake."""
    held = read.reports.held_back.filter(pl.col("file_no") == number)
    told = [f"{row}" for row in held.select("source_sheet", "source_cell", "measure", "reason_code").rows()[:2]]
    named = any(
        sheet == case.mutation.sheet and (_is_place(cell, case.mutation) or (why == MISSING and _is_gone(what, case)))
        for sheet, cell, what, why in held.select("source_sheet", "source_cell", "measure", "reason_code").rows()
    )
    for refusal in read.refusals:
        if refusal.file_no == number:
            told.append(f"{refusal.code} {refusal.cell} {refusal.params}")
            named = named or _names(refusal, case.mutation)
    return "; ".join(told), named


def _is_gone(measures: str, case: Case) -> bool:
    """Whether a row says that it lacks just what stood in the column that was deleted or beside the label."""
    return bool(set(measures.split(", ")) & case.mutation.fields)


def _is_place(cell: str | None, mutation: Mutation) -> bool:
    """Whether a cell (or "row 7") is the cell, or lies in the row or column that moved, or belongs to the header."""
    if cell is None or cell == mutation.cell:
        return cell is not None
    found = re.fullmatch(r"([A-Z]+)(\d+)|row (\d+)", cell)
    if found is None:
        return False
    if mutation.row is not None:
        return int(found[2] or found[3]) - 1 == mutation.row
    column: int = xl_cell_to_rowcol(cell)[1] if found[1] else -9
    if mutation.column is not None:
        return column in (mutation.column, mutation.column - 1)
    if mutation.words and mutation.cell:
        header: tuple[int, int] = xl_cell_to_rowcol(mutation.cell)
        return int(found[2] or 0) - 1 == header[0] or column == header[1]
    return False


def _names(refusal: Refusal, mutation: Mutation) -> bool:
    if _is_place(refusal.cell, mutation):
        return True
    if any(_is_place(cell, mutation) for cell in re.findall(r"\(([A-Z]+\d+)\)", str(refusal.params))):
        return True
    text = fold(str(refusal.params))
    words = [fold(part) for word in mutation.words for part in re.split(r"[\s/]+", word) if part]
    return any(word in text for word in words)


def _findings(reader: Reader, doubtful: dict[int, bytes], batch: Sequence[Case]) -> pl.DataFrame:
    """What the cross-checks say of some workbooks."""
    schema = {"number": pl.Int64, "rule_no": pl.Int32, "sheet": pl.String, "cell": pl.String, "cells": pl.String}
    rows: list[tuple[object, ...]] = []
    with TemporaryDirectory() as folder:
        paths = {}
        for number, content in doubtful.items():
            paths[number] = Path(folder) / str(number) / f"{batch[number].made.file_name}.xlsx"
            paths[number].parent.mkdir()
            paths[number].write_bytes(content)
        if not paths:
            return pl.DataFrame(rows, schema=schema, orient="row")
        found = preflight(reader.site.home, SYSTEM, list(paths.values()), now=NOW)
        slow = found.held_back.filter(pl.col("reason_code") == "file_too_slow")
        if not slow.is_empty():
            raise SystemExit(f"Too busy to measure: {slow['source_file'].to_list()} took too long to read")
        ids = _numbers(paths)
        for row in found.findings.iter_rows(named=True):
            if row["source_file_id"] in ids:
                number = ids[row["source_file_id"]]
                rows.append((number, row["rule_no"], row["source_sheet"], row["source_cell"], row["cells"]))
    return pl.DataFrame(rows, schema=schema, orient="row")


def _numbers(paths: dict[int, Path]) -> dict[str, int]:
    from hashlib import sha256  # noqa: PLC0415

    return {sha256(path.read_bytes()).hexdigest(): number for number, path in paths.items()}


def _by_checks(case: Case, told: str, findings: pl.DataFrame) -> Verdict:
    mutation = case.mutation
    for rule, sheet, cell, cells in findings.select("rule_no", "sheet", "cell", "cells").rows():
        places = [(sheet, cell), *(part.rsplit("!", 1) for part in (cells or "").split() if "!" in part)]
        if any(s == mutation.sheet and _is_place(c, mutation) for s, c in places):
            return Verdict(case, "flagged", f"rule {rule} at {cell}")
    if told.startswith("!"):
        return Verdict(case, "partly", told)
    if findings.height:
        return Verdict(case, "elsewhere", f"rules {sorted(set(findings['rule_no']))} {told}")
    return Verdict(case, "elsewhere" if told.startswith("?") else "silent", told)


def run(home: Path, seeds: Sequence[int], kinds: Collection[Kind] = ()) -> Iterator[Verdict]:
    """Verdicts of all seeds, chunk by chunk."""
    chunk = min(CHUNK, len(seeds))
    reader = Reader(small_site(home, lines=8 * chunk))
    for start in range(0, len(seeds), chunk):
        yield from judge(reader, cases(seeds[start : start + chunk], kinds))


def share_caught(verdicts: Sequence[Verdict]) -> float:
    """Repaired, refused or flagged among those that could change a value."""
    counted = [v for v in verdicts if v.verdict != "harmless"]
    return sum(v.verdict in {"repaired", "refused", "flagged"} for v in counted) / max(1, len(counted))


def main() -> None:
    """Print the table and every case that nobody would see."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--examples", type=int, default=10)
    parser.add_argument("--hard", action="store_true", help="cells put into rows and taken out of them, instead")
    wanted_args = parser.parse_args()
    with TemporaryDirectory() as folder:
        os.environ.setdefault("SHIFTLEDGER_KEY_DIR", f"{folder}/keys")
        seeds = range(wanted_args.seed * 1_000_000, wanted_args.seed * 1_000_000 + wanted_args.cases)
        kinds = list(HARD.values()) if wanted_args.hard else ()
        verdicts = list(run(Path(folder) / "site", seeds, kinds))
    for by in ("kind", "layout"):
        counts = Counter((v.case.mutation.kind if by == "kind" else v.case.layout_id, v.verdict) for v in verdicts)
        print(f"{by:18}", *(f"{verdict:>10}" for verdict in VERDICTS))
        for name in sorted({key for key, _ in counts}):
            print(f"{name:18}", *(f"{counts[name, verdict]:10}" for verdict in VERDICTS))
    total = Counter(v.verdict for v in verdicts)
    print(f"{'all':18}", *(f"{total[verdict]:10}" for verdict in VERDICTS))
    print(f"repaired, refused or flagged: {share_caught(verdicts):.2%} of {len(verdicts) - total['harmless']}")
    for verdict in ("silent", "elsewhere", "partly"):
        for v in [v for v in verdicts if v.verdict == verdict][: wanted_args.examples]:
            print(
                f"{verdict}: {v.case.seed} {v.case.layout_id} {v.case.mutation.kind} {v.case.mutation.sheet}!", end=""
            )
            print(f"{v.case.mutation.cell} {v.case.mutation.what} | {v.told}")


if __name__ == "__main__":
    main()
