"""What a person at a screen may do with layouts: have one drafted, try it, save it. Opened by ``etl.desk``.

Every function takes the actor it works for and leaves an audit record. Workbooks are read in capped children only.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from filelock import FileLock

from data_contracts.errors import SiteError, StoreError
from data_contracts.language import REASONS
from data_contracts.layout import Layout
from data_contracts.scope import Actor, Scope
from data_contracts.site import SHIPPED, Site, parse_toml, read_toml
from etl.draft.apart import Drafted, TriedFile, drafts, trials
from etl.extract.child import Failure, FileBytes
from etl.extract.pool import ReaderPool
from etl.permission import allowed
from etl.settings import data_folder, settings
from etl.store import vault
from etl.store.audit import AuditLog
from etl.store.files import deliver
from etl.store.inbox import files_below, readable_name
from etl.store.keys import Keys, load_keys
from etl.store.published import unrecognised

WORKBOOKS = ("xlsx", "xlsm", "xls", "xlsb", "ods")
MOST_FILES = 40
MOST_BYTES = 64 * 2**20
MOST_TEXT = 200_000
_FILE_NAME = re.compile(r"[a-z0-9-]+\.toml")
_LINE = re.compile(r":(\d+): |\(at line (\d+)")


@dataclass(frozen=True, slots=True)
class LayoutInForce:
    """A layout that a load would use; ``is_own``: it lies in the site, not with the product."""

    id: str
    title_zh: str
    title_en: str
    file_name: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class Upload:
    """A workbook that a person handed to a screen; it is kept nowhere."""

    name: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Identity of its bytes."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with the text of a layout; ``line`` counts from 1, where it is known."""

    line: int | None
    text: str


@dataclass(frozen=True, slots=True)
class TriedName:
    """A workbook that was tried: ``origin`` is ``upload``, ``inbox`` or ``vault``."""

    name: str
    origin: str
    tried: TriedFile
    failure: str


@dataclass(frozen=True, slots=True)
class TriedOn:
    """What came of a trial; with ``problems`` nothing was tried. ``left_out``: files beyond the bounds."""

    problems: tuple[Problem, ...] = ()
    files: tuple[TriedName, ...] = ()
    left_out: int = 0

    @property
    def recognised(self) -> tuple[TriedName, ...]:
        """Files that the layout reads."""
        return tuple(file for file in self.files if file.tried.recognised)


