"""A small site of two lines and two days, made and loaded once; every test gets a copy with keys of its own."""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ledger import load, make


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("made") / "site"
    make(home)
    return home


@pytest.fixture(scope="session")
def loaded_once(made_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("loaded")
    shutil.copytree(made_once, folder / "site")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHIFTLEDGER_KEY_DIR", str(folder / "keys"))
        load(folder / "site")
    return folder


@pytest.fixture
def fresh_site(made_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing loaded yet; keys will be made in ``keys`` beside the site."""
    shutil.copytree(made_once, tmp_path / "site")
    monkeypatch.setenv("SHIFTLEDGER_KEY_DIR", str(tmp_path / "keys"))
    return tmp_path / "site"


@pytest.fixture
def loaded_site(loaded_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Everything loaded and published as version 1."""
    shutil.copytree(loaded_once, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("SHIFTLEDGER_KEY_DIR", str(tmp_path / "keys"))
    return tmp_path / "site"


@pytest.fixture
def temp(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of the test's own for temporary files. Its name is short: sockets of child processes lie in it."""
    with tempfile.TemporaryDirectory() as folder:
        monkeypatch.setenv("TMPDIR", folder)
        monkeypatch.setattr(tempfile, "tempdir", None)
        yield Path(folder)


@pytest.fixture(autouse=True)
def own_main(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit's AppTest leaves its script in place of ``__main__``, from which child processes would start."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
