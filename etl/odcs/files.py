"""Contract documents as files: written whole or not at all, read with errors that name the file."""

from __future__ import annotations

from pathlib import Path

import yaml
from open_data_contract_standard.model import OpenDataContractStandard
from pydantic import ValidationError

from data_contracts.errors import ContractError
from data_contracts.scope import Actor
from data_contracts.site import Site
from etl.odcs.document import contract_document
from etl.settings import data_folder, settings
from etl.store.audit import AuditLog
from etl.store.files import deliver
from etl.store.keys import load_keys

MOST_BYTES = 10_000_000


def export_contracts(home: Path, actor: Actor, path: Path) -> OpenDataContractStandard:
    """Write the contracts of a site as YAML; on record. Raises SiteError, StoreError."""
    made = contract_document(Site.open(home))
    data = data_folder(home)
    AuditLog(data, load_keys(data, settings().key_dir, create=True)).append(
        actor, "contracts.export", str(path), version=made.version, tables=len(made.schema_ or [])
    )
    deliver(path, made.to_yaml().encode())
    return made


def read_contracts(path: Path) -> OpenDataContractStandard:
    """Read a document of the standard. Raises ContractError."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ContractError(f"{path}: larger than {MOST_BYTES // 1_000_000} MB; this is no contract")
        said = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
        if not isinstance(said, dict) or said.get("kind") != "DataContract":
            raise ContractError(f"{path}: no document of the Open Data Contract Standard (kind: DataContract)")
        return OpenDataContractStandard.model_validate(said)
    except OSError as error:
        raise ContractError(f"{path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ContractError(f"{path}: not readable as YAML: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:5])
        raise ContractError(f"{path}: {wrong}") from error
