"""docs/reference/accuracy.md, from the counts that ``tests.bench.accuracy`` keeps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.docs.markdown import table


def accuracy_page(found: Mapping[str, Any], bars: Mapping[str, float], reached: Mapping[str, float]) -> Iterator[str]:
    """Figures against their bars, and every class."""
    first, last = found["seeds"]
    injected, hits = (sum(c[name] for c in found["classes"]) for name in ("injected", "found"))
    yield "# Accuracy"
    yield (
        "Measured by `make accuracy`. Mistakes are put into made-up plants and counted as found when their rule tells "
        "them for their shift. Cell and cause are those of the difference that leads the case. All else that is told "
        "counts against precision. The plants also hold what must not be told: rounded and late confirmations, records "
        "exported twice, miscounted pieces, short stops that nobody wrote down, pieces noted an hour late, notes "
        "beside tables, full-width digits, numbers as texts."
    )
    yield (
        f"Seeds {first} to {last} of each site, {found['days']} days each; none of them was used while rules and "
        "causes were written. Site `demo`: two plants, shift sheets, counters. Site `works`: three plants, layouts A "
        "to G, five dialects of export, counters and typed confirmations. Site `balance`, four weeks of it: counters, "
        "stock, flow, material, people and single stops that agree."
    )
    yield table(["", "figure", "bar"], [[name, percent(v), f"≥ {bars[name]:.0%}"] for name, v in reached.items()])
    yield f"{hits} of {injected} mistakes were found; {found['extra']} cases were told that nobody had put in."
    yield "## By class"
    yield "n/a: the mistake has no cell in a report."
    yield table(
        ["site", "class", "rule", "injected", "found", "recall", "right cell", "right cause"],
        [
            [
                *(c["site"], c["kind"].replace("_", " "), c["rules"], str(c["injected"]), str(c["found"])),
                percent(c["found"] / c["injected"]),
                *(percent(c[f"right_{n}"] / c[f"with_{n}"] if c[f"with_{n}"] else None) for n in ("cell", "cause")),
            ]
            for c in found["classes"]
        ],
    )


def percent(value: float | None) -> str:
    """A share, with one decimal."""
    return "n/a" if value is None else f"{100 * value:.1f} %"
