# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The four steps of every module: read, decide, apply, settle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Generic, NoReturn, TypeVar

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.apiary.swarm.plugins.module_utils._swarm import engine as engines
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import OutOfSequence, SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Plan, Step, merge_plans, telling

State = TypeVar("State")

# Each attempt reads anew, so more than a handful means that somebody writes all the time.
ATTEMPTS = 6


@dataclass(frozen=True)
class Duty(Generic[State]):
    """What a module does, in four pieces.

    `read` sends reads only. `decide` is pure. `perform` does one step of the plan. `confirm` waits until a step holds,
    for the sake of later ones. `settle` waits until what was done holds, given the state that was read and the steps
    that were done (it is called for an empty plan too: what an interrupted run began is waited for by the next).
    `result` makes the module's own return values from the state after all of it; the texts in its `warnings` are shown
    to the user. In check mode `perform`, `confirm` and `settle` are not called, and `result` gets the state as it was
    read.
    """

    read: Callable[[Engine], State]
    decide: Callable[[State], Plan]
    perform: Callable[[Engine, Step], None]
    result: Callable[[State], dict[str, Any]]
    settle: Callable[[Engine, State, Plan], State] | None = None
    confirm: Callable[[Engine, Step], None] | None = None


def fulfil(engine: Engine, duty: Duty[State], check_mode: bool) -> tuple[Plan, State]:
    """The steps that were done (in check mode: that would be done), and the state to report.

    A write that comes too late because someone else wrote in between leads to another reading and another decision. A
    failure carries, as the facts `changed`, `plan` and `diff`, the steps that had been done before it.
    """
    if check_mode:
        state = duty.read(engine)
        return duty.decide(state), state
    done: list[Step] = []
    with telling(done):
        plan, state = _apply(engine, duty, done)
        applied = merge_plans(Plan(tuple(done)), Plan(warnings=plan.warnings))
        if duty.settle:
            state = duty.settle(engine, state, applied)
        elif applied:
            state = duty.read(engine)
    return applied, state


def _apply(engine: Engine, duty: Duty[State], done: list[Step]) -> tuple[Plan, State]:
    """Read, decide and perform until a whole plan went through; each step that did is appended to `done`."""
    for attempt in range(1, ATTEMPTS + 1):
        state = duty.read(engine)
        plan = duty.decide(state)
        try:
            for step in plan:
                duty.perform(engine, step)
                done.append(step)  # before the waiting, so that a failure there tells of the step
                if duty.confirm:
                    duty.confirm(engine, step)
            return plan, state
        except OutOfSequence:
            if attempt == ATTEMPTS:
                raise
    raise AssertionError("the last attempt returns or raises")


def run_module(module: AnsibleModule, make_duty: Callable[[dict[str, Any]], Duty[Any]]) -> NoReturn:
    """Check the options, connect, do the duty, report. Every module's main() ends here.

    `make_duty` gets the module's options and raises a SwarmError for values that cannot be right, before anything is
    contacted.
    """
    try:
        duty = make_duty(module.params)
        engine = engines.connect(module.params, blank_if_absent=module.check_mode)
        plan, state = fulfil(engine, duty, module.check_mode)
        result = duty.result(state)
    except SwarmError as error:
        fail(module, error)
    succeed(module, merge_plans(Plan(warnings=engine.warnings), plan), result)


def succeed(module: AnsibleModule, plan: Plan, result: dict[str, Any]) -> NoReturn:
    """The one exit for all that went well; the texts in the `warnings` of `result` are shown to the user."""
    for warning in (*plan.warnings, *result.pop("warnings", ())):
        module.warn(warning)
    answer: dict[str, Any] = {"changed": bool(plan), "plan": plan.as_list(), **result}
    if module._diff:  # pylint: disable=protected-access
        answer["diff"] = plan.diff()
    module.exit_json(**answer)


def fail(module: AnsibleModule, error: SwarmError) -> NoReturn:
    """The one exit for errors."""
    facts = {"changed": False, "plan": [], **error.facts}
    if not module._diff:  # pylint: disable=protected-access
        facts.pop("diff", None)
    module.fail_json(msg=str(error), **facts)
