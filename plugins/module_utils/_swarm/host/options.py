# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of engine_info and engine_config, as the doc fragment `engine` describes them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Callable

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host import logins
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.wish import RESTARTS, SOURCES, STATES, Wish
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.masking import texts
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.secret_names import named

_TEXTS = ("version", "repository_url", "repository_key_url", "repository_key_fingerprint", "repository_username")

WISH: dict[str, dict[str, Any]] = {
    "source": {"type": "str", "choices": list(SOURCES)},
    "state": {"type": "str", "choices": list(STATES), "default": Wish.state},
    "remove_data": {"type": "bool", "default": False},
    **{name: {"type": "str", "default": getattr(Wish, name), "no_log": False} for name in _TEXTS},
    "repository_password": {"type": "str", "default": ""},
    "allow_downgrade": {"type": "bool", "default": False},
    "package_files": {"type": "list", "elements": "str", "default": []},
    "hold": {"type": "bool", "default": True},
    "restart": {"type": "str", "choices": list(RESTARTS), "default": Wish.restart},
    "daemon": {"type": "dict", "default": {}},
    "log_opts": {"type": "dict", "default": {}},
    "service": {"type": "dict", "default": {}},
    "http_proxy": {"type": "str", "default": ""},
    "https_proxy": {"type": "str", "default": ""},
    "no_proxy": {"type": "str", "default": ""},
    "mtu": {"type": "str", "default": ""},
    "link": {"type": "str", "default": ""},
    "certificates": {"type": "dict", "default": {}},
    "logins": {"type": "str", "default": ""},
    "users": {"type": "list", "elements": "str", "default": []},
    "modules": {"type": "list", "elements": "str", "default": []},
    "sysctls": {"type": "dict", "default": {}},
}

# Which of them hold secrets, and how these are found there. An address of a repository or a proxy can hold a password.
SECRET: Mapping[str, Callable[[Any], Iterable[str]]] = {
    "repository_url": named,
    "repository_key_url": named,
    "repository_password": texts,
    "daemon": named,
    "log_opts": named,
    "service": lambda settings: (*named(settings), *named([text.split() for text in texts(settings)])),
    "http_proxy": named,
    "https_proxy": named,
    "logins": logins.secrets,
}
