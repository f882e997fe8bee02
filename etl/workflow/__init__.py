"""Dagster around the load, and nothing else: the only place that imports dagster.

An asset is one call of ``etl.load`` plus metadata. Everything heavy is imported inside the bodies, so that a
run starts quickly. Starting the web server and the daemon: ``etl.serve``.
"""

import warnings

# The backfill policy is what makes 30 days one run; that its parameter is called beta is known and pinned.
warnings.filterwarnings("ignore", message="Parameter `backfill_policy` of function `asset` is currently in beta")
