"""The contracts of a site as one document of the Open Data Contract Standard 3.1: tables, columns, rules. Pure."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import Any

import polars as pl
from open_data_contract_standard.model import (
    CustomProperty,
    DataQuality,
    Description,
    OpenDataContractStandard,
    SchemaObject,
    SchemaProperty,
    Server,
    ServiceLevelAgreementProperty,
)

from data_contracts.crosschecks import CROSSCHECKS, CrossCheck
from data_contracts.site import Site
from data_contracts.tables import TABLES
from data_contracts.tables.base import Table
from etl.store.warehouse import sql_type

STANDARD = "v3.1.0"
LAYERS = ("published", "master")
LOGICAL: dict[object, str] = {
    pl.String: "string",
    pl.Float64: "number",
    pl.Int32: "integer",
    pl.Int64: "integer",
    pl.Boolean: "boolean",
    pl.Date: "date",
    pl.Datetime: "timestamp",
}
BOUNDS = {
    "greater_than_or_equal_to": ("minimum", "min_value"),
    "greater_than": ("exclusiveMinimum", "min_value"),
    "less_than_or_equal_to": ("maximum", "max_value"),
    "less_than": ("exclusiveMaximum", "max_value"),
}
DIMENSIONS = {
    "report": "consistency",
    "mes": "accuracy",
    "plausibility": "conformity",
    "continuity": "consistency",
    "identity": "conformity",
    "timeliness": "timeliness",
    "reading": "conformity",
}
"""Family of a cross-check to the standard's dimension of quality."""


def contract_document(site: Site) -> OpenDataContractStandard:
    """All published and master tables with their promises, and every rule with the tolerances of this site."""
    tables = [table for layer in LAYERS for table in TABLES.values() if table.layer() == layer]
    return OpenDataContractStandard(
        apiVersion=STANDARD,
        kind="DataContract",
        id=f"shiftledger-{site.config.site.id}",
        name=site.config.site.name,
        version=version("shiftledger"),
        status="active",
        description=Description(
            purpose="Shift reports held against MES exports, down to the cell: what was made, and what does not agree.",
            usage="Times are UTC, production days are the plant's. Ratios are made from summed parts.",
            limitations="Tolerances, and the plants they hold for, stand in customProperties: the standard has no "
            "field for them. The code of ShiftLedger is what counts.",
        ),
        servers=[
            Server(
                server="parquet",
                type="local",
                format="parquet",
                path="./{model}.parquet",
                description="Tables of a published version, one Parquet file each.",
            )
        ],
        slaProperties=[
            ServiceLevelAgreementProperty(
                property="latency",
                value=site.config.expectation.error_after_h,
                unit="h",
                element="report.received_at",
                description="A report is an error when it is missing so long after the end of its shift.",
            )
        ],
        schema=[_table(table, site) for table in tables],
    )


def _table(table: type[Table], site: Site) -> SchemaObject:
    name = table.sql_name()
    columns = table.to_schema().columns
    rules = [_grain(table)] if table.grain() else []
    if name == "discrepancy":
        rules += [_rule(rule, site) for rule in CROSSCHECKS.values()]
    return SchemaObject(
        name=name,
        physicalName=name,
        logicalType="object",
        physicalType="table",
        description=" ".join((inspect.getdoc(table) or "").split()),
        dataGranularityDescription=f"One row for each {', '.join(table.grain())}" if table.grain() else None,
        properties=[_column(table, column, columns[column]) for column in table.columns()],
        quality=rules or None,
        customProperties=_custom(layer=table.layer(), grain=list(table.grain())),
    )


def _column(table: type[Table], name: str, column: Any) -> SchemaProperty:
    dtype = table.columns()[name]
    grain = table.grain()
    is_key = name in grain and not any(table.to_schema().columns[part].nullable for part in grain)
    options, quality = _checks(column)
    return SchemaProperty(
        name=name,
        physicalName=name,
        logicalType=LOGICAL[type(dtype)],
        physicalType=sql_type(dtype),
        description=column.description,
        required=not column.nullable,
        primaryKey=is_key or None,
        primaryKeyPosition=grain.index(name) + 1 if is_key else None,
        logicalTypeOptions=options or None,
        quality=quality or None,
        customProperties=_custom(unit=(column.metadata or {}).get("unit")),
    )


def _checks(column: Any) -> tuple[dict[str, Any], list[DataQuality]]:
    """Ranges and patterns as options of the type, lists of values as a rule. Raises KeyError for any other check."""
    options: dict[str, Any] = {}
    quality = []
    for check in column.checks:
        said = check.statistics
        if check.name == "isin":
            values = list(said["allowed_values"])
            quality.append(
                _quality(
                    type="library",
                    metric="invalidValues",
                    arguments={"validValues": values},
                    dimension="conformity",
                    description=f"One of {', '.join(map(str, values))}",
                )
            )
        elif check.name == "str_matches":
            options["pattern"] = str(said["pattern"])
        else:
            option, value = BOUNDS[check.name]
            options[option] = said[value]
    return options, quality


def _quality(**values: Any) -> DataQuality:
    return DataQuality.model_validate({"mustBe": 0, **values})


def _grain(table: type[Table]) -> DataQuality:
    """Rows that repeat the grain, all copies of them; a blank in an optional part of it is a value like any other."""
    name, key = table.sql_name(), ", ".join(f'"{part}"' for part in table.grain())
    required = [f'"{part}" is not null' for part in table.grain() if not table.to_schema().columns[part].nullable]
    return _quality(
        type="sql",
        name="grain",
        description=f"{name}: rows that repeat {', '.join(table.grain())}",
        dimension="uniqueness",
        severity="error",
        query=f"select coalesce(sum(copies), 0) from (select count(*) as copies from {name} "  # noqa: S608
        f"where {' and '.join(required) or 'true'} group by {key} having count(*) > 1)",
    )


def _rule(rule: CrossCheck, site: Site) -> DataQuality:
    """A cross-check as the number of its open differences."""
    own = site.master["tolerance"].filter(pl.col("rule_id") == rule.id)
    return _quality(
        type="sql",
        name=rule.id,
        description=f"{rule.number} {rule.name['en']}: open differences",
        dimension=DIMENSIONS[rule.family],
        severity=rule.severity,
        query=f"select count(*) from discrepancy where rule_id = '{rule.id}' and status in ('open', 'reopened')",  # noqa: S608
        customProperties=_custom(
            number=rule.number,
            family=rule.family,
            name_zh=rule.name["zh"],
            absolute=rule.absolute,
            relative=rule.relative,
            escalate=rule.escalate,
            overrides=list(_rows(own.drop("rule_id"))),
        ),
    )


def _rows(frame: pl.DataFrame) -> Iterator[dict[str, Any]]:
    for row in frame.iter_rows(named=True):
        yield {name: value for name, value in row.items() if value is not None}


def _custom(**values: Any) -> list[CustomProperty] | None:
    """What the standard has no word for; nothing is said of what is not there."""
    given: Mapping[str, Any] = {name: value for name, value in values.items() if value not in (None, [])}
    return [CustomProperty(property=name, value=value) for name, value in given.items()] or None
