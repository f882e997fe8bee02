"""What has one root is one case, led by the best located discrepancy."""

from __future__ import annotations

import polars as pl
from polars._typing import PolarsDataType

from data_contracts.crosschecks.base import COMPARED
from etl.reconcile.cases import led, with_cases


def findings(*rows: dict[str, object]) -> pl.DataFrame:
    defaults: dict[str, object] = {"report_id": "R1", "source_sheet": "S", "rank": 5, "delta": 1.0}
    full = [
        {
            "cells": [],
            "source_cell": None,
            "whole_report": False,
            "partner_id": None,
            "rests_on": [],
            "measure": "good_qty",
            "severity": "error",
            **defaults,
            **row,
        }
        for row in rows
    ]
    schema: dict[str, PolarsDataType] = {
        "discrepancy_id": pl.String,
        "report_id": pl.String,
        "source_sheet": pl.String,
        "source_cell": pl.String,
        "cells": pl.List(pl.String),
        "rank": pl.Int32,
        "delta": pl.Float64,
        "whole_report": pl.Boolean,
        "partner_id": pl.String,
        "measure": pl.String,
        "severity": pl.String,
        "rests_on": COMPARED["rests_on"],
    }
    return pl.DataFrame([{c: row[c] for c in schema} for row in full], schema=schema, orient="row")


def cases(*rows: dict[str, object]) -> dict[str, str]:
    return dict(with_cases(findings(*rows)).select("discrepancy_id", "case_id").iter_rows())


def test_a_rule_over_many_cells_follows_the_one_that_names_the_cell() -> None:
    hour = {"discrepancy_id": "hour", "rank": 0, "source_cell": "C9", "cells": ["S!C9"]}
    speed = {"discrepancy_id": "speed", "rank": 9, "source_cell": "C7", "cells": ["S!C7", "S!C8", "S!C9"]}
    assert cases(hour, speed) == {"hour": "hour", "speed": "hour"}


def test_cells_of_another_sheet_or_report_are_others() -> None:
    hour = {"discrepancy_id": "hour", "rank": 0, "source_cell": "C9"}
    sheet = {"discrepancy_id": "sheet", "rank": 9, "cells": ["T!C9"]}
    report = {"discrepancy_id": "report", "rank": 9, "report_id": "R2", "cells": ["S!C9"]}
    assert cases(hour, sheet, report) == {"hour": "hour", "sheet": "sheet", "report": "report"}


def test_of_two_possible_leaders_the_better_located_and_then_the_larger_one_leads() -> None:
    small = {"discrepancy_id": "small", "rank": 0, "source_cell": "C8", "delta": 3.0}
    large = {"discrepancy_id": "large", "rank": 0, "source_cell": "C9", "delta": -30.0}
    speed = {"discrepancy_id": "speed", "rank": 9, "cells": ["S!C8", "S!C9"]}
    assert cases(small, large, speed)["speed"] == "large"


def test_who_follows_a_follower_belongs_to_the_same_case() -> None:
    root = {"discrepancy_id": "root", "rank": 0, "source_cell": "C8"}
    middle = {"discrepancy_id": "middle", "rank": 5, "source_cell": "C15", "cells": ["S!C8"]}
    last = {"discrepancy_id": "last", "rank": 9, "cells": ["S!C15"]}
    assert set(cases(root, middle, last).values()) == {"root"}


def test_everything_in_a_copied_report_belongs_to_the_copy() -> None:
    copy = {"discrepancy_id": "copy", "whole_report": True, "rank": 1, "source_cell": "B3"}
    stops = {"discrepancy_id": "stops", "rank": 0, "source_cell": "C18"}
    other = {"discrepancy_id": "other", "report_id": "R2", "rank": 0, "source_cell": "C18"}
    assert cases(copy, stops, other) == {"copy": "copy", "stops": "copy", "other": "other"}


