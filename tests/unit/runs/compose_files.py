# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Compose files that a swarm takes, of every kind: strategies for hypothesis.

`stacks()` gives the top-level mapping. What an Engine would refuse is left out (a port that is published twice, jobs
with an update_config), and so are global services with constraints that some node does not meet: the double places them
everywhere.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

EXTERNAL_NETWORK = "proxy"

WORDS = st.sampled_from(["a", "b-c", "x=y", "1", "", " spaced ", "über", "$$money", "yes"])
KEYS = st.sampled_from(["A", "B_C", "com.example.d", "e-f"])
DURATIONS = st.sampled_from(["0s", "1ms", "1.5s", "10s", "1m30s"])
SIZES = st.sampled_from(["4M", "64m", "1gb", "6000000"])
CPUS = st.sampled_from(["0.001", "0.5", "2"])
BOOLEANS = st.booleans()
COUNTS = st.integers(0, 3)


def some(**optional: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A mapping with any of these keys."""
    return st.fixed_dictionaries({}, optional=optional)


def lists(items: st.SearchStrategy[Any], least: int = 0) -> st.SearchStrategy[list[Any]]:
    return st.lists(items, min_size=least, max_size=3, unique=True)


MAPPINGS = st.dictionaries(KEYS, WORDS, max_size=3)
LABELS = st.one_of(MAPPINGS, lists(st.sampled_from(["l=1", "m=", "n"])))
COMMANDS = st.one_of(st.sampled_from(["run --it 'a b'", ""]), st.lists(WORDS, max_size=3))

ROLLOUTS = some(
    parallelism=COUNTS,
    delay=DURATIONS,
    failure_action=st.sampled_from(["pause", "continue"]),
    monitor=st.sampled_from(["0s", "1ms", "1.5s", "10s"]),
    max_failure_ratio=st.sampled_from([0, 0.1, 0.15, 1 / 3, 1]),
    order=st.sampled_from(["start-first", "stop-first"]),
)
GENERIC = st.builds(
    lambda kind, value: {"discrete_resource_spec": {"kind": kind, "value": value}}, st.just("GPU"), st.integers(1, 2)
)
DEPLOY = some(
    endpoint_mode=st.sampled_from(["vip", "dnsrr"]),
    labels=LABELS,
    update_config=ROLLOUTS,
    rollback_config=ROLLOUTS,
    resources=some(
        limits=some(cpus=CPUS, memory=SIZES, pids=COUNTS),
        reservations=some(cpus=CPUS, memory=SIZES, generic_resources=st.lists(GENERIC, max_size=2)),
    ),
    restart_policy=some(
        condition=st.sampled_from(["none", "on-failure", "any"]),
        delay=DURATIONS,
        max_attempts=COUNTS,
        window=DURATIONS,
    ),
    placement=some(
        constraints=lists(st.sampled_from(["node.platform.os == linux", "node.labels.none != x"])),
        preferences=st.lists(st.just({"spread": "node.labels.zone"}), max_size=1),
        max_replicas_per_node=st.integers(0, 9),
    ),
)
# A mode never changes, so it is drawn with what goes with it.
MODES = st.one_of(
    some(replicas=COUNTS),
    st.fixed_dictionaries({"mode": st.just("replicated")}, optional={"replicas": COUNTS}),
    st.fixed_dictionaries({"mode": st.just("replicated-job")}, optional={"replicas": COUNTS}),
    st.sampled_from([{"mode": "global"}, {"mode": "global-job"}]),
)

TMPFS = some(size=st.integers(0, 9000), mode=st.sampled_from([0o700, 0o1777]))
# By target, so that no two are the same.
VOLUMES = st.fixed_dictionaries(
    {},
    optional={
        "/short": st.sampled_from(["data:/short", "data:/short:ro", "/host:/short:rshared", "./here:/short", "/short"]),
        "/vol": some(read_only=BOOLEANS, volume=some(nocopy=BOOLEANS, subpath=st.just("sub"))).map(
            lambda mount: {"type": "volume", "source": "data", **mount}
        ),
        "/plugged": st.sampled_from([{"type": "volume", "source": name} for name in ("driven", "outside")]),
        "/bind": some(
            read_only=BOOLEANS,
            consistency=st.just("cached"),
            bind=some(propagation=st.sampled_from(["rprivate", "rslave"])),
        ).map(lambda mount: {"type": "bind", "source": "/srv", **mount}),
        "/tmp": some(tmpfs=TMPFS).map(lambda mount: {"type": "tmpfs", **mount}),
        "/pipe": st.just({"type": "npipe", "source": r"\\.\pipe\engine"}),
        "/csi": st.just({"type": "cluster", "source": "csi"}),
    },
).map(lambda mounts: [it if isinstance(it, str) else {**it, "target": path} for path, it in mounts.items()])

ATTACHMENTS = st.one_of(st.none(), some(aliases=lists(st.sampled_from(["web", "www"])), driver_opts=MAPPINGS))
NETWORKS = st.one_of(
    lists(st.sampled_from(["default", "front", "back"])),
    st.dictionaries(st.sampled_from(["default", "front", "back", "outside"]), ATTACHMENTS, max_size=3),
    st.just(["host"]),
)


def references(names: list[str]) -> st.SearchStrategy[list[Any]]:
    """To secrets or configs, short and long; targets are made of the names."""
    long = st.builds(
        lambda name, options: {"source": name, "target": f"/run/{name}", **options},
        st.sampled_from(names),
        some(uid=st.just("7"), gid=st.just("0"), mode=st.sampled_from([0o400, 0o444, 0])),
    )
    return st.lists(
        st.one_of(st.sampled_from(names), long),
        max_size=3,
        unique_by=lambda item: item if isinstance(item, str) else item["target"],
    )


SERVICE = {
    "command": COMMANDS,
    "entrypoint": COMMANDS,
    "environment": st.one_of(
        st.dictionaries(KEYS, st.one_of(WORDS, st.integers(0, 9), st.none()), max_size=3),
        lists(st.sampled_from(["A=1", "B=", "C", "D=x=y"])),
    ),
    "labels": LABELS,
    "volumes": VOLUMES,
    "networks": NETWORKS,
    "secrets": references(["key", "vault", "foreign"]),
    "configs": references(["conf", "templated", "foreign"]),
    "credential_spec": st.sampled_from([{"file": "spec.json"}, {"registry": "spec"}, {"config": "conf"}]),
    "healthcheck": st.one_of(
        some(
            test=st.sampled_from(["true", ["CMD", "true"], ["NONE"]]),
            retries=COUNTS,
            **dict.fromkeys(("interval", "timeout", "start_period", "start_interval"), DURATIONS),
        ),
        st.just({"disable": True}),
    ),
    "ulimits": st.dictionaries(
        st.sampled_from(["nofile", "nproc", "core"]),
        st.one_of(st.integers(-1, 9), st.just({"soft": 0, "hard": 5})),
        max_size=3,
    ),
    "sysctls": st.one_of(MAPPINGS, st.just(["net.core.somaxconn=1"])),
    "logging": some(driver=st.sampled_from(["json-file", ""]), options=MAPPINGS),
    "cap_add": lists(st.sampled_from(["NET_ADMIN", "cap_chown", "ALL"])),
    "cap_drop": lists(st.sampled_from(["net_admin", "KILL", "ALL"])),
    "dns": st.one_of(st.just("192.0.2.1"), lists(st.sampled_from(["192.0.2.2", "192.0.2.3"]))),
    "dns_search": lists(st.sampled_from(["example.com", "example.org"])),
    "extra_hosts": st.sampled_from([["b:192.0.2.1", "a:192.0.2.2"], {"c": "192.0.2.3", "a": "::1"}, []]),
    "hostname": st.sampled_from(["h", "{{.Node.Hostname}}", ""]),
    "user": st.sampled_from(["1000:1000", ""]),
    "working_dir": st.sampled_from(["/app", ""]),
    "stop_signal": st.sampled_from(["SIGINT", ""]),
    "stop_grace_period": DURATIONS,
    "isolation": st.sampled_from(["default", "process"]),
    "oom_score_adj": st.integers(-5, 5),
    "restart": st.sampled_from(["no", "always", "on-failure", "on-failure:3", "unless-stopped"]),
    **dict.fromkeys(("init", "read_only", "stdin_open", "tty"), BOOLEANS),
}
IMAGES = st.sampled_from(["web", "web:1", "docker.io/library/web:2", "r.example:5000/a/b:3", f"web@sha256:{'0' * 64}"])

PORT = st.tuples(st.sampled_from(["tcp", "udp", ""]), st.sampled_from(["host", "ingress", ""]), BOOLEANS, COUNTS)


@st.composite
def services(draw: st.DrawFn, number: int) -> dict[str, Any]:
    service = draw(st.fixed_dictionaries({"image": IMAGES}, optional=SERVICE))
    deploy = {**draw(DEPLOY), **draw(MODES)}
    if deploy.get("mode", "").endswith("job"):
        deploy.pop("update_config", None)
    drawn = draw(st.lists(PORT, max_size=3))
    on_hosts = deploy.get("endpoint_mode") == "dnsrr"
    ports = [
        _port(100 * number + 10 * index, protocol, "host" if on_hosts else mode, short and not on_hosts, published)
        for index, (protocol, mode, short, published) in enumerate(drawn)
    ]
    return {**service, **({"deploy": deploy} if deploy else {}), **({"ports": ports} if ports else {})}


def _port(base: int, protocol: str, mode: str, short: bool, published: int) -> Any:
    """`published` is 0 for a port that the swarm chooses. All ports are different ones, by their base."""
    taken = 8000 + base + published if published else 0
    if short:
        return f"{taken}:80" + (f"/{protocol}" if protocol else "") if taken else 1 + base
    wished = {"protocol": protocol, "mode": mode, "published": taken}
    return {"target": 1 + base, **{key: value for key, value in wished.items() if value}}


NETWORK = some(
    labels=LABELS,
    driver=st.just("overlay"),
    driver_opts=st.sampled_from([{"encrypted": ""}, {}, {"com.docker.network.driver.mtu": 1400}]),
    internal=BOOLEANS,
    attachable=BOOLEANS,
    enable_ipv6=st.just(False),
    ipam=st.sampled_from([{"driver": "default"}, {"config": []}]),
)
SUBNETS = some(ipam=st.just({"driver": "default", "config": [{"subnet": "192.168.7.0/24"}]}))


@st.composite
def stacks(draw: st.DrawFn) -> dict[str, Any]:
    count = draw(st.integers(1, 3))
    blob = some(labels=LABELS)
    return {
        "services": {f"s{number}": draw(services(number)) for number in range(count)},
        "networks": {
            "front": draw(st.one_of(st.none(), NETWORK)),
            "back": {**draw(NETWORK), **draw(SUBNETS)},
            "outside": {"external": True, "name": EXTERNAL_NETWORK},
            "host": {"external": True, "name": "host"},
        },
        "volumes": {
            "data": draw(st.one_of(st.none(), some(labels=LABELS, name=st.just("named")))),
            "driven": {"driver": "nfs", **draw(some(driver_opts=MAPPINGS))},
            "outside": {"external": True},
            "csi": {"name": "csi"},
        },
        "secrets": {
            "key": {"file": "a.txt", **draw(blob)},
            "vault": {"driver": "vault", **draw(some(driver_opts=MAPPINGS, template_driver=st.just("golang")))},
            "foreign": {"external": True},
        },
        "configs": {
            "conf": {"file": "b.txt", **draw(some(labels=LABELS, name=st.just("given_name")))},
            "templated": {"file": "a.txt", "template_driver": "golang"},
            "foreign": {"external": True},
        },
    }
