# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kernel modules and settings."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.kernel import (
    Kernel,
    missing,
    modules_file,
    read_built_in,
    settings_to_write,
    unknown_settings,
)

KERNEL = Kernel("6.1", True, frozenset({"overlay", "xfrm_user"}), frozenset({"overlay", "ip_vs"}), {"net.a": "1\t2"})


def test_the_names_of_modules_are_read_from_both_lists():
    text = "kernel/fs/overlayfs/overlay.ko\nkernel/net/netfilter/xt-bpf.ko.xz: kernel/net/x_tables.ko.xz\n\n"
    assert read_built_in(text) == {"overlay", "xt_bpf"}
    text = "kernel/net/netfilter/xt_ipvs.ko.xz: kernel/net/netfilter/ipvs/ip_vs.ko.xz\nkernel/net/esp-4.ko:\n\nother\n"
    assert read_built_in(text) == {"xt_ipvs", "esp_4"}
    assert read_built_in("kernel/fs/overlayfs/overlay.ko\n") == {"overlay"}


@pytest.mark.parametrize(
    ("wanted", "loads", "absent"),
    [(["overlay", "xfrm-user"], (), ()), (["ip_vs", "vxlan"], ("ip_vs",), ("vxlan",)), ([], (), ())],
)
def test_what_is_to_be_loaded_and_what_the_kernel_lacks(wanted, loads, absent):
    assert missing(KERNEL, wanted) == (loads, absent)


def test_modules_are_named_for_the_next_boot_unless_they_are_built_in():
    assert modules_file(KERNEL, ["overlay", "xfrm_user", "ip-vs", "vxlan"]) == "overlay\nip_vs\n"


@pytest.mark.parametrize(("value", "writes"), [("1 2", False), ("1 3", True)])
def test_settings_are_compared_whatever_the_spaces(value, writes):
    assert bool(settings_to_write(KERNEL, {"net.a": value})) is writes


def test_settings_that_the_kernel_does_not_have():
    wanted = {"net.a": "1", "net.b": "1", "net.bridge.c": "1"}
    assert unknown_settings(KERNEL, wanted, ()) == ("net.b", "net.bridge.c")
    assert unknown_settings(KERNEL, wanted, ("br_netfilter",)) == ("net.b",)
