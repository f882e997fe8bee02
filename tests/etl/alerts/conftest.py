"""A mailbox behind a real SMTP server on this machine."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from etl.settings import alert_variable

PASSWORD = "s3cret-Passw0rd"  # noqa: S105 - of the server below


@dataclass
class Mailbox:
    """What arrived; ``up`` and ``down`` start and stop the server on the same port."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    refuses: bool = False
    controller: Controller | None = None

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - its name
        if self.refuses:
            return "451 try again later"
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails.append(BytesParser(EmailMessage, policy=default).parsebytes(content))
        return "250 OK"

    def up(self) -> None:
        def login(_server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: LoginPassword) -> AuthResult:
            return AuthResult(success=data.password == PASSWORD.encode())

        self.controller = Controller(
            self, hostname="127.0.0.1", port=self.port, authenticator=login, auth_require_tls=False
        )
        self.controller.start()

    def down(self) -> None:
        if self.controller is not None:
            self.controller.stop()
            self.controller = None

    def url(self, to: str = "chef@plant.example") -> str:
        return (
            f"mailto://ledger:{PASSWORD}@127.0.0.1:{self.port}/?mode=insecure&from=ledger@plant.example&to={to}&retry=0"
        )

    def parts(self, index: int = -1) -> dict[str, str]:
        """Subject, and the text and HTML of one mail."""
        mail = self.mails[index]
        bodies = {kind: mail.get_body((kind,)) for kind in ("plain", "html")}
        told = {kind: str(body.get_content()) for kind, body in bodies.items() if body is not None}
        return {"subject": str(mail["Subject"]), **told}


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    box = Mailbox(port)
    box.up()
    yield box
    box.down()


def add_route(home: Path, monkeypatch: pytest.MonkeyPatch, url: str, route: str = "chef", **words: object) -> None:
    """One more route in ``site.toml``, and its address in a variable of this process."""
    lines = [f'\n[[alert]]\nid = "{route}"', *(f"{name} = {value!r}" for name, value in words.items())]
    with (home / "site.toml").open("a", encoding="utf-8") as file:
        file.write("\n".join(lines).replace("'", '"') + "\n")
    monkeypatch.setenv(alert_variable(route), url)
