# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deploying a stack: the four steps, put together."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import EngineError, OutOfSequence, SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import Duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Plan, Step
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack import images
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.decide import decide
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.read import Auths, read
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.rollout import Rollout
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.rounds import RemovalTicket, Ticket
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.settle import gone
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.state import State, Wish, container_of

# What the Engine answers where a plan no longer fits because somebody else was quicker: a name that was free is taken,
# and what nobody used is in use (which is a bad request to it).
NAME_IS_TAKEN = 409
IN_USE = 400


def make_duty(params: Mapping[str, Any], check_mode: bool) -> Duty[State]:
    """The duty of the module stack_deploy. `params["model"]` is the JSON text that its action plugin makes."""
    model = json.loads(params["model"] or "{}")
    if params["state"] == "absent":
        deployment = _deployment(removal(params["name"], params["wait"], params["wait_timeout"]))
        deployment.ticket = RemovalTicket(**(model.get("ticket") or {}))
        return _duty(deployment, check_mode)
    if not model:
        raise SwarmError("stack_deploy works through its action plugin, which makes a model of the Compose files.")
    specs = model["specs"]
    wish = Wish(
        stack=params["name"],
        networks=specs["networks"],
        secrets=specs["secrets"],
        configs=specs["configs"],
        services=specs["services"],
        external=specs["external"],
        prune=params["prune"],
        wait=params["wait"],
        wait_timeout=params["wait_timeout"],
        resolve_image=params["resolve_image"],
        keep_versions=params["keep_versions"],
        recreate_networks=params["recreate_networks"],
        on_failure=params["on_failure"],
        as_cli=params["compatibility"] == "cli",
    )
    auths, ticket = model.get("auths") or {}, Ticket(**(model.get("ticket") or {}))
    if not ticket.waited:
        return _duty(_deployment(wish, auths, ticket), check_mode)
    return _resumed(_deployment(dataclasses.replace(wish, resolve_image="never"), auths, ticket))


def removal(stack: str, wait: bool, wait_timeout: float) -> Wish:
    """The wish that nothing of a stack is left."""
    return Wish(stack, prune=True, wait=wait, wait_timeout=wait_timeout, keep_versions=0, absent=True)


def _deployment(wish: Wish, auths: Auths | None = None, ticket: Ticket | None = None) -> Deployment:
    return Deployment(wish, auths or {}, Rollout(wish, auths or {}, ticket or Ticket()))


def _duty(deployment: Deployment, check_mode: bool) -> Duty[State]:
    return Duty(
        read=lambda engine: deployment.read(engine, check_mode),
        decide=lambda state: decide(deployment.wish, state),
        perform=deployment.perform,
        settle=deployment.settle,
        result=deployment.result,
    )


def _resumed(deployment: Deployment) -> Duty[State]:
    """Another round of a deployment: the wait goes on, and then what is no longer needed is removed.

    Nothing else is decided anew: two deployments of the same stack would undo each other's work all the time.
    """

    def read(engine: Engine) -> State:
        deployment.rollout.converge(engine, ())
        return deployment.read(engine, check_mode=False)

    return dataclasses.replace(
        _duty(deployment, check_mode=False),
        read=read,
        decide=lambda state: Plan(tuple(step for step in decide(deployment.wish, state) if _is_late(step))),
    )


def _is_late(step: Step) -> bool:
    """Whether a step takes away what is needed until what replaces it is known to work."""
    return step.action == "remove" and not step.payload.get("first")


