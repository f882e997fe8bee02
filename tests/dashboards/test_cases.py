"""A case is one row of the list that opens, and is settled with one reason; each difference of it keeps its record."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from dashboards.filters import Filters
from dashboards.queries import discrepancies
from dashboards.queries._reading import Reader
from dashboards.queries.discrepancies import Choice
from data_contracts.scope import SYSTEM, Scope
from etl.desk import SheetWindow, current_version, decisions
from tests.dashboards.small_site import LAST_DAY, SmallSite, difference
from tests.dashboards.test_pages import run, shown

COMPANY = Scope.company()
FOLLOWERS = 12
DAY = Filters(first=LAST_DAY, last=LAST_DAY)


@pytest.fixture
def site(new_site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> SmallSite:
    """One slip with twelve consequences, one of them graver than the slip, and one difference that stands alone."""
    consequence = {"rule_id": "hourly_total", "severity": "warning", "case_id": "d-slip", "line_id": "L2"}
    consequence |= {"source_cell": "C13"}
    new_site.tables["discrepancy"] = [
        *(difference(discrepancy_id=f"d-{n:02d}", **consequence) for n in range(FOLLOWERS - 1)),
        difference(discrepancy_id="d-grave", **consequence | {"severity": "block"}),
        difference(case_id="d-slip"),
        difference(discrepancy_id="d-alone", severity="warning", case_id="d-alone"),
    ]
    for row in new_site.tables["production"]:
        if row["report_good_qty"] == 1890:
            row |= {"mes_good_qty": 189.0, "good_qty": 189.0}
    new_site.publish()
    monkeypatch.setattr("dashboards.origin.source_window", lambda *_args, **_named: SheetWindow("", 1, 1, [], (1, 1)))
    monkeypatch.setenv("SHIFTLEDGER_ACTOR", "li.wei")
    return new_site


def listed(site: SmallSite, scope: str = "*", **choice: tuple[str, ...]) -> list[tuple[object, ...]]:
    with Reader(current_version(site.home)) as reader:
        rows = discrepancies.cases(reader, Scope.parse(scope), DAY, Choice(**choice))  # type: ignore[arg-type]
    return rows.select("discrepancy_id", "severity", "differences", "total").rows()


def kept(site: SmallSite) -> dict[str, tuple[str, str]]:
    rows = decisions(site.home, SYSTEM, COMPANY).select("discrepancy_id", "kind", "reason").rows()
    return {difference_id: (kind, reason) for difference_id, kind, reason in rows}


def test_one_cause_is_one_row_with_the_gravest_of_what_it_explains(site: SmallSite) -> None:
    assert listed(site) == [("d-slip", "block", FOLLOWERS + 1, 2), ("d-alone", "warning", 1, 2)]


def test_a_case_whose_leader_is_not_chosen_is_told_by_the_gravest_that_is(site: SmallSite) -> None:
    assert listed(site, severity=("warning",)) == [("d-00", "warning", FOLLOWERS - 1, 2), ("d-alone", "warning", 1, 2)]
    assert listed(site, scope="P1/A2") == [("d-grave", "block", FOLLOWERS, 1)]


def test_the_list_shows_cases_and_on_demand_each_difference(site: SmallSite) -> None:
    assert site.home.is_dir()
    grouped = run("discrepancies", lang="en")
    assert grouped.dataframe[0].value["In the case"].tolist() == ["13", "1"]
    assert "2 cases with 14 differences." in shown(grouped)
    assert len(run("discrepancies", lang="en", each="1").dataframe[0].value) == FOLLOWERS + 2


def test_a_case_opens_with_all_that_follows_and_a_follower_leads_back(site: SmallSite) -> None:
    assert site.home.is_dir()
    text = shown(run("discrepancies", lang="en", id="d-slip"))
    assert "One case: 12 more differences follow from this one" in text
    assert text.partition('data-testid="case"')[2].partition("</details>")[0].count("id=d-") == FOLLOWERS
    follower = run("discrepancies", lang="zh", id="d-07")
    assert "另有 12 条差异同出一源" in shown(follower)
    assert "第 1 条,共 2 条" in shown(follower)


def decided(test: AppTest, kind: str, *, whole: bool = True) -> AppTest:
    test.toggle(key="settle.case.d-slip").set_value(whole).run()
    test.radio(key="settle.kind.d-slip").set_value(kind).run()
    test.text_area(key="settle.reason.d-slip").set_value("scale was off by ten")
    return test.button(key="settle.decide.d-slip").click().run()


def test_one_reason_settles_the_whole_case_each_with_the_ruling_that_fits(site: SmallSite) -> None:
    text = shown(decided(run("discrepancies", lang="en", id="d-slip"), "accept_mes"))
    assert "12 decided" in text
    taken = kept(site)
    assert set(taken) == {"d-slip", "d-grave", *(f"d-{n:02d}" for n in range(FOLLOWERS - 1))}
    assert taken["d-slip"] == ("accept_mes", "scale was off by ten")
    assert {taken[key] for key in taken if key != "d-slip"} == {("explain", "scale was off by ten")}


def test_the_leading_difference_can_be_settled_alone(site: SmallSite) -> None:
    decided(run("discrepancies", lang="en", id="d-slip"), "accept_mes", whole=False)
    assert set(kept(site)) == {"d-slip"}


def test_what_follows_stays_open_where_the_ruling_is_refused(site: SmallSite) -> None:
    test = run("discrepancies", lang="en", id="d-slip")
    assert "a decision needs a reason" in shown(test.button(key="settle.decide.d-slip").click().run())
    assert kept(site) == {}


def test_a_reader_of_one_line_settles_only_what_they_see(site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIFTLEDGER_SCOPE", "P1/A1")
    text = shown(decided_alone(run("discrepancies", lang="en", id="d-slip")))
    assert "One case" not in text
    assert set(kept(site)) == {"d-slip"}


def decided_alone(test: AppTest) -> AppTest:
    test.text_area(key="settle.reason.d-slip").set_value("recounted")
    return test.button(key="settle.decide.d-slip").click().run()
