"""The command: help, exit codes, what goes to which stream, JSON that parses."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from etl.cli import main
from etl.simulate import make_site
from tests.etl.alerts.conftest import add_route
from tests.ledger import ENTRY, LAST, ROOT, draft, everything, hand_in, state


class Said(NamedTuple):
    """How the command ended."""

    code: object
    out: str
    err: str


Run = Callable[..., Said]
VERBS = [
    ["init"],
    ["load"],
    ["check"],
    ["template"],
    ["query"],
    ["serve"],
    ["demo"],
    ["audit"],
    ["audit", "verify"],
    ["audit", "witness"],
    ["source"],
    ["source", "list"],
    ["source", "test"],
    ["layout"],
    ["layout", "draft"],
    ["alerts", "list"],
    ["alerts", "test"],
    ["digest"],
    ["contracts", "export"],
    ["contracts", "diff"],
    ["decide"],
    ["approve"],
    ["undo"],
    ["waive"],
    ["decisions"],
]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command in this process."""

    def called(*arguments: object) -> Said:
        monkeypatch.setattr(sys, "argv", ["shiftledger", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return Said(ended.value.code or 0, out, err)

    return called


@pytest.mark.parametrize("verb", [[], *VERBS], ids=" ".join)
def test_every_verb_has_help(run: Run, verb: list[str]) -> None:
    said = run(*verb, "--help")
    assert (said.code, said.err) == (0, "")
    assert "Usage" in said.out
    assert len(said.out.splitlines()) > 4


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["load"],
        ["load", "{site}", "--day", "yesterday"],
        ["load", "{site}", "--from", "2026-03-30"],
        ["load", "{site}", "--from", "2026-03-31", "--to", "2026-03-30"],
        ["load", "{site}", "--speed", "2"],
        ["check", "{site}"],
        ["check", "{site}", "{site}/inbox/reports", "--language", "de"],
        ["template", "{site}", "--line", "L01"],
        ["template", "{site}", "--line", "L99", "-o", "{site}/t.xlsx"],
        ["template", "{site}", "--line", "L01", "-o", "{site}/t.ods"],
        ["query", "{site}"],
        ["query", "{site}", "select 1", "--format", "xml"],
        ["query", "{site}", "from no_such_table"],
        ["query", "{site}", "from production", "--as-of", "yesterday"],
        ["query", "{site}", "from production", "--as-of", "2020-01-01"],
        ["query", "{site}", "from report", "--as-of", "2026-04-02T08:00+00:00"],
        ["decide", "{site}", "nothing", "--explain", "--reason", "because"],
        ["decide", "{site}", "nothing", "--explain", "--set", "3", "--reason", "because"],
        ["decide", "{site}", "nothing", "--split", "many:next", "--reason", "because"],
        ["decide", "{site}", "nothing", "--explain"],
        ["approve", "{site}", "nothing"],
        ["undo", "{site}", "nothing", "--reason", "because"],
        ["waive", "{site}", "good_vs_mes", "--reason", "because", "--from", "2026-03-01"],
        ["waive", "{site}", "good_vs_mes", "--reason", "x", "--from", "2026-03-01", "--to", "2026-03-02"],
        [
            "waive",
            "{site}",
            "good_vs_mes",
            "--reason",
            "why",
            "--from",
            "2026-03-01",
            "--to",
            "2026-03-02",
            "--at",
            "X",
        ],
        ["decisions", "{site}/nowhere"],
        ["query", "{site}", "drop table production"],
        ["demo", "--days", "0", "--no-serve"],
        ["load", "{site}/nowhere"],
        ["check", "{site}", "nowhere.xlsx"],
        ["query", "{site}/nowhere", "select 1"],
        ["audit", "verify", "{site}/nowhere"],
        ["audit", "witness", "{site}/nowhere", "{site}/heads"],
        ["source", "list", "{site}/nowhere"],
        ["source", "test", "{site}", "nowhere"],
        ["init", "{site}"],
        ["alerts", "list", "{site}/nowhere"],
        ["alerts", "test", "{site}", "nobody"],
        ["digest", "{site}", "--send"],
        ["digest", "{site}", "--scope", "a/b/c/d"],
        ["digest", "{site}", "--day", "today"],
        ["contracts", "export", "{site}"],
        ["contracts", "export", "{site}", "-o", "{site}/site.toml"],
        ["contracts", "diff", "{site}/site.toml", "{site}/site.toml"],
        ["contracts", "diff", "{site}/site.toml"],
    ],
    ids=" ".join,
)
def test_wrong_use_exits_2_and_says_why_on_standard_error(run: Run, loaded_site: Path, arguments: list[str]) -> None:
    said = run(*(text.format(site=loaded_site) for text in arguments))
    assert said.code == 2
    assert said.out == ""
    assert said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(("name", "value"), [("SHIFTLEDGER_THREADS", "many"), ("SHIFTLEDGER_MEMORY_LIMIT", "a lot")])
