# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Differences in the words of a Compose file."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack import compare, normalise

CONTAINER = ("TaskTemplate", "ContainerSpec")


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ((*CONTAINER, "Image"), "image"),
        ((*CONTAINER, "Env", "Path.With.Dots"), "environment.Path.With.Dots"),
        ((*CONTAINER, "Labels", "Delay"), "labels.Delay"),
        (("Labels", "com.example.X"), "deploy.labels.com.example.X"),
        ((*CONTAINER, "Mounts", "/Data", "VolumeOptions", "NoCopy"), "volumes./Data.volume_options.no_copy"),
        ((*CONTAINER, "Secrets", "key", "SecretName"), "secrets.key.secret_name"),
        ((*CONTAINER, "Healthcheck", "StartPeriod"), "healthcheck.start_period"),
        ((*CONTAINER, "StopGracePeriod"), "stop_grace_period"),
        (("Mode", "Replicated", "Replicas"), "deploy.replicas"),
        (("UpdateConfig", "MaxFailureRatio"), "deploy.update_config.max_failure_ratio"),
        (("TaskTemplate", "Resources", "Limits", "NanoCPUs"), "deploy.resources.limits.cpus"),
        (("TaskTemplate", "Placement", "MaxReplicas"), "deploy.placement.max_replicas"),
        (("TaskTemplate", "Networks", "st_Front", "Aliases"), "networks.st_Front.aliases"),
        (("EndpointSpec", "Ports"), "ports"),
    ],
)
def test_paths_are_those_of_a_compose_file(path, shown):
    assert compare.compose_path(path) == shown


def changes(before, after):
    sides = [normalise.service(side, {}, {}) for side in (before, after)]
    return [str(change) for change in compare.changes(*sides)]


def spec(container, **other):
    return {"TaskTemplate": {"ContainerSpec": container, **other.pop("task", {})}, **other}


def test_changes_are_by_field_and_in_the_order_of_their_names():
    before = spec({"Image": "a:1", "Env": ["A=1", "GONE=x"], "StopGracePeriod": 10_000_000_000}, Labels={"l": "1"})
    after = spec({"Image": "a:2", "Env": ["A=2", "EMPTY="], "StopGracePeriod": 1_500_000_000}, Labels={"l": "1"})
    assert changes(before, after) == [
        "environment.A: 1 -> 2",
        'environment.EMPTY: (absent) -> ""',
        "environment.GONE: x -> (absent)",
        "image: a:1 -> a:2",
        "stop_grace_period: 10s -> 1.5s",
    ]


def test_secrets_are_hidden_where_their_names_tell_of_them():
    logging = {"LogDriver": {"Name": "splunk", "Options": {"splunk-token": "t1", "tag": "a"}}}
    before = spec({"Image": "a", "Env": ["DB_PASSWORD=1", "LEVEL=1"], "Args": ["run"]}, task=logging)
    after = spec(
        {"Image": "a", "Env": ["DB_PASSWORD=2", "LEVEL=2", "API_KEY="], "Args": ["run", "--password", "p1"]},
        task={"LogDriver": {"Name": "splunk", "Options": {"splunk-token": "t2", "tag": "b"}}},
        Labels={"backup.token": "l1", "backup.url": "ftp://bee:p2@host"},
    )
    assert changes(before, after) == [
        'command: ["run"] -> ["run", "--password", "********"]',
        "deploy.labels.backup.token: (absent) -> ********",
        "deploy.labels.backup.url: (absent) -> ftp://bee:********@host",
        'environment.API_KEY: (absent) -> ""',
        "environment.DB_PASSWORD: ******** -> ********",
        "environment.LEVEL: 1 -> 2",
        "logging.options.splunk-token: ******** -> ********",
        "logging.options.tag: a -> b",
    ]


def test_a_secret_that_a_service_takes_is_named():
    (change,) = compare.changes({"Secrets": {"db": {"SecretName": "db"}}}, {"Secrets": {"db": {"SecretName": "db-v2"}}})
    assert str(change).endswith("db -> db-v2")


def test_a_whole_section_is_shown_field_by_field():
    before = spec({"Image": "a"})
    after = spec({"Image": "a"}, task={"Resources": {"Limits": {"NanoCPUs": 500_000_000, "Pids": 5}}})
    assert changes(before, after) == [
        "deploy.resources.limits.cpus: (absent) -> 0.5",
        "deploy.resources.limits.pids: (absent) -> 5",
    ]


def test_false_is_not_zero():
    assert [str(change) for change in compare.changes({"Init": False}, {"Init": 0})] == ["init: false -> 0"]


def test_equal_specs_have_no_changes():
    assert changes(spec({"Image": "a"}), spec({"Image": "a"})) == []
