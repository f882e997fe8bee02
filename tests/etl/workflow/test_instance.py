"""Dagster's folder of a site."""

from pathlib import Path

import dagster as dg

from etl.workflow.instance import end_lost_runs, prepare_instance


@dg.job
def nothing() -> None:
    """A job without a step."""


def test_a_run_whose_process_is_gone_does_not_keep_the_writer_for_ever(tmp_path: Path) -> None:
    folder = prepare_instance(tmp_path)
    with dg.DagsterInstance.from_config(str(folder)) as instance:
        ended = nothing.execute_in_process(instance=instance).run_id
        lost = instance.create_run_for_job(nothing, status=dg.DagsterRunStatus.STARTED).run_id

    count = end_lost_runs(folder)

    with dg.DagsterInstance.from_config(str(folder)) as instance:
        found = {run.run_id: run.status for run in instance.get_runs()}
    assert count == 1
    assert found == {ended: dg.DagsterRunStatus.SUCCESS, lost: dg.DagsterRunStatus.FAILURE}


def test_a_folder_without_runs_has_lost_none(tmp_path: Path) -> None:
    assert end_lost_runs(prepare_instance(tmp_path)) == 0
