"""Values that stand alone: beside a label or in a fixed cell; and forms, which are measures of one record.

What is taken from which cells: ``picks``. Tables: ``headers``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from data_contracts.layout import LayoutTable, Place
from etl.normalize.labels import cell_position, fold
from etl.normalize.plans import FAR, INSIDE, Block, FieldPlan, FormPlan, Omission, Sheet, TablePlan

_REACH = 8
Cells = frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class FoundForms:
    """Forms of a sheet, and what is missing of those that must be there; ``told``: labels of which nothing is read.

    ``broken``: what is there of forms that lack a label without which they are not read.
    """

    plans: tuple[FormPlan, ...] = ()
    broken: tuple[FormPlan, ...] = ()
    missing: tuple[str, ...] = ()
    hits: int = 0
    told: tuple[Omission, ...] = ()


def find_places(
    places: Mapping[str, Place],
    sheet: Sheet,
    stops: frozenset[str],
    block: Block | None,
    without: Cells = frozenset(),
) -> dict[str, FieldPlan]:
    """Where each value stands: fixed cells, and labels, of which the first one on the sheet counts.

    ``without``: cells that are no labels, such as headers of tables.
    """
    plans: dict[str, FieldPlan] = {}
    labels: dict[str, str] = {}
    for name, place in places.items():
        unit = getattr(place, "unit", None)
        if place.cell:
            row, column = cell_position(place.cell)
            row, column = (row + block.top, column + block.left) if block else (row, column)
            plans[name] = FieldPlan(name, row, column - 1, column + 1, pattern=place.pattern, unit=unit)
        mark = INSIDE if place.value_at == "inside" else ""
        labels.update({mark + fold(text): name for text in place.label})
    for row, column, text in sheet.anchors:
        name = labels.get(text, "")
        if not name or name in plans or (row, column) in without:
            continue
        place = places[name]
        unit = getattr(place, "unit", None)
        if place.value_at == "inside":
            plan = FieldPlan(name, row, column - 1, column + 1, inside=True)
        elif place.value_at == "below":
            taken = any(column in sheet.rows.get(row + 1, {}).get(word, ()) for word in stops)
            plan = FieldPlan(name, row + 1, column - 1, column if taken else column + 1)
        else:
            later = [c for word, cs in sheet.rows[row].items() if word in stops for c in cs if c > column]
            end = block.right if block and column >= block.left else FAR
            plan = FieldPlan(name, row, column, min([*later, column + _REACH, end]))
        plans[name] = replace(plan, pattern=place.pattern, unit=unit, label=(row, column))
    return plans


def find_forms(
    wanted: Mapping[str, LayoutTable],
    sheet: Sheet,
    stops: frozenset[str],
    block: Block | None,
    tables: Sequence[TablePlan],
) -> FoundForms:
    """The forms of a sheet, whose labels are not the headers of its tables."""
    heads = _header_cells(tables)
    found = [_find_form(n, t, sheet, stops, block, heads) for n, t in wanted.items() if t.cells]
    return FoundForms(
        tuple(plan for form in found for plan in form.plans),
        tuple(plan for form in found for plan in form.broken),
        tuple(label for form in found for label in form.missing),
        sum(form.hits for form in found),
        tuple(one for form in found for one in form.told),
    )


def _find_form(
    name: str, table: LayoutTable, sheet: Sheet, stops: frozenset[str], block: Block | None, heads: Cells
) -> FoundForms:
    """Two of its labels alike while another one is missing: one may stand in that one's place, so neither is read."""
    plans = find_places(table.cells, sheet, stops, block, heads)
    missing = tuple(c.label[0] for measure, c in table.cells.items() if measure not in plans and not c.optional)
    there = [plan for plan in plans.values() if plan.label]
    if missing and not table.optional:
        return FoundForms(missing=missing, hits=len(there))
    if missing and there:
        broken = FormPlan(name, min(p.row for p in there), tuple(there))
        return FoundForms(broken=(broken,), hits=len(there), told=(_cut_short(there[0], table, missing[0]),))
    if missing:
        return FoundForms()
    twins = list(_twins(table, plans, sheet, heads))
    for measure, *_ in twins:
        plans.pop(measure, None)
    told = tuple(Omission("sheet_label_twice", row, column, text) for _, row, column, text in twins)
    forms = (FormPlan(name, min(p.row for p in plans.values()), tuple(plans.values())),) if plans else ()
    return FoundForms(forms, hits=len(there), told=told)


def _header_cells(tables: Sequence[TablePlan]) -> Cells:
    """Cells in which the headers of tables stand."""
    return frozenset(
        (column, row) if table.across else (row, column)
        for table in tables
        for row, columns in table.known.items()
        for column in columns
    )


def _cut_short(there: FieldPlan, table: LayoutTable, missing: str) -> Omission:
    row, column = there.label or (there.row, there.column)
    return Omission("sheet_figures_unread", row, column, missing, table.cells[there.name].label[0])


def _twins(
    table: LayoutTable, plans: Mapping[str, FieldPlan], sheet: Sheet, heads: Cells
) -> Iterator[tuple[str, int, int, str]]:
    """Measure, cell and text of labels that stand more than once in the rows of a form that lacks another label."""
    if all(measure in plans for measure in table.cells):
        return
    rows = [plan.row for plan in plans.values()]
    words = {fold(text): (measure, text) for measure, cell in table.cells.items() for text in cell.label}
    seen: dict[str, list[tuple[int, int, str]]] = {}
    for row, column, text in sheet.anchors:
        if text in words and (row, column) not in heads and min(rows) - 1 <= row <= max(rows) + 1:
            measure, label = words[text]
            seen.setdefault(measure, []).append((row, column, label))
    for measure, cells in seen.items():
        if len(cells) > 1:
            yield from ((measure, *cell) for cell in cells)
