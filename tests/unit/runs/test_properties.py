# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for every stack: it is deployed once, and only what changed is written again.

The Engine is a double, because what is asked is what a real one does not tell: that nothing was written at all.
"""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.engine import Engine
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack import fields
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from tests.doubles import EngineDouble
from tests.unit.runs.changes import CHANGES, uses
from tests.unit.runs.compose_files import EXTERNAL_NETWORK, stacks
from tests.unit.runs.stacks import STACK, deploy, specs_of


def prove(examples: int) -> settings:
    """The same examples in every run, on every machine, however long one takes. All share the clock that is stopped."""
    return settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
    )


class Swarm:
    """A double with what is external to the stacks, and runs of stack_deploy against it."""

    def __init__(self, **options: Any) -> None:
        self.double = EngineDouble(**options)
        self.engine = Engine(self.double)
        self.engine.create_network({"Name": EXTERNAL_NETWORK, "Driver": "overlay", "Attachable": True})
        self.engine.create_secret({"Name": "foreign", "Data": "eA=="})
        self.engine.create_config({"Name": "foreign", "Data": "eA=="})

    def run(self, specs: Any, **options: Any) -> tuple[list[str], int]:
        """The steps of a run, and how many writes it asked for."""
        self.double.requests.clear()
        steps = deploy(self.engine, specs, **options)
        return steps, len(self.double.writes)

    def names(self) -> set[str]:
        lists = (self.engine.services(), self.engine.networks(), self.engine.secrets(), self.engine.configs())
        return {item.get("Name") or item["Spec"]["Name"] for found in lists for item in found}


@prove(70)
@given(stacks(), st.sampled_from(["1.41", "1.44", "1.47"]))
def test_what_was_deployed_is_not_written_again(compose, api):
    swarm, specs = Swarm(nodes=2, api_version=api), specs_of(compose)
    assume(not any(fields.refused(spec, swarm.engine.api_version) for spec in specs["services"].values()))
    steps, writes = swarm.run(specs)
    assert len(steps) == writes > 0
    assert swarm.run(specs, check_mode=True) == ([], 0)
    assert swarm.run(specs) == ([], 0)


@prove(100)
@given(stacks())
def test_the_order_of_keys_does_not_matter(compose):
    swarm, specs = Swarm(), specs_of(compose)
    swarm.run(specs, wait=False)
    other = specs_of(turned(compose))
    assert {**other, "warnings": sorted(other["warnings"])} == {**specs, "warnings": sorted(specs["warnings"])}
    assert swarm.run(other, wait=False) == ([], 0)


def turned(value: Any) -> Any:
    """With the keys of all mappings in the opposite order."""
    if isinstance(value, list):
        return [turned(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: turned(value[key]) for key in reversed(value)}


@prove(4)
@given(compose=stacks())
@pytest.mark.parametrize("field", CHANGES)
def test_a_changed_field_is_one_update_of_its_service_and_so_is_the_way_back(field, compose):
    swarm, before = Swarm(), specs_of(compose)
    swarm.run(before, wait=False)
    changed = {**compose["services"], "s0": CHANGES[field](compose["services"]["s0"])}
    after = specs_of({**compose, "services": changed})
    assert swarm.run(after, wait=False) == ([f"update service {STACK}_s0"], 1)
    assert swarm.run(after, wait=False) == ([], 0)
    assert swarm.run(before, wait=False) == ([f"update service {STACK}_s0"], 1)


@prove(30)
@given(stacks(), st.sampled_from([("secret", "key"), ("config", "conf")]))
def test_a_changed_content_is_a_new_version_and_one_update_of_each_service_that_uses_it(compose, blob):
    kind, name = blob
    swarm, before = Swarm(), specs_of(compose)
    swarm.run(before)
    after = specs_of(compose, **{f"{kind}s": {name: "changed"}})
    full_name = compose[f"{kind}s"][name].get("name", f"{STACK}_{name}")
    users = [service for service in compose["services"] if uses(compose["services"][service], kind, name)]
    wanted = [f"create {kind} {full_name}-v2", *(f"update service {STACK}_{service}" for service in users)]
    assert swarm.run(after) == (wanted, len(wanted))
    assert swarm.run(after) == ([], 0)


@prove(40)
@given(stacks())
def test_check_mode_foretells_a_deployment_and_a_removal_and_writes_nothing(compose):
    swarm, specs = Swarm(), specs_of(compose)
    for wish, options in ((specs, {}), (None, {"state": "absent"})):
        swarm.double.refuses_writes = True
        planned, writes = swarm.run(wish, check_mode=True, **options)
        assert planned
        assert writes == 0
        swarm.double.refuses_writes = False
        assert swarm.run(wish, **options) == (planned, len(planned))
    assert swarm.names() == {*("bridge", "host", "none"), EXTERNAL_NETWORK, "foreign"}
