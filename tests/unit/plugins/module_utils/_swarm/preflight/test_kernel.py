# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Features of the kernel, from all the places where it may tell of them."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.preflight.kernel import (
    BUILT_IN,
    LOADED,
    MISSING,
    MODULE,
    UNKNOWN,
    Sources,
    features,
    loaded_names,
)


@pytest.mark.parametrize(
    ("sources", "state"),
    [
        (Sources(), UNKNOWN),
        (Sources(loaded={"ip_vs"}), LOADED),
        (Sources(loaded={"ip_vs"}, built_in={"ip_vs"}, has_modules=True), LOADED),
        (Sources(config="CONFIG_IP_VS=y\n"), BUILT_IN),
        (Sources(built_in={"ip_vs"}, has_modules=True), BUILT_IN),
        (Sources(config="CONFIG_IP_VS=m\n", available={"ip_vs"}), MODULE),
        (Sources(available={"ip_vs"}, has_modules=True), MODULE),
        (Sources(config="CONFIG_IP_VS=m\n"), MISSING),  # as a module that is not installed
        (Sources(config="# CONFIG_IP_VS is not set\nCONFIG_IP_VS_RR=y\n"), MISSING),
        (Sources(available={"ip_vs_rr"}, has_modules=True), MISSING),
    ],
)
def test_a_feature_is_there_or_not(sources, state):
    assert features(sources)["ip_vs"] == state


def test_loaded_modules_are_named_first_in_their_lines():
    assert loaded_names("ip_vs_rr 16384 3 - Live 0x0\nip_vs 180224 5 ip_vs_rr, Live 0x0\n") == {"ip_vs", "ip_vs_rr"}
