# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lock on operations of a swarm, and the audit of those that ended: labels of one config object of the swarm.

Labels, because they are all that can change of a config; a config, because the swarm lets only one have the name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Plan, Step, changes_between
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.times import time_of, written

NAME = "apiary.swarm.operations"
LOCK, AUDIT = "apiary.swarm.lock", "apiary.swarm.audit"
ABOUT = (
    "The labels of this config say which operation of the Ansible collection apiary.swarm has the lock of this swarm, "
    "and which ones ended lately. No service uses it.\n"
)
KEPT = 20  # entries of the audit
LONGEST_LIMIT = 365 * 24 * 3600  # seconds
LONGEST_WORD = 100

Entry = Mapping[str, str]

_GONE = (
    "The lock of this swarm is taken over from a run on this controller that ended without releasing it: {}. That run "
    "may have left something unfinished."
)


@dataclass(frozen=True)
class Holder:
    """A run of Ansible. `who` is for people; `controller` and `process` tell it from all others."""

    who: str
    controller: str
    process: str


@dataclass(frozen=True)
class Wish:
    """The options of swarm_lock. `gone`: it is proved that the run that has the lock `break_lock` is no more."""

    state: str
    holder: Holder
    operation: str = ""
    limit: int = 3600
    break_lock: str = ""
    result: str = "released"
    gone: bool = False


@dataclass(frozen=True)
class Lock:
    id: str
    operation: str
    who: str
    controller: str
    process: str
    since: str
    until: str

    def is_of(self, holder: Holder) -> bool:
        return (self.controller, self.process) == (holder.controller, holder.process)

    def has_expired(self, now: datetime) -> bool:
        return now >= time_of(self.until)

    def __str__(self) -> str:
        return f"{self.operation}, by {self.who}, since {self.since}, until {self.until} (id {self.id})"


