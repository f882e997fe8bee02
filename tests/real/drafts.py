"""What drafts of third-party workbooks should say, written by hand."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from data_contracts.layout import Layout
from data_contracts.site import Site
from etl.draft.trial import try_layout
from etl.extract.child import FileBytes, workbooks
from tests.etl.draft.measure import CAPS, Score, draft_of, fields_of_tables, score
from tests.real import downtime, optimold

MONTHS = "OptiMoldIQ/tests/mock_database/dynamicDatabase/monthlyReports_history"
BOTTLING = "Manufacturing-Downtime-dataset/Manufacturing_Line_Productivity.xlsx"
TRACKING = (
    "mes/mes-plugins/mes-plugins-production-counting/src/main/resources/productionCounting/public/resources"
    "/productionTrackingImportSchema_{}.xlsx"
)

COLUMNS: Mapping[str, Mapping[str, str]] = {
    "SysOEE/docs/EspecificacaoUsuario/paradas/ParadasOEE-2025-REV02.xlsx": {
        "line_id": "Linha",
        "product_id": "SKU",
        "production_date": "Data",
        "shift_id": "Turno",
        "reason_code": "Parada",
        "start_at": "Inicio",
        "end_at": "Termino",
        "downtime_min": "Duração",
        "reason_text": "Apontamento",
    },
    "OEE/OEE.xlsx": {
        "total_qty": "Total\nQuantity\nProduced",
        "scrap_qty": "Total Quantity\nDefective",
        "stop_min": "Unplanned Downtime",
        "run_min": "Net Operating Time",
    },
    TRACKING.format("en"): {
        "order_id": "Order code",
        "operator": "Staff number",
        "shift_id": "Shift",
        "start_at": "From date",
        "end_at": "To date",
        "total_qty": "Produced quantity",
        "scrap_qty": "Deficiency",
    },
    TRACKING.format("pl"): {
        "order_id": "Kod zlecenia",
        "operator": "Numer pracownika",
        "shift_id": "Zmiana",
        "start_at": "Od daty",
        "end_at": "Do daty",
        "total_qty": "Ilość wyprodukowana",
        "scrap_qty": "Braki",
    },
}
"""File to measure to header, for workbooks of which no whole site is known."""


def score_real(real: Path, folder: Path) -> Iterator[Score]:
    """Each workbook with a site by the cells it reads, the others by the headers of their columns."""
    mould = optimold.make_site(real, folder / "optimold")
    for path in sorted((real / MONTHS).glob("*.xlsb")):
        yield _by_cells(path, mould, optimold.LAYOUT)
    yield _by_cells(real / BOTTLING, downtime.make_site(real, folder / "bottling"), downtime.LAYOUT)
    for name, wanted in COLUMNS.items():
        yield _by_headers(real / name, wanted)


def _by_cells(path: Path, home: Path, layout: str) -> Score:
    site = Site.open(home)
    content = path.read_bytes()
    wanted = Layout.model_validate(tomllib.loads(layout))
    draft = draft_of(content, path.name, site, without=wanted.id)
    taken = workbooks([FileBytes(0, path.name, content)], CAPS)
    tried = try_layout(wanted, taken.cells, taken.sheets, site, file_name=path.stem)
    return score(
        path.name,
        fields_of_tables(tried.tables),
        fields_of_tables(draft.tried.tables),
        recognised=draft.tried.recognised,
    )


def _by_headers(path: Path, wanted: Mapping[str, str]) -> Score:
    draft = draft_of(path.read_bytes(), path.name, None)
    found: dict[str, Any] = {}
    for table in draft.words["tables"].values():
        found |= {measure: column.get("header") for measure, column in table.get("columns", {}).items()}
    right = tuple(measure for measure, header in wanted.items() if found.get(measure) == header)
    wrong = (*(m for m in wanted if m not in right), *(f"not meant: {m}" for m in found if m not in wanted))
    return Score(path.name, right, wrong, draft.tried.recognised)
