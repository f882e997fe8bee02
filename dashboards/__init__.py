"""What managers see: pages over the published version, read-only. Computing numbers: ``etl``."""
