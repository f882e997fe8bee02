"""One site with logins and one server for all tests of this folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from dashboards.visitors import now
from data_contracts.scope import Actor
from etl import desk
from etl.store.audit import AuditLog
from etl.store.keys import load_keys
from tests.browser.served import dashboards_at
from tests.dashboards.small_site import SmallSite

OWNER = Actor("owner")


@dataclass(frozen=True)
class Place:
    """A served site with logins."""

    site: SmallSite
    address: str
    log: Path

    def enter(self, name: str, role: str = "", at: str = "*") -> dict[str, str]:
        """The cookie of somebody who signs in now."""
        if role:
            desk.grant(self.site.home, OWNER, name, role, at, "test", now=now())
        ticket = desk.add_link(self.site.home, OWNER, name, now=now())
        return {"shiftledger_session": desk.sign_in_by_link(self.site.home, ticket, now=now()).token}

    def records(self) -> list[dict[str, object]]:
        """The audit log."""
        data = self.site.home / "data"
        return list(AuditLog(data, load_keys(data, self.site.key_dir, create=False)).records())


@pytest.fixture(scope="package")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("web")
    site = SmallSite(folder / "site", folder / "keys")
    site.publish()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHIFTLEDGER_KEY_DIR", str(site.key_dir))
        patch.delenv("SHIFTLEDGER_TRUSTED_PROXY", raising=False)
        desk.add_account(site.home, OWNER, "somebody", now=now())
        with dashboards_at(site.home, {**os.environ, **site.environment}, folder / "log") as address:
            yield Place(site, address, folder / "log")
