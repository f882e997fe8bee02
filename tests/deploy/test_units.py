"""The units and the proxy of docs/deploy agree with each other and with the program."""

from __future__ import annotations

import re
import shlex
from importlib.util import find_spec

import pytest

from etl.settings import Settings
from tests.deploy.conftest import DEPLOY

UNITS = sorted(DEPLOY.glob("*.service"))


def command(name: str) -> list[str]:
    text = (DEPLOY / name).read_text(encoding="utf-8")
    return shlex.split(text.split("ExecStart=")[1].splitlines()[0])


@pytest.mark.parametrize("unit", [unit.name for unit in UNITS])
def test_each_unit_starts_a_module_of_ours_as_a_user_of_its_own(unit: str) -> None:
    argv = command(unit)
    module = argv[argv.index("-m") + 1]
    assert find_spec(module) is not None
    user = "shiftledger-witness" if "witness" in unit else "shiftledger"
    assert f"User={user}\n" in (DEPLOY / unit).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("upstream", "unit"),
    [
        ("shiftledger_dashboards", "shiftledger-dashboards.service"),
        ("shiftledger_dagster_full", "shiftledger-dagster.service"),
        ("shiftledger_dagster_read", "shiftledger-dagster-read.service"),
    ],
)
def test_the_proxy_asks_at_the_port_on_which_the_unit_answers(upstream: str, unit: str) -> None:
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    port = re.search(rf"upstream {upstream} {{ server 127\.0\.0\.1:(\d+); }}", text)
    assert port is not None
    argv = command(unit)
    assert argv[argv.index("--port") + 1] == port[1]
    assert ("--read-only" in argv) is (upstream == "shiftledger_dagster_read")


def test_every_variable_is_a_setting() -> None:
    text = (DEPLOY / "shiftledger.env").read_text(encoding="utf-8")
    names = {name.lower() for name in re.findall(r"^#?SHIFTLEDGER_(\w+)=", text, re.MULTILINE)}
    assert names
    assert names <= set(Settings.model_fields)
