"""Keys on a server for secrets: HashiCorp Vault or OpenBao, key/value engine version 2. Package ``hvac``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self, TypeVar

import hvac
from hvac.api.secrets_engines import KvV2
from hvac.exceptions import Forbidden, InvalidPath, InvalidRequest, Unauthorized, VaultDown, VaultError
from requests import RequestException

from data_contracts.errors import KeyAccessError
from etl.settings import Settings

T = TypeVar("T")
_TEXT = "keys"
TIMEOUT_S = 10


@dataclass(frozen=True, slots=True)
class VaultPlace:
    """One secret of the server. It keeps one version only, so that a key that was destroyed is not in an older one."""

    url: str
    mount: str
    path: str
    token: str = field(repr=False)

    @classmethod
    def of(cls, settings: Settings, key_id: str) -> Self:
        """As this machine is set. Raises KeyAccessError when something is not."""
        if not settings.vault_url:
            raise KeyAccessError("SHIFTLEDGER_VAULT_URL is not set; keys are to lie in a vault")
        mount, _, folder = settings.vault_path.strip("/").partition("/")
        return cls(settings.vault_url, mount, f"{folder}/{key_id}".lstrip("/"), _token(settings))

    def told(self) -> str:
        """What to call it in a message."""
        return f"{self.url}, secret {self.mount}/{self.path}"

    def read(self) -> tuple[str, int]:
        """The text and its version."""
        return self._asked(self._read)

    def _read(self, engine: KvV2) -> tuple[str, int]:
        try:
            found = engine.read_secret_version(self.path, mount_point=self.mount, raise_on_deleted_version=True)
        except InvalidPath:
            return "", 0
        return str(found["data"]["data"].get(_TEXT, "")), int(found["data"]["metadata"]["version"])

    def write(self, text: str, version: int) -> None:
        """Put another text in place of the one that was read; refused when somebody else was quicker."""
        self._asked(lambda engine: self._write(engine, text, version))

    def _write(self, engine: KvV2, text: str, version: int) -> None:
        if version == 0:
            engine.update_metadata(self.path, max_versions=1, cas_required=True, mount_point=self.mount)
        engine.create_or_update_secret(self.path, {_TEXT: text}, cas=version, mount_point=self.mount)

    def delete(self) -> None:
        """Leave nothing behind."""
        self._asked(lambda engine: engine.delete_metadata_and_all_versions(self.path, mount_point=self.mount))

    def _asked(self, question: Callable[[KvV2], T]) -> T:
        """The answer of the server. Raises KeyAccessError."""
        try:
            client = hvac.Client(url=self.url, token=self.token, timeout=TIMEOUT_S)
            return question(client.secrets.kv.v2)
        except (Forbidden, Unauthorized):
            told = "the server refuses the token; it needs read, create, update and delete there"
        except VaultDown:
            told = "the server is sealed; unseal it"
        except InvalidRequest as error:
            told = f"the server refuses the change ({_first(error)}); somebody else changed the keys, try again"
        except RequestException as error:
            told = f"cannot be reached ({type(error).__name__}); see whether the server runs and SHIFTLEDGER_VAULT_URL"
        except (VaultError, LookupError, TypeError, ValueError) as error:
            told = f"not understood ({_first(error)}); is it a key/value engine of version 2?"
        # Raised out here: an error of the client holds the request, and that the token.
        raise KeyAccessError(f"{self.told()}: {told}")


def _token(settings: Settings) -> str:
    if settings.vault_token_file is not None:
        try:
            return settings.vault_token_file.read_text().strip()
        except OSError as error:
            raise KeyAccessError(f"{settings.vault_token_file}: token not readable ({error.strerror})") from None
    if settings.vault_token is None:
        raise KeyAccessError("neither SHIFTLEDGER_VAULT_TOKEN_FILE nor SHIFTLEDGER_VAULT_TOKEN is set")
    return settings.vault_token.get_secret_value()


def _first(error: Exception) -> str:
    return str(error).partition("\n")[0].partition(", on ")[0] or type(error).__name__
