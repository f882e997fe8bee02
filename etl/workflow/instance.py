"""Dagster's own folder inside a site's data folder, with our instance configuration."""

from __future__ import annotations

from pathlib import Path

from etl.settings import data_folder
from etl.store.files import write_atomically

TEMPLATE = Path(__file__).with_name("dagster.yaml")


def prepare_instance(home: Path) -> Path:
    """Make ``data/dagster`` of a site, for its owner only, and write ``dagster.yaml`` into it. Returns the folder.

    The file is ours and follows the installed version; what a person changes belongs in a copy with its own
    DAGSTER_HOME.
    """
    data = data_folder(home).absolute()
    folder = data / "dagster"
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.mkdir(exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    content = TEMPLATE.read_bytes()
    target = folder / "dagster.yaml"
    if not target.is_file() or target.read_bytes() != content:
        write_atomically(target, content)
    return folder
