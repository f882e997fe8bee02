"""Handing a message to a service (mail, Teams, DingTalk, WeCom, Slack …) through Apprise; no address is ever told."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from urllib.parse import parse_qsl, unquote, urlsplit

from apprise import Apprise, AppriseAsset, NotifyFormat
from apprise.exception import AppriseException
from pydantic import SecretStr

from etl.alerts.message import Message

RETRIES = 2
WAIT_S = 2.0
MAIL = ("mailto", "mailtos")
HIDDEN = "•••"


@dataclass(frozen=True, slots=True)
class Undelivered:
    """Why a message was not taken: key of a text, and what the service said, without its address."""

    key: str
    said: str = ""


def send(url: SecretStr, message: Message, *, retries: int = RETRIES) -> Undelivered | None:
    """Give the message to every service of the address, each with retries. None when all took it."""
    asset = AppriseAsset(
        app_id="ShiftLedger",
        app_desc="ShiftLedger",
        async_mode=False,
        secure_logging=True,
        storage_mode="memory",
        default_service_retry=retries,
        default_service_wait=WAIT_S,
    )
    with _silence():
        services = Apprise(asset=asset)
        try:
            if not services.add(url.get_secret_value()):
                return Undelivered("failure.address")
            for service in services:
                one = Apprise(asset=asset)
                one.add(service)
                as_html = service.resolve_format(NotifyFormat.HTML) is NotifyFormat.HTML
                result = one.notify(
                    title=message.title,
                    body=message.html if as_html else message.text,
                    body_format=NotifyFormat.HTML if as_html else NotifyFormat.TEXT,
                )
                if not result:
                    said = [entry.message for entry in result.logs() if entry.level in ("WARNING", "ERROR")]
                    return Undelivered("failure.service", stripped(said[-1], url) if said else "")
        except (AppriseException, OSError, ValueError) as error:
            return Undelivered("failure.service", stripped(type(error).__name__, url))
    return None


def stripped(text: str, url: SecretStr) -> str:
    """A text of a service without anything that stands in its address; the host of a mail server stays."""
    address = url.get_secret_value()
    parts = urlsplit(address)
    login, _, host = parts.netloc.rpartition("@")
    pieces = chain(
        [address, login, parts.query],
        login.split(":"),
        () if parts.scheme in MAIL else host.split(":"),  # elsewhere a token may stand in the place of the host
        parts.path.split("/"),
        (value for _, value in parse_qsl(parts.query)),
    )
    secrets = {form for piece in pieces for form in (piece, unquote(piece)) if len(form) > 2}
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text


@contextmanager
def _silence() -> Iterator[None]:
    """What the library logs may name tokens: none of it reaches a log of ours or of Dagster."""
    logger = logging.getLogger("apprise")
    before, logger.propagate = logger.propagate, False
    try:
        with warnings.catch_warnings():
            # Its mail plugin asks for a module that Python 3.13 has no more, and brings its own there.
            warnings.filterwarnings("ignore", message="'imghdr' is deprecated", category=DeprecationWarning)
            yield
    finally:
        logger.propagate = before
