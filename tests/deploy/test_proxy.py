"""Who gets what through the proxy of docs/deploy: nobody, a viewer, a leader of one plant, an engineer."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect
from websockets.exceptions import InvalidStatus, InvalidURI
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from dashboards.visitors import now
from etl import desk
from tests.browser.served import chromium
from tests.deploy.conftest import OWNER, Machine

pytestmark = [pytest.mark.xdist_group("deploy"), pytest.mark.timeout(600)]
LAUNCH = """
mutation Launch($executionParams: ExecutionParams!) {
  launchRun(executionParams: $executionParams) {
    __typename
    ... on LaunchRunSuccess { run { runId tags { key value } } }
    ... on UnauthorizedError { message }
    ... on PythonError { message }
  }
}
"""
PLACES = "{ workspaceOrError { ... on Workspace { locationEntries { name } } } }"


def ask(client: httpx.Client, query: str, **variables: object) -> httpx.Response:
    return client.post("/dagster/graphql", json={"query": query, "variables": variables})


def launch(client: httpx.Client, *tags: tuple[str, str]) -> dict[str, Any]:
    """What Dagster says to an order to run the job that forgets old runs."""
    place = ask(client, PLACES).json()["data"]["workspaceOrError"]["locationEntries"][0]["name"]
    selector = {
        "repositoryLocationName": place,
        "repositoryName": "__repository__",
        "jobName": "forget_old_runs",
    }
    told = [{"key": key, "value": value} for key, value in tags]
    params = {"selector": selector, "runConfigData": {}, "executionMetadata": {"tags": told}}
    answer: dict[str, Any] = ask(client, LAUNCH, executionParams=params).json()["data"]["launchRun"]
    return answer


def speaks(machine: Machine, cookies: dict[str, str], path: str, protocol: str) -> str:
    """The first thing that a server says over a websocket; ``refused`` when it leads to the login or says no."""
    cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
    address = machine.address.replace("https://", "wss://") + path
    headers = {"Cookie": cookie} if cookie else {}
    try:
        with connect(
            address, ssl=machine.tls, subprotocols=[Subprotocol(protocol)], additional_headers=headers
        ) as socket:
            if protocol == "graphql-ws":
                socket.send(json.dumps({"type": "connection_init"}))
                return str(json.loads(socket.recv(timeout=30))["type"])
            return "open"
    except (InvalidStatus, InvalidURI):
        return "refused"


def last(machine: Machine, action: str) -> dict[str, Any]:
    return [record for record in machine.records() if record["action"] == action][-1]


def test_nobody_gets_a_login_and_nothing_else(machine: Machine) -> None:
    with machine.client() as client:
        assert client.get("/").status_code == 200
        assert client.get("/download/workbook/overview").status_code == 401
        for path in ("/dagster/", "/dagster/runs", "/dagster/graphql"):
            answer = client.get(path)
            assert (answer.status_code, answer.headers["location"]) == (302, f"{machine.address}/?next={path}")
        assert ask(client, PLACES).status_code == 302
        assert client.get("/gate").status_code == 404
    assert speaks(machine, {}, "/dagster/graphql", "graphql-ws") == "refused"


def test_a_viewer_reads_in_dagster_and_starts_nothing(machine: Machine) -> None:
    cookies = machine.enter("李伟", "viewer")
    with machine.client(cookies) as client:
        assert "Dagster" in client.get("/dagster/").text
        answer = launch(client, ("reason", "I want to"))
    assert answer["__typename"] == "UnauthorizedError"
    record = last(machine, "dagster.launchRun")
    assert (record["actor"], record["outcome"], record["reason"]) == ("李伟", "denied", "I want to")
    assert speaks(machine, cookies, "/dagster/graphql", "graphql-ws") == "connection_ack"
    assert speaks(machine, cookies, "/_stcore/stream", "streamlit") == "open"


def test_an_engineer_starts_a_run_in_their_own_name(machine: Machine) -> None:
    with machine.client(machine.enter("王芳", "engineer")) as client:
        answer = launch(client, ("shiftledger/by", "李伟"), ("reason", "disk is full"))
    assert answer["__typename"] == "LaunchRunSuccess"
    tags = {tag["key"]: tag["value"] for tag in answer["run"]["tags"]}
    assert (tags["shiftledger/by"], tags["reason"]) == ("王芳", "disk is full")
    record = last(machine, "dagster.launchRun")
    told = (record["actor"], record["outcome"], record["reason"], record["address"])
    assert told == ("王芳", "done", "disk is full", "127.0.0.1")
    assert "forget_old_runs" in record["target"]


def test_what_dagster_itself_refuses_is_on_record_too(machine: Machine) -> None:
    with machine.client(machine.enter("zhou", "engineer")) as client:
        ask(client, "mutation T($i: String!) { terminateRun(runId: $i) { __typename } }", i="no-such-run")
        ask(client, 'mutation { launchRun(executionParams: {mode: "default"}) { __typename } }')
    told = [(one["action"], one["outcome"]) for one in machine.records() if one["actor"] == "zhou"][1:]
    assert told == [
        ("dagster.terminateRun", "done"),
        ("dagster.terminateRun", "failed"),
        ("dagster.launchRun", "refused"),
    ]


def test_the_run_itself_is_on_record_with_who_and_why(machine: Machine) -> None:
    """The daemon looks for runs that started or ended twice a minute."""
    with machine.client(machine.enter("qian", "engineer")) as client:
        number = launch(client, ("reason", "the disk is full"))["run"]["runId"]

    def told() -> list[tuple[object, ...]]:
        mine = [one for one in machine.records() if dict(one["details"]).get("run_id") == number]  # type: ignore[call-overload]
        return [(one["actor"], one["action"], one["target"], one["outcome"], one["reason"]) for one in mine]

    deadline = time.monotonic() + 240
    while len(told()) < 2 and time.monotonic() < deadline:
        time.sleep(1)
    assert sorted(told()) == [
        ("qian", "run.end", "forget_old_runs", "done", "the disk is full"),
        ("qian", "run.start", "forget_old_runs", "done", "the disk is full"),
    ]


def test_a_name_that_a_browser_sends_along_counts_for_nothing(machine: Machine) -> None:
    with machine.client(machine.enter("zhao", "engineer")) as client:
        client.headers.update({"X-ShiftLedger-User": "owner", "X-Forwarded-For": "203.0.113.9"})
        launch(client)
        client.get("/download/audit")
    record = last(machine, "dagster.launchRun")
    assert (record["actor"], record["address"], record["reason"]) == ("zhao", "127.0.0.1", "not given")
    assert last(machine, "audit.export")["address"] == "127.0.0.1"


@pytest.mark.parametrize(("role", "at"), [("leader", "P1"), ("engineer", "P1/A1")])
def test_who_sees_a_part_of_the_company_does_not_see_the_runs_of_all(machine: Machine, role: str, at: str) -> None:
    name = f"{role} of {at}"
    with machine.client(machine.enter(name, role, at)) as client:
        assert client.get("/dagster/runs").status_code == 403
    record = last(machine, "dagster.open")
    assert (record["actor"], record["outcome"], record["target"]) == (name, "denied", "/dagster/runs")


def test_a_role_that_is_taken_back_counts_at_the_next_request(machine: Machine) -> None:
    cookies = machine.enter("chen", "engineer")
    (held,) = [one for one in desk.people(machine.site.home, OWNER) if one.name == "chen"]
    with machine.client(cookies) as client:
        assert client.get("/dagster/").status_code == 200
        desk.revoke(machine.site.home, OWNER, held.grant_id, "moved away", now=now())
        assert client.get("/dagster/").status_code == 403
        assert ask(client, PLACES).status_code == 403
        desk.sign_out(machine.site.home, cookies["shiftledger_session"], now=now())
        assert client.get("/dagster/").status_code == 302


def test_everything_is_under_tls_and_says_so(machine: Machine) -> None:
    with machine.client(machine.enter("wu", "auditor")) as client:
        for path in ("/", "/dagster/", "/download/audit"):
            assert client.get(path).headers["strict-transport-security"] == "max-age=31536000"
        client.get("/_stcore/health")
        assert all(cookie.secure for cookie in client.cookies.jar if cookie.name.startswith("_streamlit"))
        assert "_streamlit_xsrf" in client.cookies


def test_somebody_signs_in_on_the_way_to_dagster(machine: Machine) -> None:
    desk.grant(machine.site.home, OWNER, "sun", "viewer", "*", "test", now=now())
    first = desk.sign_in(
        machine.site.home, "sun", desk.add_account(machine.site.home, OWNER, "sun", now=now()), now=now()
    )
    desk.change_password(machine.site.home, first.token, "a horse and a stapler", now=now())
    with chromium() as browser:
        context = browser.new_context(ignore_https_errors=True)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{machine.address}/dagster/runs")
        page.get_by_label("Name", exact=True).fill("sun")
        page.get_by_label("Password", exact=True).fill("a horse and a stapler")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(re.compile(r":\d+/dagster/runs"))
        expect(page.get_by_text("Runs").first).to_be_visible(timeout=120_000)
        (cookie,) = [one for one in context.cookies() if one["name"] == "shiftledger_session"]
        assert (cookie["secure"], cookie["httpOnly"]) == (True, True)
        context.close()
