# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The AnsibleModule of this collection: what it says holds no secret, and hides nothing else.

Ansible's own `no_log` searches texts for every value of such an option, however short: up to ansible-core 2.21 in the
result of the module, from 2.22 on in the output of the whole run, and no longer in results. So no option has it.
Options that hold secrets are hidden as a whole where Ansible shows options (in the log of the host and in
`invocation`), and the result is searched for secrets that are long enough.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Callable, NoReturn

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.apiary.swarm.plugins.module_utils._swarm import core_secrets
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.masking import masked, texts

Options = Mapping[str, Mapping[str, Any]]

# What is shown in the place of an option, as Ansible does it.
HIDDEN_OPTION = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"


class SwarmModule(AnsibleModule):
    """Every module supports check mode.

    `secret` has the options that hold secrets, each with a function that finds them in its value. `returned` are keys
    of the result that hold secrets because the user asked for them, `acted_on` those that roles go by and that hold
    none: a password may be the name of a package. `is_known` says that the controller has registered the secrets
    already, so that they need not travel back to it.
    """

    def __init__(
        self,
        options: Options,
        *,
        secret: Mapping[str, Callable[[Any], Iterable[str]]] | None = None,
        returned: Collection[str] = (),
        acted_on: Collection[str] = (),
        is_known: bool = False,
        **kwargs: Any,
    ) -> None:
        self._secret = dict(secret or {})
        self._returned = frozenset(returned)
        self._acted_on = frozenset(acted_on)
        self._is_known = is_known
        self._found: list[str] | None = None
        spec = {
            name: {**option, "no_log": False} if name in self._secret else option for name, option in options.items()
        }
        super().__init__(argument_spec=spec, supports_check_mode=True, **kwargs)  # type: ignore[no-untyped-call]
        self._found = self._secrets()
        self._register()

    def log(self, msg: Any, log_args: Mapping[str, Any] | None = None) -> None:
        """Write into the log of the host. Ansible does so with all options when a module starts."""
        if log_args:
            log_args = self._shown(log_args)
            msg = f"Invoked with {' '.join(f'{name}={value}' for name, value in log_args.items())}"
        super().log(masked(msg, self._secrets()), log_args)  # type: ignore[no-untyped-call]

    def warn(self, warning: str, *args: Any, **kwargs: Any) -> None:
        super().warn(masked(warning, self._secrets()), *args, **kwargs)

    def exit_json(self, **kwargs: Any) -> NoReturn:
        super().exit_json(**self._said(kwargs))

    def fail_json(self, msg: Any, **kwargs: Any) -> NoReturn:
        self._register()  # where the options are wrong, this is the first that is heard of them
        error = sys.exc_info()[1]
        # From 2.19 on, Ansible would add the traceback as it is, where the user wants to see it.
        if error and "exception" in (AnsibleModule.fail_json.__kwdefaults__ or {}):
            kwargs.setdefault("exception", "".join(traceback.format_exception(type(error), error, error.__traceback__)))
        super().fail_json(**self._said({"msg": msg, **kwargs}))

    def _said(self, answer: Mapping[str, Any]) -> dict[str, Any]:
        """The result as it may leave the host; Ansible adds the options, which must be fit to be shown now."""
        said = {
            name: value if name in self._acted_on else masked(value, self._secrets()) for name, value in answer.items()
        }
        if "unfinished" in answer:  # the ticket is not shown, and comes back with the next round
            said["unfinished"] = {**said["unfinished"], "ticket": answer["unfinished"]["ticket"]}
        for name in self._returned & answer.keys():
            said[name] = answer[name]
            core_secrets.register(texts(answer[name]))
        self.params = self._shown(self.params)
        return said

    def _shown(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """Options without those that hold secrets, and those that the module does not know: a name may be misspelt."""
        shown: dict[str, Any] = masked(
            {
                name: value if value in (None, "") or self._may_be_shown(name) else HIDDEN_OPTION
                for name, value in options.items()
            },
            self._secrets(),
        )
        return shown

    def _may_be_shown(self, name: str) -> bool:
        known = self.argument_spec.keys() | self.aliases.keys()
        return name in known and self.aliases.get(name, name) not in self._secret

    def _secrets(self) -> list[str]:
        """What the options hold. Their functions take values of a wrong form as well: the error has to be shown."""
        if self._found is not None:
            return self._found
        return [text for name, find in self._secret.items() for text in find(self.params.get(name))]

    def _register(self) -> None:
        """What was registered is in the result. That of an asynchronous task is a file which others can read."""
        if not self._is_known and "ANSIBLE_ASYNC_DIR" not in os.environ:
            core_secrets.register(self._secrets())