@dataclass
class Deployment:
    """One run: what it read, what it wrote so far, and whether what it wrote has been waited for.

    The removal of a stack has `ticket`, which outlives a round.
    """

    wish: Wish
    auths: Auths
    rollout: Rollout
    state: State = field(default_factory=State)
    ids: dict[tuple[str, str], str] = field(default_factory=dict)  # (kind, name) of secrets and configs created
    removed: set[str] = field(default_factory=set)  # IDs of services
    ticket: RemovalTicket = field(default_factory=RemovalTicket)

    def read(self, engine: Engine, check_mode: bool) -> State:
        if self.ticket.waited:  # another round: the managers may just be choosing a leader
            self._gone(engine, None, self.ticket.networks)
        self.state = read(engine, self.wish, self.auths, check_mode)
        return self.state

    def perform(self, engine: Engine, step: Step) -> None:
        if _is_late(step):
            self.rollout.converge(engine, self.state.services)
        try:
            _WRITES[step.action, step.kind](self, engine, step)
        except EngineError as refusal:
            if (step.action, refusal.status) in (("create", NAME_IS_TAKEN), ("remove", IN_USE)):
                raise OutOfSequence(refusal.message, refusal.status) from refusal
            raise

    def settle(self, engine: Engine, state: State, plan: Plan) -> State:
        self.rollout.converge(engine, state.services)
        services = [step.payload["id"] for step in plan if (step.action, step.kind) == ("remove", "service")]
        networks = self.ticket.networks
        if self.wish.wait and (self.wish.absent or services or networks):
            # What an earlier removal that was cut short has left behind is waited for too.
            self._gone(engine, None if self.wish.absent else services, networks)
        if plan or self.rollout.waited:
            state = self.read(engine, check_mode=False)
            self.rollout.require_own(state.services)
        return state

    def result(self, state: State) -> dict[str, Any]:
        return {"services": [_summary(service) for service in state.services]}

    def create_blob(self, engine: Engine, step: Step) -> None:
        create = engine.create_secret if step.kind == "secret" else engine.create_config
        self.ids[step.kind, step.name] = create(step.payload["spec"])

    def update_blob(self, engine: Engine, step: Step) -> None:
        update = engine.update_secret if step.kind == "secret" else engine.update_config
        update(step.payload["id"], step.payload["version"], step.payload["spec"])

    def create_network(self, engine: Engine, step: Step) -> None:
        engine.create_network(step.payload["spec"])

    def create_service(self, engine: Engine, step: Step) -> None:
        spec = self._complete(step.payload["spec"])
        self.rollout.created(engine.create_service(spec, images.credentials(images.of(spec), self.auths)))

    def update_service(self, engine: Engine, step: Step) -> None:
        self.rollout.note_tasks(engine)
        spec, service = self._complete(step.payload["spec"]), step.payload["id"]
        engine.update_service(service, step.payload["version"], spec, images.credentials(images.of(spec), self.auths))
        self.rollout.updated(service, step.payload["previous"])

    def remove_service(self, engine: Engine, step: Step) -> None:
        engine.remove_service(step.payload["id"])
        self.removed.add(step.payload["id"])

    def remove_blob(self, engine: Engine, step: Step) -> None:
        remove = engine.remove_secret if step.kind == "secret" else engine.remove_config
        remove(step.payload["id"])

    def remove_network(self, engine: Engine, step: Step) -> None:
        """Remove a network, after the tasks that used it; of one to replace, nothing may be left afterwards."""
        network = step.payload["id"]
        if self.wish.wait or step.payload.get("first"):
            self._gone(engine, self.removed, [])
        engine.remove_network(network)
        self.ticket.networks.append(network)
        if step.payload.get("first"):
            self._gone(engine, [], [network])

    def _gone(self, engine: Engine, services: Collection[str] | None, networks: Collection[str]) -> None:
        gone(engine, self.wish.stack, services, networks, self.wish.wait_timeout, ticket=self.ticket)

    def _complete(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        """The spec with the IDs of secrets and configs that this run created."""
        container = dict(container_of(spec))
        for kind, key in (("secret", "Secret"), ("config", "Config")):
            if container.get(f"{key}s"):
                container[f"{key}s"] = [
                    {**item, f"{key}ID": item[f"{key}ID"] or self.ids[kind, item[f"{key}Name"]]}
                    for item in container[f"{key}s"]
                ]
        credential = (container.get("Privileges") or {}).get("CredentialSpec") or {}
        if ("config", credential.get("Config")) in self.ids:
            named = {**credential, "Config": self.ids["config", credential["Config"]]}
            container["Privileges"] = {**container["Privileges"], "CredentialSpec": named}
        return {**spec, "TaskTemplate": {**spec["TaskTemplate"], "ContainerSpec": container}}


_WRITES = {
    ("create", "secret"): Deployment.create_blob,
    ("create", "config"): Deployment.create_blob,
    ("update", "secret"): Deployment.update_blob,
    ("update", "config"): Deployment.update_blob,
    ("create", "network"): Deployment.create_network,
    ("create", "service"): Deployment.create_service,
    ("update", "service"): Deployment.update_service,
    ("remove", "service"): Deployment.remove_service,
    ("remove", "network"): Deployment.remove_network,
    ("remove", "secret"): Deployment.remove_blob,
    ("remove", "config"): Deployment.remove_blob,
}


def _summary(service: Mapping[str, Any]) -> dict[str, Any]:
    status = service.get("ServiceStatus") or {}
    mode = next(iter(service["Spec"].get("Mode") or {"Replicated": {}}))
    return {
        "name": service["Spec"]["Name"],
        "id": service["ID"],
        "mode": mode,
        "image": images.of(service["Spec"]),
        "wanted": status.get("DesiredTasks", 0),
        "running": status.get("RunningTasks", 0),
    }
