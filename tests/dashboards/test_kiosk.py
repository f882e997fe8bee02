"""The wall screen: scenes by the clock, only those asked for, and a page that tells of a newer version."""

from __future__ import annotations

import pytest

from tests.dashboards.small_site import SmallSite
from tests.dashboards.test_pages import run, shown


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("scene", "holds"), [("output", "97 %"), ("hours", "97 %"), ("losses", "40 min"), ("data", "5")]
)
def test_each_scene_shows_its_figures(at_site: SmallSite, language: str, scene: str, holds: str) -> None:
    assert at_site.home.is_dir()
    text = shown(run("kiosk", lang=language, scenes=scene))
    assert f'data-scene="{scene}"' in text
    assert holds in text if language == "en" else holds.replace(" %", "%") in text


def test_the_scene_follows_the_clock(at_site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
    assert at_site.home.is_dir()
    seen = []
    for now in (0, 15, 30, 45, 60):
        monkeypatch.setattr("time.time", lambda now=now: float(now))
        seen.append(shown(run("kiosk", lang="en")).split('data-scene="')[1].split('"')[0])
    assert seen == ["output", "hours", "losses", "data", "output"]
    assert 'data-scene="output"' in shown(run("kiosk", lang="en", every="x", scenes="nonsense"))


def test_an_open_page_tells_of_a_newer_version(new_site: SmallSite, monkeypatch: pytest.MonkeyPatch) -> None:
    new_site.publish(1)
    assert "is there." not in shown(run("overview", lang="en"))
    newest = type("Newest", (), {"version": 2, "published_at": "later"})()
    monkeypatch.setattr("dashboards.look.current_version", lambda _home: newest)
    assert "Version 2 is there." in shown(run("overview", lang="en"))
