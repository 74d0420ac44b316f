# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The status page, read as HTML: what it shows, that it loads nothing, and that nothing in it is taken for HTML."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from ansible_collections.apiary.swarm.plugins.plugin_utils._report.data import Seen, report_data
from ansible_collections.apiary.swarm.plugins.plugin_utils._report.page import page

from tests.unit.plugins.plugin_utils._report.swarms import NOW, manager, node, seen, service, task, troubled

EVIL = "<script>alert(1)</script><img src=x onerror='alert(2)'>\"' onmouseover=\"alert(3)"
VOID = {"meta", "br"}


class Read(HTMLParser):
    """The elements of a page, and its text. Elements must be closed in the order in which they are opened."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if self._open and self._open[-1] != "style":
            self.words += data.split()

    @property
    def text(self) -> str:
        return " ".join(self.words)

    def count(self, tag, name=""):
        return sum(found == tag and name in (attrs.get("class") or "").split() for found, attrs in self.elements)


@pytest.mark.parametrize("size", [5, 500])
def test_all_nodes_and_services_are_on_it(size):
    found = Read(page(troubled(size)))
    assert found.count("article", "node") == size
    assert found.count("article", "ill") == 1
    assert ("Nodes in a table" in found.text) is True
    for words in (
        "something does not work",
        "short",
        "1 of 6",
        "zone a",
        "no zone" if size > 50 else "zone c",
        "2046-01",
    ):
        assert words in found.text


def test_it_says_how_many_managers_may_be_lost():
    found = Read(page(report_data(seen([manager("m1", leader=True), manager("m2"), manager("m3")]))))
    assert "all is well" in found.text
    assert "3 of 3 managers reachable; 1 more may be lost" in found.text


def test_without_a_manager_that_answers_there_is_a_page_too():
    found = Read(page(report_data(Seen(at=NOW))))
    assert "without a manager that answers" in found.text
    assert "no quorum" in found.text


@pytest.mark.parametrize("size", [5, 500])
def test_it_loads_nothing_and_runs_nothing(size):
    text = page(troubled(size))
    found = Read(text)
    assert {tag for tag, _attrs in found.elements}.isdisjoint(
        {"script", "link", "img", "iframe", "object", "embed", "base", "form", "a", "video", "audio", "svg"}
    )
    names = {name for _tag, attrs in found.elements for name in attrs}
    assert names <= {"charset", "class", "content", "datetime", "http-equiv", "lang", "name", "open", "title"}
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    assert not re.search(r"url\(|@import|@font-face|https?:", style)
    policy = next(attrs for _tag, attrs in found.elements if attrs.get("http-equiv") == "Content-Security-Policy")
    assert policy["content"] == "default-src 'none'; style-src 'unsafe-inline'"
    assert "://" not in text


def test_nothing_that_a_swarm_says_is_taken_for_html():
    texts = ("id", "address", "engine_version", "os", "architecture", "state", "availability", "reachability")
    evil = dict.fromkeys(texts, EVIL)
    tasks = [task(EVIL, EVIL, error=EVIL)]
    nodes = [
        manager(EVIL, **evil, labels={"zone": EVIL}, tasks=tasks),
        node("w1", tasks=tasks),
    ]
    port = {"published": 1, "target": EVIL, "protocol": EVIL, "mode": EVIL}
    services = [
        service(
            EVIL,
            image=EVIL,
            mode=EVIL,
            running=0,
            converged=False,
            ports=[port],
            update_status={"state": EVIL},
            errors=[{"error": EVIL}],
        )
    ]
    rows = [{"verdict": "warn", "check": EVIL, "host": EVIL, "found": EVIL}]
    data = report_data(seen(nodes, services, preflight={"rows": rows}, zone_label="zone"))
    text = page({**data, "cluster_id": EVIL, "zone_label": EVIL})
    found = Read(text)
    assert "<script" not in text
    assert "<img" not in text
    assert {name for _tag, attrs in found.elements for name in attrs}.isdisjoint({"onerror", "onmouseover", "src"})
    assert text.count("&lt;script&gt;alert(1)&lt;/script&gt;") > 15


def test_a_node_with_many_tasks_shows_them_as_squares():
    few, many = ([task(slot=slot) for slot in range(count)] for count in (12, 13))
    found = Read(page(report_data(seen([manager("few", tasks=few), manager("many", tasks=many)]))))
    assert found.count("li", "task") == 25
    assert found.text.count("shop_web.") == 11  # slot 0 has no number
