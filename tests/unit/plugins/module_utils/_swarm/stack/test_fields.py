# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fields that an older Engine does not know."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack import fields


def spec(**container):
    return {"Name": "st_web", "TaskTemplate": {"ContainerSpec": {"Image": "a", **container}}}


CASES = {
    "start interval": (
        spec(Healthcheck={"Test": ["NONE"], "StartInterval": 5}),
        (1, 43),
        spec(Healthcheck={"Test": ["NONE"]}),
        ["healthcheck.start_interval"],
    ),
    "start interval, known": (
        spec(Healthcheck={"StartInterval": 5}),
        (1, 44),
        spec(Healthcheck={"StartInterval": 5}),
        [],
    ),
    "zero is nothing lost": (spec(OomScoreAdj=0), (1, 41), spec(), []),
    "oom": (spec(OomScoreAdj=5), (1, 45), spec(), ["oom_score_adj"]),
    "in one of two mounts": (
        spec(Mounts=[{"Target": "/a"}, {"Target": "/b", "VolumeOptions": {"Subpath": "x", "NoCopy": True}}]),
        (1, 44),
        spec(Mounts=[{"Target": "/a"}, {"Target": "/b", "VolumeOptions": {"NoCopy": True}}]),
        ["volumes.volume.subpath"],
    ),
}


@pytest.mark.parametrize(("wished", "api", "kept", "lost"), CASES.values(), ids=CASES.keys())
def test_unknown_fields_are_dropped_and_named(wished, api, kept, lost):
    assert fields.known(wished, api) == (kept, lost)


@pytest.mark.parametrize(
    ("kind", "api", "names"),
    [
        ("cluster", (1, 41), ["volumes of the type cluster"]),
        ("cluster", (1, 42), []),
        ("image", (1, 47), ["volumes of the type image"]),
        ("volume", (1, 41), []),
    ],
)
def test_volumes_that_an_older_engine_refuses(kind, api, names):
    assert fields.refused(spec(Mounts=[{"Type": kind, "Target": "/a"}]), api) == names
    assert fields.refused(spec(), api) == []


def test_the_wish_itself_stays_as_it_is():
    wished = spec(OomScoreAdj=5)
    fields.known(wished, (1, 41))
    assert wished == spec(OomScoreAdj=5)
