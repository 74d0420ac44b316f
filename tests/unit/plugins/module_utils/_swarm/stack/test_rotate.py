# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Versions of secrets and configs: whose they are, which comes next, which go."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack import rotate

LABELS = {rotate.NAMESPACE_LABEL: "st"}


def item(name, number=None, base="st_key", stack="st", **spec):
    labels = {rotate.NAMESPACE_LABEL: stack}
    if number:
        labels |= {rotate.VERSION_OF_LABEL: base, rotate.VERSION_LABEL: str(number)}
    return {"ID": f"id-{name}", "Version": {"Index": 1}, "Spec": {"Name": name, "Labels": labels, **spec}}


FIRST, SECOND, THIRD = item("st_key"), item("st_key-v2", 2), item("st_key-v3", 3)
# What a prefix of the name would take for a version.
STRANGER = item("st_key-vault")


def names(items):
    return [rotate.name_of(item) for item in items]


def test_versions_are_told_by_their_labels_and_never_by_their_names():
    assert names(rotate.versions([STRANGER, FIRST, THIRD, SECOND], "st_key")) == ["st_key-v3", "st_key-v2", "st_key"]


def test_versions_in_use_come_first():
    assert names(rotate.versions([FIRST, SECOND, THIRD], "st_key", {"id-st_key"})) == [
        "st_key",
        "st_key-v3",
        "st_key-v2",
    ]


@pytest.mark.parametrize(
    ("existing", "taken", "name"),
    [
        ([], [], "st_key"),
        ([FIRST], ["st_key"], "st_key-v2"),
        ([FIRST, SECOND], ["st_key", "st_key-v2"], "st_key-v3"),
        ([SECOND], ["st_key-v2"], "st_key-v3"),
        # Somebody else has the next name, or the plain one.
        ([FIRST], ["st_key", "st_key-v2"], "st_key-v3"),
        ([], ["st_key"], "st_key-v1"),
    ],
)
def test_the_next_version_has_a_free_name(existing, taken, name):
    assert rotate.next_version({"Name": "st_key", "Labels": LABELS}, existing, taken)["Name"] == name


def test_the_first_version_is_what_the_cli_would_make():
    wish = {"Name": "st_key", "Labels": LABELS, "Data": "YQ=="}
    assert rotate.next_version(wish, [], []) == wish


def test_a_later_version_says_what_it_is_a_version_of_and_nothing_of_its_content():
    spec = rotate.next_version({"Name": "st_key", "Labels": LABELS, "Data": "YQ=="}, [FIRST], ["st_key"])
    assert spec["Labels"] == {**LABELS, "apiary.swarm.version-of": "st_key", "apiary.swarm.version": "2"}


def test_long_names_are_cut_so_that_the_number_fits():
    base = "x" * 64
    name = rotate.next_version({"Name": base}, [item(base)], [base])["Name"]
    assert name == "x" * 61 + "-v2"


@pytest.mark.parametrize(
    ("current", "keep", "gone"),
    [
        ("id-st_key-v3", 0, ["st_key-v2", "st_key"]),
        ("id-st_key-v3", 1, ["st_key"]),
        ("id-st_key-v3", 2, []),
        # To be created: all that there are are old.
        ("", 1, ["st_key-v2", "st_key"]),
        # An old content came back.
        ("id-st_key", 1, ["st_key-v2"]),
    ],
)
def test_the_newest_old_versions_are_kept(current, keep, gone):
    assert names(rotate.outdated([FIRST, SECOND, THIRD], current, keep)) == gone


def test_labels_of_a_version_stay_with_it():
    assert rotate.wished_labels({"Labels": {"a": "b"}}, SECOND) == {
        "a": "b",
        "apiary.swarm.version-of": "st_key",
        "apiary.swarm.version": "2",
    }