def test_a_wrong_setting_is_told_by_name(
    run: Run, loaded_site: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    said = run("load", loaded_site)
    assert said.code == 2
    assert name in said.err
    assert value in said.err


def test_a_wrong_site_is_told_with_file_and_line_and_no_traceback(loaded_site: Path) -> None:
    (loaded_site / "site.toml").write_text("[site]\nid = 7\n")
    ended = subprocess.run([*ENTRY, "load", str(loaded_site)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "site.toml" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.stdout == ""


def test_init_then_load(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIFTLEDGER_KEY_DIR", str(tmp_path / "keys"))
    home = tmp_path / "new"
    made = run("init", home)
    assert made.code == 0
    assert f"shiftledger load {home}" in made.out
    said = run("load", home)
    assert (said.code, said.err) == (0, "")
    assert "published version  1" in said.out
    assert run("query", home, "select count(*) as n from production", "--format", "csv").out == "n\n0\n"


def test_a_load_as_json_and_a_day_done_again(run: Run, loaded_site: Path) -> None:
    result = json.loads(run("load", loaded_site, "--json").out)
    assert (result["status"], result["files_new"], result["published_version"]) == ("published", 0, 2)
    again = json.loads(run("load", loaded_site, "--day", "2026-03-31", "--json").out)
    assert again["rows_staged"] > 0
    assert "2026-03-31" in again["days"]
    both = json.loads(run("load", loaded_site, "--from", "2026-03-30", "--to", "2026-03-31", "--json").out)
    assert both["rows_staged"] > again["rows_staged"]


def test_check_tells_good_from_bad_and_stores_nothing(run: Run, loaded_site: Path) -> None:
    wrong = draft()
    wrong.hours[2].good_qty = (wrong.hours[2].good_qty or 0) + 60
    bad = Path(shutil.move(hand_in(loaded_site, wrong, "bad.xlsx"), loaded_site.parent / "bad.xlsx"))
    good = loaded_site / "inbox" / "reports" / "P1_L01_2026-03-31.xlsx"
    before, rows = state(loaded_site), everything(loaded_site)
    files = sorted(loaded_site.rglob("*"))

    said = run("check", loaded_site, good)
    assert (said.code, said.out, said.err) == (
        0,
        "3 reports, 0 refused cells, 0 differences: nothing found, hand in\n",
        "",
    )

    said = run("check", loaded_site, bad, good)
    assert said.code == 1
    assert said.out.startswith("bad.xlsx\n  早班\n    C9 [Error 17] Good quantity: ")
    assert said.out.endswith("4 reports, 0 refused cells, 1 difference: hand in after correcting C9\n")

    said = run("check", loaded_site, bad, "--json")
    assert said.code == 1
    told = json.loads(said.out)
    assert (told["reports"], told["refused"], len(told["differences"])) == (1, [], 1)

    assert sorted(loaded_site.rglob("*")) == files
    assert (state(loaded_site), everything(loaded_site)) == (before, rows)


def test_alerts_and_digest_say_what_was_sent_and_what_was_not(
    run: Run, loaded_site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_route(loaded_site, monkeypatch, "nonsense", "chef", digest_at="07:00")
    listed = run("alerts", "list", loaded_site)
    assert "chef  scope *" in listed.out
    assert "SHIFTLEDGER_ALERT_CHEF_URL (set)" in listed.out
    assert json.loads(run("alerts", "list", loaded_site, "--json").out)[0]["route"]["digest_at"] == "07:00"

    tried = run("alerts", "test", loaded_site, "chef")
    assert (tried.code, tried.err) == (1, "")
    assert tried.out.startswith("test chef: failed, 0 events: ")
    assert run("digest", loaded_site, "--send").code == 1
    assert "last: " in run("alerts", "list", loaded_site).out
    assert "alert chef: failed" in run("load", loaded_site).out

    shown = run("digest", loaded_site, "--day", "2026-03-31", "--scope", "P1", "--language", "en")
    assert (shown.code, shown.err) == (0, "")
    assert "daily digest for 31 Mar 2026 (Tue)" in shown.out
    assert "<li>" in run("digest", loaded_site, "--html").out


def test_contracts_are_exported_and_a_change_that_breaks_somebody_exits_1(run: Run, loaded_site: Path) -> None:
    old, new = loaded_site / "old.yaml", loaded_site / "new.yaml"
    made = run("contracts", "export", loaded_site, "-o", old)
    assert (made.code, made.err) == (0, "")
    assert " tables, " in made.out
    new.write_text(old.read_text(encoding="utf-8").replace("value: min\n", "value: s\n"), encoding="utf-8")

    assert run("contracts", "diff", old, old) == Said(0, "0 breaking changes, 0 others\n", "")
    said = run("contracts", "diff", old, new)
    assert said.code == 1
    assert "BREAKING  downtime.downtime_min: the unit is s instead of min\n  Breaks readers" in said.out
    told = json.loads(run("contracts", "diff", old, new, "--json", "--language", "zh").out)
    assert {(one["where"], one["breaks"], one["what"]) for one in told if one["where"].startswith("downtime.")} == {
        ("downtime.downtime_min", "readers", "单位为 s,原为 min")
    }


def test_a_tampered_audit_log_exits_1(run: Run, loaded_site: Path) -> None:
    assert run("audit", "verify", loaded_site) == Said(0, "audit log is whole\n", "")
    log = loaded_site / "data" / "audit.log"
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:-1]))
    said = run("audit", "verify", loaded_site)
    assert said.code == 1
    assert "the last of them is not here" in said.out


def test_a_log_is_held_against_the_heads_that_another_user_keeps(
    run: Run, loaded_site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heads = tmp_path / "heads"
    said = run("audit", "witness", loaded_site, heads)
    assert said == Said(0, f"{heads}: {heads.read_text().split()[1]}\n", "")
    monkeypatch.setenv("SHIFTLEDGER_AUDIT_ANCHOR", str(heads))
    said = run("audit", "verify", loaded_site)
    assert said.code == 1, "it proves nothing where it belongs to who owns the log"
    assert f"{heads}: belongs to the owner of the audit log" in said.out


def test_query_formats(run: Run, loaded_site: Path) -> None:
    sql = f"select line_id, count(*) as n from report where production_date = '{LAST}' group by all order by all"
    assert run("query", loaded_site, sql, "--format", "csv").out == "line_id,n\nL01,3\nL02,3\n"
    assert json.loads(run("query", loaded_site, sql, "--format", "json").out)[1] == {"line_id": "L02", "n": 3}
    assert [line.split()[0] for line in run("query", loaded_site, sql).out.splitlines()][2:] == ["L01", "L02"]


def test_the_demo_tells_what_it_found_and_can_be_run_again(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHIFTLEDGER_KEY_DIR", str(tmp_path / "keys"))
    home = tmp_path / "demo"
    said = run("demo", "--no-serve", "--days", 3, "--home", home)
    assert said.code == 0
    for words in (
        "[1/3]",
        "[2/3]",
        "[3/3]",
        "load ",
        "files quarantined: 3",
        "reports accepted",
        "by rule",
        "by probable",
    ):
        assert words in said.out
    assert f'shiftledger query {home} "' in said.out

    again = run("demo", "--no-serve", "--days", 3, "--home", home)
    assert again.code == 0
    assert "is there already" in again.out
    assert " 0 new files" in again.out
    assert again.out.partition("[3/3]")[2] == said.out.partition("[3/3]")[2]


def test_a_made_site_is_checked_cell_by_cell(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHIFTLEDGER_KEY_DIR", str(tmp_path / "keys"))
    home = tmp_path / "site"
    labels = make_site(home, last_day=LAST, days=3, lines=4, error_rate=0.3)
    label = labels.filter(labels["kind"] == "typed_total").row(0, named=True)
    said = run("check", home, home / "inbox" / "reports" / label["report_file"])
    assert said.code == 1
    assert f"  {label['report_sheet']}\n    {label['source_cell']} [Error 1] " in said.out


def test_a_waiver_is_listed_as_text_and_as_json_and_told_in_the_persons_language(
    run: Run, loaded_site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    period = ("--from", "2026-03-30", "--to", "2026-03-31")
    given = run("waive", loaded_site, "good_vs_mes", *period, "--at", "P1/A1", "--reason", "scale in repair", "--json")
    (decided,) = [json.loads(line) for line in given.out.splitlines()]
    assert decided["needs_second"] is False
    listed = run("decisions", loaded_site).out.splitlines()
    assert listed[0].startswith(
        f"{decided['decision_id']}  in_force  good_vs_mes  P1 A1 2026-03-30 … 2026-03-31  waive"
    )
    assert listed[0].endswith("scale in repair")
    assert listed[1] == "1 decisions"
    (row,) = json.loads(run("decisions", loaded_site, "--json").out)
    assert (row["kind"], row["valid_to"], row["area_id"]) == ("waive", "2026-03-31", "A1")
    monkeypatch.setenv("SHIFTLEDGER_LANGUAGE", "zh")
    assert (
        "豁免期的结束早于开始"
        in run(
            "waive", loaded_site, "good_vs_mes", "--from", "2026-03-31", "--to", "2026-03-30", "--reason", "because"
        ).err
    )


def test_an_instant_is_utc_unless_it_has_an_offset(run: Run, loaded_site: Path) -> None:
    count = "select count(*) > 0 as n from production"
    for moment in ("2026-04-02T08:00", "2026-04-02 16:00:00+08:00", "2026-04-03"):
        assert run("query", loaded_site, count, "--format", "csv", "--as-of", moment).out == "n\ntrue\n"
    assert run("query", loaded_site, count, "--as-of", "2026-04-02T08:00+08:00").code == 2
