"""One machine as docs/deploy describes it, on ports of its own."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from dashboards.visitors import now
from data_contracts.scope import Actor
from etl import desk
from etl.store.audit import AuditLog
from etl.store.keys import load_keys
from tests.browser.served import dashboards_at
from tests.dashboards.small_site import SmallSite

DEPLOY = Path(__file__).parents[2] / "docs" / "deploy"
HOST = "localhost"
OWNER = Actor("owner")
READY_S = 120
BESIDE = """
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {site}
}}
"""


@dataclass(frozen=True)
class Machine:
    """A machine that serves a site behind its proxy."""

    site: SmallSite
    address: str
    tls: ssl.SSLContext

    def enter(self, name: str, role: str, at: str = "*") -> dict[str, str]:
        """The cookie of somebody with a role."""
        desk.grant(self.site.home, OWNER, name, role, at, "test", now=now())
        ticket = desk.add_link(self.site.home, OWNER, name, now=now())
        return {"shiftledger_session": desk.sign_in_by_link(self.site.home, ticket, now=now()).token}

    def client(self, cookies: dict[str, str] | None = None) -> httpx.Client:
        """Somebody's browser, as far as requests go."""
        return httpx.Client(base_url=self.address, cookies=cookies, verify=self.tls, timeout=60)

    def records(self) -> list[dict[str, object]]:
        """The audit log."""
        data = self.site.home / "data"
        return list(AuditLog(data, load_keys(data, self.site.key_dir, create=False)).records())


@pytest.fixture(scope="package")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    folder = tmp_path_factory.mktemp("machine")
    site = SmallSite(folder / "site", folder / "keys")
    site.publish()
    plain, tls, full, read, code = (free() for _ in range(5))
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        for name, value in {**site.environment, "SHIFTLEDGER_TRUSTED_PROXY": "127.0.0.1"}.items():
            patch.setenv(name, value)
        desk.add_account(site.home, OWNER, "somebody", now=now())
        dashboards = stack.enter_context(dashboards_at(site.home, os.environ, folder / "dashboards.log"))
        start = [sys.executable, "-m", "etl.workflow.start", str(site.home)]
        stack.enter_context(started([*start, "code", "--code-port", str(code)], folder / "code.log", code))
        for port, more in ((full, []), (read, ["--read-only"])):
            web = [*start, "web", "--port", str(port), "--code-port", str(code), *more]
            stack.enter_context(started(web, folder / f"{port}.log", port))
        daemon = [*start, "daemon", "--code-port", str(code)]
        stack.enter_context(started(daemon, folder / "daemon.log", None))
        certificate = self_signed(folder)
        text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
        for said, here in {
            "127.0.0.1:8501": dashboards.removeprefix("http://"),
            "127.0.0.1:3000": f"127.0.0.1:{full}",
            "127.0.0.1:3001": f"127.0.0.1:{read}",
            "listen 80;": f"listen 127.0.0.1:{plain};",
            "listen 443 ssl;": f"listen 127.0.0.1:{tls} ssl;",
            "shifts.example.org": HOST,
            "/etc/shiftledger/tls": str(folder),
        }.items():
            assert said in text, said
            text = text.replace(said, here)
        config = folder / "nginx.conf"
        config.write_text(
            BESIDE.format(folder=folder, site=text, user="user root;" if os.geteuid() == 0 else ""), encoding="utf-8"
        )
        nginx = shutil.which("nginx") or "/usr/sbin/nginx"
        command = [nginx, "-c", str(config), "-p", str(folder), "-g", "daemon off;"]
        stack.enter_context(started(command, folder / "nginx.log", tls))
        yield Machine(site, f"https://{HOST}:{tls}", ssl.create_default_context(cafile=str(certificate)))


@contextmanager
def started(command: list[str], log: Path, port: int | None) -> Iterator[None]:
    """A process that listens on a port, if it has one, ended afterwards."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)
        try:
            deadline = time.monotonic() + READY_S
            while port is not None and not listens(port):
                ended = process.poll() is not None or time.monotonic() > deadline
                assert not ended, f"{command}: {log.read_text(errors='replace')[-2000:]}"
                time.sleep(0.1)
            yield
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def self_signed(folder: Path) -> Path:
    """A certificate for this machine alone, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    today = dt.datetime.now(dt.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName(HOST), x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - dt.timedelta(hours=1))
        .not_valid_after(today + dt.timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (folder / "key.pem").write_bytes(key.private_bytes(pem, form, serialization.NoEncryption()))
    path = folder / "certificate.pem"
    path.write_bytes(certificate.public_bytes(pem))
    return path
