"""``python -m dashboards.web``: the server of the dashboards; started by ``dashboards.server``, which checks first."""

from __future__ import annotations

import argparse

from dashboards import server


def main() -> None:
    """Serve until a signal comes."""
    parser = argparse.ArgumentParser(prog="python -m dashboards.web")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--address", required=True)
    chosen = parser.parse_args()
    from streamlit.logger import get_logger  # noqa: PLC0415 - children import this file, not streamlit

    # Routes import what pages cache before there is a runtime. It is kept in memory either way; nobody need be warned.
    get_logger("streamlit.runtime.caching.cache_data_api").setLevel("ERROR")
    from dashboards.app import found_pages  # noqa: PLC0415
    from dashboards.web.served import Served  # noqa: PLC0415

    found_pages()  # read before the first reader comes
    Served().run(config=server.settings(chosen.port, chosen.address))


if __name__ == "__main__":
    main()
