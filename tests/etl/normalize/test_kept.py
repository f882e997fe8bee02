"""Results that are kept for an object that many batches share."""

from __future__ import annotations

from collections.abc import Callable

from etl.normalize.kept import once_for_each


class Shelf(list[int]):
    """An object with a content of its own."""


def counted() -> tuple[list[str], Callable[[Shelf, str], str]]:
    calls: list[str] = []

    @once_for_each(most=2)
    def total(shelf: Shelf, word: str) -> str:
        calls.append(word)
        return f"{word} {sum(shelf)}"

    return calls, total


def test_the_same_object_and_word_are_worked_out_once() -> None:
    calls, total = counted()
    shelf = Shelf([1, 2])

    assert [total(shelf, "sum"), total(shelf, "sum")] == ["sum 3", "sum 3"]
    assert calls == ["sum"]


def test_an_equal_object_is_another_one() -> None:
    calls, total = counted()
    one, other = Shelf([1]), Shelf([1])

    total(one, "sum"), total(other, "sum"), total(one, "all")

    assert calls == ["sum", "sum", "all"]


def test_no_more_is_kept_than_was_asked_for() -> None:
    calls, total = counted()
    shelves = [Shelf([n]) for n in range(3)]

    assert [total(shelf, "sum") for shelf in [*shelves, shelves[2], shelves[0]]] == [
        "sum 0",
        "sum 1",
        "sum 2",
        "sum 2",
        "sum 0",
    ]
    assert len(calls) == 4
