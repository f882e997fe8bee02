"""Alert routes as written: quiet hours over midnight, scopes that exist, and wrong words told with their line."""

from __future__ import annotations

from datetime import time

import pytest

from data_contracts.alert import AlertRoute, route_problems

LINES = [("P1", "A1", "L01"), ("P1", "A2", "L02")]


@pytest.mark.parametrize(
    ("quiet", "at", "is_quiet"),
    [
        ("", time(3), False),
        ("22:00-06:00", time(21, 59), False),
        ("22:00-06:00", time(22), True),
        ("22:00-06:00", time(5, 59), True),
        ("22:00-06:00", time(6), False),
        ("12:00-13:00", time(12, 30), True),
        ("12:00-13:00", time(13), False),
    ],
)
def test_quiet_hours_may_cross_midnight_and_end_before_their_end(quiet: str, at: time, is_quiet: bool) -> None:
    assert AlertRoute(id="a", quiet=quiet).is_quiet_at(at) is is_quiet


@pytest.mark.parametrize(
    "words",
    [
        {"id": "Chef Mail"},
        {"id": "a", "scope": "P1/A1/L01/X"},
        {"id": "a", "quiet": "22:00"},
        {"id": "a", "quiet": "06:00-06:00"},
        {"id": "a", "digest_at": "at seven"},
        {"id": "a", "severities": ["grave"]},
        {"id": "a", "url": "mailto://me"},
    ],
    ids=str,
)
def test_a_route_written_wrongly_is_refused(words: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        AlertRoute.model_validate(words)


def test_scopes_must_exist_and_ids_be_single() -> None:
    routes = [AlertRoute(id="a", scope="P1/A1,P1/A2/L02"), AlertRoute(id="b", scope="P1/A1/L02"), AlertRoute(id="b")]
    assert list(route_problems(routes, LINES)) == [
        "alert.id: 'b' is the id of two routes",
        "alert.scope: b: 'P1/A1/L02' is not in master/line.csv",
    ]
