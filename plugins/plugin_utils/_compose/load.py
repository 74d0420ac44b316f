# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From Compose files to the model of a stack, as `docker stack deploy` reads them.

Nothing here reads files or the environment by itself: both are given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack import reference

from . import document
from .compatibility import rules
from .context import Context, ReadFile
from .errors import ComposeError
from .interpolate import interpolate
from .keys import FILE, MINORS
from .merge import merge_services
from .model import Model
from .notices import forbidden, notices
from .objects import SECTIONS, load_section, with_content
from .schema import first_problem
from .service import load_service

_VERSIONS = {"": 13, "3": 13, **{f"3.{minor}": minor for minor in MINORS}}


class Source(NamedTuple):
    """A Compose file: its name in messages, and its YAML or what was parsed from it."""

    name: str
    content: str | Mapping[str, Any]


def load(
    sources: Sequence[Source],
    env: Mapping[str, str],
    read_file: ReadFile,
    *,
    working_dir: str,
    home: str | None,
    compatibility: str = "default",
    secrets: Mapping[str, str] | None = None,
    configs: Mapping[str, str] | None = None,
) -> Model:
    """The model of the stack that the files describe together (model.py says what it holds).

    `env` is where `${VARIABLES}` and environment variables without a value come from. `read_file` gets absolute paths
    (env_file, the files of secrets and configs) and raises OSError. Relative paths are relative to `working_dir`, an
    absolute path; `home` stands for `~`. `secrets` and `configs` give the contents of some of them instead of a file.

    Raises ComposeError.
    """
    if not sources:
        raise ComposeError("no Compose file is given")
    context = Context(env, read_file, working_dir, home, rules(compatibility))
    raws = [_parsed(source, context) for source in sources]
    minors = [_minor(raw, source.name) for raw, source in zip(raws, sources, strict=True)]
    if len(set(minors)) > 1:
        other = next(index for index, minor in enumerate(minors) if minor != minors[0])
        raise ComposeError(
            f"version mismatched between two composefiles : 3.{minors[0]} and 3.{minors[other]}",
            f"{sources[0].name} and {sources[other].name} must have the same version; without one it is 3.13.",
        )
    context.minor = minors[0]
    context.volume_letters = _volume_letters(raws)
    model = _merged([_loaded(raw, source.name, context) for raw, source in zip(raws, sources, strict=True)], context)
    model["secrets"] = with_content("secrets", model["secrets"], secrets or {}, context)
    model["configs"] = with_content("configs", model["configs"], configs or {}, context)
    for name, service in model["services"].items():
        _check_image(name, service.get("image", ""))
    return {**model, "warnings": [*notices(raws), *context.warnings]}


def _parsed(source: Source, context: Context) -> dict[str, Any]:
    if isinstance(source.content, str):
        ends_word = context.rules.question_mark_ends_word
        return document.parse(source.content, source.name, question_mark_ends_word=ends_word)
    plain = document.plain_data(source.content, source.name)
    if not isinstance(plain, dict):
        raise ComposeError(f"{source.name}: top-level object must be a mapping")
    return plain


def _minor(raw: Mapping[str, Any], name: str) -> int:
    version = raw.get("version", "")
    if not isinstance(version, str):
        raise ComposeError(f"{name}: version must be a string", "Put it in quotes, or leave it out.")
    if version not in _VERSIONS:
        raise ComposeError(
            f"{name}: unsupported Compose file version: {version}",
            "Versions 3.0 to 3.13 are supported, or none at all.",
        )
    return _VERSIONS[version]


def _volume_letters(raws: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    sections = (raw["volumes"] for raw in raws if isinstance(raw.get("volumes"), dict))
    return frozenset(name for section in sections for name in section if len(name) == 1 and name.isalpha())


def _loaded(raw: dict[str, Any], name: str, context: Context) -> dict[str, Any]:
    """One file in the form of the model."""
    refusal = forbidden(raw)
    if refusal:
        raise ComposeError(f"{name}: {refusal}")
    config = interpolate(raw, context.env, context.rules, context.warn)
    problem = first_problem(config, FILE, context.minor, with_newer=not context.rules.newer_keys_are_refused)
    if problem:
        raise ComposeError(f"{name}: {problem}")
    services = config.get("services", {})
    return {
        "name": config.get("name", ""),
        "services": {service: load_service(service, raw, context) for service, raw in services.items()},
        **{section: load_section(section, config.get(section, {}), context) for section in SECTIONS},
    }


def _merged(files: Sequence[dict[str, Any]], context: Context) -> dict[str, Any]:
    merged, *overrides = files
    for override in overrides:
        merged = {
            "name": override["name"] or merged["name"],
            "services": merge_services(merged["services"], override["services"], context),
            **{section: {**merged[section], **override[section]} for section in SECTIONS},
        }
    return merged


def _check_image(service: str, image: str) -> None:
    try:
        if not image:
            raise ValueError("no image specified")
        reference.check(image)
    except ValueError as error:
        raise ComposeError(f"invalid image reference for service {service}: {error}") from error
