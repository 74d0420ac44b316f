# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The status page in a real browser: on a screen and on a phone, light and dark, and on paper; small and large.

Pictures for people are left in .cache/report/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.apiary.swarm.plugins.plugin_utils._report.data import report_data
from ansible_collections.apiary.swarm.plugins.plugin_utils._report.page import page

from tests.browser import browser as chromium
from tests.lab.wait import wait_until
from tests.unit.meta.project import CHECKOUT
from tests.unit.plugins.plugin_utils._report.swarms import manager, seen, service, troubled

PICTURES = CHECKOUT / ".cache" / "report"
SCREEN, PHONE = 1280, 390

# What sticks out of its box, or out of the page.
OVERFLOWING = """
[...document.querySelectorAll('.node, .tile, .zone, .list, .task, header, h4, td')]
  .filter(item => item.scrollWidth > item.clientWidth + 1 && item.clientWidth > 0 && !item.matches('.task:empty'))
  .map(item => item.outerHTML.slice(0, 120))
  .concat(document.documentElement.scrollWidth > innerWidth ? ['the page'] : [])
"""
# Text whose contrast with what is behind it is below 4.5 (WCAG 2, level AA).
FAINT = """
(() => {
  const channels = colour => colour.match(/[0-9.]+/g).map(Number);
  const light = colour => channels(colour).slice(0, 3)
    .map(value => value / 255)
    .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    .reduce((sum, value, place) => sum + value * [0.2126, 0.7152, 0.0722][place], 0);
  const ground = item => {
    for (; item; item = item.parentElement) {
      const found = channels(getComputedStyle(item).backgroundColor);
      if (found.length < 4 || found[3] === 1) return `rgb(${found.slice(0, 3)})`;
    }
    return 'rgb(255,255,255)';
  };
  const found = new Set();
  for (const item of document.body.querySelectorAll('*')) {
    if (![...item.childNodes].some(node => node.nodeType === 3 && node.textContent.trim())) continue;
    const pair = [light(getComputedStyle(item).color), light(ground(item))].sort((a, b) => b - a);
    const contrast = (pair[0] + 0.05) / (pair[1] + 0.05);
    if (contrast < 4.5) found.add(`${item.tagName}.${item.className}: ${contrast.toFixed(2)}`);
  }
  return [...found];
})()
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[chromium.Browser]:
    with chromium.started(chromium.find(), tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    folder = tmp_path_factory.mktemp("pages")
    PICTURES.mkdir(parents=True, exist_ok=True)
    files = {size: folder / f"{size}.html" for size in (5, 500)}
    for size, file in files.items():
        file.write_text(page(troubled(size)), encoding="utf-8")
    return files


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [SCREEN, PHONE], ids=["screen", "phone"])
@pytest.mark.parametrize("size", [5, 500])
def test_it_can_be_read(browser: chromium.Browser, pages: dict[int, Path], size: int, width: int, dark: bool) -> None:
    browser.open(pages[size], width, dark=dark)
    browser.screenshot(PICTURES / f"{size}-{'phone' if width == PHONE else 'screen'}-{'dark' if dark else 'light'}.png")
    assert browser.evaluate(OVERFLOWING) == []
    assert browser.evaluate(FAINT) == []
    assert browser.evaluate("document.querySelectorAll('.node').length") == size
    ground = browser.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", ground))) < 200) is dark
    assert browser.requested() == [pages[size].as_uri()]
    assert browser.complaints() == []


@pytest.mark.parametrize(("size", "most"), [(5, 3), (500, 12)])
def test_it_can_be_printed(browser: chromium.Browser, pages: dict[int, Path], size: int, most: int) -> None:
    browser.open(pages[size], 720, dark=True, media="print")
    assert browser.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert browser.evaluate(OVERFLOWING) == []
    assert browser.evaluate(FAINT) == []
    paper = browser.pdf()
    (PICTURES / f"{size}.pdf").write_bytes(paper)
    sheets = len(re.findall(rb"/Type\s*/Page\b", paper))
    assert 1 <= sheets <= most


def test_scripts_in_names_do_not_run(browser: chromium.Browser, tmp_path: Path) -> None:
    evil = "<img src=x onerror='document.title=1'><script>document.title=2</script>\"><b onclick=1>"
    file = tmp_path / "evil.html"
    file.write_text(page(report_data(seen([manager(evil, labels={"zone": evil})], [service(evil)]))), encoding="utf-8")
    browser.open(file, SCREEN)
    assert browser.evaluate("document.title") == "Swarm cluster: ok"
    assert browser.evaluate("document.querySelectorAll('script, img, [onclick]').length") == 0
    assert browser.requested() == [file.as_uri()]
    assert browser.complaints() == []


def test_what_is_asked_for_is_refused_by_the_policy_of_the_page(browser: chromium.Browser, tmp_path: Path) -> None:
    """If a value should ever come in as HTML, it still loads and runs nothing."""
    file = tmp_path / "broken.html"
    trap = "<script>document.title=1</script><img src=http://192.0.2.1/x>"
    file.write_text(page(troubled(5)).replace("<footer>", f"<footer>{trap}"), encoding="utf-8")
    browser.open(file, SCREEN)
    assert browser.evaluate("document.title").startswith("Swarm ")
    # What is refused is told with an answer of the browser, and not always with the first.
    wait_until(lambda: browser.evaluate("1") and len(browser.complaints()) >= 2, 20)
