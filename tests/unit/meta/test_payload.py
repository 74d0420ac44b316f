# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How much travels to a node for each task: a module, and all of the shared code that it imports, directly or not."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.unit.programs import environment

# Of what Ansible builds for a module, how much is the collection's own: bytes over a module that imports nothing but
# Ansible. Some tenths above what it was when this was written, so that one import too many is seen.
# These are the modules of a site that has nothing to do.
MOST = {"stack_deploy": 112_000, "swarm_info": 73_000, "engine_info": 85_000, "node_update": 66_000}
NOTHING = "ansible.builtin.ping"

BUILD = """
import json, sys
from ansible.executor.module_common import modify_module
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import init_plugin_loader, module_loader
from ansible.template import Templar

init_plugin_loader()
sizes = {}
for name in sys.argv[1:]:
    found = module_loader.find_plugin_with_context(name)
    built = modify_module(
        module_name=found.resolved_fqcn,
        module_path=found.plugin_resolved_path,
        module_args={},
        templar=Templar(DataLoader()),
        task_vars={"ansible_python_interpreter": sys.executable},
        module_compression="ZIP_DEFLATED",
    )
    # Older versions of Ansible return a tuple.
    sizes[name] = len(built[0] if isinstance(built, tuple) else built.b_module_data)
print(json.dumps(sizes))
"""


@pytest.fixture(scope="module")
def sizes(tmp_path_factory):
    """In a process of its own, because Ansible's loader changes how this one imports."""
    names = [NOTHING, *(f"apiary.swarm.{module}" for module in MOST)]
    program = [sys.executable, "-c", BUILD, *names]
    own = environment(tmp_path_factory.mktemp("ansible"))
    done = subprocess.run(program, env=own, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


@pytest.mark.parametrize("module", MOST)
def test_what_travels_to_a_node_stays_small(sizes, module):
    assert 0 < sizes[f"apiary.swarm.{module}"] - sizes[NOTHING] < MOST[module]
