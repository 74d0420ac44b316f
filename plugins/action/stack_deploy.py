# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's half of stack_deploy: from what the user wrote to one self-contained model."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.apiary.swarm.plugins.module_utils._swarm import core_secrets
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.ansible_module import HIDDEN_OPTION
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.argspec import CONNECTION
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.masking import masked, searchable, texts
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.secret_names import named
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack import images, secrets
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.convert import convert
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.options import (
    DEPLOYMENT,
    MODEL,
    NOT_SHOWN,
    SOURCES,
)
from ansible_collections.apiary.swarm.plugins.plugin_utils import _stack_dotenv, _stack_logins
from ansible_collections.apiary.swarm.plugins.plugin_utils._compose.errors import ComposeError
from ansible_collections.apiary.swarm.plugins.plugin_utils._compose.load import Source, load
from ansible_collections.apiary.swarm.plugins.plugin_utils._rounds import InRounds
from ansible_collections.apiary.swarm.plugins.plugin_utils._stack_files import (
    ControllerFiles,
    Files,
    NodeFiles,
    rendered,
)

OPTIONS = {**DEPLOYMENT, **SOURCES}


class ActionModule(InRounds):
    """Reads, checks and converts everything before anything is sent, so that a bad file changes nothing."""

    def run(self, tmp: Any = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        task_vars = task_vars or {}
        super().run(tmp, task_vars)
        arguments = self._task.args
        options = _checked({key: value for key, value in arguments.items() if key in OPTIONS})
        connection = {key: value for key, value in arguments.items() if key not in OPTIONS}
        if MODEL.keys() & connection:
            raise AnsibleActionFail("The option model cannot be set. Give Compose files as compose or definition.")
        # What is to be removed is told by its labels, not by files.
        model, warnings = ({}, []) if options["state"] == "absent" else self._model(options, task_vars)
        given = {**connection, **{key: options[key] for key in DEPLOYMENT}}
        result = self.in_rounds(lambda ticket: {**given, "model": json.dumps({**model, "ticket": ticket})}, task_vars)
        result["warnings"] = [*warnings, *(result.get("warnings") or [])]
        if "invocation" in result:
            # What the user wrote, and not the model; without options that nobody knows, whose names may be misspelt.
            known = {*OPTIONS, *CONNECTION} - NOT_SHOWN
            shown = {key: value if key in known else HIDDEN_OPTION for key, value in arguments.items()}
            result["invocation"] = {"module_args": masked(shown, secrets.in_model(model))}
        return result

    def _model(self, options: Mapping[str, Any], task_vars: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """What the module gets, and warnings about the files. Secrets are registered before anything can show them."""
        hidden = [*texts(options["secrets"]), *named(options["registry_auth"]), *named(options["env"])]
        core_secrets.register(hidden)
        try:
            files: Files = NodeFiles(self, task_vars) if options["remote_src"] else ControllerFiles(self)
            paths = [files.find(path) for path in options["compose"] or []]
            composed = [Source(path, files.read(path).decode()) for path in paths]
            variables = _variables(options, files)
            hidden += named(variables)
            specs = self._specs(options, files, composed, variables, task_vars)
            logins = _logins(options, [images.of(spec) for spec in specs["services"].values()])
            model = {"specs": specs, "auths": logins, "hidden": sorted(searchable(named(variables)))}
            core_secrets.register(secrets.in_model(model))
            return model, masked(specs["warnings"], hidden)
        except (ComposeError, SwarmError, ValueError) as error:
            problem = masked(f"Stack {options['name']} cannot be deployed: {error}", hidden)
        except OSError as error:
            problem = f"{error.filename}: {error.strerror}. Nothing was changed."
        # Not while the error is handled: Ansible would show it as well, as the cause or with its traceback.
        raise AnsibleActionFail(problem)

    def _specs(
        self,
        options: Mapping[str, Any],
        files: Files,
        composed: list[Source],
        variables: Mapping[str, str],
        task_vars: dict[str, Any],
    ) -> dict[str, Any]:
        """What convert() makes of the Compose files and definitions, as JSON data."""
        folder = os.path.dirname(composed[0].name) if composed else files.base
        sources = [*composed, *_definitions(options["definition"])]
        if options["template"]:
            sources = [
                Source(source.name, rendered(self, source.content, folder, task_vars))
                for source in sources
                if isinstance(source.content, str)
            ]
        model = load(
            sources,
            {**os.environ, **variables},
            files.read,
            working_dir=folder,
            home=os.environ.get("HOME"),
            compatibility=options["compatibility"],
            secrets={name: _text(f"secrets.{name}", value) for name, value in options["secrets"].items()},
        )
        return convert(model, options["name"], options["compatibility"])._asdict()


def _checked(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The options of both halves, with defaults. Those of the connection are checked where they count, on the node."""
    validation = ArgumentSpecValidator(
        OPTIONS, required_if=[("state", "present", ("compose", "definition"), True)]
    ).validate(dict(arguments))
    if validation.error_messages:
        given = texts([value for name, value in arguments.items() if name in NOT_SHOWN])
        raise AnsibleActionFail(masked("; ".join(validation.error_messages), given))
    checked: dict[str, Any] = validation.validated_parameters
    return checked


def _definitions(value: Any) -> list[Source]:
    """YAML texts and mappings, one or a list of them."""
    items = value if isinstance(value, list) else [] if value is None else [value]
    for number, item in enumerate(items, start=1):
        if not isinstance(item, (str, dict)):
            raise ValueError(f"definition {number} is neither YAML text nor a mapping.")
    # Ansible's strings are a subclass, which the YAML library takes for no text.
    plain = [item.encode().decode() if isinstance(item, str) else item for item in items]
    return [Source(f"definition {number}", item) for number, item in enumerate(plain, start=1)]


def _variables(options: Mapping[str, Any], files: Files) -> dict[str, str]:
    """Those of the task, over those of its files. The controller's own environment is below both."""
    found: dict[str, str] = {}
    for path in options["env_file"]:
        try:
            found.update(_stack_dotenv.parse(files.read(files.find(path)).decode()))
        except ValueError as error:
            raise ValueError(f"{path}: {error}.") from error
    return {**found, **{name: _text(f"env.{name}", value) for name, value in options["env"].items()}}


def _logins(options: Mapping[str, Any], wanted: Iterable[str]) -> _stack_logins.Logins:
    """The logins for the registries of images: those of the task, over those of the controller's docker."""
    folder = os.environ.get("DOCKER_CONFIG") or os.path.join(os.path.expanduser("~"), ".docker")
    path = os.path.join(folder, "config.json")
    try:
        with open(path, "rb") as file:
            configured = _stack_logins.configured(file.read())
    except FileNotFoundError:
        configured = {}
    except ValueError as error:
        raise ValueError(f"{path} {error}") from None
    return _stack_logins.needed({**configured, **_stack_logins.given(options["registry_auth"])}, wanted)


def _text(place: str, value: Any) -> str:
    """A scalar as text; booleans as Compose files have them."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (str, int, float)):
        return str(value)
    raise ValueError(f"{place} is no text." if value is not None else f"{place} has no value.")
