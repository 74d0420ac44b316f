# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.converge import Progress
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.rounds import line


def service(name, running=1, wanted=1, **fields):
    return Progress(id=name, name=f"st_{name}", mode="replicated", wanted=wanted, running=running, monitor=5, **fields)


@pytest.mark.parametrize(
    ("services", "words"),
    [
        (
            [service("web", 2, 3, states=(("starting", 1),)), service("api")],
            "web 2/3 running, 1 starting; 1 of 2 services run",
        ),
        ([service("web"), service("api")], "all 2 services run, and are watched for their monitor periods"),
        (
            [service(f"s{number}", 0) for number in range(9)],
            "; ".join(f"s{number} 0/1 running" for number in range(6)) + "; 3 more; 0 of 9 services run",
        ),
    ],
)
def test_a_line_names_what_is_not_there_yet(services, words):
    assert line(services, "st") == words
