# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an Engine stores of a spec, and so what it tells: tables of fields.

A field is a function from what was sent (None if nothing was) to what comes back, or ABSENT. What has no field in its
table is unknown and lost. The tables follow moby's conversions (daemon/cluster/convert) and the tags of its types.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import Any

ABSENT = object()

Field = Callable[[Any], Any]


def filled(value: Any) -> Any:
    """Left out when empty (`omitempty`)."""
    return value or ABSENT


def pointer(value: Any) -> Any:
    """As it was sent: zero and false are values."""
    return ABSENT if value is None else value


def default(otherwise: Any) -> Field:
    return lambda value: value or otherwise


def choice(first: str) -> Field:
    """A word in lower case, or the first of the enumeration."""
    return lambda value: (value or first).lower()


def table(**fields: Field) -> Field:
    """An object, which is absent or empty as it was sent."""

    def read(value: Mapping[str, Any] | None) -> Any:
        if value is None:
            return ABSENT
        stored = {name: field(value.get(name)) for name, field in fields.items()}
        return {name: item for name, item in stored.items() if item is not ABSENT}

    return read


def each(field: Field) -> Field:
    return lambda value: [field(item) for item in value or []] or ABSENT


def float32(value: Any) -> float:
    """The number of 32 bits as Go prints it: in the fewest digits that tell it from others, and 0 without a point."""
    wanted = struct.pack("f", value or 0)
    short = (float(f"{value or 0:.{digits}g}") for digits in range(1, 10))
    number = next(number for number in short if struct.pack("f", number) == wanted)
    return int(number) if number.is_integer() else number


def bind_options(value: Mapping[str, Any] | None) -> Any:
    propagation = (value or {}).get("Propagation")
    return {"Propagation": propagation.lower()} if propagation else ABSENT


def mode(value: Mapping[str, Any] | None) -> dict[str, Any]:
    given = value or {}
    for name in ("Global", "GlobalJob"):
        if given.get(name) is not None:
            return {name: {}}
    if given.get("ReplicatedJob") is not None:
        job = given["ReplicatedJob"]
        concurrent = 1 if job.get("MaxConcurrent") is None else job["MaxConcurrent"]
        total = concurrent if job.get("TotalCompletions") is None else job["TotalCompletions"]
        return {"ReplicatedJob": {"MaxConcurrent": concurrent, "TotalCompletions": total}}
    replicas = (given.get("Replicated") or {}).get("Replicas")
    return {"Replicated": {"Replicas": 1 if replicas is None else replicas}}


def privileges(minor: int) -> Field:
    return table(
        CredentialSpec=lambda value: value and table(Config=default(""), File=default(""), Registry=default(""))(value),
        SELinuxContext=lambda value: value,
        **({"NoNewPrivileges": default(False)} if minor >= 44 else {}),
    )


FILE = table(Name=default(""), UID=default(""), GID=default(""), Mode=default(0))
DRIVER = table(Name=filled, Options=filled)
RESOURCES = table(
    Limits=table(NanoCPUs=filled, MemoryBytes=filled, Pids=filled),
    Reservations=table(
        NanoCPUs=filled,
        MemoryBytes=filled,
        GenericResources=each(table(DiscreteResourceSpec=table(Kind=filled, Value=filled))),
    ),
)
ROLLOUT = table(
    Parallelism=default(0),
    Delay=filled,
    FailureAction=choice("pause"),
    Monitor=filled,
    MaxFailureRatio=float32,
    Order=choice("stop-first"),
)


def mount(minor: int) -> Field:
    return table(
        Type=choice("bind"),
        Source=filled,
        Target=filled,
        ReadOnly=filled,
        BindOptions=bind_options,
        VolumeOptions=table(
            NoCopy=filled, Labels=filled, DriverConfig=DRIVER, **({"Subpath": filled} if minor >= 45 else {})
        ),
        TmpfsOptions=table(SizeBytes=filled, Mode=filled),
    )


def container(minor: int) -> Field:
    plain = (
        *("Image", "Labels", "Command", "Args", "Hostname", "Env", "Dir", "User", "Groups", "StopSignal", "TTY"),
        *("OpenStdin", "ReadOnly", "Hosts", "Sysctls", "CapabilityAdd", "CapabilityDrop"),
        *(("OomScoreAdj",) if minor >= 46 else ()),
    )
    times = ("Interval", "Timeout", "StartPeriod", *(("StartInterval",) if minor >= 44 else ()))
    return table(
        **dict.fromkeys(plain, filled),
        Init=pointer,
        StopGracePeriod=pointer,
        Isolation=choice("default"),
        Healthcheck=table(Test=filled, Retries=filled, **dict.fromkeys(times, filled)),
        DNSConfig=table(Nameservers=filled, Search=filled, Options=filled),
        Ulimits=each(table(Name=default(""), Soft=default(0), Hard=default(0))),
        Privileges=privileges(minor),
        Mounts=each(mount(minor)),
        Secrets=each(table(File=FILE, SecretID=default(""), SecretName=default(""))),
        Configs=each(table(File=FILE, Runtime=pointer, ConfigID=default(""), ConfigName=default(""))),
    )


def service(minor: int) -> Field:
    """The spec of a service, of an Engine whose API is 1.`minor`. Networks are named by ID already."""
    spread = table(Spread=table(SpreadDescriptor=default("")))
    placement = dict.fromkeys(("Constraints", "MaxReplicas", "Platforms"), filled)
    port = table(
        Protocol=choice("tcp"), TargetPort=filled, PublishedPort=filled, PublishMode=choice("ingress"), Name=filled
    )
    return table(
        Name=pointer,
        Labels=default({}),
        TaskTemplate=table(
            ContainerSpec=container(minor),
            Resources=RESOURCES,
            RestartPolicy=table(Condition=choice("any"), Delay=pointer, Window=pointer, MaxAttempts=default(0)),
            Placement=table(Preferences=each(spread), **placement),
            Networks=each(table(Target=filled, Aliases=filled, DriverOpts=filled)),
            LogDriver=DRIVER,
            ForceUpdate=default(0),
            Runtime=default("container"),
        ),
        Mode=mode,
        UpdateConfig=ROLLOUT,
        RollbackConfig=ROLLOUT,
        EndpointSpec=table(Mode=choice("vip"), Ports=each(port)),
    )


def network(request: Mapping[str, Any], number: int) -> dict[str, Any]:
    """A network as it is listed; subnets that were not asked for are chosen by its number."""
    ipam = request.get("IPAM") or {}
    pool = table(Subnet=filled, IPRange=filled, Gateway=filled)
    chosen = [{"Subnet": f"10.{number // 256}.{number % 256}.0/24", "Gateway": f"10.{number // 256}.{number % 256}.1"}]
    vxlan = {"com.docker.network.driver.overlay.vxlanid_list": str(4096 + number)}
    return {
        "Name": request["Name"],
        "Scope": "swarm",
        "Driver": request.get("Driver") or "overlay",
        **{flag: bool(request.get(flag)) for flag in ("Internal", "Attachable", "EnableIPv6", "Ingress")},
        "IPAM": {
            "Driver": ipam.get("Driver") or "default",
            "Options": ipam.get("Options"),
            "Config": [pool(item) for item in ipam.get("Config") or chosen],
        },
        "Labels": request.get("Labels") or {},
        "Options": {**(request.get("Options") or {}), **vxlan},
    }


BLOB = table(Name=pointer, Labels=default({}), Data=filled, Driver=DRIVER, Templating=DRIVER)
