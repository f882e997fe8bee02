"""Headers on every answer, no word about how the house is built, and the cookie of a session."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from dashboards.web import cookie, kept
from data_contracts.errors import DeniedError
from data_contracts.scope import Actor, Scope
from etl import desk
from tests.browser.served import dashboards_at
from tests.dashboards.small_site import SmallSite
from tests.dashboards.web.conftest import Place

pytestmark = pytest.mark.xdist_group("web")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/overview", 200),
        ("/_stcore/health", 200),
        ("/media/0123.xlsx", 404),
        ("/download/audit", 401),
        ("/_stcore/metrics", 404),
        ("/_stcore/agent/openapi.json", 404),
    ],
)
def test_every_answer_carries_the_headers(place: Place, path: str, status: int) -> None:
    answer = httpx.get(f"{place.address}{path}", timeout=60)
    assert answer.status_code == status
    policy = dict(part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; "))
    assert policy["frame-ancestors"] == "'none'"
    assert policy["default-src"] == "'none'"
    assert "unsafe" not in policy["script-src"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert "camera=()" in answer.headers["permissions-policy"]
    assert "strict-transport-security" not in answer.headers


def test_a_failure_tells_nothing_of_the_program(place: Place) -> None:
    config = place.site.home / "site.toml"
    config.rename(config.with_suffix(".away"))
    try:
        answer = httpx.get(f"{place.address}/download/audit", timeout=60)
    finally:
        config.with_suffix(".away").rename(config)
    assert (answer.status_code, answer.text) == (500, "Internal Server Error")
    assert answer.headers["x-content-type-options"] == "nosniff"
    deadline = time.monotonic() + 30
    while "SiteError" not in place.log.read_text() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert "SiteError" in place.log.read_text(), "the log has the reason"


def test_what_a_browser_says_of_its_address_counts_only_through_a_proxy_that_is_trusted(place: Place) -> None:
    told = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    answer = httpx.get(f"{place.address}/download/audit", headers=told, timeout=60)
    assert place.records()[-1]["address"] == "127.0.0.1"
    assert "strict-transport-security" not in answer.headers


@pytest.mark.parametrize("at_the_machine_itself", [True, False])
def test_without_a_login_nothing_goes_through_a_proxy(
    new_site: SmallSite, tmp_path: Path, at_the_machine_itself: bool
) -> None:
    new_site.publish()
    headers = {} if at_the_machine_itself else {"X-Forwarded-For": "203.0.113.9"}
    with dashboards_at(new_site.home, new_site.environment, tmp_path / "log") as address:
        answer = httpx.get(f"{address}/download/workbook/overview", headers=headers, timeout=60)
        assert answer.status_code == (200 if at_the_machine_itself else 403)
        stream = f"{address.replace('http', 'ws')}/_stcore/stream"
        with connect(stream, subprotocols=[Subprotocol("streamlit")]) as socket:
            assert socket.subprotocol == "streamlit"
        if not at_the_machine_itself:
            with pytest.raises(InvalidStatus):
                connect(stream, subprotocols=[Subprotocol("streamlit")], additional_headers=headers)


def test_an_upload_that_is_too_large_is_cut_off(place: Place) -> None:
    with httpx.Client(base_url=place.address, timeout=60) as client:
        client.get("/_stcore/health")
        headers = {"X-Xsrftoken": client.cookies["_streamlit_xsrf"]}
        body = {"file": ("large.xlsx", b"0" * (52 * 1024 * 1024))}
        answer = client.put("/_stcore/upload_file/no-session/file", files=body, headers=headers)
    assert answer.status_code in (400, 413)


def asked_for_cookie(code: str, scheme: str = "http") -> httpx.Response:
    """The answer of the route in this process, which knows the codes."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(Starlette(routes=cookie.ROUTES))
        async with httpx.AsyncClient(transport=transport, base_url=f"{scheme}://shifts.example.org") as client:
            return await client.post("/session", headers={"X-ShiftLedger-Code": code})

    return asyncio.run(ask())


@pytest.mark.parametrize(("scheme", "is_secure"), [("http", False), ("https", True)])
def test_the_cookie_of_a_session_is_out_of_reach_of_scripts_and_other_sites(scheme: str, is_secure: bool) -> None:
    answer = asked_for_cookie(cookie.hand_over("token"), scheme)
    assert answer.status_code == 204
    parts = answer.headers["set-cookie"].lower().split("; ")
    assert parts[0] == f"{'__host-' if is_secure else ''}shiftledger_session=token"
    assert {"httponly", "samesite=strict", "path=/"} < set(parts)
    assert ("secure" in parts) is is_secure


def test_a_code_is_good_once_and_for_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    code, other = cookie.hand_over("token"), cookie.hand_over("token")
    assert [asked_for_cookie(code).status_code for _ in range(2)] == [204, 403]
    assert asked_for_cookie("").status_code == 403
    monkeypatch.setattr(cookie, "GOOD_FOR_S", 0)
    late = cookie.hand_over("token")
    time.sleep(0.01)
    assert asked_for_cookie(late).status_code == 403
    assert asked_for_cookie(other).status_code == 204


def test_a_marked_copy_is_for_the_person_whose_report_it_is(
    new_site: SmallSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_site.publish()
    number = kept.keep("li", "L1 (marked).xlsx", b"PK")
    assert kept.keep("li", "L1 (marked).xlsx", b"PK") == number
    assert kept.keep("wang", "L1 (marked).xlsx", b"PK") != number
    with pytest.raises(DeniedError, match="made for somebody else"):
        desk.record_marked(new_site.home, Actor("wang"), Scope.company(), "L1 (marked).xlsx", is_own=False)
    monkeypatch.setattr(kept, "MOST_BYTES", 3)
    newest = kept.keep("li", "other.xlsx", b"PKPK")
    assert (kept.fetch(number), kept.fetch(newest)) == (None, kept.Kept("li", "other.xlsx", b"PKPK"))
