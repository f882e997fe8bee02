"""Dagster's own folder inside a site's data folder: its configuration, and runs whose process is gone.

dagster is imported only where runs are looked at, so that who serves starts quickly.
"""

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


def end_lost_runs(folder: Path) -> int:
    """Mark runs as failed that a killed Dagster left behind as running, and say how many there were.

    Dagster's default launcher cannot tell that a run's process is gone, and such a run would keep the writer's
    pool for ever. Only for whoever is alone with this folder. Failed this way, a run is tried again by itself.
    """
    if not (folder / "history" / "runs.db").is_file():
        return 0
    import dagster as dg  # noqa: PLC0415 - two seconds that a first start does not need

    at_work = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
    with dg.DagsterInstance.from_config(str(folder)) as instance:
        lost = instance.get_runs(dg.RunsFilter(statuses=at_work))
        for run in lost:
            instance.report_run_failed(run, "The process of this run ended before the run did.")
    return len(lost)
