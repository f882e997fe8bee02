"""What docs/deploy says, really running: nginx, the dashboards and both web servers of Dagster."""
