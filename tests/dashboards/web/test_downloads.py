"""An address alone opens nothing: who asks, with which right and where, is looked up when a file is fetched."""

from __future__ import annotations

import io

import httpx
import pytest
from openpyxl import load_workbook

from dashboards.visitors import now
from etl import desk
from tests.dashboards.small_site import export, sha256, workbook
from tests.dashboards.web.conftest import OWNER, Place

pytestmark = pytest.mark.xdist_group("web")
DAY = "from=2026-03-12&to=2026-03-12&lang=en"
SOURCE = f"/download/source/{sha256(workbook())}"
FILES = {
    "a page on paper": (f"/download/paper/overview?{DAY}", "viewer"),
    "a page": (f"/download/workbook/losses?{DAY}", "viewer"),
    "a template": ("/download/template/P1/L1", "leader"),
    "a source": (SOURCE, "leader"),
    "the audit log": ("/download/audit?action=people.grant", "auditor"),
}


def fetch(place: Place, path: str, cookies: dict[str, str] | None = None) -> httpx.Response:
    return httpx.get(f"{place.address}{path}", cookies=cookies or {}, timeout=60)


def last_denied(place: Place) -> tuple[object, object, object]:
    record = [one for one in place.records() if one["outcome"] == "denied"][-1]
    return record["actor"], record["action"], record["address"]


@pytest.mark.parametrize("path", [path for path, _ in FILES.values()], ids=FILES.keys())
def test_the_address_without_a_cookie_gives_401_and_is_on_record(place: Place, path: str) -> None:
    for cookies in ({}, {"shiftledger_session": "guessed"}):
        answer = fetch(place, path, cookies)
        assert answer.status_code == 401
        assert not answer.content.startswith(b"PK")
        assert last_denied(place) == ("?", "download", "127.0.0.1")


@pytest.mark.parametrize(("path", "role"), FILES.values(), ids=FILES.keys())
def test_who_may_gets_the_file_until_the_role_is_taken_back(place: Place, path: str, role: str) -> None:
    name = f"{role} of {path[10:18]}"
    cookies = place.enter(name, role)
    answer = fetch(place, path, cookies)
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert answer.headers["cache-control"] == "no-store"
    assert (place.records()[-1]["actor"], place.records()[-1]["outcome"]) == (name, "done")
    (held,) = [one for one in desk.people(place.site.home, OWNER) if one.name == name]
    desk.revoke(place.site.home, OWNER, held.grant_id, "moved away", now=now())
    assert fetch(place, path, cookies).status_code == 403
    assert last_denied(place) == ("?", "download", "127.0.0.1")


@pytest.mark.parametrize(
    ("path", "role", "at"),
    [
        ("/download/template/P1/L1", "viewer", "*"),
        ("/download/template/P1/L1", "leader", "P2"),
        (SOURCE, "viewer", "*"),
        (SOURCE, "leader", "P1/A2"),
        (f"/download/source/{sha256(export())}", "leader", "P1"),
        ("/download/audit", "leader", "*"),
        ("/download/audit", "viewer", "*"),
    ],
    ids=lambda value: value[-24:],
)
def test_another_persons_cookie_gives_403_and_is_on_record(place: Place, path: str, role: str, at: str) -> None:
    name = f"{role} at {at} for {path[10:30]}"
    answer = fetch(place, path, place.enter(name, role, at))
    assert answer.status_code == 403
    assert last_denied(place)[::2] == (name, "127.0.0.1")


def test_a_page_leaves_in_the_scope_of_who_fetches_it_whatever_the_address_asks_for(place: Place) -> None:
    path = f"/download/workbook/output?plant=P1&line=L1&{DAY}"
    answer = fetch(place, path, place.enter("reader of area two", "viewer", "P1/A2"))
    book = load_workbook(io.BytesIO(answer.content))
    texts = {str(cell.value) for sheet in book.worksheets[1:] for row in sheet.iter_rows() for cell in row}
    assert not {"L1", "L9"} & texts


def test_a_source_leaves_as_it_was_handed_in_under_its_name(place: Place) -> None:
    answer = fetch(place, SOURCE, place.enter("leader of one", "leader", "P1/A1"))
    assert answer.content == workbook()
    assert answer.headers["content-disposition"].endswith("''2026-03-12_L1.xlsx")


def test_what_does_not_exist_is_told_as_text(place: Place) -> None:
    cookies = place.enter("curious", "leader")
    for path in ("/download/workbook/nothing", "/download/workbook/audit", "/download/marked/0123"):
        answer = fetch(place, path, cookies)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "text/plain; charset=utf-8")
    assert "no such file" in fetch(place, "/download/source/no-such", cookies).text


def test_a_one_time_password_opens_no_file_before_it_is_changed(place: Place) -> None:
    desk.grant(place.site.home, OWNER, "new", "leader", "*", "test", now=now())
    password = desk.add_account(place.site.home, OWNER, "new", now=now())
    token = desk.sign_in(place.site.home, "new", password, now=now()).token
    assert fetch(place, SOURCE, {"shiftledger_session": token}).status_code == 401
