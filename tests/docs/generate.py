"""Write docs/reference from code: ``python -m tests.docs.generate``. Texts that code does not hold: ``words``."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from babel.messages.pofile import read_po
from typer.testing import CliRunner

from data_contracts.crosschecks import CROSSCHECKS, CrossCheck
from data_contracts.language import LANGUAGES, REASONS
from data_contracts.rights import APART, RIGHTS, ROLES, WHOLE
from data_contracts.tables import TABLES
from data_contracts.tables.base import Table
from etl.cli import app
from etl.tell import message
from tests.bench.accuracy import BARS, KEPT, figures
from tests.docs.accuracy import accuracy_page
from tests.docs.configuration import export_page, exports_page, layout_page, settings_page, source_page
from tests.docs.layouts import layouts_page
from tests.docs.markdown import code, kind_of, table
from tests.docs.matrix import matrix_page

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "reference"
NOTE = "<!-- Made by `make docs` from the code. Change the code, not this page. -->\n"


def pages() -> dict[str, str]:
    """File name to text."""
    made: dict[str, Callable[[], Iterator[str]]] = {
        "rules": _rules,
        "tables": _tables,
        "settings": settings_page,
        "layout": layout_page,
        "layouts": layouts_page,
        "export": export_page,
        "source": source_page,
        "exports": exports_page,
        "commands": _commands,
        "reasons": _reasons,
        "roles": _roles,
        "matrix": matrix_page,
        "accuracy": _accuracy,
    }
    return {f"{name}.md": NOTE + "\n".join(_spaced(page())) for name, page in made.items()}


def _spaced(blocks: Iterable[str]) -> Iterator[str]:
    for block in blocks:
        yield f"\n{block.strip()}"
    yield ""


def verbs() -> list[tuple[str, ...]]:
    """Every verb of the command, with the words that lead to it."""
    own: list[tuple[str, ...]] = [
        (str(command.name or command.callback.__name__),) for command in app.registered_commands if command.callback
    ]
    for group in app.registered_groups:
        for command in group.typer_instance.registered_commands if group.typer_instance else ():
            own.append((str(group.name), str(command.name)))
    return own


def _rules() -> Iterator[str]:
    yield "# Rules"
    yield (
        "Every cross-check that runs. A difference is told when its amount is larger than the tolerance; of an "
        "absolute and a relative tolerance the larger holds. A plant sets its own in `master/tolerance.csv`, see "
        "[Set tolerances](../how-to/set-tolerances.md)."
    )
    yield table(
        ["no.", "id", "what must hold", "family", "severity", "tolerance"],
        [
            [str(r.number), f"[`{r.id}`](#{r.number}-{r.id})", r.name["en"], r.family, r.severity, _tolerance(r)]
            for r in CROSSCHECKS.values()
        ],
    )
    for rule in CROSSCHECKS.values():
        yield f"## {rule.number} {rule.id}"
        yield f"{rule.name['zh']} · {rule.name['en']}"
        yield (inspect.getdoc(rule.compare) or "").replace("\n\n", "\n")
        facts = {
            "family": rule.family,
            "severity": rule.severity + (f"; error above {rule.escalate:.0%}" if rule.escalate else ""),
            "tolerance": _tolerance(rule),
            "one comparison for each": ", ".join(map(code, rule.grain)),
            "reported to reference": rule.cardinality,
            "counts": "only an excess of the reported value" if rule.one_sided else "",
            "gate": "may block a report before anything else is compared" if rule.gate else "",
        }
        told = {f"message, {language}": rule.message[language] for language in LANGUAGES}
        told |= {f"example, {language}": _example(rule, language) for language in LANGUAGES}
        yield table(["", ""], [[k, v] for k, v in {**facts, **told}.items() if v])


def _example(rule: CrossCheck, language: str) -> str:
    """The message over the rule's example."""
    one = rule.example
    if one is None:
        return ""
    sides = {"reported": one.reported, "reference": one.reference}
    values = {f"{n}_value": None if isinstance(v, str) else v for n, v in sides.items()}
    texts = {f"{n}_text": v if isinstance(v, str) else None for n, v in sides.items()}
    given = [v for v in values.values() if v is not None]
    delta = (values["reported_value"] or 0) - (values["reference_value"] or 0) if given else None
    tolerance = max(rule.absolute, rule.relative * abs(values["reference_value"] or 0)) if given else None
    row = {**values, **texts, "rule_id": rule.id, "measure": one.measure, "delta": delta, "tolerance": tolerance}
    return message(row, language)


