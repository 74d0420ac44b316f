# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A double of the Docker Engine, for what a real one cannot show: every request counted, a thousand nodes, no writes.

    double = EngineDouble(nodes=1000)
    Engine(double)                              in this process: it is a transport of the collection
    with served(double, path): connect(...)     behind the unix socket `path`, for the whole way of a module

    double.requests        all that was asked, in order: Request(method, path, query, is_write)
    double.writes          those that would change something
    double.refuses_writes  set to True, these get 403

It is one manager of a swarm (`nodes` counts it too), or with `member` a worker of it or in no swarm. It knows /_ping,
/version, /info, /swarm, /distribution, and services, networks, secrets, configs, nodes and tasks: lists with filters
(id, name, label; for tasks service and node), inspect, create, update, delete. As with a real Engine,

- specs come back with defaults and without what is empty or unknown to the API version (readback.py);
- an update with another version than the present one is out of sequence;
- secrets and configs do not change but for their labels, and an update of one with version 0 tells whether the content
  is the stored one, without writing;
- names are unique, references must lead somewhere, and what is in use is not removed.

Unlike a real Engine, it does everything at once and did it long ago: tasks run (those of jobs are complete) as soon as
their service is there, and all times are in 2020. Constraints are not looked at: every node will do.
"""

from __future__ import annotations

from tests.doubles.engine import EngineDouble, Request
from tests.doubles.server import served

__all__ = ["EngineDouble", "Request", "served"]
