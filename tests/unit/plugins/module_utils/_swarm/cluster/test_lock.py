# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who gets the lock of a swarm, and what its audit says, as tables."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster import lock
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.lock import (
    Holder,
    Ledger,
    Wish,
    decide,
    ledger_of,
    problems,
    time_of,
    written,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError

NOW = datetime(2026, 11, 25, 9, 0, 0, 5, tzinfo=UTC)
ANN, BOB = Holder("ann@one", "one", "7@70"), Holder("bob@two", "two", "8@80")
OTHERS = [
    replace(ANN, controller="two"),
    replace(ANN, process="7@71"),
    replace(ANN, process="7"),
]


def hold(holder=ANN, operation="upgrade", **options):
    return Wish("held", holder, operation, **options)


def release(holder=ANN, **options):
    return Wish("released", holder, **options)


def after(ledger, wish, now=NOW):
    """The ledger that the plan writes."""
    plan = decide(ledger, wish, now)
    if not plan:
        return ledger
    (step,) = plan
    _config, version, spec = step.payload
    return ledger_of({"ID": "c", "Version": {"Index": version + 1}, "Spec": spec})


def later(seconds):
    return NOW + timedelta(seconds=seconds)


HELD = after(Ledger(), hold())
ID = HELD.lock.id


def test_a_free_lock_is_taken():
    (step,) = decide(Ledger(), hold(limit=60), NOW)
    assert (step.action, step.payload[0]) == ("take", "")
    assert step.lines() == [
        "take lock apiary.swarm.operations",
        "  operation: (absent) -> upgrade",
        "  who: (absent) -> ann@one",
    ]
    taken = after(Ledger(), hold(limit=60)).lock
    assert (taken.since, taken.until) == ("2026-11-25T09:00:00Z", "2026-11-25T09:01:00Z")
    assert taken.is_of(ANN)
    assert taken.id.startswith("lock-")


def test_who_has_it_already_changes_nothing():
    for operation in ("upgrade", "drain"):
        assert not decide(HELD, hold(operation=operation), later(10))


@pytest.mark.parametrize("other", [BOB, *OTHERS])
@pytest.mark.parametrize("broken", ["", "lock-other"])
def test_another_run_is_refused(other, broken):
    with pytest.raises(SwarmError) as refusal:
        decide(HELD, hold(other, break_lock=broken), later(3599))
    words = str(refusal.value)
    for part in (
        "upgrade, by ann@one, since 2026-11-25T09:00:00Z, until 2026-11-25T10:00:00Z",
        ID,
        "Nothing was changed",
    ):
        assert part in words
    assert f"break_lock: {ID}" in words
    assert ("another lock (lock-other)" in words) is bool(broken)
    assert refusal.value.facts == HELD.as_dict()
    assert refusal.value.facts["lock"]["process"] == "7@70"


@pytest.mark.parametrize(
    ("wish", "now", "ended", "result"),
    [
        (hold(BOB), later(3600), later(3600), "expired"),
        (hold(BOB, break_lock=ID), later(9999), later(3600), "expired"),
        (hold(ANN), later(9999), later(3600), "expired"),  # somebody may have had it in between
        (hold(BOB, break_lock=ID), later(60), later(60), "broken by bob@two"),
        (hold(BOB, break_lock=ID, gone=True), later(60), later(60), "interrupted"),
        (release(ANN), later(60), later(60), "released"),
        (release(ANN, result="failed"), later(9999), later(9999), "failed"),
        (release(ANN, operation="upgrade", break_lock=ID, result="good"), later(60), later(60), "good"),
        (release(BOB, break_lock=ID), later(60), later(60), "broken by bob@two"),
    ],
)
def test_the_end_of_a_lock(wish, now, ended, result):
    new = after(HELD, wish, now)
    assert len(decide(HELD, wish, now).warnings) == wish.gone
    (entry,) = new.audit
    since = "2026-11-25T09:00:00Z"
    assert entry == {
        "operation": "upgrade",
        "who": "ann@one",
        "since": since,
        "ended": written(ended),
        "result": result,
    }
    if wish.state == "released":
        assert new.lock is None
    else:
        assert new.lock.is_of(wish.holder)
        assert new.lock.id != ID


@pytest.mark.parametrize(
    ("ledger", "wish", "warned"),
    [
        (Ledger(), release(), False),
        (Ledger(), release(break_lock=ID), False),
        (HELD, release(operation="drain"), False),
        (HELD, release(BOB), True),
        (HELD, release(BOB, operation="upgrade"), True),
        (HELD, release(BOB, break_lock="lock-other"), True),
    ],
)
def test_nothing_to_release(ledger, wish, warned):
    plan = decide(ledger, wish, later(60))
    assert not plan
    assert bool(plan.warnings) is warned
    assert all(ID in warning and "by ann@one" in warning for warning in plan.warnings)


def test_a_run_that_takes_it_twice_in_a_second_has_two_locks():
    again = after(after(HELD, release()), hold(), NOW + timedelta(microseconds=1))
    assert again.lock.since == HELD.lock.since
    assert again.lock.id != ID


def test_the_audit_keeps_the_newest():
    ledger = Ledger()
    for number in range(25):
        ledger = after(ledger, hold(operation=f"o{number}"), later(2 * number))
        ledger = after(ledger, release(), later(2 * number + 1))
    assert [entry["operation"] for entry in ledger.audit] == [f"o{number}" for number in range(24, 4, -1)]


def test_only_its_own_labels_change():
    spec = {"Name": lock.NAME, "Data": "eA==", "Labels": {"mine": "1"}, "Templating": {"Name": "golang"}}
    (step,) = decide(ledger_of({"ID": "c", "Version": {"Index": 5}, "Spec": spec}), hold(), NOW)
    config, version, written_spec = step.payload
    assert (config, version) == ("c", 5)
    assert {**written_spec, "Labels": None} == {**spec, "Labels": None}
    assert set(written_spec["Labels"]) == {"mine", lock.LOCK, lock.AUDIT}
    assert spec["Labels"] == {"mine": "1"}


GOOD = dict.fromkeys(lock.Lock.__dataclass_fields__, "2026-11-25T09:00:00Z")
ENTRY = {"operation": "a", "who": "b", "since": "c", "ended": "d", "result": "e"}


@pytest.mark.parametrize("label", [lock.LOCK, lock.AUDIT])
@pytest.mark.parametrize(
    "content",
    [
        "",
        "no JSON",
        "[1",
        "7",
        '"text"',
        "[1]",
        '{"id": "x"}',
        json.dumps({**GOOD, "until": "soon"}),
        json.dumps({**GOOD, "until": 7}),
        json.dumps([{**ENTRY, "result": None}]),
        json.dumps([{"who": "b"}]),
        "[" * 5000,
    ],
)
def test_labels_of_somebody_else_are_refused(label, content):
    with pytest.raises(SwarmError, match=rf"Label {label} of config .* Nothing was changed.*docker config rm"):
        ledger_of({"ID": "c", "Version": {"Index": 5}, "Spec": {"Name": lock.NAME, "Labels": {label: content}}})


@pytest.mark.parametrize("labels", [None, {}, {"other": "x"}, {lock.LOCK: "null", lock.AUDIT: "null"}])
def test_without_its_labels_the_lock_is_free(labels):
    ledger = ledger_of({"ID": "c", "Version": {"Index": 5}, "Spec": {"Name": lock.NAME, "Labels": labels}})
    assert ledger.as_dict() == {"lock": None, "audit": []}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-11-25T09:00:00Z", 0),
        ("2026-11-25T09:00:00.5Z", 0.5),
        ("2026-11-25T09:00:00.123456789Z", 0.123456),
        ("2026-11-25T10:00:01.000000001+01:00", 1),
        ("2026-11-25T03:30:00-05:30", 0),
    ],
)
def test_times_of_the_engine(text, seconds):
    assert (time_of(text) - datetime(2026, 11, 25, 9, tzinfo=UTC)).total_seconds() == seconds


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (hold(operation=""), "operation is empty"),
        (hold(operation="a\nb"), "operation is not one line"),
        (release(result="x" * 101), "result is not one line"),
        (hold(limit=0), "limit is 0"),
        (hold(limit=10**9), "limit is 1000000000"),
    ],
)
def test_options_that_cannot_be_right(wish, words):
    (problem,) = problems(wish)
    assert words in problem


def test_options_that_are_right():
    assert problems(hold()) == problems(release()) == problems(hold(limit=1)) == []
