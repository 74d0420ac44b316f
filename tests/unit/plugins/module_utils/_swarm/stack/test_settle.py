# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting while the managers have no leader, which a single Engine cannot show."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import NotAManager, SwarmError, Timeout
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.rounds import Unfinished
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.settle import Watch, converged, gone


class Clock:
    def __init__(self):
        self.time = 0.0

    def now(self):
        return self.time

    def sleep(self, seconds):
        self.time += seconds


class Managers:
    """Without a leader for the first `refusals` lists; then there is nothing, apart from `left`, the tasks."""

    def __init__(self, refusals, left=(), down=()):
        self.refusals, self.left, self.down = refusals, left, down

    def _answer(self, answer):
        if self.refusals:
            self.refusals -= 1
            raise NotAManager("The swarm does not have a leader", 503)
        return answer

    def services(self, filters):
        return self._answer([])

    def tasks(self, filters):
        task = {"ServiceID": "s", "DesiredState": "remove", "Status": {"State": "running"}}
        return self._answer([{"ID": f"task-{node}", "NodeID": node, **task} for node in self.left])

    def nodes(self):
        return self._answer([{"ID": node, "Status": {"State": "down"}} for node in self.down])

    def networks(self, filters):
        return self._answer([])


def test_a_change_of_leaders_is_waited_out():
    assert converged(Watch(Managers(3), "st", ["st_web"], clock=Clock()), 10) == []
    gone(Managers(3), "st", None, ["n"], 10, Clock())


def test_managers_that_find_no_leader_end_the_wait_at_the_timeout():
    clock = Clock()
    with pytest.raises(NotAManager):
        converged(Watch(Managers(10**6), "st", ["st_web"], clock=clock), 10)
    assert clock.now() == pytest.approx(10)
    with pytest.raises(Timeout, match="the swarm has no leader"):
        gone(Managers(10**6), "st", None, ["n"], 10, Clock())


def test_tasks_of_a_node_that_is_down_are_not_waited_for():
    gone(Managers(0, left=["a"], down=["a"]), "st", None, [], 10, Clock())
    with pytest.raises(Timeout, match="1 tasks and 0 networks"):
        gone(Managers(0, left=["a", "b"], down=["a"]), "st", {"s"}, [], 10, Clock())


class Rollout(Managers):
    """One service, whose task runs from the tenth second on. `clock` is the clock of all of it, and `seen` when it was
    first seen to run.
    """

    def __init__(self, clock, wanted=1, monitor=5.0):
        super().__init__(0)
        self.clock, self.wanted, self.monitor = clock, wanted, monitor
        self.seen = None

    def services(self, filters):
        spec = {"Name": "st_web", "Mode": {"Replicated": {"Replicas": self.wanted}}}
        return [{"ID": "s", "Spec": {**spec, "UpdateConfig": {"Monitor": int(self.monitor * 1e9)}}}]

    def tasks(self, filters):
        state = "starting"
        if self.clock.now() >= 10:
            state, self.seen = "running", self.seen or self.clock.now()
        return [{"ID": "t", "ServiceID": "s", "Slot": 1, "DesiredState": "running", "Status": {"State": state}}]


def rounds_of(engine, clock, timeout, shown=""):
    """(the lines of all rounds, what the last one ended with)"""
    lines, waited, since = [], 0.0, {}
    for _round in range(20):
        watch = Watch(engine, "st", ["st_web"], ["s"], clock=clock, waited=waited, shown=shown)
        watch.recall(since)
        try:
            return lines, converged(watch, timeout)
        except Unfinished as pause:
            lines.append((round(watch.waited), pause.line))
            shown, waited, since = pause.line, watch.waited, watch.running_since()
        except SwarmError as failure:
            return lines, failure.message
    raise AssertionError(f"the wait has no end: {lines}")


def test_a_wait_in_rounds_is_one_wait():
    clock = Clock()
    engine = Rollout(clock)
    lines, services = rounds_of(engine, clock, 60)
    assert lines == [
        (1, "web 0/1 running, 1 starting; 0 of 1 services run"),
        (10, "all 1 services run, and are watched for their monitor periods"),
    ]
    assert [str(service) for service in services] == ["st_web 1/1 running"]
    # The monitor period of five seconds is not begun again in the last round, and nobody waits beyond it.
    assert clock.now() == pytest.approx(engine.seen + 5, abs=0.01)


def test_a_wait_that_is_about_to_end_has_no_other_round():
    clock = Clock()
    engine = Rollout(clock, monitor=0.4)
    lines, services = rounds_of(engine, clock, 60)
    assert [seconds for seconds, _line in lines] == [1]
    assert [str(service) for service in services] == ["st_web 1/1 running"]
    assert clock.now() == pytest.approx(engine.seen + 0.4, abs=0.01)


def test_all_services_are_waited_for():
    class Two(Rollout):
        """The second one runs five seconds later."""

        def services(self, filters):
            (first,) = super().services(filters)
            return [first, {"ID": "later", "Spec": {**first["Spec"], "Name": "st_api"}}]

        def tasks(self, filters):
            (first,) = super().tasks(filters)
            state = "running" if self.clock.now() >= 15 else "starting"
            return [first, {**first, "ID": "u", "ServiceID": "later", "Status": {"State": state}}]

    clock = Clock()
    services = converged(Watch(Two(clock), "st", ["st_web", "st_api"], ["s", "later"], clock=clock), 60)
    assert [service.name for service in services] == ["st_api", "st_web"]
    assert 20 <= clock.now() <= 21.5


def test_a_rollout_that_was_paused_ends_the_wait_at_once():
    class Paused(Rollout):
        def services(self, filters):
            (first,) = super().services(filters)
            return [{**first, "UpdateStatus": {"State": "paused", "Message": "too many failures"}}]

    clock = Clock()
    with pytest.raises(SwarmError, match=r"Stack st was not rolled out: st_web .*the update was paused"):
        converged(Watch(Paused(clock), "st", ["st_web"], ["s"], clock=clock), 60)
    assert clock.now() == 0


def test_rounds_share_their_timeout():
    clock = Clock()
    lines, failure = rounds_of(Rollout(clock, wanted=2), clock, 45)
    assert [seconds for seconds, _line in lines] == [1, 10, 26, 42]
    assert failure.startswith("Stack st has not converged within 45 s: st_web 1/2 running")
    assert clock.now() == pytest.approx(45, abs=1)


def test_a_network_without_addresses_is_named():
    clock = Clock()
    engine = Rollout(clock, wanted=2)
    engine.networks = lambda filters: [{"Name": "st_a", "Driver": ""}, {"Name": "st_b", "Driver": "overlay"}]
    _lines, failure = rounds_of(engine, clock, 5, shown=None)
    assert failure.endswith("; network st_a was given no addresses by the swarm.")


def test_a_wait_that_nobody_watches_has_one_round():
    clock = Clock()
    assert rounds_of(Rollout(clock), clock, 60, shown=None)[0] == []
