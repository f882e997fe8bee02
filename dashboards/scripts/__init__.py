"""The scripts of the pages: files of their own, whose hashes are all that the content security policy lets through.

What changes from page to page stands in ``data-`` attributes beside them.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

import streamlit as st

from dashboards.markup import Html, tag

NAMES = ("document", "login", "signed_in")


def run(name: str, **data: str) -> None:
    """Let the browser run a script; ``data`` becomes ``data-sl-…`` attributes that it reads."""
    beside = tag("span", "", **{f"data_sl_{key}": value for key, value in data.items()}) if data else Html("")
    st.html(f"{beside}<script>{_text(name)}</script>", unsafe_allow_javascript=True)


def sources() -> list[str]:
    """The hashes of all scripts, as a content security policy names them."""
    return [source_of(_text(name)) for name in NAMES]


def source_of(text: str) -> str:
    """The hash of one inline script."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _text(name: str) -> str:
    return Path(__file__).with_name(f"{name}.js").read_text(encoding="utf-8")
