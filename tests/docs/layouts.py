"""Page about the shipped layouts: what each is for, what is odd about it, where it is tested, a sketch of its sheet."""

from __future__ import annotations

import inspect
import tomllib
import unicodedata
from collections.abc import Iterator
from datetime import date, time
from pathlib import Path

from data_contracts.site import SHIPPED
from etl.simulate.workbooks import Pen, makers
from etl.simulate.workbooks.book import Content, Page
from tests.docs.markdown import code, table
from tests.etl.normalize.layouts.reading import lines_of
from tests.etl.normalize.layouts.samples import SAMPLES, sample

ROWS, COLUMNS, WIDTH = 16, 10, 11
TESTS = Path("tests/etl/normalize/layouts")


def layouts_page() -> Iterator[str]:
    """Every shipped layout, drawn from a workbook that its generator makes."""
    yield "# Shipped layouts"
    yield (
        "Templates in `data_contracts/layouts/`. Copy one into the folder `layouts/` of your site under its own name "
        "and change its words; it then replaces the shipped one. How to: [Add a layout](../how-to/add-a-layout.md). "
        "Words: [The layout language](layout.md)."
    )
    yield (
        "The sketches show the upper left corner of a workbook that the tests generate, read and compare cell by cell."
    )
    files = sorted((SHIPPED / "layouts").glob("*.toml"))
    about = {path.stem: path.read_text(encoding="utf-8") for path in files}
    yield table(
        ["layout", "name"],
        [
            [f"[{code(name)}](#{name})", f"{read['title_zh']} · {read['title_en']}"]
            for name, read in ((name, tomllib.loads(text)) for name, text in about.items())
        ],
    )
    for name, text in about.items():
        yield from _layout(name, text)


def _layout(name: str, text: str) -> Iterator[str]:
    module = name.replace("-", "_")
    yield f"## {name}"
    head = text.partition("\n\n")[0].splitlines()
    yield " ".join(line.removeprefix("#").strip() for line in head if line.startswith("#"))
    if name not in makers():
        yield (
            f"Layout [`{name}.toml`](../../data_contracts/layouts/{name}.toml) · made by [`shiftledger template`]"
            "(../how-to/move-to-the-standard-report.md) (`etl/template`) · "
            "tests [`tests/etl/template`](../../tests/etl/template)"
        )
        return
    quirks = (inspect.getdoc(inspect.getmodule(makers()[name])) or "").split("\n\n", 1)[1]
    yield quirks.replace("``", "`")
    about = SAMPLES[name]
    made = sample(name, lines_of(about.calendar_id, about.lines), Pen(3))
    sheet = made.records[-1].sheet
    page = next(page for page in made.book.pages if page.name == sheet)
    others = len(made.book.pages) - 1
    where = f"File `{made.file_name}.xlsx`, sheet `{sheet}`" + (f" ({others} more sheets)" if others else "")
    yield where
    yield f"```\n{sketch(page)}\n```"
    yield (
        f"Layout [`{name}.toml`](../../data_contracts/layouts/{name}.toml) · generator "
        f"[`{module}.py`](../../etl/simulate/workbooks/{module}.py) · test "
        f"[`test_{module}.py`](../../{TESTS.as_posix()}/test_{module}.py)"
    )


def sketch(page: Page) -> str:
    """The upper left corner of a sheet as text, with the names of rows and columns."""
    last_row = min(ROWS, max(row for row, _ in page.cells) + 1)
    last_column = min(COLUMNS, max(column for _, column in page.cells) + 1)
    lines = ["    " + "".join(f"{chr(65 + column):{WIDTH}}" for column in range(last_column))]
    for row in range(last_row):
        line, column = f"{row + 1:3} ", 0
        while column < last_column:
            free = next((c for c in range(column + 1, last_column) if (row, c) in page.cells), last_column) - column
            cell = page.cells.get((row, column))
            line += _fitted(_shown(cell.content) if cell else "", WIDTH * free)
            column += free
        lines.append(line)
    return "\n".join(line.rstrip() for line in lines)


def _shown(content: Content) -> str:
    if isinstance(content, date | time):
        return content.isoformat()
    if isinstance(content, float) and content == int(content):
        return str(int(content))
    return "" if content is None else str(content)


def _fitted(text: str, room: int) -> str:
    """Cut or filled to a width, as a long text runs over the blanks beside it; Chinese characters are two wide."""
    kept, width = "", 0
    for letter in text:
        wide = 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if width + wide > room - 1:
            break
        kept, width = kept + letter, width + wide
    return kept + " " * (room - width)
