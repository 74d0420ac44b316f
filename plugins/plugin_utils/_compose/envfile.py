# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of environment variables as the CLI reads them: `KEY=value` lines, everything behind the `=` literally."""

from __future__ import annotations

from collections.abc import Mapping

_LONGEST_LINE = 64 * 1024  # bytes, the limit of the CLI's scanner


def parse_env_file(content: bytes, env: Mapping[str, str]) -> dict[str, str]:
    """The variables of a file. A key alone takes its value from `env`, or is left out. ValueError if it is none."""
    variables: dict[str, str] = {}
    for number, raw in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if len(raw) >= _LONGEST_LINE:
            raise ValueError(f"line {number} is longer than 64 KiB")
        try:
            line = raw.removesuffix(b"\r").decode().lstrip()
        except UnicodeDecodeError as error:
            raise ValueError(f"invalid utf8 bytes at line {number}") from error
        if not line or line.startswith("#"):
            continue
        key, has_value, value = line.partition("=")
        if not key:
            raise ValueError(f"no variable name on line '{line}'")
        if " " in key or "\t" in key:
            raise ValueError(f"variable '{key}' contains whitespaces")
        if has_value:
            variables[key] = value
        elif key in env:
            variables[key] = env[key]
    return variables
