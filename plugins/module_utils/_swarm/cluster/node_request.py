# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a node presents itself to its swarm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.addresses import listen_address


def node_request(options: Mapping[str, Any]) -> dict[str, Any]:
    """What `POST /swarm/init` and `POST /swarm/join` take of a node."""
    return {
        "ListenAddr": listen_address(options.get("listen_addr"), options.get("advertise_addr")),
        "AdvertiseAddr": options.get("advertise_addr") or "",
        "DataPathAddr": options.get("data_path_addr") or "",
        "Availability": options.get("availability") or "active",
    }