@dataclass(frozen=True)
class Ledger:
    """The config object as it was read. One that is not there has no `id`. The newest entry of `audit` comes first."""

    id: str = ""
    version: int = 0
    spec: Mapping[str, Any] = field(default_factory=dict)
    lock: Lock | None = None
    audit: tuple[Entry, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {"lock": asdict(self.lock) if self.lock else None, "audit": [dict(entry) for entry in self.audit]}


def problems(wish: Wish) -> list[str]:
    """What is wrong with options."""
    found = []
    if wish.state == "held" and not wish.operation:
        found.append("operation is empty")
    for name, value in (("operation", wish.operation), ("result", wish.result)):
        if len(value) > LONGEST_WORD or not value.isprintable():
            found.append(f"{name} is not one line of at most {LONGEST_WORD} characters")
    if not 1 <= wish.limit <= LONGEST_LIMIT:
        found.append(f"limit is {wish.limit}, and not from 1 to {LONGEST_LIMIT} (seconds)")
    return found


def ledger_of(config: Mapping[str, Any] | None) -> Ledger:
    """From the config object."""
    if config is None:
        return Ledger()
    spec = config["Spec"]
    labels = spec.get("Labels") or {}
    lock = _read(labels, LOCK, lambda data: _lock_of(data) if data else None)
    audit = _read(labels, AUDIT, lambda data: tuple(map(_entry_of, data)) if data else ())
    return Ledger(config["ID"], config["Version"]["Index"], spec, lock, audit)


def _read(labels: Mapping[str, str], label: str, read: Any) -> Any:
    try:
        return read(json.loads(labels[label]) if label in labels else None)
    except (ValueError, TypeError, KeyError, RecursionError) as problem:
        raise SwarmError(
            f"Label {label} of config {NAME} is nothing that swarm_lock wrote: {labels[label][:200]!r}. Nothing was "
            "changed.",
            f"If no operation is under way, remove it on a manager (docker config rm {NAME}) and run again.",
        ) from problem


def _lock_of(data: Mapping[str, Any]) -> Lock:
    lock = Lock(**_texts(data, tuple(Lock.__dataclass_fields__)))
    time_of(lock.until)
    return lock


def _entry_of(data: Mapping[str, Any]) -> Entry:
    return _texts(data, ("operation", "who", "since", "ended", "result"))


def _texts(data: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, str]:
    found = {name: data[name] for name in names}
    if not all(isinstance(value, str) for value in found.values()):
        raise ValueError("not all of it is text")
    return found


def decide(ledger: Ledger, wish: Wish, now: datetime) -> Plan:
    """One step or none; a SwarmError where the lock is wished for and another run has it."""
    return _hold(ledger, wish, now) if wish.state == "held" else _release(ledger, wish, now)


def _hold(ledger: Ledger, wish: Wish, now: datetime) -> Plan:
    old = ledger.lock
    if not old:
        return _plan("take", ledger, _taken(wish, now), None)
    if old.has_expired(now):
        entry = _entry(old, old.until, "expired")
        return _plan("take", ledger, _taken(wish, now), entry, f"the lock before it expired: {old}")
    if old.is_of(wish.holder):
        return Plan()
    if wish.break_lock == old.id and wish.gone:
        entry = _entry(old, written(now), "interrupted")
        plan = _plan("take", ledger, _taken(wish, now), entry, f"the run that had it is gone: {old}")
        return Plan(plan.steps, (_GONE.format(old),))
    if wish.break_lock == old.id:
        entry = _entry(old, written(now), f"broken by {wish.holder.who}")
        return _plan("take", ledger, _taken(wish, now), entry, f"the lock before it is broken: {old}")
    other = f" break_lock names another lock ({wish.break_lock})." if wish.break_lock else ""
    raise SwarmError(
        f"Another operation has the lock of this swarm: {old}.{other} Nothing was changed.",
        "Let it end and run again. Only if it surely does not run any more, break its lock (module swarm_lock, "
        f"break_lock: {old.id}).",
        **ledger.as_dict(),
    )


def _release(ledger: Ledger, wish: Wish, now: datetime) -> Plan:
    old = ledger.lock
    if not old:
        return Plan()
    if old.is_of(wish.holder):
        # A part of an operation asks for the lock too, and must not end that of the whole.
        if wish.operation and wish.operation != old.operation:
            return Plan()
        return _plan("release", ledger, None, _entry(old, written(now), wish.result))
    if wish.break_lock == old.id:
        entry = _entry(old, written(now), f"broken by {wish.holder.who}")
        return _plan("release", ledger, None, entry, "it is broken")
    return Plan(warnings=(f"Nothing was released, because another operation has the lock of this swarm: {old}.",))


def _taken(wish: Wish, now: datetime) -> Lock:
    holder = wish.holder
    # Of the time in full, so that a run that takes it twice in a second has two locks.
    own = f"{holder.controller}\n{holder.process}\n{wish.operation}\n{now.isoformat()}"
    return Lock(
        # With a word before it, because YAML reads some hexadecimal digits as a number.
        id=f"lock-{hashlib.sha256(own.encode()).hexdigest()[:10]}",
        operation=wish.operation,
        since=written(now),
        until=written(now + timedelta(seconds=wish.limit)),
        **asdict(holder),
    )


def _entry(lock: Lock, ended: str, result: str) -> Entry:
    return {"operation": lock.operation, "who": lock.who, "since": lock.since, "ended": ended, "result": result}


def _plan(action: str, ledger: Ledger, lock: Lock | None, entry: Entry | None, reason: str = "") -> Plan:
    audit = ((entry,) if entry else ()) + ledger.audit
    labels = {
        **(ledger.spec.get("Labels") or {}),
        LOCK: _text(asdict(lock)) if lock else "",
        AUDIT: _text([dict(entry) for entry in audit[:KEPT]]),
    }
    if not lock:
        del labels[LOCK]
    # Not what only this very moment has (its id and times): check mode and the run after it show the same.
    changes = changes_between(_shown(ledger.lock), _shown(lock))
    write = (ledger.id, ledger.version, {**ledger.spec, "Labels": labels})
    return Plan((Step(action, "lock", NAME, reason, changes, write),))


def _shown(lock: Lock | None) -> dict[str, str]:
    return {"operation": lock.operation, "who": lock.who} if lock else {}


def _text(data: Any) -> str:
    return json.dumps(data, sort_keys=True)
