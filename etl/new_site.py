"""An empty, commented site from the template."""

from __future__ import annotations

import shutil
from pathlib import Path

from data_contracts import site as site_module
from data_contracts.errors import SiteError
from data_contracts.site import Site

FOLDERS = ("layouts", "exports", "sources", "inbox/reports", "inbox/mes")


def make_empty_site(folder: Path) -> Site:
    """Copy the template into a new or empty folder. Raises SiteError when there is something in it already."""
    if folder.exists() and any(folder.iterdir()):
        raise SiteError(f"{folder}: is not empty; name a new folder")
    shutil.copytree(Path(site_module.__file__).parent / "template", folder, dirs_exist_ok=True)
    for name in FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    return Site.open(folder)
