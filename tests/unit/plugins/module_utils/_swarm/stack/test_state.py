# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of stacks, and numbers of replicas."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.deploy import removal
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.state import Wish, mode_of, replicas


@pytest.mark.parametrize("name", ["", " ", "\t\n", "''", '" "'])
def test_a_stack_without_a_name_is_refused(name):
    # The Engine would list, and a removal would remove, the services of all stacks.
    with pytest.raises(SwarmError, match="Nothing was changed"):
        removal(name, wait=True, wait_timeout=1)
    with pytest.raises(SwarmError, match="A stack cannot have the name"):
        Wish(name)


MODES = {
    "nothing stated": ({}, "Replicated", 1),
    "a number": ({"Mode": {"Replicated": {"Replicas": 3}}}, "Replicated", 3),
    "none at all": ({"Mode": {"Replicated": {"Replicas": 0}}}, "Replicated", 0),
    "no number": ({"Mode": {"Replicated": None}}, "Replicated", 1),
    "a job": ({"Mode": {"ReplicatedJob": {"MaxConcurrent": 2, "TotalCompletions": 5}}}, "ReplicatedJob", 5),
    "a job of one round": ({"Mode": {"ReplicatedJob": {"MaxConcurrent": 2}}}, "ReplicatedJob", 2),
    "global": ({"Mode": {"Global": {}}}, "Global", None),
    "a global job": ({"Mode": {"GlobalJob": {}}}, "GlobalJob", None),
}


@pytest.mark.parametrize(("spec", "mode", "number"), MODES.values(), ids=MODES.keys())
def test_mode_and_replicas(spec, mode, number):
    assert (mode_of(spec), replicas(spec)) == (mode, number)
