# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan for a stack, as a function of what was found."""

from __future__ import annotations

import dataclasses

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.decide import decide
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.deploy import removal
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.state import State, Wish

OWN = {"com.docker.stack.namespace": "st"}
VERSION_2 = {"apiary.swarm.version-of": "st_key", "apiary.swarm.version": "2"}


def service(image="web:1", secret=None, network="st_default", **spec):
    container = {"Image": image}
    if secret:
        container["Secrets"] = [{"SecretName": secret, "SecretID": "", "File": {"Name": "key", "Mode": 292}}]
    return {
        "Name": "st_web",
        "Labels": {**OWN, "com.docker.stack.image": image},
        "TaskTemplate": {"ContainerSpec": container, "Networks": [{"Target": network}]},
        "Mode": {"Replicated": {}},
        **spec,
    }


def mounting(kind):
    spec = service(secret="st_key")
    spec["TaskTemplate"]["ContainerSpec"]["Mounts"] = [{"Type": kind, "Source": "x", "Target": "/x"}]
    return spec


def found(spec, item_id=None, version=7):
    return {"ID": item_id or f"id-{spec['Name']}", "Version": {"Index": version}, "Spec": spec}


def using(spec, secret_name, secret_id):
    """A service's spec as it is read back: with the ID of its secret."""
    container = spec["TaskTemplate"]["ContainerSpec"]
    references = [{**item, "SecretName": secret_name, "SecretID": secret_id} for item in container["Secrets"]]
    return {**spec, "TaskTemplate": {**spec["TaskTemplate"], "ContainerSpec": {**container, "Secrets": references}}}


def network(name="st_default", **fields):
    return {"Id": f"id-{name}", "Name": name, "Scope": "swarm", "Driver": "overlay", "Labels": dict(OWN), **fields}


def secret(name="st_key", labels=None, **spec):
    return found({"Name": name, "Labels": {**OWN, **(labels or {})}, **spec})


WISH = Wish(
    stack="st",
    networks={"st_default": {"Name": "st_default", "Driver": "overlay", "Labels": OWN}},
    secrets={"st_key": {"Name": "st_key", "Labels": OWN, "Data": "YQ=="}},
    services={"st_web": service(secret="st_key")},
)
DEPLOYED = State(
    services=[found(using(service(secret="st_key", network="id-st_default"), "st_key", "id-st_key"))],
    networks=[network()],
    network_names={"id-st_default": "st_default"},
    secrets=[secret()],
    holding={("secret", "st_key"): "id-st_key"},
)


def steps(wish, state):
    return [" ".join(line.strip() for line in step.lines()) for step in decide(wish, state)]


def wish(**changes):
    return dataclasses.replace(WISH, **changes)


def state(**changes):
    return dataclasses.replace(DEPLOYED, **changes)


def test_an_empty_swarm_gets_everything_in_the_order_of_need():
    assert steps(WISH, State()) == ["create network st_default", "create secret st_key", "create service st_web"]


def test_what_is_deployed_is_left_alone():
    assert steps(WISH, DEPLOYED) == []


def test_a_service_that_differs_is_updated_field_by_field():
    assert steps(wish(services={"st_web": service("web:2", secret="st_key")}), DEPLOYED) == [
        "update service st_web deploy.labels.com.docker.stack.image: web:1 -> web:2 image: web:1 -> web:2"
    ]


def test_an_update_carries_the_version_and_the_forced_restarts():
    forced = DEPLOYED.services[0]
    forced = {
        **forced,
        "Spec": {**forced["Spec"], "TaskTemplate": {**forced["Spec"]["TaskTemplate"], "ForceUpdate": 4}},
    }
    (step,) = decide(wish(services={"st_web": service("web:2", secret="st_key")}), state(services=[forced]))
    assert step.payload["version"] == 7
    assert step.payload["spec"]["TaskTemplate"]["ForceUpdate"] == 4


