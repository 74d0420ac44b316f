# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Going back after a failure, where the services were written to by others as well."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.rollout import Rollout
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.rounds import Ticket
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.state import Wish


def spec(version):
    # A global service without nodes has converged: what is tested is what is written.
    return {"Name": "st_web", "Mode": {"Global": {}}, "Labels": {"version": version}}


class Managers:
    """One service, whose update was paused."""

    def __init__(self, now, previous):
        state = {"State": "paused", "Message": "a task failed"}
        self.service = {"ID": "s", "Version": {"Index": 7}, "Spec": now, "PreviousSpec": previous}
        self.service["UpdateStatus"] = state
        self.written = []

    def services(self, filters):
        return [self.service]

    def tasks(self, filters):
        return []

    def nodes(self):
        return []

    def networks(self, filters):
        return []

    def update_service(self, service, version, written, credentials):
        self.written.append(written["Labels"]["version"])
        self.service = {"ID": service, "Version": {"Index": version + 1}, "Spec": written}


@pytest.mark.parametrize(
    ("now", "previous", "written", "restored"),
    {
        "as this run left it": ("new", "old", ["old"], ["st_web"]),
        "written to by somebody after it": ("other", "new", [], []),
        "rolled back by the Engine": ("old", None, [], ["st_web"]),
    }.values(),
)
def test_only_what_this_run_left_is_restored(now, previous, written, restored):
    wish = Wish("st", services={"st_web": spec("new")}, on_failure="rollback", wait_timeout=1)
    rollout = Rollout(wish, {}, Ticket())
    rollout.updated("s", spec("old"))
    engine = Managers(spec(now), previous and spec(previous))
    with pytest.raises(SwarmError, match="the update was paused") as failure:
        rollout.converge(engine, ())
    assert engine.written == written
    assert failure.value.facts["rolled_back"] == restored
