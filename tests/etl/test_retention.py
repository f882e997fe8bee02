"""Originals whose time is over are destroyed for ever; numbers stay, and whoever asks for a cell is told why."""

from datetime import UTC, date, datetime
from pathlib import Path
from unittest.mock import patch

import pytest

from data_contracts.errors import DecisionError, RetiredError, SiteError
from data_contracts.site import Site
from etl import desk
from etl.retention import retire
from etl.store import vault
from etl.store.audit import AuditLog
from tests.etl.store.test_rotate import keys_of, names
from tests.ledger import ACTOR, FIRST, LAST, ask, load, state

LATER = datetime(2029, 6, 10, tzinfo=UTC).replace(tzinfo=None)
WHY = "three years are over"
PERIOD = "vault~P1~2026-04"


def look(home: Path) -> desk.SheetWindow:
    ((file_id,),) = ask(home, "select source_file_id from source_file where name = 'P1_L01_2026-03-31.xlsx'")
    return desk.source_window(home, ACTOR, str(file_id), "早班", "C9")


def test_retired_originals_are_gone_for_ever_and_the_numbers_stay(loaded_site: Path) -> None:
    before, data = state(loaded_site), loaded_site / "data"
    key = keys_of(loaded_site).all(PERIOD)
    assert look(loaded_site).rows
    count = len(list(vault.originals(data)))

    done = retire(loaded_site, ACTOR, WHY, None, None, LATER)

    assert (done.periods, done.originals) == ((PERIOD,), count)
    assert len(key) == 1
    assert PERIOD not in names(loaded_site)
    assert all(path.stat().st_size < 40 for path in vault.originals(data))
    assert state(loaded_site) == before
    with pytest.raises(RetiredError, match="2029-06-10") as caught:
        look(loaded_site)
    assert "2029-06-10" in caught.value.text("zh")
    assert "单元格" in caught.value.text("zh")
    log = [r for r in desk_records(loaded_site) if r["action"] == "vault.retire"]
    assert [(r["outcome"], r["reason"], r["actor"]) for r in log] == [("begun", WHY, "li.wei"), ("done", WHY, "li.wei")]
    assert desk.verify_audit(loaded_site, ACTOR) == []


def desk_records(home: Path) -> list[dict[str, object]]:
    return list(AuditLog(home / "data", keys_of(home)).records())


def test_loads_and_days_that_are_computed_again_leave_what_rests_on_them(loaded_site: Path) -> None:
    before = state(loaded_site)
    retire(loaded_site, ACTOR, WHY, None, None, LATER)
    load(loaded_site, days=(FIRST, LAST))
    assert state(loaded_site) == before


def test_what_the_rule_keeps_is_not_destroyed(loaded_site: Path) -> None:
    with pytest.raises(SiteError, match="keeps originals for 36 months"):
        retire(loaded_site, ACTOR, WHY, date(2028, 1, 1), None, LATER)
    with pytest.raises(SiteError, match="no such plant"):
        retire(loaded_site, ACTOR, WHY, None, "P9", LATER)
    with pytest.raises(DecisionError, match="reason"):
        retire(loaded_site, ACTOR, " ", None, None, LATER)
    assert retire(loaded_site, ACTOR, WHY, date(2026, 4, 30), None, LATER).periods == ()
    assert retire(loaded_site, ACTOR, WHY, date(2026, 5, 1), "P1", LATER).periods == (PERIOD,)


def test_killed_after_the_key_went_the_next_call_finishes(loaded_site: Path) -> None:
    with patch.object(vault, "bury", side_effect=SystemExit), pytest.raises(SystemExit):
        retire(loaded_site, ACTOR, WHY, None, None, LATER)
    with pytest.raises(RetiredError):
        look(loaded_site)
    load(loaded_site)
    retire(loaded_site, ACTOR, WHY, None, None, LATER)
    assert all(path.stat().st_size < 40 for path in vault.originals(loaded_site / "data"))


def test_a_change_of_the_rule_recomputes_nothing(loaded_site: Path) -> None:
    with (loaded_site / "site.toml").open("a") as file:
        file.write("\n[retention]\noriginals_months = 60\n")
    assert Site.open(loaded_site).config.retention.originals_months == 60
    assert load(loaded_site).days == load(loaded_site).days
