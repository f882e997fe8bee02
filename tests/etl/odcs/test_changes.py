"""Changes between two versions of the contracts: what they are, whom they break and why, in both languages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from open_data_contract_standard.model import OpenDataContractStandard

import etl.odcs
from data_contracts.errors import ContractError
from data_contracts.language import LANGUAGES
from data_contracts.site import Site
from etl.odcs.changes import changes
from etl.odcs.document import contract_document
from etl.odcs.files import read_contracts
from etl.odcs.texts import TEXTS

FOLDER = Path(etl.odcs.__file__).parent


def document(layer: str = "published", *, rules: list[dict[str, Any]] | None = None, **column: Any) -> Any:
    """A document with one table ``stop`` of one column ``reason``, and rules."""
    said = {"name": "reason", "physicalType": "VARCHAR", "required": True, **column}
    return OpenDataContractStandard.model_validate(
        {
            "kind": "DataContract",
            "schema": [
                {
                    "name": "stop",
                    "properties": [said],
                    "quality": rules or [],
                    "customProperties": [{"property": "layer", "value": layer}],
                }
            ],
        }
    )


def values(*allowed: str) -> dict[str, Any]:
    return {"quality": [{"metric": "invalidValues", "arguments": {"validValues": list(allowed)}, "mustBe": 0}]}


def unit(name: str) -> dict[str, Any]:
    return {"customProperties": [{"property": "unit", "value": name}]}


def rule(severity: str = "warning", **custom: Any) -> list[dict[str, Any]]:
    said = [{"property": name, "value": value} for name, value in custom.items()]
    return [{"name": "good_vs_mes", "type": "sql", "query": "select 0", "severity": severity, "customProperties": said}]


COLUMN_CHANGES: list[tuple[dict[str, Any], dict[str, Any], str, str, str]] = [
    # before, after, what, whom a published table breaks, whom a master table breaks
    ({"physicalType": "DOUBLE"}, {"physicalType": "VARCHAR"}, "type", "readers", "both"),
    (unit("min"), unit("s"), "unit", "readers", "both"),
    ({"required": True}, {"required": False}, "optional", "readers", "nobody"),
    ({"required": False}, {"required": True}, "required", "nobody", "suppliers"),
    (values("a", "b"), values("a"), "values_fewer", "readers", "both"),
    (values("a"), values("a", "b"), "values_more", "readers", "nobody"),
    (values("a"), {}, "values_more", "readers", "nobody"),
    ({}, values("a"), "values_fewer", "nobody", "suppliers"),
    (
        {"logicalTypeOptions": {"pattern": "^A"}},
        {"logicalTypeOptions": {"pattern": "^B"}},
        "pattern",
        "readers",
        "both",
    ),
    (
        {"logicalTypeOptions": {"minimum": 0}},
        {"logicalTypeOptions": {"exclusiveMinimum": 0}},
        "range_narrower",
        "nobody",
        "suppliers",
    ),
    (
        {"logicalTypeOptions": {"minimum": 0}},
        {"logicalTypeOptions": {"minimum": -1}},
        "range_wider",
        "readers",
        "nobody",
    ),
    ({"logicalTypeOptions": {"maximum": 9}}, {}, "range_wider", "readers", "nobody"),
]


@pytest.mark.parametrize(("before", "after", "what", "readers", "suppliers"), COLUMN_CHANGES)
def test_a_change_of_a_column_breaks_readers_of_published_and_suppliers_of_master_data(
    before: dict[str, Any], after: dict[str, Any], what: str, readers: str, suppliers: str
) -> None:
    for layer, whom in (("published", readers), ("master", suppliers)):
        (change,) = changes(document(layer, **before), document(layer, **after))
        assert (change.where, change.what, change.whom) == ("stop.reason", what, whom)


@pytest.mark.parametrize(
    ("before", "after", "what", "whom"),
    [
        (rule(), [], "rule_gone", "readers"),
        ([], rule(), "rule_new", "nobody"),
        ([], rule("block"), "rule_new", "suppliers"),
        (rule("error"), rule("block"), "severity", "suppliers"),
        (rule("block"), rule("error"), "severity", "readers"),
        (rule("warning"), rule("error"), "severity", "nobody"),
        (rule(absolute=2.0), rule(absolute=5.0), "tolerance", "readers"),
        (rule(overrides=[]), rule(overrides=[{"plant_id": "P1", "absolute": 5.0}]), "tolerance", "readers"),
    ],
)
def test_a_change_of_a_rule(before: list[dict[str, Any]], after: list[dict[str, Any]], what: str, whom: str) -> None:
    (change,) = changes(document(rules=before), document(rules=after))
    assert (change.where, change.what, change.whom) == ("stop: good_vs_mes", what, whom)


def test_tables_and_columns_that_come_and_go() -> None:
    empty = OpenDataContractStandard(kind="DataContract")
    assert [(c.where, c.what, c.whom) for c in changes(document(), empty)] == [("stop", "table_gone", "readers")]
    assert [(c.where, c.what, c.whom) for c in changes(empty, document())] == [("stop", "table_new", "nobody")]
    for layer, whom, gone in (("published", "nobody", "readers"), ("master", "suppliers", "both")):
        found = changes(document(layer), document(layer, name="cause"))
        assert {(c.where, c.what, c.whom) for c in found} == {
            ("stop.reason", "column_gone", gone),
            ("stop.cause", "column_new", whom),
        }


def test_a_key_in_the_standards_own_words_is_a_grain() -> None:
    (change,) = changes(document(primaryKey=True), document())
    assert (change.what, change.whom, change.values["old"]) == ("grain", "readers", "reason")


def test_the_same_contracts_have_no_changes(fresh_site: Path) -> None:
    made = contract_document(Site.open(fresh_site))
    assert changes(made, contract_document(Site.open(fresh_site))) == []


def test_what_breaks_somebody_comes_first() -> None:
    before, after = document(**unit("min")), document(**unit("s"), required=True)
    after.schema_ = [*(after.schema_ or []), *(document().schema_ or [])]
    after.schema_[1].name = "another"
    assert [c.is_breaking for c in changes(before, after)] == [True, False]


def test_every_change_has_a_reason_for_everybody_it_can_break_in_both_languages() -> None:
    assert TEXTS.keys("zh") == TEXTS.keys("en")
    for layer in ("published", "master"):
        for before, after, *_ in COLUMN_CHANGES:
            for change in changes(document(layer, **before), document(layer, **after)):
                for language in LANGUAGES:
                    what, why = change.told(language)
                    assert what
                    assert why
                    assert not re.search(r"[{}]", what)


def test_every_text_has_the_same_values_in_both_languages() -> None:
    def fields(key: str, language: str) -> set[str]:
        text = (FOLDER / "i18n" / f"{language}.po").read_text(encoding="utf-8")
        return set(re.findall(r"\{(\w+)\}", text.split(f'msgid "{key}"\nmsgstr ')[1].split("\n\n")[0]))

    assert {key for key in TEXTS.keys("en") if fields(key, "zh") != fields(key, "en")} == set()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("kind: [", "not readable as YAML"),
        ("just a text", "no document of the Open Data Contract Standard"),
        ("kind: DataContract\nschema: 7", "schema: Input should be a valid list"),
        ("kind: DataContract\nhello: 7", "hello: Extra inputs are not permitted"),
    ],
)
def test_a_file_that_is_no_contract_is_told(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "contract.yaml"
    path.write_text(content)
    with pytest.raises(ContractError, match=told):
        read_contracts(path)
    with pytest.raises(ContractError, match=r"nowhere\.yaml: No such file"):
        read_contracts(tmp_path / "nowhere.yaml")
