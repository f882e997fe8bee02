"""The short way from the bytes of an export to contract rows, as a load reads them: sniffed, recognised, normalized."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from data_contracts.export import ExportMapping
from data_contracts.site import Site
from etl.extract.child import FileBytes
from etl.extract.pool import ReaderPool, reading_of
from etl.extract.sniff import file_format, head_text
from etl.normalize.exports import Exports, normalize_exports
from etl.normalize.mappings import candidates, choose
from etl.normalize.sheets import Refusal
from tests.etl.normalize.plant import MASTER, one_file

ZONE = "Europe/Berlin"


def site(home: Path) -> Site:
    """Plant P1 with lines L1 and L2, products GEAR (12 in a pack, 50 g) and CASE, and the shipped mappings."""
    home.mkdir(exist_ok=True)
    (home / "site.toml").write_text(f'[site]\nid = "t"\nname = "T"\n[[plant]]\nid = "P1"\ntimezone = "{ZONE}"\n')
    (home / "master").mkdir(exist_ok=True)
    product = "product_id,name_zh,name_en,pack_size,piece_weight_g\nGEAR,齿轮,Gear,12,50\nCASE,壳体,Case,,\n"
    for name, text in {**MASTER, "product": product}.items():
        kept = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("P2,"))
        (home / "master" / f"{name}.csv").write_text(kept, encoding="utf-8")
    return Site.open(home)


class Inbox:
    """A site and the children that read for it. No dataclass: a failing example would print all of the site."""

    def __init__(self, site: Site, reader: ReaderPool) -> None:
        self.site = site
        self._reader = reader

    def recognised(
        self, content: bytes, name: str = "export", no: int = 0
    ) -> tuple[ExportMapping | Refusal, pl.DataFrame]:
        """The mapping that a load would choose, and the file as it reads it."""
        kind = file_format(content)
        hopes = candidates(self.site.exports, name, kind, head_text(content))
        frames: dict[str, pl.DataFrame] = {}
        for mapping in hopes:
            reading = reading_of(mapping, kind if kind in mapping.format else None)
            found = self._reader.records([FileBytes(no, name, content)], reading)
            if no in found.frames:
                frames[mapping.id] = found.frames[no]
        assert frames, [m.id for m in hopes]
        chosen = choose(frames, hopes, name, no)
        return chosen, frames[chosen.id] if isinstance(chosen, ExportMapping) else pl.DataFrame()

    def read(self, *contents: bytes, mapping: str) -> Exports:
        """Contract rows of files that this mapping, and no other, takes whatever they are called."""
        frames = {}
        for n, content in enumerate(contents):
            chosen, frames[n] = self.recognised(content, no=n)
            assert isinstance(chosen, ExportMapping), chosen
            assert chosen.id == mapping
        (wanted,) = (m for m in self.site.exports if m.id == mapping)
        files = pl.concat([one_file("export", n) for n in frames])
        return normalize_exports(frames, wanted, files, self.site)
