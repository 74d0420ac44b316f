# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the forms that values may have in a file to the one that they have in the model.

A converter takes a value that has passed the schema and returns the model's, or raises Invalid with what is wrong.
Those that hold other values (`fields`, `items`, `names`) add where it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from . import shellwords
from .duration import parse_duration
from .gonumbers import as_float32, as_int64, as_uint64, format_float, go_type, parse_prefixed_int
from .scalars import Timestamp
from .size import parse_size

Converter = Callable[[Any], Any]


class Invalid(ValueError):
    """A value that the schema lets pass and that means nothing. `path` leads to it."""

    def __init__(self, text: str, path: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.path = path


def at(key: str, convert: Converter, value: Any) -> Any:
    """The converted value of a key; what is wrong is reported with the key."""
    try:
        return convert(value)
    except Invalid as error:
        raise Invalid(str(error), (key, *error.path)) from error
    except ValueError as error:
        raise Invalid(str(error), (key,)) from error


def fields(table: Mapping[str, Converter]) -> Converter:
    """A mapping whose keys are known; others are left out, and so are values that are null."""

    def convert(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Invalid(f"expected a mapping, got {value!r}")
        # Where other keys are let pass, the CLI does not mind the case of those that it knows.
        given = {**{key.lower(): item for key, item in value.items()}, **value}
        return {key: at(key, table[key], item) for key, item in given.items() if key in table and item is not None}

    return convert


def items(convert_item: Converter) -> Converter:
    def convert(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise Invalid(f"expected a list, got {text(value)}")
        return [at(str(index), convert_item, item) for index, item in enumerate(value)]

    return convert


def names(convert_item: Converter) -> Converter:
    """A mapping whose keys the user chooses."""
    return lambda value: {key: at(key, convert_item, item) for key, item in value.items()}


def text(value: Any) -> str:
    """Any scalar as text, as Go prints it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return format_float(value)
    return value.text if isinstance(value, Timestamp) else str(value)


def string(value: Any) -> str:
    if not isinstance(value, str):
        raise Invalid(f"expected a string, got {text(value)}; put it in quotes")
    return value


def boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Invalid(f"expected true or false, got {value!r}")
    return value


def integer(value: Any) -> int:
    """A whole number of 64 bits; like the CLI, of a broken one the part before the point."""
    return as_int64(_number(value))


def unsigned(value: Any) -> int:
    if _number(value) < 0:
        raise Invalid(f"must not be negative, got {text(value)}")
    return as_uint64(value)


def unsigned32(value: Any) -> int:
    """The lower 32 bits, which is what the CLI keeps of a number that has more."""
    return unsigned(value) & 0xFFFFFFFF


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Invalid(f"expected a number, got {value!r}")
    return value


def file_mode(value: Any) -> int:
    """A number, or text with the octal digits of a mode."""
    if not isinstance(value, str):
        return unsigned32(value)
    return unsigned32(parse_prefixed_int(value if value.startswith("0") else f"0{value}"))


def ratio(value: Any) -> float:
    narrow = as_float32(float(value))
    if math.isinf(narrow):
        raise Invalid(f"{text(value)} is too large")
    return narrow


def duration(value: Any) -> int:
    return parse_duration(string(value))


def size(value: Any) -> int:
    return parse_size(string(value))


def string_list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else items(string)(value)


def env_files(value: Any) -> list[dict[str, Any]]:
    """Files of variables, by path or as `{path, required, format}`."""
    entries = [value] if isinstance(value, str) else items(lambda item: item)(value)
    return [entry if isinstance(entry, dict) else {"path": entry} for entry in entries]


def command(value: Any) -> list[str]:
    return shellwords.split(value) if isinstance(value, str) else string_list(value)


def health_test(value: Any) -> list[str]:
    return ["CMD-SHELL", value] if isinstance(value, str) else string_list(value)


def mapping(value: Any) -> dict[str, str]:
    """`{key: value}` or `["key=value"]`; a key without a value has the empty one."""
    return {key: item or "" for key, item in optional_mapping(value).items()}


def optional_mapping(value: Any) -> dict[str, str | None]:
    """The same; a key without a value has None."""
    if isinstance(value, dict):
        return {key: None if item is None else text(item) for key, item in value.items()}
    pairs = (item.partition("=") for item in items(string)(value))
    return {key: item if sign else None for key, sign, item in pairs}


def extra_hosts(value: Any, address: Callable[[Any], str] = text) -> list[str]:
    """`host:address` entries, sorted if they come from a mapping. Brackets around an address are dropped.

    `address` prints those of a mapping.
    """
    if isinstance(value, dict):
        entries = sorted(f"{key}:{address(item)}" for key, item in value.items() if item is not None)
    else:
        entries = [item.replace("=", ":", 1) if "=" in item else item for item in items(string)(value)]
    pairs = [entry.partition(":") for entry in entries]
    return [f"{host}:{_unbracketed(rest)}" for host, separator, rest in pairs if separator]


def garbled(value: Any) -> str:
    """Any scalar as Go prints it where it expects text."""
    return text(value) if isinstance(value, (str, Timestamp)) else f"%!s({go_type(value)}={text(value)})"


def _unbracketed(address: str) -> str:
    return address[1:-1] if len(address) > 2 and address[0] == "[" and address[-1] == "]" else address
