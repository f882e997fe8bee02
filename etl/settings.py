"""Settings of this machine: ``SHIFTLEDGER_*`` variables. What belongs to a company: the site folder."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Literal

from platformdirs import user_data_path
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "SHIFTLEDGER_"


class Settings(BaseSettings):
    """Where data and keys lie, and how much of the machine a load may take."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True)

    key_dir: Path = user_data_path("shiftledger") / "keys"
    """Folder of the keys, outside every site; mode 0700."""
    key_store: Literal["files", "keyring", "vault"] = "files"
    """Where keys lie: `files` of that folder, the `keyring` of the system, or a `vault` (HashiCorp Vault, OpenBao)."""
    vault_url: str = ""
    """Address of the vault, `https://vault.example:8200`."""
    vault_path: str = "secret/shiftledger"
    """Mount of its key/value engine (version 2), and the folder in which the keys of each site are one secret."""
    vault_token_file: Path | None = None
    """File with the token for the vault, as an agent keeps it fresh; goes before the next."""
    vault_token: SecretStr | None = None
    """The token itself."""
    data_dir: Path | None = None
    """Folder of the data; default ``data`` inside the site folder."""
    site: Path | None = None
    """Site that Dagster and the dashboards serve."""
    state_url: SecretStr | None = None
    """PostgreSQL that keeps decisions: `postgresql://user:password@host/database`. Default: an encrypted file."""
    memory_limit: str = "512MB"
    """Memory that DuckDB may take before it spills (encrypted)."""
    threads: int = Field(default=2, ge=1)
    """Threads of DuckDB."""
    language: str = ""
    """zh or en; default: the site's language."""
    login_file: Path | None = None
    """File with the `[auth]` section of a provider of logins (OIDC); default: accounts of the site's own."""
    login_claim: str = "preferred_username"
    """Claim of the provider that names a person; must be one that a person cannot change and nobody else can get."""
    trusted_proxy: str = ""
    """Addresses of proxies, with commas, whose X-Forwarded-For and X-Forwarded-Proto count; default: none."""
    audit_anchor: Path | None = None
    """File of another user with heads of the audit log, which `audit verify` holds the log against."""
    dashboard_url: str = "http://127.0.0.1:8501"
    """Address of the dashboards, for links in Dagster."""
    dagster_url: str = ""
    """Address of Dagster, for links in the dashboards; none without it."""


def settings() -> Settings:
    """The settings in force; worked out anew only when a variable has changed, for every question asks for them."""
    return _settings(frozenset(item for item in os.environ.items() if item[0].upper().startswith(PREFIX)))


@lru_cache(maxsize=8)
def _settings(_variables: frozenset[tuple[str, str]]) -> Settings:
    return Settings()


def data_folder(home: Path) -> Path:
    """Where the data of a site lies."""
    return settings().data_dir or home / "data"


def source_variable(source_id: str) -> str:
    """Name of the variable with the URL of a database source."""
    return f"SHIFTLEDGER_SOURCE_{source_id.upper().replace('-', '_')}_URL"


def source_url(source_id: str) -> SecretStr | None:
    """URL of a database source, with its password; never printed, logged or stored."""
    value = os.environ.get(source_variable(source_id), "").strip()
    return SecretStr(value) if value else None


def alert_variable(route_id: str) -> str:
    """Name of the variable with the address of an alert route's service."""
    return f"SHIFTLEDGER_ALERT_{route_id.upper().replace('-', '_')}_URL"


def alert_url(route_id: str) -> SecretStr | None:
    """Address of the service an alert route leads to, with its secrets; never printed, logged or stored."""
    value = os.environ.get(alert_variable(route_id), "").strip()
    return SecretStr(value) if value else None
