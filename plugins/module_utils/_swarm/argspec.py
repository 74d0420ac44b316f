# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Argument specs that modules share, to be merged into their own."""

from __future__ import annotations

from typing import Any

from ansible.module_utils.basic import env_fallback
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.ansible_module import SwarmModule

CONNECTION: dict[str, dict[str, Any]] = {
    "docker_host": {
        "type": "str",
        "default": "unix:///var/run/docker.sock",
        "fallback": (env_fallback, ["DOCKER_HOST"]),
        "aliases": ["docker_url"],
    },
    "tls": {"type": "bool", "default": False, "fallback": (env_fallback, ["DOCKER_TLS"])},
    "validate_certs": {
        "type": "bool",
        "default": False,
        "fallback": (env_fallback, ["DOCKER_TLS_VERIFY"]),
        "aliases": ["tls_verify"],
    },
    "ca_path": {"type": "path", "aliases": ["ca_cert", "cacert_path"]},
    "client_cert": {"type": "path", "aliases": ["cert_path"]},
    "client_key": {"type": "path", "aliases": ["key_path"]},
    "use_ssh_client": {"type": "bool", "default": False},
    "timeout": {"type": "int", "default": 60, "fallback": (env_fallback, ["DOCKER_TIMEOUT"])},
}


# Of modules whose waits are shown (rounds.py); their action plugins set it.
TICKET: dict[str, dict[str, Any]] = {"ticket": {"type": "dict"}}


def make_module(options: dict[str, dict[str, Any]], **kwargs: Any) -> SwarmModule:
    """A module with the connection options beside its own."""
    return SwarmModule({**CONNECTION, **options}, **kwargs)
