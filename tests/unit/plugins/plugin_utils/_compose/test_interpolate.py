# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Variables in values."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.apiary.swarm.plugins.plugin_utils._compose.compatibility import CLI, DEFAULT, Rules
from ansible_collections.apiary.swarm.plugins.plugin_utils._compose.errors import ComposeError
from ansible_collections.apiary.swarm.plugins.plugin_utils._compose.interpolate import CASTS, interpolate, substitute

ENV = {"A": "av", "B": "bv", "E": "", "_x9": "under", "T": "$A ${A} $$"}


@pytest.mark.parametrize("rules", [CLI, DEFAULT], ids=["cli", "default"])
@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("x${A}-", "xav-"),
        ("$A$B", "avbv"),
        ("$_x9.", "under."),
        ("${U}", ""),
        ("${U:-d}", "d"),
        ("${U-d}", "d"),
        ("${E:-d}", "d"),
        ("${E-d}", ""),
        ("${U:-}", ""),
        ("${U:--x}", "-x"),
        ("${U:-a b:-c}", "a b:-c"),
        ("${U:-${A}}", "${A}"),
        ("${A:?needed}", "av"),
        ("${E?needed}", ""),
        ("$$A $${A} $$$A", "$A ${A} $av"),
        ("${T}", "$A ${A} $$"),
        ("${U:-\n}", "\n"),
    ],
)
def test_forms(template: str, text: str, rules: Rules) -> None:
    assert substitute(template, ENV, rules) == text


@pytest.mark.parametrize("rules", [CLI, DEFAULT], ids=["cli", "default"])
@pytest.mark.parametrize(
    ("template", "shown"),
    [
        ("$", "$"),
        ("a$.b", "a$.b"),
        ("${A", "${A"),
        ("${}", "${}"),
        ("${1}", "${1}"),
        ("${A:+b}", "${A:+b}"),
        ("${ A}", "${ A}"),
        ("${U:?set it}", "required variable U is missing a value: set it"),
        ("${E:?set it}", "required variable E is missing a value: set it"),
        ("${U?}", "required variable U is missing a value: "),
    ],
)
def test_invalid_forms(template: str, shown: str, rules: Rules) -> None:
    with pytest.raises(ComposeError) as caught:
        interpolate({"services": {"web": {"image": template}}}, ENV, rules, [].append)
    assert caught.value.message == (
        f'invalid interpolation format for services.web.image: "{shown}"; you may need to escape any $ with another $'
    )


@pytest.mark.parametrize(
    ("template", "as_cli", "by_default"),
    [
        ("${A:?not-set}", "set", "av"),
        ("${A?a-b}", "b", "av"),
        ("$A-suffix", "av", "av-suffix"),
        ("$U-suffix}x", "suffix}x", "-suffix}x"),
        ("$A:-x", "av", "av:-x"),
        ("${U?x}$A", "av", ComposeError),
        ("$.$A", ".av", ComposeError),
        ("${U:?not-set}", "set", ComposeError),
    ],
)
def test_bugs_of_the_cli(template: str, as_cli: str, by_default: Any) -> None:
    warnings: list[str] = []
    config = {"x": [template]}
    assert interpolate(config, ENV, CLI, warnings.append) == {"x": [as_cli]}
    assert warnings == []
    if by_default is ComposeError:
        with pytest.raises(ComposeError, match=r"invalid interpolation format for x\.\[\]"):
            interpolate(config, ENV, DEFAULT, warnings.append)
        return
    assert interpolate(config, ENV, DEFAULT, warnings.append) == {"x": [by_default]}
    assert len(warnings) == 1
    assert warnings[0].startswith("x.[]: docker stack deploy reads ")


def test_keys_and_other_types_stay() -> None:
    config = {"$A": {"n": 1, "l": [None, True, 1.5]}}
    assert interpolate(config, ENV, DEFAULT, [].append) == config


