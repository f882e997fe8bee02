"""A small plant and the short way from a grid of cells to contract rows: through real files and the real reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from data_contracts.export import ExportMapping
from data_contracts.site import SHIPPED, Site
from etl.extract.child import FileBytes
from etl.extract.pool import ReaderPool, reading_of
from etl.normalize.exports import Exports, normalize_exports
from etl.normalize.reports import Reports, normalize_reports
from etl.normalize.sheets import Refusal, apply_layouts
from tests.etl.files import Grid, workbook

MASTER = {
    "line": "plant_id,area_id,line_id,name_zh,name_en,aliases,calendar_id\n"
    "P1,A,L1,一号线,Line 1,LINE-01,three\nP1,A,L2,二号线,Line 2,,twelve\nP2,A,W1,,Widgets,,late\n",
    "shift": "calendar_id,shift_id,name_zh,name_en,aliases,start,end,weekdays\n"
    "three,E,早班,Early,,06:00,14:00,1234567\n"
    "three,L,中班,Late,,14:00,22:00,1234567\n"
    "three,N,夜班,Night,,22:00,06:00,1234567\n"
    "twelve,D,白班,Day,,08:00,20:00,1234567\n"
    "twelve,N,夜班,Night,,20:00,08:00,1234567\n"
    "late,S,,Swing,,16:00,24:00,12345\n",
    "product": "product_id,name_zh,name_en,pack_size,piece_weight_g\nGEAR,齿轮,Gear,12,5\nCASE,壳体,Case,,\n",
    "reason": "reason_code,name_zh,name_en,loss_category\nM1,卡料,Jam,delay\nS1,换模,Setup,setup\n",
    "defect": "defect_code,name_zh,name_en\nD1,划伤,Scratch\nD2,缺料,Short shot\n",
}


@dataclass(frozen=True)
class Plant:
    """A site folder whose files a test writes as text."""

    home: Path
    reader: ReaderPool

    def site(self, *layouts: str, exports: Sequence[str] = (), zone: str = "Asia/Shanghai") -> Site:
        """The site with these layouts and mappings, and nothing that ships with the product."""
        (self.home / "site.toml").write_text(
            f'[site]\nid = "t"\nname = "T"\n[[plant]]\nid = "P1"\ntimezone = "{zone}"\n'
            '[[plant]]\nid = "P2"\ntimezone = "Europe/Berlin"\n'
        )
        (self.home / "master").mkdir(exist_ok=True)
        for name, text in MASTER.items():
            (self.home / "master" / f"{name}.csv").write_text(text, encoding="utf-8")
        for folder, texts in (("layouts", layouts), ("exports", exports)):
            (self.home / folder).mkdir(exist_ok=True)
            for number, text in enumerate(texts):
                (self.home / folder / f"{number}.toml").write_text(text, encoding="utf-8")
        site = Site.open(self.home)
        return Site(
            site.home,
            site.config,
            site.master,
            tuple(x for x in site.layouts if not (SHIPPED / "layouts" / f"{x.id}.toml").exists()),
            tuple(x for x in site.exports if not (SHIPPED / "exports" / f"{x.id}.toml").exists()),
        )

    def report(
        self,
        layouts: str | Sequence[str],
        sheets: Grid | Mapping[str, Grid],
        *,
        name: str = "report",
        zone: str = "Asia/Shanghai",
    ) -> Read:
        """A workbook read by these layouts."""
        site = self.site(*([layouts] if isinstance(layouts, str) else layouts), zone=zone)
        pages = sheets if isinstance(sheets, Mapping) else {"Sheet": sheets}
        found = self.reader.workbooks([FileBytes(0, name, workbook(pages))])
        assert found.failures == []
        values = apply_layouts(found.cells, found.sheets, site.layouts)
        return Read(normalize_reports(values, one_file(name), site), values.refusals, found.cells, found.sheets)

    def export(
        self,
        mapping: str,
        *contents: bytes | str,
        zone: str = "Asia/Shanghai",
    ) -> Exports:
        """Files read by one mapping, numbered in the order given."""
        site = self.site(exports=[mapping], zone=zone)
        wanted: ExportMapping = site.exports[0]
        files = [FileBytes(n, f"export{n}", c.encode() if isinstance(c, str) else c) for n, c in enumerate(contents)]
        found = self.reader.records(files, reading_of(wanted))
        assert found.failures == []
        names = pl.concat([one_file(f.name, f.file_no) for f in files])
        return normalize_exports(found.frames, wanted, names, site)


@dataclass(frozen=True)
class Read:
    """What became of one workbook."""

    reports: Reports
    refusals: list[Refusal]
    cells: pl.DataFrame
    sheets: pl.DataFrame

    def rows(self, table: str, *columns: str) -> list[tuple[Any, ...]]:
        """Rows of a staged table in the order of sheet and row."""
        frame = self.reports.tables[table].sort("source_sheet", "row_no", maintain_order=True)
        return frame.select(columns).rows()

    def held(self, *columns: str) -> list[tuple[Any, ...]]:
        """What was held back."""
        return self.reports.held_back.select(columns).rows()

    def keys(self) -> list[tuple[Any, ...]]:
        """Line, day and shift of every report."""
        return (
            self.reports.reports.sort("line_id", "production_date", "shift_id")
            .select("line_id", pl.col("production_date").cast(pl.String), "shift_id")
            .rows()
        )


def one_file(name: str, file_no: int = 0) -> pl.DataFrame:
    """The frame of files that a load passes along."""
    return pl.DataFrame(
        {
            "file_no": [file_no],
            "source_file_id": [f"id{file_no}"],
            "source_file": [name],
            "file_name": [name],
            "folder_plant": ["P1"],
        },
        schema_overrides={"file_no": pl.UInt32},
    )
