# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A service of one file in the form of the model (model.py)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import values
from .compatibility import CLI
from .context import Context
from .envfile import parse_env_file
from .errors import ComposeError
from .mounts import parse_volume
from .paths import absolute, bind_source
from .ports import parse_ports
from .service_values import CONVERTERS, IGNORED, LONG_VOLUME
from .values import Invalid, string, text


def load_service(name: str, raw: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """The service's entry in the model. ComposeError with the place for what the schema cannot see."""
    place = f"services.{name}"
    given = {key: value for key, value in raw.items() if value is not None}
    service: dict[str, Any] = {}
    try:
        for key, value in given.items():
            if key in CONVERTERS:
                service[key] = values.at(key, CONVERTERS[key], value)
            elif key in IGNORED:
                values.at(key, IGNORED[key], value)
        if "extra_hosts" in given:
            hosts = values.at("extra_hosts", lambda value: _hosts(value, place, context), given["extra_hosts"])
            service["extra_hosts"] = hosts
        if "ports" in given:
            service["ports"] = values.at("ports", lambda value: _ports(value, place, context), given["ports"])
        if "volumes" in given:
            service["volumes"] = values.at("volumes", lambda value: _volumes(value, place, context), given["volumes"])
        environment = values.at("environment", values.optional_mapping, given.get("environment", {}))
        env_files = values.at("env_file", values.env_files, given.get("env_file", []))
        if "env_file" in given or environment:
            service["environment"] = _environment(environment, env_files, place, context)
    except Invalid as error:
        raise ComposeError(f"{'.'.join((place, *error.path))}: {error}") from error
    _differ(service, raw, place, context)
    return service


def _hosts(value: Any, place: str, context: Context) -> list[str]:
    as_cli = values.extra_hosts(value, values.garbled)
    if context.rules.number_garbles_host:
        return as_cli
    hosts = values.extra_hosts(value)
    if hosts != as_cli:
        context.warn(f"{place}.extra_hosts: a number is no address; docker stack deploy garbles it")
    return hosts


def _environment(
    own: dict[str, str | None], env_files: list[dict[str, Any]], place: str, context: Context
) -> dict[str, str | None]:
    """The variables of the files, and over them those of `environment`; without a value, that of the process."""
    variables: dict[str, str | None] = {}
    for entry in env_files:
        variables.update(_env_file(entry, place, context))
    return {**_filled(variables, place, context), **_filled(own, place, context)}


def _env_file(entry: Mapping[str, Any], place: str, context: Context) -> dict[str, str]:
    path = absolute(string(entry["path"]), context.working_dir)
    if entry.get("format", "raw") != "raw":
        raise ComposeError(f"{place}.env_file: the format {entry['format']!r} is not known", "Only raw is.")
    try:
        return parse_env_file(context.read(path, f"an env_file of {place}"), context.env)
    except ValueError as error:
        raise ComposeError(f"invalid env file ({path}): {error}") from error
    except ComposeError:
        if entry.get("required", True):
            raise
        return {}


def _filled(variables: Mapping[str, str | None], place: str, context: Context) -> dict[str, str | None]:
    filled: dict[str, str | None] = {}
    for key, value in variables.items():
        from_process = context.env.get(key)
        if value is None or (value == "" and context.rules.process_fills_empty):
            value = value if from_process is None else from_process
        elif value == "" and from_process:
            context.warn(f"{place}.environment.{key} is empty; docker stack deploy takes the value of {key} around it")
        filled[key] = value
    return filled


def _ports(value: Any, place: str, context: Context) -> list[dict[str, Any]]:
    ports: list[dict[str, Any]] = []
    for index, item in enumerate(value):
        if isinstance(item, dict):
            ports.append(values.at(str(index), lambda port: _long_port(port, place, context), item))
            continue
        if isinstance(item, (bool, float)):
            raise Invalid(f"invalid port {text(item)}", (str(index),))
        parsed, warnings = parse_ports(text(item))
        ports += [
            {"target": port.target, "published": port.published, "protocol": port.protocol, "mode": "ingress"}
            for port in parsed
        ]
        for warning in warnings:
            context.warn(warning)
    return ports


def _long_port(value: dict[str, Any], place: str, context: Context) -> dict[str, Any]:
    published = value.get("published", 0)
    if isinstance(published, str):
        if not published.isascii() or not published.isdigit():
            raise Invalid(f"published must be one port number, got {published!r}", ("published",))
        published = int(published)
    if value.get("host_ip", "") not in ("", "0.0.0.0", "::"):
        context.warn(f"{place}.ports: host_ip {value['host_ip']} is ignored: the service listens on all addresses")
    numbers = {"target": value.get("target", 0), "published": published}
    return {
        **{key: values.at(key, values.unsigned32, number) for key, number in numbers.items()},
        "protocol": values.at("protocol", string, value.get("protocol", "")),
        "mode": values.at("mode", string, value.get("mode", "")),
    }


def _volumes(value: Any, place: str, context: Context) -> list[dict[str, Any]]:
    letters = () if context.rules.letter_is_drive else context.volume_letters
    volumes = []
    for index, item in enumerate(value):
        if isinstance(item, str):
            volume = values.at(str(index), lambda spec: parse_volume(spec, letters), item)
            if letters and volume != parse_volume(item):
                context.warn(f"{place}.volumes.{index}: docker stack deploy takes {item[0]}: for a Windows drive")
        else:
            volume = values.at(str(index), LONG_VOLUME, item)
        if volume.get("type") == "bind":
            source = volume.get("source", "")
            volume["source"] = values.at(str(index), lambda path: _bind_source(path, context), source)
        if "mode" in volume.get("tmpfs", {}):
            if context.rules.tmpfs_mode_is_lost:
                del volume["tmpfs"]["mode"]
            else:
                context.warn(f"{place}.volumes.{index}: docker stack deploy ignores the mode of a tmpfs")
        volumes.append(volume)
    return volumes


def _bind_source(source: str, context: Context) -> str:
    if not source:
        raise Invalid('invalid mount config for type "bind": field Source must not be empty')
    if source.startswith("~") and context.home is None:
        context.warn("cannot expand '~', because the environment lacks HOME")
    return bind_source(source, context.working_dir, context.home)


def _differ(service: dict[str, Any], raw: Mapping[str, Any], place: str, context: Context) -> None:
    """What the CLI leaves out without a word: kept where a swarm can do it, else said."""
    if context.rules.oom_score_adj_is_lost:
        service.pop("oom_score_adj", None)
    elif "oom_score_adj" in service:
        context.warn(f"{place}.oom_score_adj is set; docker stack deploy ignores it")
    addresses = [
        service["networks"][network].pop(key)
        for network in service.get("networks", {})
        for key in ("ipv4_address", "ipv6_address")
        if key in (service["networks"][network] or {})
    ]
    if context.rules == CLI:
        return
    if addresses:
        context.warn(f"{place}.networks: a swarm has no fixed addresses, so these are ignored: {', '.join(addresses)}")
    if "tmpfs" in raw:
        context.warn(f"{place}.tmpfs is ignored, as by docker stack deploy; use volumes with type: tmpfs")
    if isinstance(raw.get("depends_on"), dict):
        context.warn(f"{place}.depends_on is ignored: a swarm starts services in any order")
