# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""daemon.json: what it will hold, and what it must not hold on a host that is to be in a swarm."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Callable

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError

PATH = "/etc/docker/daemon.json"


def _always(value: Any) -> bool:
    return True


# Which values of which keys cannot be, and why: moby daemon/config/config_linux.go refuses live-restore in a swarm;
# the keys of the stand-alone Swarm of old are refused since Engine 23.0 and meant another cluster before.
_STANDALONE = "it belongs to the old stand-alone Swarm, and engines from 23.0 on do not start with it"
_REFUSED: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "live-restore": (bool, "an engine with live-restore cannot be in a swarm"),
    "cluster-store": (_always, _STANDALONE),
    "cluster-store-opts": (_always, _STANDALONE),
    "cluster-advertise": (_always, _STANDALONE),
}


def merged(present: Mapping[str, Any], wish: Mapping[str, Any]) -> dict[str, Any]:
    """What the file will hold: keys of the wish replace those of the file whole, null takes a key away, others stay.

    Raises SwarmError for a key that breaks Swarm, whether it comes from the wish or is in the file.
    """
    result = {key: value for key, value in {**present, **wish}.items() if value is not None}
    for key, (is_refused, reason) in _REFUSED.items():
        if key in result and is_refused(result[key]):
            said = f"{key}: {json.dumps(result[key])}"
            if key in wish:
                raise SwarmError(
                    f"docker_engine_daemon has {said}, but {reason}.",
                    f"Nothing was changed. Remove {key} from docker_engine_daemon.",
                )
            raise SwarmError(
                f"{PATH} has {said}, but {reason}.",
                f"Nothing was changed. Set {key} to null in docker_engine_daemon to have it removed.",
            )
    return result


def text_of(content: Mapping[str, Any]) -> str:
    """The file for a content."""
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"
