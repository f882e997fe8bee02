"""Importing does no work: children are forked from a process that has imported everything and started nothing."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import os
import duckdb, pandera.polars, polars
before = len(os.listdir("/proc/self/task"))
import etl.desk, etl.load, etl.reports, etl.simulate
print(len(os.listdir("/proc/self/task")) - before)
"""


def test_importing_the_pipeline_starts_no_engine() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "0"