def test_changed_content_is_a_new_version_and_the_service_moves_to_it():
    plan = decide(WISH, state(holding={}))
    assert [step.lines() for step in plan] == [
        ["create secret st_key-v2 (new content of st_key)"],
        ["update service st_web", "  secrets.key.secret_name: st_key -> st_key-v2"],
    ]
    reference = plan.steps[1].payload["spec"]["TaskTemplate"]["ContainerSpec"]["Secrets"][0]
    assert reference == {"SecretName": "st_key-v2", "SecretID": "", "File": {"Name": "key", "Mode": 292}}


def test_the_version_before_the_last_goes_after_the_services():
    old = [secret(), secret("st_key-v2", VERSION_2)]
    assert steps(wish(keep_versions=1), state(secrets=old, holding={})) == [
        "create secret st_key-v3 (new content of st_key)",
        "update service st_web secrets.key.secret_name: st_key -> st_key-v3",
        "remove secret st_key (old version)",
    ]


def test_without_waiting_old_versions_stay_until_a_run_that_changes_nothing():
    old = [secret(), secret("st_key-v2", VERSION_2)]
    assert "remove secret st_key (old version)" not in steps(wish(wait=False), state(secrets=old, holding={}))


def test_the_content_of_an_older_version_is_found_again():
    old = [secret(), secret("st_key-v2", VERSION_2)]
    moved = [found(using(service(secret="st_key", network="id-st_default"), "st_key-v2", "id-st_key-v2"))]
    assert steps(WISH, state(secrets=old, services=moved)) == [
        "update service st_web secrets.key.secret_name: st_key-v2 -> st_key"
    ]


def test_a_secret_whose_labels_changed_is_relabelled_in_place():
    labelled = {"st_key": {**WISH.secrets["st_key"], "Labels": {**OWN, "team": "a"}}}
    assert steps(wish(secrets=labelled), DEPLOYED) == ["update secret st_key labels.team: (absent) -> a"]


STRAY = [secret(), secret("st_old"), secret("st_key-vault"), found({"Name": "st_foreign", "Labels": {}})]


def test_nothing_is_pruned_unless_it_is_asked_for():
    assert steps(WISH, state(secrets=STRAY)) == []


def test_pruning_takes_what_the_stack_owns_and_nothing_else():
    gone = found({**service(), "Name": "st_gone"})
    networks = [network(), network("st_back"), network("st_foreign", Labels={})]
    assert steps(wish(prune=True), state(services=[*DEPLOYED.services, gone], networks=networks, secrets=STRAY)) == [
        "remove service st_gone (not in the file)",
        "remove secret st_key-vault (not in the file)",
        "remove secret st_old (not in the file)",
        "remove network st_back (not in the file)",
    ]


def test_what_another_stack_uses_stays_with_a_warning():
    stranger = found(using({**service(secret="st_old"), "Name": "other_web"}, "st_old", "id-st_old"))
    plan = decide(wish(prune=True), state(secrets=[secret(), secret("st_old")], others=[stranger]))
    assert not plan
    assert plan.warnings == ("secret st_old (not in the file) stays: service other_web uses it.",)


def ports(*published):
    return {"EndpointSpec": {"Ports": [{"PublishedPort": port, "TargetPort": 80} for port in published]}}


def test_a_pruned_service_whose_port_is_wanted_goes_first():
    old, other = found({**service(**ports(81, 80)), "Name": "st_old"}), found({**service(**ports(82)), "Name": "st_z"})
    wished = wish(services={"st_web": service(secret="st_key", **ports(80))})
    present = state(services=[*DEPLOYED.services, old, other])
    assert steps(dataclasses.replace(wished, prune=True), present) == [
        "remove service st_old (not in the file, and in the way)",
        'update service st_web ports: (absent) -> ["80:80/tcp ingress"]',
        "remove service st_z (not in the file)",
    ]
    assert steps(wished, present) == ['update service st_web ports: (absent) -> ["80:80/tcp ingress"]']


ATTACHABLE = {"st_default": {"Driver": "overlay", "Labels": OWN, "Attachable": True}}
OLD = found({**service(network="id-st_default"), "Name": "st_old"})


