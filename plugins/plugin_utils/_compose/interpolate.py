# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables in values: `$V ${V} ${V:-default} ${V-default} ${V:?message} ${V?message} $$`.

Values only, never keys; defaults are not interpolated again. What came of a variable is text, and becomes a number or a
boolean only in the places of CASTS.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from .compatibility import CLI, Rules
from .errors import ComposeError
from .gonumbers import parse_float, parse_int, parse_prefixed_int

Cast = Callable[[str], int | float | bool]
Warn = Callable[[str], None]
Path = tuple[str, ...]

_NAME = r"[_A-Za-z][_A-Za-z0-9]*"
_REST = r"(?::?[-?][^}]*)?"
_VARIABLE = re.compile(rf"\$(?:(?P<escaped>\$)|(?P<named>{_NAME})|\{{(?P<braced>{_NAME}{_REST})\}}|)")
_VARIABLE_CLI = re.compile(rf"\$(?:(?P<escaped>\$)|(?P<named>{_NAME}{_REST})|\{{(?P<braced>{_NAME}{_REST})\}}|)")
_OPERATOR = re.compile(r":-|-|:\?|\?")
_OPERATORS_CLI = (":-", "-", ":?", "?")  # the first of these that occurs anywhere


class _Unusable(Exception):
    """A template that is invalid, or that needs a variable which is not there."""


def interpolate(config: dict[str, Any], env: Mapping[str, str], rules: Rules, warn: Warn) -> dict[str, Any]:
    """The mapping with its variables replaced. ComposeError with the path of the place."""

    def walk(value: Any, path: Path) -> Any:
        if isinstance(value, str):
            return _value(value, path, env, rules, warn) if "$" in value else value
        if isinstance(value, dict) and all(isinstance(key, str) for key in value):
            return {key: walk(item, (*path, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [walk(item, (*path, "[]")) for item in value]
        return value

    return {key: walk(value, (key,)) for key, value in config.items()}


def substitute(template: str, env: Mapping[str, str], rules: Rules) -> str:
    """The text with its variables replaced; one that is not set is empty. ValueError for what the user has to mend."""
    error: _Unusable | None = None

    def replace(match: re.Match[str]) -> str:
        nonlocal error
        if match["escaped"]:
            return "$"
        variable = match["named"] or match["braced"]
        try:
            if not variable:
                raise _Unusable(template)
            text = _variable(variable, env, rules)
        except _Unusable as problem:
            error = problem if rules.later_variable_hides_error else error or problem
            return ""
        if rules.later_variable_hides_error:
            error = None
        return text

    text = (_VARIABLE_CLI if rules.default_without_braces else _VARIABLE).sub(replace, template)
    if error is not None:
        raise error
    return text


def _variable(variable: str, env: Mapping[str, str], rules: Rules) -> str:
    """The value of `NAME`, `NAME:-default` and so on."""
    if rules.dash_makes_default:
        operator = next((sign for sign in _OPERATORS_CLI if sign in variable), "")
    else:
        found = _OPERATOR.search(variable)
        operator = found[0] if found else ""
    if not operator:
        return env.get(variable, "")
    name, _operator, rest = variable.partition(operator)
    value = env.get(name)
    if value is not None and (value or ":" not in operator):
        return value
    if "?" in operator:
        raise _Unusable(f"required variable {name} is missing a value: {rest}")
    return rest


def _value(template: str, path: Path, env: Mapping[str, str], rules: Rules, warn: Warn) -> Any:
    place = ".".join(path)
    try:
        text = substitute(template, env, rules)
    except _Unusable as error:
        raise ComposeError(
            f"invalid interpolation format for {place}: {json.dumps(str(error), ensure_ascii=False)}; "
            "you may need to escape any $ with another $",
            "Set the variable in the environment, in env or in env_file." if "required variable" in str(error) else "",
        ) from error
    if text == template:
        return template
    if rules != CLI and "-" in template and text != _as_cli(template, env):
        warn(
            f"{place}: docker stack deploy reads {template!r} differently: to it, everything behind a '-' is a default"
        )
    cast = _cast(path, rules)
    if cast is None:
        return text
    try:
        value = cast(text)
    except ValueError as error:
        raise ComposeError(f"error while interpolating {place}: failed to cast to expected type: {error}") from error
    if cast is parse_prefixed_int and text.lstrip("+-").startswith("0") and value != 0:
        warn(f"{place}: {text} is read as an octal number; docker stack deploy takes it for a decimal one")
    return value


def _as_cli(template: str, env: Mapping[str, str]) -> str | None:
    try:
        return substitute(template, env, CLI)
    except _Unusable:
        return None


def _boolean(text: str) -> bool:
    if text.lower() in ("y", "yes", "true", "on"):
        return True
    if text.lower() in ("n", "no", "false", "off"):
        return False
    raise ValueError(f"invalid boolean: {text}")


def _integer(text: str) -> int:
    try:
        return parse_int(text)
    except ValueError as error:
        raise ValueError(f"strconv.Atoi: {error}") from error


def _service(cast: Cast, *paths: str) -> dict[Path, Cast]:
    return {("services", "*", *path.split(".")): cast for path in paths}


def _top(*paths: str) -> dict[Path, Cast]:
    return {tuple(path.split(".")): _boolean for path in paths}


# The places where the text becomes something else. `*` is any name, `[]` any item of a list.
CASTS: Mapping[Path, Cast] = {
    **_service(_integer, "configs.[].mode", "secrets.[].mode"),
    **_service(_integer, "healthcheck.retries", "deploy.replicas", "deploy.restart_policy.max_attempts"),
    **_service(_integer, "deploy.update_config.parallelism", "deploy.rollback_config.parallelism"),
    **_service(_integer, "deploy.placement.max_replicas_per_node", "ports.[].target", "ports.[].published"),
    **_service(_integer, "oom_score_adj", "ulimits.*", "ulimits.*.hard", "ulimits.*.soft"),
    **_service(parse_float, "deploy.update_config.max_failure_ratio", "deploy.rollback_config.max_failure_ratio"),
    **_service(_boolean, "healthcheck.disable", "privileged", "read_only", "stdin_open", "tty"),
    **_service(_boolean, "volumes.[].read_only", "volumes.[].volume.nocopy"),
    **_top("networks.*.external", "networks.*.internal", "networks.*.attachable"),
    **_top("volumes.*.external", "secrets.*.external", "configs.*.external"),
}


def _cast(path: Path, rules: Rules) -> Cast | None:
    if rules.dots_prevent_casts:
        path = tuple(".".join(path).split("."))
    pattern = (*path[:1], "*", *path[2:])
    if pattern[2:3] == ("ulimits",):
        pattern = (*pattern[:3], "*", *pattern[4:])
    cast = CASTS.get(pattern)
    if pattern[-1] == "mode" and cast is not None and not rules.mode_is_decimal:
        return parse_prefixed_int
    return cast
