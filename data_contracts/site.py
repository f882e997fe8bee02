"""A site: the folder with everything that belongs to one company. Its tables: ``data_contracts.master``.

``Site.open`` reads ``site.toml``, ``master/*.csv``, ``layouts/*.toml``, ``exports/*.toml`` and ``sources/*.toml`` and
raises SiteError with file, line and key for the first file that is wrong, naming all that is wrong in it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal, Self, TypeVar, cast

import polars as pl
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveInt,
    ValidationError,
    field_validator,
)

from data_contracts.alert import AlertRoute
from data_contracts.calendar import known_zone
from data_contracts.errors import SiteError
from data_contracts.export import ExportMapping
from data_contracts.layout import Layout
from data_contracts.master import MASTER, check_references, read_master
from data_contracts.source import Source

SHIPPED = Path(__file__).parent
Policy = Literal["mes", "report", "larger", "smaller", "decision"]
Model = TypeVar("Model", bound=BaseModel)
Kind = TypeVar("Kind", Layout, ExportMapping, Source)


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Plant(_Section):
    """A plant: where lines stand and which clock hangs there."""

    id: str = Field(min_length=1)
    name_zh: str = ""
    name_en: str = ""
    timezone: str

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        return known_zone(value)


class Identity(_Section):
    """Whose site this is."""

    id: str = Field(min_length=1)
    name: str
    language: Literal["zh", "en"] = "en"


class Consolidation(_Section):
    """Which source wins for a measure when both have a value; the other one fills gaps. Lines: master/survivorship.csv.

    ``decision``: a person rules where the sources differ. Until then the MES counts, provisionally.
    """

    good_qty: Policy = "mes"
    scrap_qty: Policy = "mes"
    rework_qty: Policy = "report"
    planned_qty: Policy = "report"


class Decisions(_Section):
    """When what a person decides needs a second person: a change beyond the larger of amount and share."""

    second_person_qty: NonNegativeFloat = 100
    second_person_min: NonNegativeFloat = 60
    second_person_share: NonNegativeFloat = 0.1
    second_person_waiver_days: NonNegativeInt = 31


class Period(_Section):
    """The accounting period."""

    closed_through: date | None = None


class Expectation(_Section):
    """When a missing report becomes a warning and an error."""

    warning_after_h: float = 2
    error_after_h: float = 24
    horizon_days: int = 7


class Rollout(_Section):
    """What a line must show before it goes on to the next stage: so many working days, such a share of equal values."""

    days: PositiveInt = 10
    equal_share: float = Field(default=0.995, ge=0, le=1)


class Value(_Section):
    """What an hour of a person costs, and what was paid once; for the payback. Blank: no payback is told."""

    currency: str = "CNY"
    cost_per_hour: NonNegativeFloat | None = None
    one_off_cost: NonNegativeFloat = 0


class Retention(_Section):
    """How long originals are kept at least, in months after they came. `shiftledger retire` destroys older ones."""

    originals_months: PositiveInt = 36


class Limits(_Section):
    """Caps for one child process that reads one file."""

    memory_mb: int = 2048
    cpu_s: int = 25
    wall_s: int = 25
    file_mb: int = 50
    workers: int = 0


class SiteConfig(_Section):
    """Everything in ``site.toml``."""

    site: Identity
    plant: list[Plant] = Field(min_length=1)
    consolidation: Consolidation = Consolidation()
    decisions: Decisions = Decisions()
    period: Period = Period()
    expectation: Expectation = Expectation()
    rollout: Rollout = Rollout()
    value: Value = Value()
    retention: Retention = Retention()
    limits: Limits = Limits()
    alert: list[AlertRoute] = []


@dataclass(frozen=True)
class Site:
    """A site as configured at this moment."""

    home: Path
    config: SiteConfig
    master: dict[str, pl.DataFrame]
    layouts: tuple[Layout, ...]
    exports: tuple[ExportMapping, ...]
    sources: tuple[Source, ...] = ()

    @classmethod
    def open(cls, home: Path) -> Self:
        """Read and check a site folder. Raises SiteError."""
        path = home / "site.toml"
        if not path.is_file():
            raise SiteError(f"{path}: not found; make an empty site with `shiftledger init {home}`")
        config = read_toml(path, SiteConfig)
        master = {name: read_master(home, name) for name in MASTER}
        check_references(home, [plant.id for plant in config.plant], config.alert, master)
        exports = _discover(home / "exports", SHIPPED / "exports", ExportMapping)
        return cls(
            home,
            config,
            master,
            tuple(_discover(home / "layouts", SHIPPED / "layouts", Layout).values()),
            tuple(exports.values()),
            _sources(home / "sources", {mapping.id for mapping in exports.values()}),
        )

    @property
    def language(self) -> str:
        """Language of texts that are stored with the data."""
        return self.config.site.language

    def zone_of(self, plant_id: str | None) -> str:
        """IANA zone of a plant; of the first one when it is not known."""
        return self.zones.get(plant_id or "", self.config.plant[0].timezone)

    @cached_property
    def zones(self) -> dict[str, str]:
        """Plant to IANA zone."""
        return {plant.id: plant.timezone for plant in self.config.plant}


def read_toml(path: Path, model: type[Model]) -> Model:
    """Read a TOML file into a typed model. Raises SiteError naming file, line and key."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise SiteError(f"{path}:{line}: not UTF-8 text; save it as UTF-8") from error
    return parse_toml(text, model, str(path))


