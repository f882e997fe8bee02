"""Messages in both languages: all texts are there and used, and what stands in a workbook is never markup."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from pydantic import SecretStr

import etl.alerts
from data_contracts.alert import AlertRoute
from data_contracts.language import LANGUAGES
from data_contracts.tables import TABLES
from etl.alerts import message
from etl.alerts.events import current_events, grouped, new_events
from etl.alerts.message import MOST_GROUPS
from etl.alerts.service import stripped
from etl.alerts.words import TEXTS

FOLDER = Path(etl.alerts.__file__).parent
NONE_KNOWN = pl.DataFrame(schema={"event_key": pl.String})
EVIL = "<script>alert(1)</script>"
HELD = pl.DataFrame(
    schema=dict.fromkeys(("source_file_id", "source_file", "plant_id", "line_id", "reason_code"), pl.String)
)


def differences(*rows: Mapping[str, object]) -> pl.DataFrame:
    """Open differences, each with what differs from the first."""
    usual = {
        "discrepancy_id": "d0",
        "rule_id": "good_vs_mes",
        "severity": "error",
        "plant_id": "P1",
        "line_id": "L1",
        "production_date": date(2026, 3, 30),
        "measure": "good_qty",
        "reported_value": 1070.0,
        "reference_value": 107.0,
        "probable_cause": "unit_slip",
        "openings": 1,
    }
    made = pl.DataFrame([{**usual, **row} for row in rows])
    return TABLES["discrepancy"].conform(made).with_columns(made["openings"])


def keys(frame: pl.DataFrame, route: AlertRoute, known: pl.DataFrame = NONE_KNOWN) -> list[str]:
    return new_events(current_events(frame, HELD), route, known, [])["event_key"].to_list()


def test_both_languages_have_the_same_texts_with_the_same_values_and_all_are_used() -> None:
    assert TEXTS.keys("zh") == TEXTS.keys("en")
    source = "".join(path.read_text(encoding="utf-8") for path in FOLDER.rglob("*") if path.suffix in (".py", ".jinja"))
    for key in TEXTS.keys("en"):
        values = [set(re.findall(r"\{(\w+)\}", _template(key, language))) for language in LANGUAGES]
        assert values[0] == values[1], key
        assert f'"{key}"' in source or key.startswith("title."), key


def _template(key: str, language: str) -> str:
    text = (FOLDER / "i18n" / f"{language}.po").read_text(encoding="utf-8")
    return text.split(f'msgid "{key}"\nmsgstr ')[1].split("\n\n")[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_stands_in_a_workbook_is_never_markup(language: str) -> None:
    frame = differences({"source_file": f"{EVIL}.xlsx", "source_sheet": EVIL, "source_cell": "C9"})
    made = message.alert("Works & Co", grouped(current_events(frame, HELD)), (language,), {})
    assert EVIL not in made.html
    assert "&lt;script&gt;" in made.html
    assert "Works &amp; Co" in made.html
    assert EVIL in made.text


def test_a_file_of_which_only_a_part_was_held_back_is_told_so() -> None:
    file = {"source_file_id": "f", "source_file": "a.xlsx", "reason_code": "file_cut_off", "reason_params": "{}"}
    for status, told in (("quarantined", "File held back: a.xlsx"), ("partial", "Held back in part: a.xlsx, 3 places")):
        held = pl.DataFrame([{**file, "plant_id": "P1", "line_id": "L1", "status": status, "places": 3}])
        made = message.alert("Works", grouped(current_events(differences({}).clear(), held)), ("en",), {})
        assert told in made.text
        assert told in made.html


def test_events_of_one_line_and_rule_are_one_group_and_the_gravest_comes_first() -> None:
    frame = differences(
        {"discrepancy_id": "w", "severity": "warning"},
        {"discrepancy_id": "a"},
        {"discrepancy_id": "b", "production_date": date(2026, 3, 31)},
        {"discrepancy_id": "x", "severity": "block", "line_id": "L2"},
    )
    groups = grouped(current_events(frame, HELD))
    assert [(g.line_id, g.severity, g.count) for g in groups] == [
        ("L2", "block", 1),
        ("L1", "error", 2),
        ("L1", "warning", 1),
    ]
    assert groups[1].days == (date(2026, 3, 30), date(2026, 3, 31))


def test_a_difference_is_news_again_when_it_grows_graver_a_missing_report_is_not() -> None:
    route = AlertRoute(id="a", severities=("error", "block"))
    missing = {"discrepancy_id": "m", "rule_id": "missing_report", "severity": "warning"}
    told = pl.DataFrame({"event_key": keys(differences({}, missing), route)})
    assert told.height == 2
    graver = differences({"severity": "block"}, {**missing, "severity": "error"})
    assert keys(graver, route, told) == ["d0/1/block"]


def test_a_flood_is_one_message_that_says_how_much_it_leaves_out() -> None:
    rows = [{"discrepancy_id": f"d{n}", "line_id": f"L{n}"} for n in range(MOST_GROUPS + 7)]
    made = message.alert("Works", grouped(current_events(differences(*rows), HELD)), ("en",), {})
    assert "severe differences: 32" in made.title
    assert "7 more groups" in made.text


@pytest.mark.parametrize(
    ("address", "said", "told"),
    [
        (
            "mailto://li:p4ssw0rd@mx.plant.example/?to=a@b.example",
            "p4ssw0rd refused at mx.plant.example",
            "mx.plant.example",
        ),
        ("dingtalk://T0KENabc/13800000000", "no access to robot T0KENabc", "no access"),
        ("slack://AAA/BBB/CCCccc", "POST https://chat.example/AAA/BBB/CCCccc", "POST"),
        ("mailto://li:p%40ss@mx.plant.example", "login li:p@ss", "login"),
    ],
)
def test_what_a_service_says_is_told_without_its_address(address: str, said: str, told: str) -> None:
    text = stripped(said, SecretStr(address))
    assert told in text
    for secret in ("p4ssw0rd", "T0KENabc", "CCCccc", "p@ss", "13800000000"):
        assert secret not in text
