# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of stack_deploy, for both of its halves."""

from __future__ import annotations

from typing import Any

# What the node needs to know.
DEPLOYMENT: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    "prune": {"type": "bool", "default": False},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 300},
    "resolve_image": {"type": "str", "choices": ["always", "changed", "never"], "default": "changed"},
    "compatibility": {"type": "str", "choices": ["default", "cli"], "default": "default"},
    "keep_versions": {"type": "int", "default": 1},
    "recreate_networks": {"type": "bool", "default": False},
    "on_failure": {"type": "str", "choices": ["leave", "rollback"], "default": "leave"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}

# What the controller makes a model of; the node never sees these.
SOURCES: dict[str, dict[str, Any]] = {
    "compose": {"type": "list", "elements": "str"},
    "definition": {"type": "raw"},
    "remote_src": {"type": "bool", "default": False},
    "template": {"type": "bool", "default": False},
    "env": {"type": "dict", "default": {}},
    "env_file": {"type": "list", "elements": "str", "default": []},
    "secrets": {"type": "dict", "default": {}, "no_log": False},  # see SwarmModule
    "registry_auth": {"type": "dict", "default": {}, "no_log": False},
}

# Those of them that are hidden as a whole where Ansible shows options.
NOT_SHOWN = frozenset({"definition", "env", "secrets", "registry_auth"})

# What the controller makes of them, as JSON text: {"specs", "auths", "hidden", "ticket"}.
MODEL: dict[str, dict[str, Any]] = {"model": {"type": "str"}}
