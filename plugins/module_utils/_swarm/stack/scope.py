# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What belongs to a stack: full names, the label that marks it, and the networks that its services use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

NAMESPACE_LABEL = "com.docker.stack.namespace"
DEFAULT_NETWORK = "default"


@dataclass(frozen=True)
class Scope:
    stack: str

    def name(self, name: str, entry: Mapping[str, Any] | None = None) -> str:
        """The full name of an entry: its own `name`, or that of the file behind the name of the stack."""
        return str((entry or {}).get("name") or f"{self.stack}_{name}")

    def labels(self, labels: Mapping[str, str] | None) -> dict[str, str]:
        return {**(labels or {}), NAMESPACE_LABEL: self.stack}


def services_networks(model: Mapping[str, Any]) -> list[str]:
    """The names, in the file, of all networks that some service uses."""
    services = model["services"].values()
    return sorted({name for service in services for name in service.get("networks") or [DEFAULT_NETWORK]})


def is_user_defined(network: str) -> bool:
    """Whether it is none of the networks that every Engine has by itself."""
    return network not in ("default", "bridge", "host", "none") and not network.startswith("container:")


def present(**fields: Any) -> dict[str, Any]:
    """The fields that are not None."""
    return {name: value for name, value in fields.items() if value is not None}


def filled(**fields: Any) -> dict[str, Any]:
    """The fields that are not empty, false or 0: what Go's `omitempty` sends."""
    return {name: value for name, value in fields.items() if value}
