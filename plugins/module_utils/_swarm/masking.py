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
# A quotation mark that ends a text of JSON ends the address.
_PASSWORD_IN_ADDRESS = re.compile(r"""(://[^/?#\s:"']*:)((?:(?!["'][],}:])[^/?#\s])+)(@)""")
# `NAME=value`, in quotes or not, as a whole text; and in a text `name=` or `--name`, which a value follows.
_WHOLE = re.compile(r"""((["']?)([\w.-]+)=)(.*)(\2)""", re.DOTALL)
_BEFORE_VALUE = re.compile(r"(?<![\w.-])(?:([\w.-]+)=|(--?[\w.-]+)[ \t]+(?!-))")
_VALUE = re.compile(r""""[^"]*"|'[^']*'|[^\s,;&"']*""")


def is_secret_name(name: str, surely: bool = False) -> bool:
    """Whether a key, an option or a variable is called after a secret that it holds. Of `a.b.c`, `c` counts."""
    last = name.rpartition(".")[2]
    found = _SURE.search(last) or (not surely and _POSSIBLE.search(last))
    return bool(found) and not _NEITHER.search(last)


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


def searchable(secrets: Iterable[str]) -> frozenset[str]:
    """Those that are long enough to be searched for, without the blanks around them. Of a key in PEM format, each line
    is a secret: whoever shows it may show it line by line.
    """
    whole = [*map(str.strip, secrets)]
    lines = [line for text in whole if text.startswith(_PEM) for line in text.splitlines() if not line.startswith(_PEM)]
    return frozenset(text for text in (*whole, *lines) if len(text) >= SHORTEST)


def masked(value: Any, secrets: Iterable[str]) -> Any:
    """Plain data in which secrets that are long enough, and all passwords in addresses, are hidden.

    The keys of mappings stay. A value that is no plain data comes back as it is.
    """
    # The longest first: one secret can be a part of another.
    found = sorted({form for text in searchable(secrets) for form in _forms(text)}, key=len, reverse=True)

    def mask(item: Any) -> Any:
        if isinstance(item, str):
            item = _without_passwords(item)
            for secret in found:
                if secret in item:
                    item = item.replace(secret, HIDDEN)
            return item
        if isinstance(item, Mapping):
            return {key: mask(inner) for key, inner in item.items()}
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
    return _without_passwords("".join([*parts, text[after:]]))


def _without_passwords(text: str) -> str:
    return _PASSWORD_IN_ADDRESS.sub(rf"\g<1>{HIDDEN}\g<3>", text) if "://" in text and "@" in text else text
