# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an Engine can be in a swarm, for the tables of the tests."""

from __future__ import annotations

import base64

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.membership import Membership


def certificate(content):
    body = base64.b64encode(content.encode()).decode()
    return f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"


ROOT, MINE = certificate("root"), certificate("mine")
OURS, THEIRS = "0" * 62 + "ab", "0" * 62 + "cd"


def token(digest):
    number, digits = int(digest, 16), ""
    while number:
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
    return f"SWMTKN-1-{digits:0>50}-{'s' * 25}"


def member(state, role="", digest=OURS, quorum=False, error=""):
    known = state != "inactive"
    return Membership(
        local_state=state,
        role=role,
        node_id="node1" if known else "",
        node_address="192.0.2.1" if known else "",
        cluster_id="swarm1" if known else "",
        root_ca_digest=digest if known else "",
        has_quorum=quorum,
        error=error,
    )


INACTIVE = member("inactive")
WORKER = member("active", "worker")
MANAGER = member("active", "manager", quorum=True)
LOST = member("active", "manager", error="The swarm does not have a leader.")
PENDING = member("pending")
LOCKED = member("locked", "manager", error="Swarm is encrypted")
FAILED = member("error", "worker", error="x509: certificate has expired or is not yet valid")
BROKEN = member("error", "worker", error="disk full")
STARTING = member("pending", "manager")
