# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets that are told by the names of what holds them: keys of data, variables, options of commands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.masking import (
    HIDDEN,
    passwords,
    texts,
    without_passwords,
)

# Such as splunk-token, DB_PASSWORD or API_KEY; not so PASSWORD_FILE (a path), TOKEN_TTL or PWD (a directory).
_SURE = re.compile(
    r"token|secret|credential|passw(or)?d|passphrase|(^|[_-])(pass|pwd|pw|jwt)$"
    r"|(db|user|root|admin|mysql|pg|redis|smtp)(pass|pwd)$"
    r"|(api|auth|ssh|private|access|license|encryption|signing)[_-]?key",
    re.IGNORECASE,
)
# Under these names there are other things as well, such as routing keys: they are hidden, and not searched for.
_POSSIBLE = re.compile(r"(^|[_-])(auth|keys?|cookie)$", re.IGNORECASE)
_NEITHER = re.compile(
    r"(?-i:^(OLD)?PWD$)|[_-](file|path|dir|ur[il]|sock|name|id|type|algorithm|hashing|length|ttl|expir[a-z]*|issuer"
    r"|audience|realm|backend|policy|service|method|mode|version|count|size|enabled|required|header|endpoint|host|port)$",
    re.IGNORECASE,
)
# `NAME=value`, in quotes or not, as a whole text; and in a text `name=` or `--name`, which a value follows.
_WHOLE = re.compile(r"""((["']?)([\w.-]+)=)(.*)(\2)""", re.DOTALL)
_BEFORE_VALUE = re.compile(r"(?<![\w.-])(?:([\w.-]+)=|(--?[\w.-]+)[ \t]+(?!-))")
_VALUE = re.compile(r""""[^"]*"|'[^']*'|[^\s,;&"']*""")


def is_secret_name(name: str, surely: bool = False) -> bool:
    """Whether a key, an option or a variable is called after a secret that it holds. Of `a.b.c`, `c` counts."""
    last = name.rpartition(".")[2]
    found = _SURE.search(last) or (not surely and _POSSIBLE.search(last))
    return bool(found) and not _NEITHER.search(last)


def named(value: Any) -> Iterator[str]:
    """What plain data has under the names of secrets, also as `NAME=value`, and the passwords in its addresses. Names
    under which there are often other things do not count.
    """
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from texts(item) if is_secret_name(str(key), surely=True) else named(item)
    elif isinstance(value, (list, tuple)):
        for before, item in zip(("", *value), value):
            yield from texts(item) if _is_flag(before, surely=True) else named(item)
    elif isinstance(value, str):
        yield from (value[start:end] for start, end in _places(value, surely=True))
        yield from passwords(value)


def shown(value: Any) -> Any:
    """Plain data with everything hidden that has, or may have, the name of a secret, and the passwords in addresses."""
    if isinstance(value, Mapping):
        return {key: _hidden(item) if is_secret_name(str(key)) else shown(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_hidden(item) if _is_flag(before) else shown(item) for before, item in zip(("", *value), value)]
    return _without_secrets(value) if isinstance(value, str) else value


def _hidden(value: Any) -> Any:
    """A value in a secret place. That there is none is no secret."""
    return value if isinstance(value, bool) or value in (None, "", [], {}) else HIDDEN


def _is_flag(item: Any, surely: bool = False) -> bool:
    """Whether a word of a command is an option whose value, a secret, is the next word."""
    return isinstance(item, str) and item.startswith("-") and "=" not in item and is_secret_name(item, surely)


def _places(text: str, surely: bool = False) -> Iterator[tuple[int, int]]:
    """Where the values of secret names are in a text, one after another."""
    whole = _WHOLE.fullmatch(text)
    if whole and is_secret_name(whole[3], surely):
        yield whole.span(4)
        return
    after = 0
    for found in _BEFORE_VALUE.finditer(text):
        if found.end() >= after and is_secret_name(found[1] or found[2], surely):
            start, after = _VALUE.match(text, found.end()).span()  # type: ignore[union-attr]  # it may be empty
            if text[start:after].strip("\"'"):
                yield start, after


def _without_secrets(text: str) -> str:
    parts, after = [], 0
    for start, end in _places(text):
        parts += [text[after:start], HIDDEN]
        after = end
    return without_passwords("".join([*parts, text[after:]]))
