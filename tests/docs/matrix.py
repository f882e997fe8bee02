"""The page that tells how every role in every part of the company was tried. Trying it: ``tests.dashboards.matrix``."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tests.dashboards.matrix import KEPT, READING, SCOPES, deeds, queries
from tests.docs.markdown import code, table

SURFACES = ("queries", "pages", "exports", "lists", "deeds")


def matrix_page() -> Iterator[str]:
    """Counts of what was shown and refused, by role and part."""
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    cells = [(role, where, counts) for role, row in kept.items() for where, counts in row.items()]
    leaks = sum(counts["leaked"]["rows"] for _, _, counts in cells)
    total = sum(sum(counts[kind].values()) for _, _, counts in cells for kind in ("shown", "refused"))
    yield "# Roles tried on everything"
    yield (
        "A made-up company of two plants, two areas each and two lines each, on which every text of a line carries the "
        "line's mark. Somebody of each role, in each of these parts, signs in and asks for everything; whatever comes "
        "back, down to the last byte of a page or a workbook, is searched for marks of lines that they may not see. "
        "What each role may do: [Roles](roles.md). The test: `tests/dashboards/test_matrix.py`."
    )
    yield f"**{total} questions, {leaks} leaks.** Each figure says: shown / refused."
    yield table(
        ["role", "part", *SURFACES, "leaks"],
        [
            [
                role,
                f"{where} {code(SCOPES[where])}",
                *(f"{counts['shown'].get(name, 0)} / {counts['refused'].get(name, 0)}" for name in SURFACES),
                str(counts["leaked"]["rows"]),
            ]
            for role, where, counts in cells
        ],
    )
    yield "## What is asked"
    yield f"- **queries**: all {len(queries())} of `dashboards/queries`, also for every line by its name."
    yield "- **pages**: every page as it is, and with the address of a line or a difference that lies outside."
    yield "- **exports**: the workbook of every page that gives one."
    yield f"- **lists**: {', '.join(READING)}."
    yield (
        f"- **deeds**, at a line inside and at one outside in the same area, in the same plant and elsewhere: "
        f"{', '.join(deeds())}."
    )
    yield (
        "`admin as viewer` is an admin of the company who looks through the eyes of a viewer of that part; `nobody` "
        "has signed in and holds no role. The command line asks for no role: it works for who holds the keys, and "
        "without them shows nothing (`tests/etl/test_without_keys.py`)."
    )
