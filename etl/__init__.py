"""From files to a published version. What is promised: ``data_contracts``; showing it: ``dashboards``."""
