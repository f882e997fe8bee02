"""How the dashboards are served: their settings, and what forbids to serve them. Nothing here imports streamlit.

``python -m dashboards.server --site HOME`` replaces itself by the server: ``dashboards.web``.
"""

from __future__ import annotations

import argparse
import os
import sys
from ipaddress import ip_address
from pathlib import Path

THEMES = {
    "light": {
        "primaryColor": "#33536e",
        "backgroundColor": "#ffffff",
        "secondaryBackgroundColor": "#f4f6f8",
        "textColor": "#1f2a33",
        "borderColor": "#dde3e9",
        "linkColor": "#2a5a86",
    },
    "dark": {
        "primaryColor": "#8fb6d6",
        "backgroundColor": "#11181d",
        "secondaryBackgroundColor": "#1a232a",
        "textColor": "#e8edf2",
        "borderColor": "#303c47",
        "linkColor": "#92c3ee",
    },
}
"""Both grounds; the browser says which one the reader prefers."""
SETTINGS: dict[str, object] = {
    # A stack trace on a screen tells a stranger how the house is built; it goes to the log.
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "minimal",
    # Tables would offer a download past the audit log; downloads have routes of their own.
    "client.disableDataExport": True,
    "browser.gatherUsageStats": False,
    "server.headless": True,
    "server.showEmailPrompt": False,
    "server.maxUploadSize": 50,
    "server.maxMessageSize": 50,
    "server.fileWatcherType": "none",
    "runner.magicEnabled": False,
    **{f"theme.{ground}.{name}": colour for ground, colours in THEMES.items() for name, colour in colours.items()},
    "theme.baseFontSize": 15,
    "theme.baseRadius": "4px",
    "theme.headingFontWeights": "600",
}


def settings(port: int, address: str) -> dict[str, object]:
    """Settings of Streamlit for one server."""
    provider = os.environ.get("SHIFTLEDGER_LOGIN_FILE")
    secrets = {"secrets.files": [provider]} if provider else {}
    return {**SETTINGS, **secrets, "server.port": port, "server.address": address}


def command(port: int, address: str = "127.0.0.1") -> list[str]:
    """The argument list that serves the dashboards of the site in SHIFTLEDGER_SITE (``environment``)."""
    return [sys.executable, "-m", "dashboards.web", "--port", str(port), "--address", address]


def environment(home: Path) -> dict[str, str]:
    """This process's environment with the site in it, and the package's own folder first on the module path.

    Only a proxy that is named is believed what it says of the browser's address and scheme.
    Readers ask many small questions at once: each is answered by one thread, unless a setting says otherwise.
    """
    root = str(Path(__file__).resolve().parent.parent)
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        "SHIFTLEDGER_THREADS": "1",
        **os.environ,
        "SHIFTLEDGER_SITE": str(home.resolve()),
        "PYTHONPATH": os.pathsep.join(paths),
        "FORWARDED_ALLOW_IPS": os.environ.get("SHIFTLEDGER_TRUSTED_PROXY", ""),
    }


def refusal(home: Path, address: str) -> str | None:
    """Why these dashboards must not be served like that; None when they may."""
    from etl.desk import login_mode  # noqa: PLC0415 - only the process that goes over into the server pays for it

    if provider := os.environ.get("SHIFTLEDGER_LOGIN_FILE"):
        path = Path(provider)
        if not path.is_file():
            return f"{path}: SHIFTLEDGER_LOGIN_FILE names no file"
        if os.name == "posix" and path.stat().st_mode & 0o077:
            return f"{path}: other users may read its secrets; run `chmod 600` on it"
    proxy = os.environ.get("SHIFTLEDGER_TRUSTED_PROXY")
    if (proxy or not is_loopback(address)) and login_mode(home) == "none":
        return (
            f"{'a proxy' if proxy else address}: nobody has to sign in to this site, so it is served on the loopback "
            "address only; make an account with `shiftledger people add`, or set SHIFTLEDGER_LOGIN_FILE"
        )
    return None


def is_loopback(address: str) -> bool:
    """Whether only this machine reaches an address."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def main(arguments: list[str] | None = None) -> None:
    """Serve a site; ends with the server."""
    parser = argparse.ArgumentParser(prog="python -m dashboards.server", description="Serve the dashboards of a site.")
    parser.add_argument("--site", type=Path, required=True, help="folder of the site")
    parser.add_argument("--port", type=int, default=8501)
    parser.add_argument("--address", default="127.0.0.1", help="leave it: a proxy with TLS stands in front")
    chosen = parser.parse_args(arguments)
    if problem := refusal(chosen.site, chosen.address):
        parser.error(problem)
    argv = command(chosen.port, chosen.address)
    os.execve(argv[0], argv, environment(chosen.site))  # noqa: S606 - our own argument list, no shell


if __name__ == "__main__":
    main()
