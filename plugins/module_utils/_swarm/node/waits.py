# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for nodes: until a role is changed, until the tasks are gone, until another manager may go."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster import membership as states
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.membership import membership_of
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.quorum import quorum_of
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import NotAManager, NotFound, Timeout
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.roles import answers, is_member, state_of, title
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.node.tasks import running, still_running
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.rounds import Ticket, watched
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.wait import poll

Node = Mapping[str, Any]

# What is waited for, as it is shown.
STATES, DRAIN = "states of nodes", "drain"

# Seconds. When the leader goes down, the other managers choose another one meanwhile.
ELECTION = 30


def list_nodes(engine: Engine, check_mode: bool) -> list[Node]:
    """All nodes; the one error of nodes modules for Engines that cannot list them.

    In check mode an Engine in no swarm has none: the swarm itself may only be planned.
    """
    try:
        return list(engine.nodes())
    except NotAManager as problem:
        member = membership_of(engine.info())
        if check_mode and member.local_state == states.INACTIVE:
            return []
        if member.role == "manager" and member.local_state == states.ACTIVE:
            raise NotAManager(
                f"The managers of the swarm do not answer: {problem.message.rstrip('.')}. Nothing was changed.",
                problem.status,
                "Have they lost their quorum? See swarm_info.",
            ) from problem
        raise NotAManager(
            f"Only a manager knows the nodes, and this Engine is {member}. Nothing was changed.",
            problem.status,
            "Run the task on a manager.",
        ) from problem


def listed_patiently(engine: Engine, timeout: float) -> Sequence[Node]:
    """All nodes; managers that have no leader just now are given time to choose one."""

    def look() -> list[Node] | NotAManager:
        try:
            return list_nodes(engine, check_mode=False)
        except NotAManager as problem:
            return problem

    def is_final(found: list[Node] | NotAManager) -> bool:
        return not isinstance(found, NotAManager) or membership_of(engine.info()).role != "manager"

    try:
        found = poll(look, is_final, timeout, str)
    except Timeout:
        found = look()
    if isinstance(found, NotAManager):
        raise found
    return found


def first_look(engine: Engine, check_mode: bool, ticket: Ticket) -> Sequence[Node]:
    """All nodes at the beginning of a round. Another than the first may begin while the managers choose a leader."""
    return listed_patiently(engine, ELECTION) if ticket.waited else list_nodes(engine, check_mode)


def look_until(
    engine: Engine,
    nodes: Sequence[Node],
    certain: Callable[[Sequence[Node]], bool],
    timeout: float,
    ticket: Ticket | None = None,
    line: Callable[[Sequence[Node]], str] = lambda found: "",
) -> Sequence[Node]:
    """All nodes when their states are certain enough; when time is over, as they are. `nodes` are the first look.

    What managers think of a node is wrong for a while after it left or died, and unknown after a change of leaders.
    With a ticket, `line` of the nodes is shown meanwhile.
    """
    seen = nodes
    looks = itertools.count()

    def look() -> Sequence[Node]:
        nonlocal seen
        if next(looks):
            seen = list_nodes(engine, check_mode=False)
        return seen

    try:
        return watched(ticket or Ticket(), STATES, look, certain, timeout, lambda found: "", line)
    except Timeout:
        return seen


def _while_choosing(engine: Engine, describe: Callable[[Sequence[Node]], str]) -> tuple[Any, Any]:
    """A read of all nodes that is None while the managers choose a leader, and `describe` that knows of it."""

    def read() -> list[Node] | None:
        try:
            return list(engine.nodes())
        except NotAManager:
            return None

    return read, lambda nodes: "the managers have no leader." if nodes is None else describe(nodes)


def wait_until_one_may_go(engine: Engine, node: Node, timeout: float) -> None:
    """Until the other managers are a majority of what is left, those that were promoted just now among them."""

    def others(nodes: Sequence[Node]) -> Any:
        return quorum_of([other for other in nodes if other["ID"] != node["ID"]])

    def reached(nodes: Sequence[Node] | None) -> bool:
        if nodes is None:
            return False
        joining = [other for other in nodes if other["Spec"].get("Role") == "manager" and not is_member(other)]
        return bool(others(nodes).holds) and not any(state_of(other) == "ready" for other in joining)

    def describe(nodes: Sequence[Node]) -> str:
        left = others(nodes)
        return (
            f"without {title(node)}, {left.reachable} of {left.managers} managers are reachable and {left.majority} "
            "are needed."
        )

    read, describe_any = _while_choosing(engine, describe)
    poll(read, reached, timeout, describe_any)


def wait_for_demotion(engine: Engine, node: Node, timeout: float) -> None:
    """Until the node has left the raft group (or the swarm), and the others are a majority.

    When the leader goes, another one is chosen meanwhile.
    """

    def seen_in(nodes: Sequence[Node]) -> Node:
        return next((seen for seen in nodes if seen["ID"] == node["ID"]), {})

    def describe(nodes: Sequence[Node]) -> str:
        seen = seen_in(nodes)
        return f"node {title(node)} is {state_of(seen)} and still a manager ({seen.get('ManagerStatus')})."

    read, describe_any = _while_choosing(engine, describe)
    poll(
        read,
        lambda nodes: nodes is not None and not is_member(seen_in(nodes)) and quorum_of(nodes).holds,
        timeout,
        describe_any,
    )


def wait_for_promotion(engine: Engine, node: Node, timeout: float) -> None:
    """Until the node is a reachable manager: it gets another certificate and joins the raft group."""

    def read() -> Node | None:
        try:
            return engine.node(node["ID"])
        except NotAManager:
            return None

    def describe(seen: Node | None) -> str:
        if seen is None:
            return "the managers have no leader."
        return f"node {title(node)} is {state_of(seen)} and not yet a reachable manager ({seen.get('ManagerStatus')})."

    poll(read, lambda seen: seen is not None and answers(seen), timeout, describe)


def wait_for_tasks(engine: Engine, nodes: Sequence[Node], timeout: float, ticket: Ticket | None = None) -> None:
    """Until no task is left on these nodes, but for those that are down: what ran there cannot be stopped.

    Draining does not stop the tasks of jobs; they are waited for until they are complete.
    """
    waited = {node["ID"]: node for node in nodes if state_of(node) != "down"}
    if not waited:
        return

    def left() -> list[Mapping[str, Any]] | None:
        try:
            tasks = running(engine.tasks({"node": sorted(waited)}))
            lost = {node["ID"] for node in engine.nodes() if state_of(node) == "down"} if tasks else set()
        except NotAManager:
            return None
        return [task for task in tasks if task.get("NodeID") not in lost]

    def describe(tasks: list[Mapping[str, Any]] | None) -> str:
        if tasks is None:
            return "the managers have no leader."
        return f"still running: {still_running(tasks, engine.services(), waited)}."

    watched(ticket or Ticket(), DRAIN, left, lambda tasks: tasks is not None and not tasks, timeout, describe)


def node_now(engine: Engine, node: Node) -> Node | None:
    """The node as it is now; None when it is no longer there."""
    try:
        return engine.node(node["ID"])
    except NotFound:
        return None
