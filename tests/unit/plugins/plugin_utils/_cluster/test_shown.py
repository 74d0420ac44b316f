# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What hosts say of themselves is text, even where it looks like a template."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.apiary.swarm.plugins.filter import operation, preflight
from ansible_collections.apiary.swarm.plugins.plugin_utils._cluster.shown import shown

try:
    from ansible.template import trust_as_template
except ImportError:  # before ansible-core 2.19, all text is a template unless it is marked
    trust_as_template = str

TRAP = "{{ 7 * 7 }}"


@dataclass
class Made:
    said: str = TRAP
    warnings: list[str] = field(default_factory=list)

    def as_dict(self):
        return asdict(self)


# A manager that answers, with a trap wherever a node may say what it wants.
STATUS = {
    "local_state": "active",
    "node_id": "n1",
    "role": "manager",
    "has_quorum": True,
    "swarm": {"id": "c1"},
    "nodes": [{"id": "n2", "name": TRAP, "address": TRAP, "state": "down", "role": "worker", "availability": "active"}],
}


def found():
    hostvars = {"manager1": {"ansible_host": "manager1", "__swarm_operation_status": STATUS}}
    return {
        "shown": shown(Made()),
        "operation": operation.plan_operation(["manager1"], hostvars, "drain", [TRAP]),
        "preflight": preflight.preflight_report({TRAP: {}}, [TRAP], []),
    }


@pytest.mark.parametrize("decision", found())
def test_no_text_in_a_decision_is_a_template(decision):
    templar = Templar(DataLoader(), variables={"found": found()[decision]})
    text = json.dumps(templar.template(trust_as_template("{{ found }}")))
    assert TRAP in text
    assert "49" not in text
