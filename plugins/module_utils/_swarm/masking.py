# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets in what is shown: searched for, and hidden.

Where the place of a secret is known (an option, a name, an address), it is hidden there, whatever its length
(ansible_module.py, secret_names.py). All other texts are searched for it, and only if it is long enough: a search for
`1` or `true` would make them unreadable.
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

# A quotation mark that ends a text of JSON ends the address.
_PASSWORD_IN_ADDRESS = re.compile(r"""(://[^/?#\s:"']*:)((?:(?!["'][],}:])[^/?#\s])+)(@)""")


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
            item = without_passwords(item)
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


def without_passwords(text: str) -> str:
    """A text with the passwords in its addresses hidden."""
    return _PASSWORD_IN_ADDRESS.sub(rf"\g<1>{HIDDEN}\g<3>", text) if "://" in text and "@" in text else text


def _forms(text: str) -> set[str]:
    """A text as it is, and in JSON: an Engine that refuses a request may quote it."""
    return {text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]}
