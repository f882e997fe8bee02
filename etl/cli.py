"""The command ``shiftledger``. Exit codes: 0 done, 1 found problems, 2 wrong use or configuration.

What the verbs do: ``etl.commands``.
"""

from __future__ import annotations

import sys

import typer
from pydantic import ValidationError

from data_contracts.errors import ShiftLedgerError
from etl.commands import alerts, decisions, keeping, people, records, reports, rollout, site, sources
from etl.commands.words import actor

app = typer.Typer(
    help="Hand-filled shift reports held against MES exports, down to the cell.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for verb in (
    site.init,
    site.load,
    reports.check,
    reports.template,
    site.query,
    site.serve,
    site.demo,
    alerts.digest,
    alerts.report,
    keeping.backup,
    keeping.restore,
    keeping.retire,
):
    app.command()(verb)
decisions.register(app, actor)
for name, verbs in {
    "source": sources.app,
    "alerts": alerts.routes,
    "contracts": records.contracts,
    "layout": reports.layouts,
    "audit": records.audit,
    "keys": keeping.keys,
    "rollout": rollout.verbs,
    "people": people.verbs,
}.items():
    app.add_typer(verbs, name=name)


def main() -> None:
    """Entry point: errors of ours become text on standard error and exit code 2."""
    try:
        app()
    except ShiftLedgerError as error:
        typer.echo(str(error), err=True)
        sys.exit(2)
    except ValidationError as error:
        if error.title != "Settings":
            raise
        for wrong in error.errors():
            typer.echo(f"SHIFTLEDGER_{str(wrong['loc'][0]).upper()} is {wrong['input']!r}: {wrong['msg']}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
