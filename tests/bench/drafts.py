"""How many fields of strange workbooks a draft gets right: ``python -m tests.bench.drafts [--strange N] [--wrong]``.

Three kinds of workbooks. Every shipped layout as if it had never been shipped: only the headers of the others are
known, once with its own words and once with others. Third-party workbooks of ../shared/real, held against layouts
written by hand. Workbooks of plants that never were, from seeds that nobody looked at (``tests.etl.draft.strange``).
The bar is 0.8 of all fields.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from data_contracts.site import Site
from tests.etl.draft.measure import Score, overall, score_made
from tests.etl.draft.reworded import reworded
from tests.etl.draft.strange import strange_book
from tests.etl.normalize.layouts.reading import lines_of, small_site
from tests.etl.normalize.layouts.samples import SAMPLES, sample
from tests.real.conftest import SHARED
from tests.real.drafts import score_real

UNSEEN = 1000
BAR = 0.8


def shipped(site: Site) -> Iterator[Score]:
    """Every shipped layout left out in turn, in its own words and in others."""
    from etl.simulate.workbooks import Pen  # noqa: PLC0415

    for layout_id, about in SAMPLES.items():
        for seed, oddity in ((1, 0.0), (2, 0.3)):
            made = sample(layout_id, lines_of(about.calendar_id, about.lines), Pen(seed, oddity))
            yield score_made(layout_id, made, site, name=f"{layout_id}, {oddity:.0%} oddities")
        made = reworded(sample(layout_id, lines_of(about.calendar_id, about.lines), Pen(3)), seed=3)
        yield score_made(layout_id, made, site, name=f"{layout_id}, other words")


def strange(site: Site, seeds: Iterable[int]) -> Iterator[Score]:
    """Plants that never were."""
    for seed in seeds:
        made = strange_book(seed)
        yield score_made("", made, site, name=f"seed {seed} ({made.file_name})")


def _table(title: str, scores: Sequence[Score], *, wrong: bool) -> None:
    print(f"\n{title}")
    for one in scores:
        told = "" if one.recognised else "  (its own layout does not fit it)"
        print(f"  {one.share:5.2f}  {len(one.right):3d} of {len(one.right) + len(one.wrong):3d}  {one.name}{told}")
        if wrong and one.wrong:
            print(f"         wrong: {', '.join(one.wrong)}")
    print(f"  {overall(scores):5.2f}  all of these")


def main() -> None:
    """Print a table of each kind and the figure over all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strange", type=int, default=100, help="workbooks of plants that never were")
    parser.add_argument("--wrong", action="store_true", help="name the fields that are wrong")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        site = small_site(Path(folder) / "site")
        own = list(shipped(site))
        _table("Shipped layouts, each left out in turn", own, wrong=options.wrong)
        real = list(score_real(SHARED, Path(folder))) if SHARED.is_dir() else []
        _table(
            "Third-party workbooks" if real else "Third-party workbooks: ../shared/real is not there",
            real,
            wrong=options.wrong,
        )
        unseen = list(strange(site, range(UNSEEN, UNSEEN + options.strange)))
        print(f"\nPlants that never were, {len(unseen)} seeds never looked at: {overall(unseen):.2f}")
    print(f"\nall fields {overall([*own, *real, *unseen]):.2f} (bar {BAR})")


if __name__ == "__main__":
    main()