def _placed(path: tuple[str, ...], value: Any) -> Any:
    if not path:
        return value
    inner = _placed(path[1:], value)
    return [inner] if path[0] == "[]" else {"name" if path[0] == "*" else path[0]: inner}


def _found(config: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        config = config[0] if step == "[]" else config["name" if step == "*" else step]
    return config


_INTEGERS = (
    *("configs.[].mode", "secrets.[].mode", "ports.[].target", "ports.[].published", "oom_score_adj"),
    *("ulimits.*", "ulimits.*.soft", "ulimits.*.hard", "healthcheck.retries", "deploy.replicas"),
    *("deploy.update_config.parallelism", "deploy.rollback_config.parallelism"),
    *("deploy.restart_policy.max_attempts", "deploy.placement.max_replicas_per_node"),
)
_FLOATS = ("deploy.update_config.max_failure_ratio", "deploy.rollback_config.max_failure_ratio")
_BOOLEANS = (
    *("privileged", "read_only", "stdin_open", "tty", "healthcheck.disable"),
    *("volumes.[].read_only", "volumes.[].volume.nocopy"),
)
_TOP_BOOLEANS = (
    *("networks.*.external", "networks.*.internal", "networks.*.attachable"),
    *("volumes.*.external", "secrets.*.external", "configs.*.external"),
)
_EXPECTED: dict[str, tuple[str, Any]] = {
    **{f"services.*.{path}": ("3", 3) for path in _INTEGERS},
    **{f"services.*.{path}": (".5", 0.5) for path in _FLOATS},
    **{f"services.*.{path}": ("Yes", True) for path in _BOOLEANS},
    **dict.fromkeys(_TOP_BOOLEANS, ("off", False)),
}


def test_the_table_of_casts_is_complete() -> None:
    assert {".".join(path) for path in CASTS} == set(_EXPECTED)


@pytest.mark.parametrize("place", _EXPECTED)
def test_every_cast(place: str) -> None:
    path = tuple(place.split("."))
    text, value = _EXPECTED[place]
    found = _found(interpolate(_placed(path, "${V}"), {"V": text}, CLI, [].append), path)
    assert found == value
    assert type(found) is type(value)
    # what had no variable in it stays as it was
    assert _found(interpolate(_placed(path, text), {}, CLI, [].append), path) == text


@pytest.mark.parametrize(
    ("key", "text", "message"),
    [
        ("tty", "1", "invalid boolean: 1"),
        ("tty", "", "invalid boolean: "),
        ("oom_score_adj", "1.5", 'strconv.Atoi: parsing "1.5": invalid syntax'),
    ],
)
def test_casts_that_fail(key: str, text: str, message: str) -> None:
    with pytest.raises(ComposeError) as caught:
        interpolate({"services": {"web": {key: "${V}"}}}, {"V": text}, CLI, [].append)
    assert (
        caught.value.message
        == f"error while interpolating services.web.{key}: failed to cast to expected type: {message}"
    )


def test_modes_are_octal_by_default() -> None:
    config = {"services": {"web": {"secrets": [{"source": "s", "mode": "${M}"}]}}}
    warnings: list[str] = []

    def mode(rules: Rules, text: str) -> Any:
        found = interpolate(config, {"M": text}, rules, warnings.append)
        return found["services"]["web"]["secrets"][0]["mode"]

    assert (mode(CLI, "0444"), mode(DEFAULT, "288")) == (444, 288)
    assert warnings == []
    assert mode(DEFAULT, "0444") == 0o444
    assert warnings == [
        "services.web.secrets.[].mode: 0444 is read as an octal number; docker stack deploy takes it for a decimal one"
    ]


def test_services_with_a_dot() -> None:
    config = {"services": {"a.b": {"tty": "${V}"}}}
    assert interpolate(config, {"V": "yes"}, CLI, [].append)["services"]["a.b"]["tty"] == "yes"
    assert interpolate(config, {"V": "yes"}, DEFAULT, [].append)["services"]["a.b"]["tty"] is True
