# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The parts of a service that have rules of their own."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.convert_mounts import convert_mount
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.convert_parts import (
    capabilities,
    healthcheck,
    nano_cpus,
    restart_policy,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.scope import Scope


@pytest.mark.parametrize(
    ("text", "nano"),
    [
        ("", 0),
        ("1", 10**9),
        ("0.5", 5 * 10**8),
        (".5", 5 * 10**8),
        ("5.", 5 * 10**9),
        ("1/4", 25 * 10**7),
        ("1e-1", 10**8),
        ("-1", -(10**9)),
        ("1_0.5", 105 * 10**8),
        ("08.5", 85 * 10**8),
        ("1p3", 8 * 10**9),
        ("0x10", 16 * 10**9),
        ("0x1e2", 482 * 10**9),
        ("0x1.8p1", 3 * 10**9),
        ("0b11", 3 * 10**9),
        ("0o17", 15 * 10**9),
        ("010/2", 4 * 10**9),
        ("0x10/0b100", 4 * 10**9),
    ],
)
def test_cpus(text: str, nano: int) -> None:
    assert nano_cpus(text) == nano


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("lots", "failed to parse lots as a rational number"),
        (" 1", "failed to parse"),
        ("1/0", "failed to parse"),
        ("08/2", "failed to parse"),
        ("1__0", "failed to parse"),
        ("1/-2", "failed to parse"),
        ("0xg", "failed to parse"),
        (".", "failed to parse"),
        ("1e10000000", "failed to parse"),
        ("0.5/2", "failed to parse"),
        ("inf", "failed to parse"),
        ("1/3", "value is too precise"),
        ("0.0000000001", "value is too precise"),
        ("1e99", "too many CPUs"),
    ],
)
def test_what_is_no_number_of_cpus(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        nano_cpus(text)


@pytest.mark.parametrize(
    ("restart", "policy"),
    [
        ("", None),
        ("no", None),
        ("no:3", None),
        ("always", {"Condition": "any"}),
        ("unless-stopped", {"Condition": "any"}),
        ("on-failure", {"Condition": "on-failure", "MaxAttempts": 0}),
        ("on-failure:", {"Condition": "on-failure", "MaxAttempts": 0}),
        ("on-failure:05", {"Condition": "on-failure", "MaxAttempts": 5}),
        ("on-failure:-1", {"Condition": "on-failure", "MaxAttempts": 2**64 - 1}),
    ],
)
def test_restart(restart: str, policy: dict[str, Any] | None) -> None:
    assert restart_policy(restart, None) == policy


@pytest.mark.parametrize(
    ("wish", "spec"),
    [
        (None, None),
        ({}, {}),
        ({"disable": True}, {"Test": ["NONE"]}),
        ({"disable": True, "test": [], "interval": 5}, {"Test": ["NONE"]}),
        (
            {"test": ["CMD", "x"], "interval": 1, "timeout": 2, "start_period": 3, "start_interval": 4, "retries": 5},
            {"Test": ["CMD", "x"], "Interval": 1, "Timeout": 2, "StartPeriod": 3, "StartInterval": 4, "Retries": 5},
        ),
        ({"test": ["x"], "retries": 0}, {"Test": ["x"]}),
        ({"test": ["x"], "retries": 2**64 - 1}, {"Test": ["x"], "Retries": -1}),
    ],
)
def test_healthcheck(wish: dict[str, Any] | None, spec: dict[str, Any] | None) -> None:
    assert healthcheck(wish) == spec


@pytest.mark.parametrize(
    ("add", "drop", "added", "dropped"),
    [
        ([], [], [], []),
        (["net_admin", " CAP_SYS_TIME ", "NET_ADMIN"], ["all", "chown"], ["CAP_NET_ADMIN", "CAP_SYS_TIME"], ["ALL"]),
        (["all", "chown"], ["all"], ["ALL"], []),
        (["chown"], ["CAP_CHOWN", "kill"], ["CAP_CHOWN"], ["CAP_KILL"]),
        (["reset"], ["RESET"], [], []),
    ],
)
def test_capabilities(add: list[str], drop: list[str], added: list[str], dropped: list[str]) -> None:
    assert capabilities(add, drop) == (added, dropped)


STACK_VOLUMES = {
    "plain": {},
    "named": {"name": "fixed", "labels": {"a": ""}},
    "nfs": {"driver": "local", "driver_opts": {"type": "nfs"}},
    "options": {"driver_opts": {}},
    "out": {"name": "real", "external": True},
}
LABELS = {"com.docker.stack.namespace": "st"}


@pytest.mark.parametrize(
    ("wish", "mount"),
    [
        ({"type": "volume", "target": "/x"}, {"Type": "volume", "Target": "/x"}),
        ({"target": "/x"}, {"Target": "/x"}),
        ({"type": "volume", "target": "/x", "volume": {"nocopy": True}}, {"Type": "volume", "Target": "/x"}),
        (
            {"type": "volume", "source": "plain", "target": "/x", "read_only": True, "consistency": "c"},
            {
                "Type": "volume",
                "Source": "st_plain",
                "Target": "/x",
                "ReadOnly": True,
                "Consistency": "c",
                "VolumeOptions": {"Labels": LABELS},
            },
        ),
        (
            {"type": "volume", "source": "named", "target": "/x", "volume": {"nocopy": True, "subpath": "s"}},
            {
                "Type": "volume",
                "Source": "fixed",
                "Target": "/x",
                "VolumeOptions": {"NoCopy": True, "Subpath": "s", "Labels": {"a": "", **LABELS}},
            },
        ),
        (
            {"type": "volume", "source": "nfs", "target": "/x"},
            {
                "Type": "volume",
                "Source": "st_nfs",
                "Target": "/x",
                "VolumeOptions": {"Labels": LABELS, "DriverConfig": {"Name": "local", "Options": {"type": "nfs"}}},
            },
        ),
        (
            {"type": "volume", "source": "options", "target": "/x"},
            {
                "Type": "volume",
                "Source": "st_options",
                "Target": "/x",
                "VolumeOptions": {"Labels": LABELS, "DriverConfig": {}},
            },
        ),
        (
            {"type": "volume", "source": "out", "target": "/x", "volume": {"nocopy": False}},
            {"Type": "volume", "Source": "real", "Target": "/x", "VolumeOptions": {}},
        ),
        (
            {"type": "bind", "source": "/s", "target": "/x", "bind": {"propagation": "rslave"}},
            {"Type": "bind", "Source": "/s", "Target": "/x", "BindOptions": {"Propagation": "rslave"}},
        ),
        (
            {"type": "bind", "source": "/s", "target": "/x", "bind": {}},
            {"Type": "bind", "Source": "/s", "Target": "/x", "BindOptions": {}},
        ),
        (
            {"type": "tmpfs", "target": "/x", "tmpfs": {"size": 5, "mode": 0o700}},
            {"Type": "tmpfs", "Target": "/x", "TmpfsOptions": {"SizeBytes": 5, "Mode": 0o700}},
        ),
        ({"type": "npipe", "source": "p", "target": "q"}, {"Type": "npipe", "Source": "p", "Target": "q"}),
        (
            {"type": "cluster", "source": "named", "target": "/x"},
            {"Type": "cluster", "Source": "fixed", "Target": "/x", "ClusterOptions": {}},
        ),
        (
            {"type": "cluster", "source": "group:fast", "target": "/x"},
            {"Type": "cluster", "Source": "group:fast", "Target": "/x", "ClusterOptions": {}},
        ),
        (
            {"type": "image", "source": "i", "target": "/x", "image": {"subpath": "s"}},
            {"Type": "image", "Source": "i", "Target": "/x", "ImageOptions": {"Subpath": "s"}},
        ),
    ],
)
def test_mounts(wish: dict[str, Any], mount: dict[str, Any]) -> None:
    assert convert_mount(wish, STACK_VOLUMES, Scope("st")) == mount


OWN_BLOCK = {
    "volume": "volume",
    "bind": "bind",
    "npipe": "bind",
    "tmpfs": "tmpfs",
    "cluster": "cluster",
    "image": "image",
}


@pytest.mark.parametrize("block", sorted(set(OWN_BLOCK.values())))
@pytest.mark.parametrize("kind", OWN_BLOCK)
def test_options_of_another_type(kind: str, block: str) -> None:
    wish: dict[str, Any] = {"type": kind, "target": "/x", block: {}, **({} if kind == "tmpfs" else {"source": "plain"})}
    if OWN_BLOCK[kind] == block:
        assert convert_mount(wish, STACK_VOLUMES, Scope("st"))["Type"] == kind
        return
    with pytest.raises(ValueError, match=f"{block} options are incompatible with type {kind}"):
        convert_mount(wish, STACK_VOLUMES, Scope("st"))


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        ({"type": "floppy"}, "volume type must be volume, bind, tmpfs, npipe, image, or cluster, not floppy"),
        ({"type": "tmpfs", "source": "x"}, "invalid tmpfs source, source must be empty"),
        *[
            ({"type": kind}, f"invalid {kind} source, source cannot be empty")
            for kind in ("bind", "npipe", "cluster", "image")
        ],
        ({"type": "volume", "source": "no"}, 'undefined volume "no"'),
        ({"type": "cluster", "source": "no"}, 'undefined volume "no"'),
    ],
)
def test_mounts_that_are_refused(wish: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        convert_mount(wish, STACK_VOLUMES, Scope("st"))
