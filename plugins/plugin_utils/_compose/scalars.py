# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a plain word in YAML means to Go's yaml.v3.

Unlike in PyYAML, `yes`, `22:22` and `12:30:45` are text, `1e3` and `0o17` are numbers, and a time keeps its zone.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import functools
import math
import re
from dataclasses import dataclass

from .gonumbers import parse_float, parse_prefixed_int

_PREFIX = "tag:yaml.org,2002:"
_WORDS: dict[str, bool | float | None] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), math.nan),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), math.inf),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), -math.inf),
}
_NUMBER_BEGINS = frozenset("0123456789+-.")
_TIME = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{1,2}-[0-9]{1,2})"
    r"(?:(?P<separator>[Tt ])(?P<time>[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2})(?P<fraction>[.,][0-9]+)?"
    r"(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?)?",
    re.ASCII,
)


@dataclass(frozen=True)
class Timestamp:
    """A point in time, which stands for text wherever it is used. `text` is how Go prints it."""

    text: str


Scalar = str | int | float | bool | Timestamp | None


@functools.lru_cache(maxsize=4096)
def plain(text: str) -> Scalar:
    """The value of a word without quotes and without a tag."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_BEGINS:
        return text
    time = _timestamp(text)
    return time if time is not None else _number(text)


def tagged(tag: str, text: str) -> Scalar:
    """The value of a scalar with an explicit tag (`!!int "3"`). ValueError if it is none of that kind."""
    kind = tag.removeprefix(_PREFIX)
    if kind == "binary":
        try:
            return base64.b64decode(re.sub(r"\s", "", text), validate=True).decode(errors="replace")
        except binascii.Error as error:
            raise ValueError("!!binary value contains invalid base64 data") from error
    if kind not in ("int", "float", "bool", "null", "timestamp"):
        return text  # also of tags that nobody knows
    value = _timestamp(text) if kind == "timestamp" else _untimed(text)
    if kind == "float" and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    fits = {
        "int": isinstance(value, int) and not isinstance(value, bool),
        "float": isinstance(value, float),
        "bool": isinstance(value, bool),
        "null": value is None,
        "timestamp": value is not None,
    }
    if not fits[kind]:
        raise ValueError(f"cannot decode `{text}` as a !!{kind}")
    return value


def timestamp_of(value: datetime.date) -> Timestamp:
    """What another YAML parser took for a date or a time."""
    moment = value if isinstance(value, datetime.datetime) else datetime.datetime(value.year, value.month, value.day)
    return _printed(moment, f".{moment.microsecond:06}" if moment.microsecond else "")


def _untimed(text: str) -> Scalar:
    if text in _WORDS:
        return _WORDS[text]
    return _number(text) if text[0] in _NUMBER_BEGINS else text


def _number(text: str) -> Scalar:
    """The number, or the text itself if it is none."""
    # Underscores group digits, except in a number that begins with the point.
    digits = text if text[0] == "." else text.replace("_", "")
    for read in (parse_prefixed_int, parse_float) if text[0] != "." else (parse_float,):
        try:
            return read(digits)
        except ValueError:
            continue
    return text


def _timestamp(text: str) -> Timestamp | None:
    match = _TIME.fullmatch(text)
    if not match:
        return None
    # Go knows no time with a space and a zone, and none with a T and without a zone.
    if match["time"] and (match["separator"] == " ") == bool(match["zone"]):
        return None
    numbers = [int(part) for part in re.findall("[0-9]+", f"{match['date']} {match['time'] or ''}")]
    try:
        moment = datetime.datetime(*numbers, tzinfo=_zone(match["zone"] or "Z"))  # type: ignore[arg-type, misc]
    except ValueError:
        return None
    return _printed(moment, match["fraction"] or "")


def _zone(text: str) -> datetime.timezone:
    if text == "Z":
        return datetime.UTC
    offset = datetime.timedelta(hours=int(text[1:3]), minutes=int(text[4:6]))
    return datetime.timezone(-offset if text[0] == "-" else offset)


def _printed(moment: datetime.datetime, fraction: str) -> Timestamp:
    """As Go's time.Time prints itself: `2024-01-02 03:04:05.5 +0100 +0100`, and in UTC `+0000 UTC`."""
    offset = moment.strftime("%z") or "+0000"
    digits = fraction[1:10].rstrip("0")
    date = f"{moment.year:04}-{moment:%m-%d %H:%M:%S}"
    return Timestamp(f"{date}{'.' if digits else ''}{digits} {offset} {'UTC' if offset == '+0000' else offset}")
