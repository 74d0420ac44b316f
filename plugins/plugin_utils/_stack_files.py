# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files for stack_deploy, on the controller or on the node, and their rendering with Jinja."""

from __future__ import annotations

import base64
import errno
import os
from typing import Any, Protocol

from ansible.errors import AnsibleError, AnsibleUndefinedVariable
from ansible.parsing.vault import is_encrypted
from ansible.plugins.action import ActionBase
from jinja2.exceptions import TemplateError

try:
    from ansible.template import trust_as_template
except ImportError:  # up to ansible-core 2.18 every text is rendered
    trust_as_template = str  # type: ignore[assignment]


class Files(Protocol):
    """Where the files are. Paths that `find` returns and `read` takes are absolute; both raise OSError."""

    base: str

    def find(self, path: str) -> str:
        """The absolute path of what is named in a task."""

    def read(self, path: str) -> bytes:
        """The content of a file."""


class ControllerFiles:
    """Files on the controller; those that Ansible Vault encrypted are decrypted."""

    def __init__(self, action: ActionBase) -> None:
        self._action = action
        self._loader = action._loader
        role = action._task._role
        self.base = os.path.join(role._role_path, "files") if role else os.path.abspath(self._loader.get_basedir())

    def find(self, path: str) -> str:
        """Relative paths are searched as for the module copy: the role's `files`, and beside the playbook."""
        try:
            return os.path.abspath(str(self._action._find_needle("files", path)))
        except AnsibleError as error:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path) from error

    def read(self, path: str) -> bytes:
        with open(path, "rb") as file:
            content = file.read()
        if not is_encrypted(content):
            return content
        clear = self._loader.get_real_file(path)
        try:
            with open(clear, "rb") as file:
                return file.read()
        finally:
            self._loader.cleanup_tmp_file(clear)


class NodeFiles:
    """Files on the managed node."""

    base = "/"

    def __init__(self, action: ActionBase, task_vars: dict[str, Any]) -> None:
        self._action = action
        self._task_vars = task_vars

    def find(self, path: str) -> str:
        if not path.startswith("/"):
            raise FileNotFoundError(errno.ENOENT, "with remote_src the path has to be absolute", path)
        return path

    def read(self, path: str) -> bytes:
        answer = self._action._execute_module("ansible.builtin.slurp", {"src": path}, task_vars=self._task_vars)
        if answer.get("failed"):
            raise FileNotFoundError(errno.ENOENT, str(answer.get("msg", "cannot be read")), path)
        return base64.b64decode(str(answer["content"]))


def rendered(action: ActionBase, text: str, folder: str, task_vars: dict[str, Any]) -> str:
    """A text with its Jinja expressions filled in; `folder` is where includes are searched first.

    ValueError with Jinja's reason for what cannot be rendered. Ansible's own errors quote the text, which may hold
    secrets.
    """
    searchpath = [folder, *task_vars.get("ansible_search_path", []), action._loader.get_basedir()]
    templar = action._templar.copy_with_new_env(searchpath=searchpath, available_variables=task_vars)
    # Not as an expression whose result may be a number or a list, but as a file.
    render = getattr(templar, "do_template", templar.template)
    try:
        return str(render(trust_as_template(text), escape_backslashes=False))
    except (AnsibleError, TemplateError) as error:
        reason = _jinja_reason(error)
    raise ValueError(f"its template cannot be rendered: {reason}.")


def _jinja_reason(error: BaseException | None) -> str:
    """What Jinja says, and in which line; nothing of the text."""
    if isinstance(error, AnsibleUndefinedVariable):
        return str(error.message).partition(". ")[0]
    while error is not None and not isinstance(error, TemplateError):
        error = error.__cause__ or getattr(error, "orig_exc", None)
    if error is None:
        return "see its Jinja expressions"
    line = getattr(error, "lineno", None)
    return str(error.message).rstrip(".") + (f" (line {line})" if line else "")