def test_two_shifts_between_which_pieces_moved_are_one_case_led_by_the_larger_difference() -> None:
    early = {"discrepancy_id": "early", "report_id": "R1", "source_cell": "C14", "delta": -40.0, "partner_id": "late"}
    late = {"discrepancy_id": "late", "report_id": "R2", "source_cell": "C7", "delta": 41.0, "partner_id": "early"}
    other = {"discrepancy_id": "other", "report_id": "R3", "source_cell": "C7", "delta": 41.0}
    assert cases(early, late, other) == {"early": "late", "late": "late", "other": "other"}


def test_of_two_equal_halves_one_leads_and_the_other_follows() -> None:
    one = {"discrepancy_id": "one", "report_id": "R1", "source_cell": "C14", "delta": -40.0, "partner_id": "two"}
    two = {"discrepancy_id": "two", "report_id": "R2", "source_cell": "C7", "delta": 40.0, "partner_id": "one"}
    assert cases(one, two) == {"one": "one", "two": "one"}


def test_what_follows_one_half_follows_the_leader_of_both() -> None:
    early = {"discrepancy_id": "early", "report_id": "R1", "source_cell": "C14", "delta": -40.0, "partner_id": "late"}
    late = {"discrepancy_id": "late", "report_id": "R2", "source_cell": "C7", "delta": 41.0, "partner_id": "early"}
    pace = {"discrepancy_id": "pace", "report_id": "R1", "rank": 9, "cells": ["S!C14"]}
    assert cases(early, late, pace) == {"early": "late", "late": "late", "pace": "late"}


def test_a_missing_report_is_a_case_of_its_own() -> None:
    assert cases({"discrepancy_id": "missing", "report_id": None}) == {"missing": "missing"}


def test_a_leader_names_the_rules_of_those_that_follow_it() -> None:
    rows = pl.DataFrame(
        {
            "discrepancy_id": ["hour", "speed", "stops"],
            "case_id": ["hour", "hour", "stops"],
            "rule_no": [17, 35, 19],
            "also_rules": ["1", None, None],
        }
    )
    assert led(rows).select("discrepancy_id", "also_rules").rows() == [("hour", "1 35"), ("stops", None)]


BALANCE: dict[str, object] = {
    "discrepancy_id": "balance",
    "report_id": None,
    "rank": 9,
    "delta": -59.0,
    "measure": "total_qty",
    "rests_on": [{"report_id": "R1", "place": "S!C9"}, {"report_id": "R2", "place": "S!C9"}],
}


def test_a_balance_follows_the_figure_of_one_of_its_reports_that_is_wrong_by_as_much() -> None:
    hour = {"discrepancy_id": "hour", "rank": 0, "report_id": "R2", "source_cell": "C9", "delta": 60.0}
    assert cases(hour, BALANCE)["balance"] == "hour"


def test_a_figure_that_is_wrong_by_less_is_not_the_root_of_a_balance() -> None:
    hour = {"discrepancy_id": "hour", "rank": 0, "report_id": "R2", "source_cell": "C9", "delta": 20.0}
    assert cases(hour, BALANCE)["balance"] == "balance"


def test_what_is_only_to_be_known_is_no_root() -> None:
    letter = {
        "discrepancy_id": "o",
        "rank": 0,
        "report_id": "R2",
        "source_cell": "C9",
        "delta": 60.0,
        "severity": "info",
    }
    assert cases(letter, BALANCE)["balance"] == "balance"


def test_kilograms_follow_pieces_whatever_these_weigh() -> None:
    hour = {"discrepancy_id": "hour", "rank": 0, "report_id": "R2", "source_cell": "C9", "delta": 600.0}
    assert cases(hour, {**BALANCE, "measure": "material_kg", "delta": 12.0})["balance"] == "hour"


def test_a_start_that_rests_on_a_copied_report_belongs_to_the_copy() -> None:
    copy = {"discrepancy_id": "copy", "report_id": "R2", "whole_report": True, "source_cell": "B3", "rank": 3}
    start = {**BALANCE, "discrepancy_id": "start", "report_id": "R3", "measure": "counter_start"}
    assert cases(copy, start)["start"] == "copy"
