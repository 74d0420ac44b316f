# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stack that does not go away at once."""

from __future__ import annotations

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.rotate import NAMESPACE_LABEL

from tests.doubles import EngineDouble
from tests.doubles.engine import Refusal
from tests.doubles.objects import matches

LABELS = {NAMESPACE_LABEL: "shop"}


class Slow(EngineDouble):
    """The tasks of services that are removed are there for so many looks; so are networks that are removed."""

    def __init__(self, tasks, networks):
        super().__init__()
        self.left = {"services": tasks, "networks": networks}
        self.going = {"services": [], "networks": []}
        engine = Engine(self)
        for number in (1, 2):
            engine.create_network({"Name": f"shop_net{number}", "Labels": LABELS, "Scope": "swarm"})
        container = {"Image": "web:1", "Env": ["A=1"]}
        service = {"Labels": LABELS, "Mode": {"Replicated": {"Replicas": 3}}}
        for name in ("shop_web", "shop_db"):
            engine.create_service({**service, "Name": name, "TaskTemplate": {"ContainerSpec": container}})

    def _remove(self, kind, item):
        if kind == "networks" and self.going["services"]:
            raise Refusal(400, "rpc error: code = InvalidArgument desc = network is in use by task")
        if kind in self.going:
            self.going[kind].append(item)
        super()._remove(kind, item)

    def _there(self, kind):
        """What is on its way out, one look less."""
        if self.going[kind]:
            self.left[kind] -= 1
        if self.left[kind] <= 0:
            self.going[kind] = []
        return self.going[kind]

    def _list_tasks(self, filters):
        leaving = [task for service in self._there("services") for task in self._tasks(service)]
        return super()._list_tasks(filters) + [{**task, "DesiredState": "remove"} for task in leaving]

    def _list(self, kind, filters, status):
        there = [item for item in self._there(kind) if matches(item, filters)] if kind == "networks" else []
        return super()._list(kind, filters, status) + there
