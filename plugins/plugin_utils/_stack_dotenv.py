# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of variables in the dotenv format, for the option env_file of stack_deploy."""

from __future__ import annotations

import re

_ASSIGNMENT = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_.-]*)\s*=\s*(.*)", re.DOTALL)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\", "$": "$"}


def parse(text: str) -> dict[str, str]:
    """The variables of a file: `KEY=value`, `export KEY=value`, `KEY='literal'`, `KEY="with \\n escapes"`.

    A `#` at the start of a line, or behind a value and white space, begins a comment. Nothing is interpolated.
    ValueError with the number of the line for anything else.
    """
    variables: dict[str, str] = {}
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), start=1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        match = _ASSIGNMENT.fullmatch(line)
        if not match:
            # The line itself is not shown: it may hold a password.
            raise ValueError(f"line {number} is not of the form KEY=value")
        try:
            variables[match[1]] = _value(match[2])
        except ValueError as error:
            raise ValueError(f"line {number}: {error}") from error
    return variables


def _value(raw: str) -> str:
    quote = raw[:1]
    if quote not in ("'", '"'):
        return re.sub(r"(^|\s+)#.*", "", raw)
    pattern = r"'([^']*)'" if quote == "'" else r'"((?:[^"\\]|\\.)*)"'
    match = re.fullmatch(pattern + r"\s*(?:#.*)?", raw)
    if not match:
        raise ValueError("text behind a quoted value, or a quote that is not closed")
    return match[1] if quote == "'" else re.sub(r"\\(.)", lambda escape: _ESCAPES.get(escape[1], escape[0]), match[1])
