"""Logins in a real browser: a provider of logins with Chinese names, a password, a page that is loaded anew."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect

from dashboards.session import COOKIE
from data_contracts.scope import Actor
from etl import desk
from tests.browser.served import dashboards_at
from tests.dashboards.small_site import SmallSite

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
expect.set_options(timeout=60_000)
OWNER = Actor("owner")
NAME = "李伟"
NOW = datetime.now(UTC).replace(tzinfo=None)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SmallSite:
    made = SmallSite(tmp_path / "site", tmp_path / "keys")
    monkeypatch.setenv("SHIFTLEDGER_KEY_DIR", str(made.key_dir))
    made.publish()
    return made


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[str]:
    """A provider that knows one person. A process of its own: its warnings are not ours."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    claims = json.dumps({"sub": "17", "preferred_username": NAME})
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--user-claims", claims]
    with (tmp_path / "provider.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            _wait_for(f"http://127.0.0.1:{port}/.well-known/openid-configuration")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=20)


def _wait_for(address: str) -> None:
    for _ in range(600):
        try:
            with urlopen(address, timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{address} does not answer")


def test_a_provider_of_logins_leads_to_the_page_that_was_asked_for(
    site: SmallSite, provider: str, page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = tmp_path / "login.toml"
    secrets.write_text(
        f"""
[auth]
redirect_uri = "http://localhost:{{port}}/oauth2callback"
cookie_secret = "{"c" * 40}"
client_id = "shiftledger"
client_secret = "{"s" * 40}"
server_metadata_url = "{provider}/.well-known/openid-configuration"
"""
    )
    secrets.chmod(0o600)
    monkeypatch.setenv("SHIFTLEDGER_LOGIN_FILE", str(secrets))
    given = desk.grant(site.home, OWNER, NAME, "supervisor", "P1/A1", "in charge", now=NOW)
    with dashboards_at(site.home, site.environment, tmp_path / "log") as served:
        address = served.replace("127.0.0.1", "localhost")
        page.goto(f"{address}/discrepancies?lang=zh&id=d-slip")
        expect(page.get_by_role("heading", name="登录")).to_be_visible()
        page.get_by_role("button", name="使用公司统一登录").click()
        page.get_by_role("button", name="17").click()
        expect(page.get_by_text(f"{NAME} · 主管")).to_be_visible()
        expect(page.get_by_test_id("marked-cell").first).to_contain_text("1890")
        expect(page).to_have_url(re.compile("discrepancies.*id=d-slip"))
        file = f"{address}/download/workbook/overview?lang=en"
        assert page.request.get(file).status == 200
        desk.revoke(site.home, OWNER, given.grant_id, "moved away", now=NOW)
        assert page.request.get(file).status == 403
        page.get_by_text("English", exact=True).click()
        expect(page.get_by_text("has no role yet")).to_be_visible()
        expect(page.get_by_test_id("marked-cell")).to_have_count(0)


def test_a_password_opens_a_session_that_a_page_loaded_anew_still_has(
    site: SmallSite, page: Page, tmp_path: Path
) -> None:
    desk.grant(site.home, OWNER, NAME, "viewer", "*", "test", now=NOW)
    password = desk.add_account(site.home, OWNER, NAME, now=NOW)
    with dashboards_at(site.home, site.environment, tmp_path / "log") as address:
        page.goto(f"{address}/output?lang=en&line=L1")
        page.get_by_label("Name", exact=True).fill(NAME)
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_label("New password", exact=True).fill("a horse and a stapler")
        page.get_by_label("Once more").fill("a horse and a stapler")
        page.get_by_role("button", name="Keep this password").click()
        expect(page.get_by_text(f"{NAME} · Viewer")).to_be_visible()
        expect(page.get_by_role("heading", name="Output and OEE")).to_be_visible()
        (cookie,) = [one for one in page.context.cookies() if one["name"] == COOKIE]
        assert (cookie["httpOnly"], cookie["sameSite"], cookie["expires"]) == (True, "Strict", -1)
        assert COOKIE not in page.evaluate("document.cookie")
        page.reload()
        expect(page.get_by_text(f"{NAME} · Viewer")).to_be_visible()
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_label("Password", exact=True)).to_be_visible()
        page.reload()
        expect(page.get_by_label("Password", exact=True)).to_be_visible()