@dataclass(frozen=True, slots=True)
class Saved:
    """What came of saving; with ``problems`` nothing was written. ``exists``: ``force`` would write over that file."""

    path: Path | None = None
    problems: tuple[Problem, ...] = ()
    exists: bool = False


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A workbook that may be tried; ``read`` fetches its bytes."""

    name: str
    origin: str
    plant: str | None
    read: Callable[[], bytes]


def layouts_in_force(home: Path) -> list[LayoutInForce]:
    """Layouts of the site and of the product, by file name. Raises SiteError when one of them is wrong."""
    own = {path.name: path for path in (home / "layouts").glob("[!_]*.toml")}
    shipped = {path.name: path for path in (SHIPPED / "layouts").glob("[!_]*.toml")}
    found = []
    for name, path in sorted({**shipped, **own}.items()):
        layout = read_toml(path, Layout)
        found.append(LayoutInForce(layout.id, layout.title_zh, layout.title_en, name, name in own))
    return found


def draft_of(home: Path, actor: Actor, upload: Upload, language: str) -> Drafted:
    """Propose a layout for a workbook. Raises SiteError when the site does not open."""
    allowed(home, actor, Scope.company(), "layouts", "layout.draft", upload.name)
    site = Site.open(home)
    with ReaderPool(site.config.limits) as pool:
        done = list(pool.each(partial(drafts, site, language), [FileBytes(0, upload.name, upload.content)]))
    first = done[0] if isinstance(done[0], Failure) else done[0][0]
    drafted = Drafted(refusal=_failure_text(first, language)) if isinstance(first, Failure) else first
    _log(home).append(
        actor,
        "layout.draft",
        upload.name,
        outcome="refused" if drafted.refusal else "done",
        reason=drafted.refusal or None,
        sha256=upload.sha256,
    )
    return drafted


def try_on(home: Path, actor: Actor, text: str, upload: Upload, language: str, *, everywhere: bool = True) -> TriedOn:
    """Try a layout on a workbook and, ``everywhere``, on those in the inbox and on unrecognised ones of the vault.

    Nothing is stored. Raises SiteError when the site does not open.
    """
    allowed(home, actor, Scope.company(), "layouts", "layout.try", upload.name)
    site = Site.open(home)
    log = _log(home)
    problems, layout = _parsed(text, "layout")
    if layout is None:
        log.append(actor, "layout.try", upload.name, outcome="refused", reason=_joined(problems))
        return TriedOn(problems)
    found, left_out = _gathered(upload, _waiting(home, site) if everywhere else ())
    files = [FileBytes(number, file.name, content) for number, (file, content) in enumerate(found)]
    plants = {number: file.plant for number, (file, _) in enumerate(found)}
    results: dict[int, TriedFile] = {}
    with ReaderPool(site.config.limits) as pool:
        for outcome in pool.each(partial(trials, site, layout, language, plants), files):
            told = [TriedFile(outcome.file_no, failure=outcome)] if isinstance(outcome, Failure) else outcome
            results |= {one.file_no: one for one in told}
    tried = tuple(
        TriedName(file.name, file.origin, result, _failure_text(result.failure, language) if result.failure else "")
        for number, (file, _) in enumerate(found)
        if (result := results.get(number))
    )
    done = TriedOn((), tried, left_out)
    log.append(actor, "layout.try", upload.name, sha256=_hash(text), files=len(tried), recognised=len(done.recognised))
    return done


def save_layout(home: Path, actor: Actor, file_name: str, text: str, *, force: bool = False) -> Saved:
    """Save a layout among those of the site, when the whole site still opens with it; else say why not.

    A file that is there, of the site or of the product, is replaced only with ``force``. The record is written first.
    """
    allowed(home, actor, Scope.company(), "layouts", "layout.save", file_name)
    log = _log(home)
    path = home / "layouts" / file_name
    with FileLock(str(data_folder(home) / "layouts.lock")):
        problems, exists = _objections(home, file_name, text, force=force)
        if problems or exists:
            reason = _joined(problems) if problems else "a layout of this file name is there already"
            log.append(actor, "layout.save", file_name[:200], outcome="refused", reason=reason)
            return Saved(None, problems, exists)
        old = _hash(path.read_bytes()) if path.is_file() else None
        log.append(actor, "layout.save", file_name, old_sha256=old, new_sha256=_hash(text))
        try:
            deliver(path, text.encode())
        except StoreError as error:
            log.append(actor, "layout.save", file_name, outcome="failed", reason=str(error))
            raise
    return Saved(path)


def _objections(home: Path, file_name: str, text: str, *, force: bool) -> tuple[tuple[Problem, ...], bool]:
    """What is against saving, and whether a file of that name is there."""
    if not _FILE_NAME.fullmatch(file_name):
        told = f"{file_name!r}: a file name has small letters, digits and hyphens, and ends with .toml"
        return (Problem(None, told),), False
    problems, layout = _parsed(text, file_name)
    if layout is None:
        return problems, False
    exists = any((folder / "layouts" / file_name).exists() for folder in (home, SHIPPED))
    if exists and not force:
        return (), True
    return _with_it(home, file_name, text), False


def _with_it(home: Path, file_name: str, text: str) -> tuple[Problem, ...]:
    """What stops the site from opening with this layout: tried on a copy of its configuration."""
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "site"
        copy.mkdir()
        shutil.copyfile(home / "site.toml", copy / "site.toml")
        for name in ("master", "layouts", "exports", "sources"):
            if (home / name).is_dir():
                shutil.copytree(home / name, copy / name)
        (copy / "layouts").mkdir(exist_ok=True)
        (copy / "layouts" / file_name).write_text(text, encoding="utf-8")
        try:
            Site.open(copy)
        except SiteError as error:
            return tuple(_problems(str(error).replace(str(copy), str(home))))
    return ()


def _parsed(text: str, file_name: str) -> tuple[tuple[Problem, ...], Layout | None]:
    if len(text) > MOST_TEXT:
        return (Problem(None, f"{file_name}: longer than {MOST_TEXT} characters; a layout is a page or two"),), None
    try:
        return (), parse_toml(text, Layout, file_name)
    except SiteError as error:
        return tuple(_problems(str(error))), None


def _problems(told: str) -> Iterator[Problem]:
    for one in told.splitlines():
        found = _LINE.search(one)
        yield Problem(int(found[1] or found[2]) if found else None, one)


def _joined(problems: tuple[Problem, ...]) -> str:
    return "\n".join(problem.text for problem in problems)


def _gathered(upload: Upload, waiting: Iterable[_Waiting]) -> tuple[list[tuple[_Waiting, bytes]], int]:
    """The uploaded workbook and others up to the bounds, each content once; and how many lie beyond."""
    found = [(_Waiting(upload.name, "upload", None, lambda: upload.content), upload.content)]
    seen, size, left_out = {upload.sha256}, 0, 0
    for file in waiting:
        if len(found) > MOST_FILES or size > MOST_BYTES:
            left_out += 1
            continue
        try:
            content = file.read()
        except (OSError, StoreError):
            continue  # a load says what is wrong with it
        if _hash(content) not in seen:
            seen.add(_hash(content))
            size += len(content)
            found.append((file, content))
    return found, left_out


def _waiting(home: Path, site: Site) -> Iterator[_Waiting]:
    """Reports in the vault that no layout recognised, then workbooks of the inbox, the newest first."""
    data, keys = data_folder(home), _keys(home)
    for file_id, name, plant in unrecognised(home, MOST_FILES):
        yield _Waiting(name, "vault", plant, partial(vault.get, data, keys, file_id))
    plants = {plant.id for plant in site.config.plant}
    reports = home / "inbox" / "reports"
    paths = [path for path in files_below(reports) if path.suffix.lower().lstrip(".") in WORKBOOKS]
    for path in sorted(paths, key=_changed_at, reverse=True):
        folder = path.relative_to(reports).parts[0]
        yield _Waiting(readable_name(path.name), "inbox", folder if folder in plants else None, path.read_bytes)


def _changed_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _failure_text(failure: Failure, language: str) -> str:
    return REASONS.text(f"reason.{failure.code}", language, **failure.params)


def _hash(content: str | bytes) -> str:
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def _keys(home: Path) -> Keys:
    return load_keys(data_folder(home), settings().key_dir, create=True)


def _log(home: Path) -> AuditLog:
    return AuditLog(data_folder(home), _keys(home))
