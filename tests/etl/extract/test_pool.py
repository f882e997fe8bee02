"""Bundles of files go to children and come back in order; what kills a child is named and costs itself only."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from data_contracts.site import Limits
from etl.extract import child
from etl.extract.child import Caps, Failure, FileBytes
from etl.extract.pool import AHEAD, ReaderPool
from tests.etl.extract.test_hostile import CORNER, GOOD


@pytest.fixture
def pool() -> Iterator[ReaderPool]:
    with ReaderPool(Limits(workers=1)) as pool:
        yield pool


def files(*contents: bytes) -> list[FileBytes]:
    return [FileBytes(number, f"{number}.xlsx", content) for number, content in enumerate(contents)]


def numbers(bundle: Sequence[FileBytes], _caps: Caps) -> list[int]:
    return [file.file_no for file in bundle]


def dies_over_x(bundle: Sequence[FileBytes], _caps: Caps) -> list[int]:
    """As native code would that is at no file in particular."""
    if any(file.content == b"x" for file in bundle):
        os._exit(3)
    return [file.file_no for file in bundle]


def threads_of_the_server(_bundle: Sequence[FileBytes], _caps: Caps) -> list[str]:
    tasks = Path(f"/proc/{os.getppid()}/task").iterdir()
    return [(task / "comm").read_text().strip() for task in tasks]


def test_two_files_that_kill_a_child_are_named_and_the_others_are_read_in_their_order(pool: ReaderPool) -> None:
    told: list[int | str] = []
    for outcome in pool.in_turn(child.workbooks, [files(GOOD, CORNER, GOOD, CORNER, GOOD)]):
        if isinstance(outcome, Failure):
            told.append(f"{outcome.file_no} {outcome.code}")
        else:
            told += outcome.cells["file_no"].unique(maintain_order=True).to_list()
    assert told == [0, "1 file_too_much_memory", 2, "3 file_too_much_memory", 4]


def test_a_child_that_dies_at_no_file_in_particular_is_narrowed_down(pool: ReaderPool) -> None:
    outcomes = list(pool.in_turn(dies_over_x, [files(b"a", b"b", b"c", b"x", b"d")]))
    assert outcomes == [[0, 1], [2], Failure(3, "file_breaks_reader", {"exitcode": 3}), [4]]


def test_bundles_come_back_in_their_order_and_only_a_few_are_begun_ahead(pool: ReaderPool) -> None:
    asked: list[int] = []

    def bundles() -> Iterator[list[FileBytes]]:
        for number in range(9):
            asked.append(number)
            yield [FileBytes(number, "a", b"a")]

    for done, outcome in enumerate(pool.in_turn(numbers, bundles())):
        assert outcome == [done]
        assert len(asked) <= done + AHEAD + 1


@pytest.mark.parametrize(("count", "size"), [(1, 64), (100, 64), (1_000, 500), (7_300, 913)])
def test_bundles_give_each_of_two_children_the_same_share(count: int, size: int) -> None:
    assert ReaderPool(Limits(workers=2)).bundle_size(count) == size


def test_children_are_forked_from_a_process_in_which_no_engine_runs_yet(pool: ReaderPool) -> None:
    (names,) = pool.in_turn(threads_of_the_server, [files(b"a")])
    assert isinstance(names, list)
    assert [name for name in names if name.startswith(("polars-0", "tokio"))] == []
