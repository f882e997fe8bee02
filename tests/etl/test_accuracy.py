"""The whole path on made-up plants with known errors: all of them are found, at the right cell, and nothing else is.

The same measure over many more seeds: ``tests.bench.accuracy``.
"""

from __future__ import annotations

import pytest

from tests.bench.accuracy import BARS, Outcome, figures, measure, result

LEAST = {"demo": 50, "works": 25}
"""Mistakes that a site must hold for a figure to say something."""


@pytest.fixture(scope="module", params=[("demo", 101, 30), ("works", 303, 8)], ids=["demo", "works"])
def measured(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Outcome]:
    site, seed, days = request.param
    folder = tmp_path_factory.mktemp(site)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHIFTLEDGER_KEY_DIR", str(folder / "keys"))
        return site, measure(site, seed, days, folder / "site")


def test_known_errors_are_found_at_their_cells_with_their_cause_and_nothing_else_is(
    measured: tuple[str, Outcome],
) -> None:
    site, outcome = measured
    assert outcome.labels.height >= LEAST[site]
    reached = figures(result(outcome, range(1), 1))
    del reached["recall of the weakest class"]  # a class has two or three mistakes here
    assert {name: value for name, value in reached.items() if value < BARS[name]} == {}, outcome.extra