def test_a_network_is_replaced_together_with_the_services_that_use_it():
    apart = {**service(network="id-st_back"), "Name": "st_apart"}
    wished = wish(
        networks={**ATTACHABLE, "st_back": {"Driver": "overlay", "Labels": OWN}},
        services={**WISH.services, "st_apart": {**apart, "TaskTemplate": service(network="st_back")["TaskTemplate"]}},
        recreate_networks=True,
        prune=True,
    )
    present = state(
        services=[*DEPLOYED.services, OLD, found(apart)],
        networks=[network(), network("st_back")],
        network_names={"id-st_default": "st_default", "id-st_back": "st_back"},
    )
    plan = decide(wished, present)
    assert [" ".join(line.strip() for line in step.lines()) for step in plan] == [
        "remove service st_old (not in the file, and in the way)",
        "remove service st_web (network st_default is replaced)",
        "remove network st_default (a network cannot be changed) attachable: (absent) -> true",
        "create network st_default",
        "create service st_web",
    ]
    assert all(step.payload["first"] for step in plan.steps[:3])


def test_a_network_that_lost_its_services_in_an_interrupted_run_is_replaced():
    assert steps(wish(networks=ATTACHABLE, recreate_networks=True), state(services=[])) == [
        "remove network st_default (a network cannot be changed) attachable: (absent) -> true",
        "create network st_default",
        "create service st_web",
    ]


def test_networks_that_are_as_wished_are_not_replaced():
    assert steps(wish(recreate_networks=True), DEPLOYED) == []


UNALLOCATED = network(Driver="", IPAM={"Driver": "", "Config": None}, Options=None)
SUBNET = {"IPAM": {"Config": [{"Subnet": "10.9.0.0/24"}]}}


def test_a_network_that_has_no_addresses_yet_differs_only_in_what_it_tells():
    told_later = {"st_default": {"Driver": "overlay", "Labels": OWN, "Options": {"encrypted": ""}, **SUBNET}}
    assert steps(wish(networks=told_later), state(networks=[UNALLOCATED])) == []
    with pytest.raises(SwarmError, match="attachable"):
        decide(wish(networks=ATTACHABLE), state(networks=[UNALLOCATED]))


def test_a_network_that_is_replaced_may_keep_its_subnet():
    present = state(networks=[network(**SUBNET)], services=[])
    wished = {"st_default": {**ATTACHABLE["st_default"], **SUBNET}}
    assert steps(wish(networks=wished, recreate_networks=True), present)[:2] == [
        "remove network st_default (a network cannot be changed) attachable: (absent) -> true",
        "create network st_default",
    ]


def test_removal_takes_everything_that_the_stack_owns():
    present = state(secrets=[*STRAY, secret("st_key-v2", VERSION_2)], configs=[secret("st_app")])
    assert steps(removal("st", True, 60), present) == [
        "remove service st_web",
        "remove secret st_key",
        "remove secret st_key-v2",
        "remove secret st_key-vault",
        "remove secret st_old",
        "remove config st_app",
        "remove network st_default",
    ]


def test_the_diff_of_a_removal_names_what_goes():
    plan = decide(removal("st", True, 60), State(networks=[network()]))
    assert plan.diff() == {"prepared": "network st_default: remove\n"}


def test_removal_goes_on_where_an_earlier_one_stopped():
    assert steps(removal("st", True, 60), State(networks=[network()])) == ["remove network st_default"]
    assert steps(removal("st", True, 60), State(networks=[network(Labels={})], secrets=STRAY[-1:])) == []