def _tolerance(rule: CrossCheck) -> str:
    parts = [f"{rule.absolute:g}"] if rule.absolute or not rule.relative else []
    parts += [f"{100 * rule.relative:g} %"] if rule.relative else []
    return parts[0] if len(parts) == 1 else f"larger of {' and '.join(parts)}"


def _tables() -> Iterator[str]:
    yield "# Tables"
    yield (
        "One contract a table. `shiftledger query SITE` sees the tables under *Published* and *Master*; the latter "
        "stand as `master/<table>.csv` in the site folder. Times are UTC, production days are the plant's."
    )
    for layer, heading in (
        ("published", "Published"),
        ("master", "Master"),
        ("stage", "Staged (inside the warehouse)"),
    ):
        yield f"## {heading}"
        for name, contract in TABLES.items():
            if contract.layer() == layer:
                yield from _contract(name, contract)


def _contract(name: str, contract: type[Table]) -> Iterator[str]:
    yield f"### {name}"
    grain = f" One row for each {', '.join(contract.grain())}." if contract.grain() else ""
    yield f"{inspect.getdoc(contract)}{grain}"
    columns = contract.to_schema().columns
    yield table(
        ["column", "type", "unit", "may be blank", "what it says"],
        [
            [
                code(n),
                kind_of(contract.columns()[n]),
                str((c.metadata or {}).get("unit") or ""),
                "yes" if c.nullable else "",
                str(c.description),
            ]
            for n, c in columns.items()
        ],
    )


def _commands() -> Iterator[str]:
    yield "# Commands"
    yield (
        "Exit codes: 0 done, 1 something was found (`check`, `contracts diff`, `audit verify`) or not taken "
        "(`alerts test`, `digest --send`), 2 wrong use or configuration. "
        "Errors go to standard error."
    )
    for verb in verbs():
        shown = CliRunner().invoke(app, [*verb, "--help"], env={"COLUMNS": "100", "TERMINAL_WIDTH": "100"})
        text = "\n".join(
            line.rstrip() for line in shown.output.replace("Usage: root ", "Usage: shiftledger ").splitlines()
        )
        yield f"## shiftledger {' '.join(verb)}"
        yield f"```\n{text.strip()}\n```"


def _reasons() -> Iterator[str]:
    yield "# Reasons and names"
    yield (
        "Why a file, a sheet or a row was held back, and the names of causes, severities and measures. The key stands "
        "in `source_file.reason_code` and `quarantine.reason_code`."
    )
    texts = {language: _texts(language) for language in LANGUAGES}
    families = {key.split(".")[0] for key in texts["en"]}
    for family in sorted(families, key=lambda name: (name != "reason", name)):
        yield f"## {family}"
        keys = sorted(key for key in texts["en"] if key.split(".")[0] == family)
        yield table(
            ["key", *LANGUAGES],
            [[code(key.removeprefix(f"{family}.")), *(texts[language][key] for language in LANGUAGES)] for key in keys],
        )


def _roles() -> Iterator[str]:
    yield "# Roles"
    yield (
        "What each role may do, in the part of the company in which it is held. *Company* marks what concerns all of "
        "it: there the role must be held at `*`. Nobody rules on a report of their own or approves a ruling of their "
        "own. How roles are given: [People and roles](../how-to/people-and-roles.md). How all of it was tried: "
        "[Roles tried on everything](matrix.md)."
    )
    yield table(
        ["right", *(f"`{role}`" for role in ROLES)],
        [
            [
                REASONS.text(f"right.{right}", "en") + (" *Company*" if right in WHOLE else ""),
                *("yes" if right in rights else "" for rights in ROLES.values()),
            ]
            for right in RIGHTS
        ],
    )
    yield f"{' and '.join(f'`{role}`' for role in sorted(APART))} are held beside no other role."


def _accuracy() -> Iterator[str]:
    found = json.loads(KEPT.read_text(encoding="utf-8"))
    yield from accuracy_page(found, BARS, figures(found))


def _texts(language: str) -> dict[str, str]:
    """Key to template of one language."""
    with (REASONS.folder / f"{language}.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file, locale=language) if message.id}


def main() -> None:
    """Write every page."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
