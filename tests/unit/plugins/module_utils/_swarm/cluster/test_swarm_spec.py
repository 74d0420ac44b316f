# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings: merged into all that is stored, compared option by option."""

from __future__ import annotations

import base64
import copy

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.swarm_spec import (
    SETTINGS,
    drift,
    drift_in_words,
    merged_spec,
    settings_of,
    settings_to_change,
    signing_ca_differs,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.durations import duration, nanoseconds


def certificate(content):
    body = base64.b64encode(content.encode()).decode()
    return f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"


ROOT, MINE = certificate("root"), certificate("mine")

STORED = {
    "Name": "default",
    "Labels": {"env": "prod", "flag": ""},
    "Orchestration": {"TaskHistoryRetentionLimit": 9},
    "Raft": {
        "SnapshotInterval": 10000,
        "KeepOldSnapshots": 2,
        "LogEntriesForSlowFollowers": 500,
        "ElectionTick": 10,
        "HeartbeatTick": 1,
    },
    "Dispatcher": {"HeartbeatPeriod": 5000000000},
    "CAConfig": {"NodeCertExpiry": 7776000000000000, "ForceRotate": 3},
    "TaskDefaults": {},
    "EncryptionConfig": {"AutoLockManagers": True},
    "SomethingNew": {"Kept": True},
}

# Each setting, a value that differs, and where it is found in the spec.
OTHERS = [
    ("task_history_limit", 0, ("Orchestration", "TaskHistoryRetentionLimit"), 0),
    ("snapshot_interval", 5, ("Raft", "SnapshotInterval"), 5),
    ("keep_old_snapshots", 0, ("Raft", "KeepOldSnapshots"), 0),
    ("log_entries_for_slow_followers", 5, ("Raft", "LogEntriesForSlowFollowers"), 5),
    ("election_tick", 20, ("Raft", "ElectionTick"), 20),
    ("heartbeat_tick", 2, ("Raft", "HeartbeatTick"), 2),
    ("dispatcher_heartbeat", "1m30s", ("Dispatcher", "HeartbeatPeriod"), 90_000_000_000),
    ("node_cert_expiry", "24h", ("CAConfig", "NodeCertExpiry"), 86_400_000_000_000),
    (
        "external_cas",
        [{"url": "https://ca.example.com", "options": {"n": 1}}],
        ("CAConfig", "ExternalCAs"),
        [{"Protocol": "cfssl", "URL": "https://ca.example.com", "Options": {"n": "1"}, "CACert": ""}],
    ),
    ("autolock", False, ("EncryptionConfig", "AutoLockManagers"), False),
    (
        "log_driver",
        {"name": "json-file", "options": {"max-file": 3}},
        ("TaskDefaults", "LogDriver"),
        {"Name": "json-file", "Options": {"max-file": "3"}},
    ),
    ("labels", {"env": "test"}, ("Labels",), {"env": "test"}),
]


def test_every_setting_is_in_the_table():
    assert {name for name, *_rest in OTHERS} == set(SETTINGS)


@pytest.mark.parametrize(("name", "wished", "path", "value"), OTHERS)
def test_one_setting_changes_one_place_and_nothing_else(name, wished, path, value):
    before = copy.deepcopy(STORED)
    spec = merged_spec(STORED, {name: wished})
    assert before == STORED

    expected = copy.deepcopy(STORED)
    place = expected
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    assert spec == expected
    assert list(settings_to_change(STORED, {name: wished})) == [name]
    assert settings_to_change(spec, {name: wished}) == {}


def test_what_is_as_wished_does_not_differ():
    same = {
        "labels": {"flag": "", "env": "prod"},
        "node_cert_expiry": "2160h",
        "dispatcher_heartbeat": "5000ms",
        "autolock": True,
        "external_cas": [],
        "task_history_limit": 9,
    }
    assert settings_to_change(STORED, same) == {}


def test_labels_are_compared_by_presence():
    assert settings_to_change(STORED, {"labels": {"env": "prod"}}) == {
        "labels": ({"env": "prod", "flag": ""}, {"env": "prod"})
    }


def test_what_the_collection_remembers_in_labels_is_no_setting():
    own = {"apiary.swarm.replaced.ca": "2026-11-25T12:00:00Z"}
    stored = {**STORED, "Labels": {**STORED["Labels"], **own}}
    assert settings_of(stored)["labels"] == STORED["Labels"]
    assert settings_to_change(stored, {"labels": STORED["Labels"]}) == {}
    assert merged_spec(stored, {"labels": {}})["Labels"] == own


def test_a_spec_from_nothing_states_only_what_is_wished():
    assert merged_spec({}, {"autolock": True, "election_tick": 20}) == {
        "EncryptionConfig": {"AutoLockManagers": True},
        "Raft": {"ElectionTick": 20},
    }


def test_settings_of_an_empty_spec():
    assert set(settings_of({})) == set(SETTINGS)


@pytest.mark.parametrize(
    ("text", "count"), [("2160h", 7776000000000000), ("1h30m", 5400000000000), ("5s", 5000000000), ("500ms", 500000000)]
)
def test_durations(text, count):
    assert nanoseconds(text) == count
    assert duration(count) == text


@pytest.mark.parametrize("text", ["", "5", "h", "5 s", "5d", "-5s", "1h 30m", "5sx"])
def test_bad_durations(text):
    with pytest.raises(ValueError, match="is no duration"):
        nanoseconds(text)


CLUSTER = {"DefaultAddrPool": ["10.20.0.0/16"], "SubnetSize": 26, "DataPathPort": 4789}


@pytest.mark.parametrize(
    ("options", "cluster", "found"),
    [
        ({}, CLUSTER, []),
        ({"default_addr_pool": ["10.20.0.0/16"], "subnet_size": 26, "data_path_port": 4789}, CLUSTER, []),
        ({"default_addr_pool": ["10.0.0.0/8"], "subnet_size": 24}, {"SubnetSize": 24}, []),
        ({"default_addr_pool": ["10.30.0.0/16"]}, CLUSTER, ["default_addr_pool"]),
        ({"subnet_size": 24, "data_path_port": 7789}, CLUSTER, ["subnet_size", "data_path_port"]),
        ({"advertise_addr": "192.0.2.1"}, CLUSTER, []),
        ({"advertise_addr": "192.0.2.1:2377"}, CLUSTER, []),
        ({"advertise_addr": "eth1"}, CLUSTER, []),
        ({"advertise_addr": "192.0.2.9"}, CLUSTER, ["advertise_addr"]),
        ({"log_driver": {"name": "json-file", "options": None}}, CLUSTER, ["log_driver"]),
    ],
)
def test_drift(options, cluster, found):
    drifts = drift(options, cluster, "192.0.2.1")
    assert [item["option"] for item in drifts] == found
    for item, words in zip(drifts, drift_in_words(drifts), strict=True):
        assert str(item["wished"]) in words
        assert str(item["actual"]) in words


def test_the_signing_ca_is_compared_with_the_trusted_root():
    assert signing_ca_differs({}, ROOT) is None
    assert signing_ca_differs({"signing_ca_cert": f"Subject: CN=mine\r\n{ROOT}"}, ROOT) is None
    before, after = signing_ca_differs({"signing_ca_cert": MINE}, ROOT)
    assert before != after
    assert after.startswith("sha256:")


def test_drift_shows_no_secret():
    found = drift({"log_driver": {"name": "splunk", "options": {"splunk-token": "wax", "tag": "a"}}}, {}, "192.0.2.1")
    (words,) = drift_in_words(found)
    assert "wax" not in words
    assert "'splunk-token': '********'" in words
    assert "'tag': 'a'" in words
