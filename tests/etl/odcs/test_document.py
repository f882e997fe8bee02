"""The exported contracts: valid against the standard's own schema, complete, and counting what we count."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import open_data_contract_standard
import pytest
import yaml

from data_contracts.crosschecks import CROSSCHECKS
from data_contracts.errors import SiteError
from data_contracts.site import Site
from data_contracts.tables import TABLES
from etl.odcs.document import DIMENSIONS, contract_document
from etl.odcs.files import export_contracts, read_contracts
from etl.settings import data_folder
from tests.ledger import ACTOR, ask, draft, hand_in, load


def test_the_document_is_valid_against_the_standards_schema(fresh_site: Path) -> None:
    said = yaml.safe_load(contract_document(Site.open(fresh_site)).to_yaml())
    schema = json.loads((files(open_data_contract_standard) / "schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft201909Validator(schema).validate(said)
    broken = {**said, "schema": [{**said["schema"][0], "logicalType": "sheet"}]}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft201909Validator(schema).validate(broken)


def test_every_published_and_master_table_stands_in_it_with_all_its_columns(fresh_site: Path) -> None:
    made = contract_document(Site.open(fresh_site))
    tables = {str(t.name): [str(p.name) for p in t.properties or []] for t in made.schema_ or []}
    assert tables == {name: list(t.columns()) for name, t in TABLES.items() if t.layer() in ("published", "master")}


def test_ranges_patterns_values_units_and_keys_are_said(fresh_site: Path) -> None:
    made = {str(t.name): t for t in contract_document(Site.open(fresh_site)).schema_ or []}
    columns = {name: {str(p.name): p for p in table.properties or []} for name, table in made.items()}
    assert columns["product"]["cycle_s"].logicalTypeOptions == {"exclusiveMinimum": 0}
    assert columns["report"]["revision"].logicalTypeOptions == {"minimum": 1}
    assert str((columns["shift"]["start"].logicalTypeOptions or {})["pattern"]).startswith("^")
    (status,) = columns["report"]["status"].quality or []
    assert status.arguments == {"validValues": ["accepted", "blocked", "superseded"]}
    assert [(c.property, c.value) for c in columns["production"]["good_qty"].customProperties or []] == [
        ("unit", "pcs")
    ]
    assert columns["report"]["report_id"].primaryKey is True
    assert columns["mart_discrepancy"]["plant_id"].primaryKey is None  # its grain may hold blanks


def test_every_rule_stands_in_it_with_the_tolerances_of_the_site(fresh_site: Path) -> None:
    with (fresh_site / "master" / "tolerance.csv").open("a", encoding="utf-8") as file:
        file.write("good_vs_mes,P1,,,,7,,warning\n")
    made = {str(t.name): t for t in contract_document(Site.open(fresh_site)).schema_ or []}
    rules = {str(r.name): r for r in made["discrepancy"].quality or []}
    assert set(rules) == {"grain", *CROSSCHECKS}
    assert {rule.family for rule in CROSSCHECKS.values()} <= set(DIMENSIONS)
    said: dict[str, Any] = {str(c.property): c.value for c in rules["good_vs_mes"].customProperties or []}
    assert {"plant_id": "P1", "absolute": 7.0, "severity": "warning"} in said["overrides"]


def test_its_queries_count_what_we_count(loaded_site: Path) -> None:
    wrong = draft()
    wrong.hours[2].good_qty = int(wrong.hours[2].good_qty or 0) + 60
    hand_in(loaded_site, wrong, "wrong.xlsx")
    load(loaded_site)
    sql = "select rule_id, count(*) from discrepancy where status in ('open', 'reopened') group by all"
    open_now = {str(row[0]): row[1] for row in ask(loaded_site, sql)}
    counted = {}
    for table in contract_document(Site.open(loaded_site)).schema_ or []:
        for rule in table.quality or []:
            counted[f"{table.name}.{rule.name}"] = ask(loaded_site, str(rule.query))[0][0]
    assert open_now["good_vs_mes"] == 1
    assert {name: n for name, n in counted.items() if name.startswith("discrepancy.") and n} == {
        f"discrepancy.{rule_id}": n for rule_id, n in open_now.items()
    }
    assert {name for name, n in counted.items() if name.endswith(".grain") and n} == set()


def test_exporting_is_on_record_and_reads_back(loaded_site: Path, tmp_path: Path) -> None:
    path = tmp_path / "out" / "contracts.yaml"
    made = export_contracts(loaded_site, ACTOR, path)
    assert read_contracts(path) == made
    assert '"action":"contracts.export"' in (data_folder(loaded_site) / "audit.log").read_text().splitlines()[-1]


def test_a_wrong_site_exports_nothing(tmp_path: Path) -> None:
    with pytest.raises(SiteError):
        export_contracts(tmp_path, ACTOR, tmp_path / "contracts.yaml")
    assert list(tmp_path.iterdir()) == []


def test_every_family_of_rules_has_its_dimension() -> None:
    assert set(DIMENSIONS) == {rule.family for rule in CROSSCHECKS.values()}
