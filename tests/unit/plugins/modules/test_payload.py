# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What travels to a node for each task: a module, and all of the shared code that it imports, directly or not."""

from __future__ import annotations

import json
import os
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
# Each module starts in a process of its own, a copy of one that has nothing but what Ansible has for all modules.
START = """
import importlib, json, os, sys
import ansible.module_utils.basic

for name in sys.argv[1:]:
    if not os.fork():
        importlib.import_module(name)
        print(json.dumps([name, sorted(sys.modules)]), flush=True)
        os._exit(0)
    assert os.wait()[1] == 0, name
"""


def output(program, *arguments, env):
    """In a process of its own, because Ansible's loader changes how this one imports."""
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE, text=True).stdout


@pytest.fixture(scope="module")
def sizes(made_once):
    names = [NOTHING, *(f"apiary.swarm.{module}" for module in MOST)]
    return made_once("payload", lambda folder: json.loads(output(BUILD, *names, env=environment(folder))))


@pytest.fixture(scope="module")
def loaded(made_once):
    """By the module, what is in `sys.modules` when it starts."""

    def start(_folder):
        names = [f"ansible_collections.apiary.swarm.plugins.modules.{module}" for module in MOST]
        path = os.pathsep.join(entry for entry in sys.path if entry)
        lines = output(START, *names, env={"PYTHONPATH": path}).splitlines()
        return dict(zip(MOST, map(json.loads, lines), strict=True))

    return made_once("loaded", start)


@pytest.mark.parametrize("module", MOST)
def test_what_travels_to_a_node_stays_small(sizes, module):
    assert 0 < sizes[f"apiary.swarm.{module}"] - sizes[NOTHING] < MOST[module]


@pytest.mark.parametrize("module", MOST)
def test_a_module_that_starts_loads_nothing_that_a_node_may_lack(loaded, module):
    """What is imported is what counts, and not only what the files of this collection say."""
    name, modules = loaded[module]
    assert name.endswith(f".plugins.modules.{module}")
    assert name in modules
    assert {"docker", "yaml", "requests", "jsondiff"}.isdisjoint(modules)