PROBLEMS = {
    "a service of somebody else": (
        WISH,
        state(services=[], others=[found(service())]),
        "service st_web exists and does not belong to stack st",
    ),
    "a secret of somebody else": (
        WISH,
        state(secrets=[found({"Name": "st_key", "Labels": {}})], holding={}),
        "secret st_key exists and does not belong to stack st",
    ),
    "a network of somebody else": (
        WISH,
        state(networks=[network(Labels=None)]),
        "network st_default exists and does not belong to stack st",
    ),
    "an external network that is missing": (
        wish(external={"networks": ["proxy"]}),
        DEPLOYED,
        "network proxy is declared as external, but there is none of this name",
    ),
    "an external network of this node alone": (
        wish(external={"networks": ["proxy"]}),
        state(networks=[network(), network("proxy", Scope="local")]),
        "external network proxy has the scope local instead of swarm",
    ),
    "an external config that is missing": (
        wish(external={"configs": ["app"]}),
        DEPLOYED,
        "config app is declared as external, but there is none of this name",
    ),
    "a network that differs": (
        wish(networks={"st_default": {"Driver": "overlay", "Labels": OWN, "Attachable": True}}),
        DEPLOYED,
        "network st_default differs, and a network cannot be changed (see recreate_networks): attachable:",
    ),
    "a network to replace that a service beyond the file uses": (
        wish(networks=ATTACHABLE, recreate_networks=True),
        state(services=[*DEPLOYED.services, OLD]),
        "network st_default differs, and service st_old, which is not in the file, uses it",
    ),
    "a network to replace that another stack uses": (
        wish(networks=ATTACHABLE, recreate_networks=True, prune=True),
        state(others=[found({**OLD["Spec"], "Name": "other_web"})]),
        "network st_default differs, and service other_web, which is not in the file, uses it",
    ),
    "a subnet that another network has": (
        wish(networks={**WISH.networks, "st_new": {"IPAM": {"Config": [{"Subnet": "10.9.0.0/24"}]}}}),
        state(networks=[network(), network("other_net", Labels={}, IPAM={"Config": [{"Subnet": "10.9.0.0/16"}]})]),
        "network st_new cannot have the subnet 10.9.0.0/24: network other_net has 10.9.0.0/16",
    ),
    "a volume of a type that the Engine does not know": (
        wish(services={"st_web": mounting("cluster")}),
        state(api=(1, 41)),
        "service st_web has volumes of the type cluster, which this Engine does not know",
    ),
    "another mode": (
        wish(services={"st_web": service(secret="st_key", Mode={"Global": {}})}),
        DEPLOYED,
        "service st_web cannot be changed from mode Replicated to Global: it has to be removed first",
    ),
}


@pytest.mark.parametrize(("wished", "present", "message"), PROBLEMS.values(), ids=PROBLEMS.keys())
def test_what_is_in_the_way_is_an_error_before_anything_is_written(wished, present, message):
    with pytest.raises(SwarmError, match="Nothing was changed") as error:
        decide(wished, present)
    assert message in str(error.value)


def test_all_problems_are_named_at_once():
    with pytest.raises(SwarmError) as error:
        decide(wish(external={"networks": ["a"], "secrets": ["b"]}), DEPLOYED)
    assert "network a" in str(error.value)
    assert "secret b" in str(error.value)


def test_on_a_blank_engine_externals_are_taken_for_granted():
    wished = wish(external={"networks": ["proxy"], "secrets": ["b"]})
    assert len(steps(wished, State(blank=True))) == 3


def test_the_cli_leaves_a_network_that_differs_and_takes_over_a_secret():
    wished = wish(as_cli=True, networks={"st_default": {"Driver": "overlay", "Labels": OWN, "Attachable": True}})
    plan = decide(wished, state(secrets=[found({"Name": "st_key", "Labels": {"theirs": "x"}})]))
    assert [step.lines() for step in plan] == [
        [
            "update secret st_key",
            "  labels.com.docker.stack.namespace: (absent) -> st",
            "  labels.theirs: x -> (absent)",
        ]
    ]
    assert plan.warnings == ("network st_default differs and stays as it is: attachable: (absent) -> true",)


def test_fields_that_the_engine_does_not_know_are_left_out_with_one_warning():
    young = service(secret="st_key")
    young["TaskTemplate"]["ContainerSpec"]["OomScoreAdj"] = 100
    plan = decide(wish(services={"st_web": young}), DEPLOYED)
    assert not plan
    assert plan.warnings == ("The Engine (API 1.41) does not know, so they are left out: oom_score_adj.",)
