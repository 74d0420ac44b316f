# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets in what is shown: where they are, and how they are hidden.

Where the place of a secret is known (an option, a key, an address), it is hidden there, whatever its length. All other
texts are searched for it, and only if it is long enough: a search for `1` or `true` would make them unreadable.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

HIDDEN = "********"

# Characters. Shorter values are too likely to be part of other words; GitLab CI/CD masks variables from 8 on, too.
SHORTEST = 8

_PEM = "-----"

# Such as splunk-token, DB_PASSWORD or API_KEY; not so PASSWORD_FILE (a path), TOKEN_TTL or PWD (a directory).
_SECRET_NAME = re.compile(
    r"token|secret|credential|passw(or)?d|passphrase|(^|[_-])(pass|pwd|pw|auth|jwt|cookie|keys?)$"
    r"|(api|ssh|private|access|license|encryption|signing)[_-]?key",
    re.IGNORECASE,
)
_NO_SECRET_NAME = re.compile(
    r"^(old)?pwd$|[_-](file|path|dir|ur[il]|sock|name|id|type|algorithm|hashing|length|ttl|expir\w*)$", re.IGNORECASE
)
_PASSWORD_IN_ADDRESS = re.compile(r"(://[^/?#\s:@]*:)([^/?#\s]+)(@)")
# One that is a text as a whole, in quotes or not, and those in a text: `--password=...`, `a=1,password=...`.
_ASSIGNMENT = re.compile(r"""((["']?)([\w.-]+)=)(.*)(\2)""", re.DOTALL)
_ASSIGNMENTS = re.compile(r"""((?<![\w.-])([\w.-]+)=)([^\s,;&"']+)""")


def is_secret_name(name: str) -> bool:
    """Whether a key, an option or a variable is called after a secret that it holds. Of `a.b.c`, `c` counts."""
    last = name.rpartition(".")[2]
    return bool(_SECRET_NAME.search(last)) and not _NO_SECRET_NAME.search(last)


def texts(value: Any) -> Iterator[str]:
    """All texts and numbers of plain data, but for the keys of mappings."""
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        yield str(value)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, (list, tuple, set, frozenset)):
        for item in value:
            yield from texts(item)


def passwords(text: str) -> Iterator[str]:
    """Those in addresses, such as `http://user:password@proxy.example.com:3128`."""
    return (found[1] for found in _PASSWORD_IN_ADDRESS.findall(text))


def named(value: Any) -> Iterator[str]:
    """What plain data has under the names of secrets, also as `NAME=value`, and the passwords in its addresses."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from texts(item) if is_secret_name(str(key)) else named(item)
    elif isinstance(value, (list, tuple)):
        for before, item in zip(("", *value), value):
            yield from texts(item) if _is_flag(before) else named(item)
    elif isinstance(value, str):
        yield from _secrets_in(value)


def shown(value: Any) -> Any:
    """Plain data with what `named` finds hidden in its place."""
    if isinstance(value, Mapping):
        return {key: _hidden(item) if is_secret_name(str(key)) else shown(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_hidden(item) if _is_flag(before) else shown(item) for before, item in zip(("", *value), value)]
    return _without_secrets(value) if isinstance(value, str) else value


def searchable(secrets: Iterable[str]) -> frozenset[str]:
    """Those that are long enough to be searched for, without the blanks around them. Of a key in PEM format, each line
    is a secret: whoever shows it may show it line by line.
    """
    whole = [*map(str.strip, secrets)]
    lines = [line for text in whole if text.startswith(_PEM) for line in text.splitlines() if not line.startswith(_PEM)]
    return frozenset(text for text in (*whole, *lines) if len(text) >= SHORTEST)


def masked(value: Any, secrets: Iterable[str]) -> Any:
    """Plain data in which secrets that are long enough, and all passwords in addresses, are hidden.

    Keys are masked as well. What holds none of them comes back as it is, of whatever class it may be.
    """
    # The longest first: one secret can be a part of another.
    found = sorted({form for text in searchable(secrets) for form in _forms(text)}, key=len, reverse=True)
    search = re.compile("|".join(map(re.escape, found))) if found else None

    def mask(item: Any) -> Any:
        if isinstance(item, str):
            clean = _without_passwords(item)
            return search.sub(HIDDEN, clean) if search else clean
        if isinstance(item, Mapping):
            return {mask(key): mask(inner) for key, inner in item.items()}
        if isinstance(item, (list, tuple)):
            return [mask(inner) for inner in item]
        return item

    return mask(value)


def _forms(text: str) -> set[str]:
    """A text as it is, and in JSON: an Engine that refuses a request may quote it."""
    return {text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}


def _hidden(value: Any) -> Any:
    """A value in a secret place. That there is none is no secret."""
    return value if isinstance(value, bool) or value in (None, "", [], {}) else HIDDEN


def _is_flag(item: Any) -> bool:
    """Whether a word of a command is an option whose value, a secret, is the next word."""
    return isinstance(item, str) and item.startswith("-") and "=" not in item and is_secret_name(item)


def _secrets_in(text: str) -> Iterator[str]:
    whole = _ASSIGNMENT.fullmatch(text)
    if whole and is_secret_name(whole[3]):
        yield whole[4]
        return
    yield from (value for _start, name, value in _ASSIGNMENTS.findall(text) if is_secret_name(name))
    yield from passwords(text)


def _without_secrets(text: str) -> str:
    whole = _ASSIGNMENT.fullmatch(text)
    if whole and is_secret_name(whole[3]):
        return f"{whole[1]}{HIDDEN}{whole[5]}"
    return _without_passwords(
        _ASSIGNMENTS.sub(lambda found: f"{found[1]}{HIDDEN}" if is_secret_name(found[2]) else found[0], text)
    )


def _without_passwords(text: str) -> str:
    return _PASSWORD_IN_ADDRESS.sub(rf"\g<1>{HIDDEN}\g<3>", text) if "://" in text and "@" in text else text
