"""Every role in every part of the company, before everything there is: no row, page, export or list of another line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st
from streamlit.components.v2 import manifest_scanner

from dashboards.app import found_pages
from dashboards.queries._reading import Reader
from data_contracts.errors import DeniedError
from data_contracts.rights import ROLES
from data_contracts.scope import Scope
from etl import desk
from etl.store.audit import AuditLog
from etl.store.keys import load_keys
from tests.dashboards import matrix
from tests.dashboards.conftest import use
from tests.dashboards.marked_site import LINES, MARKS, NODES, MarkedSite, covers, leaked, workbook
from tests.dashboards.matrix import EYES, KEPT, SCOPES, arguments, ask_everything, cells, page_of, person, queries
from tests.dashboards.small_site import sha256

PAGES = {module.PAGE.key: module.PAGE for module in found_pages()}


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MarkedSite]:
    folder: Path = tmp_path_factory.mktemp("marked")
    site = MarkedSite(folder / "site", folder / "keys")
    with pytest.MonkeyPatch.context() as patch:
        use(site, patch)
        patch.setattr(manifest_scanner, "scan_component_manifests", manifest_scanner.scan_component_manifests)
        matrix.scan_once()
        site.publish()
        yield site
    st.cache_data.clear()


@pytest.mark.parametrize(("role", "where"), cells(), ids=lambda value: value)
def test_nobody_is_shown_what_lies_outside_their_part(marked: MarkedSite, role: str, where: str) -> None:
    told = ask_everything(marked, role, SCOPES[where])
    assert told.leaks == []
    assert told.wrong == []
    inside = {mark for mark in MARKS if covers(Scope.parse(SCOPES[where]), mark)}
    assert told.seen == (inside if role != matrix.NOBODY else set()), "what is not there cannot leak"
    assert told.counts() == json.loads(KEPT.read_text())[role][where], "run `python -m tests.dashboards.matrix`"


@pytest.mark.parametrize("node", NODES, ids=lambda node: "/".join(node) or "company")
def test_no_query_answers_with_a_row_from_beyond_its_scope(marked: MarkedSite, node: tuple[str, ...]) -> None:
    scope, seen = Scope((node,)), set()
    with Reader(desk.current_version(marked.home)) as reader:
        for name, query in queries().items():
            for given in arguments(name):
                content = query(reader, scope, *given).write_json().encode()
                assert leaked(scope, content) == set(), name
                seen |= {mark for mark in MARKS if mark.encode() in content}
    lines = {line for path in LINES if scope.covers(*path) for line in path[2:]}
    assert lines <= seen


def test_the_check_for_leaks_finds_one() -> None:
    line = Scope.parse("zp1/za11/zq111")
    assert leaked(line, b"zq111 and zq112 remark of zp1") == {"zq112"}
    assert leaked(line, b"no difference d-zq112 to be seen", ["d-zq112"]) == set()
    assert leaked(line, b"d-zq112: zq112 remark", ["d-zq112"]) == {"zq112"}
    assert leaked(Scope.parse("zp1"), b"zco effort, za22") == {"zco", "za22"}


def test_through_the_eyes_of_another_only_pages_that_show_open_and_that_is_on_record(marked: MarkedSite) -> None:
    who = person(marked, EYES, "zp1")
    opened = {key for key in PAGES if not any(no in page_of(who, key, {}) for no in matrix.REFUSALS)}
    assert opened == {key for key, page in PAGES.items() if page.needs == "see"}
    assert "people" not in opened
    desk.view_as(marked.home, replace(who.actor, seen_as=None), "wang")
    log = AuditLog(marked.home / "data", load_keys(marked.home / "data", marked.key_dir, create=False))
    *_, last = log.records()
    assert (last["actor"], last["action"], last["target"]) == (who.name, "people.view_as", "wang")


@pytest.mark.parametrize("where", SCOPES)
@pytest.mark.parametrize("role", ROLES)
def test_the_original_of_a_file_of_all_lines_is_for_who_sees_all_of_them(
    marked: MarkedSite, role: str, where: str
) -> None:
    who = person(marked, role, SCOPES[where])
    if where == "company" and "source" in ROLES[role]:
        assert desk.source_original(marked.home, who.actor, Scope.company(), sha256(workbook()))[1] == workbook()
        return
    with pytest.raises(DeniedError):
        desk.source_original(marked.home, who.actor, Scope.company(), sha256(workbook()))


def test_every_role_and_every_page_is_in_the_matrix() -> None:
    kept = json.loads(KEPT.read_text())
    assert set(kept) == {*ROLES, EYES, matrix.NOBODY}
    assert all(counts["leaked"] == {"rows": 0} for row in kept.values() for counts in row.values())
    assert {name for name in queries() if not arguments(name)} == set()