def parse_toml(text: str, model: type[Model], path: str) -> Model:
    """Read the text of a TOML file into a typed model. Raises SiteError naming ``path``, line and key."""
    return cast(Model, _parsed(text, model, path))


@lru_cache(maxsize=512)
def _parsed(text: str, model: type[BaseModel], path: str) -> BaseModel:
    """The same text is read once: models cannot be changed."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SiteError(f"{path}: {error}") from error
    try:
        return model.model_validate(data)
    except ValidationError as error:
        lines = [
            f"{path}:{_line_of(text, problem['loc'])}: {'.'.join(map(str, problem['loc']))}: {problem['msg']}"
            for problem in error.errors()
        ]
        raise SiteError("\n".join(lines)) from error


def _line_of(text: str, location: Sequence[str | int]) -> int:
    """Line of the deepest part of ``location`` that stands in the file."""
    best = 1
    wanted = [part for part in location if isinstance(part, str)]
    indices = [part for part in location if isinstance(part, int)]
    table, seen = "", 0
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if line.startswith("["):
            name = line.strip("[]# ").split("]")[0]
            repeated = line.startswith("[[")
            seen = seen + 1 if repeated and name == table else 0
            table = name
            inside = wanted[: len(name.split("."))] == name.split(".")
            if inside and (not repeated or not indices or seen == indices[0]):
                best = number
            continue
        key = line.split("=")[0].strip().strip('"')
        path = [*table.split("."), key] if table else [key]
        if path == wanted[: len(path)] and (not indices or seen == indices[0] or not table):
            best = number
    return best


def _discover(own: Path, shipped: Path, model: type[Kind]) -> dict[Path, Kind]:
    """By their files; a shipped file of the same name is replaced by the site's. Examples begin with ``_``."""
    files = {path.name: path for folder in (shipped, own) for path in sorted(folder.glob("[!_]*.toml"))}
    found: dict[str, Path] = {}
    models: dict[Path, Kind] = {}
    for _, path in sorted(files.items()):
        one = read_toml(path, model)
        if one.id in found:
            raise SiteError(
                f"{path}: id: {one.id!r} is the id of {found[one.id]} too; to replace a shipped file use its file name"
            )
        found[one.id] = path
        models[path] = one
    return models


def _sources(folder: Path, mappings: set[str]) -> tuple[Source, ...]:
    """Database sources; each must name a mapping that there is."""
    found = _discover(folder, SHIPPED / "sources", Source)
    problems = [
        f"{path}:{_line_of(path.read_text(encoding='utf-8-sig'), ('mapping',))}: mapping: {source.mapping!r} is no "
        f"export mapping; known: {', '.join(sorted(mappings))}"
        for path, source in found.items()
        if source.mapping not in mappings
    ]
    if problems:
        raise SiteError("\n".join(problems))
    return tuple(found.values())
