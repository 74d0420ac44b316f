#!/usr/bin/python
# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: host_script
short_description: Runs a shell script that takes long, and shows for how long already
version_added: 1.0.0
description:
  - Like M(ansible.builtin.shell), which says nothing before its end. While the script runs, the controller shows a line
    after 5 seconds, and then every 15 (C(worker1 - installation of docker-ce after 20 s - still running), with colons).
  - The role P(apiary.swarm.docker_engine#role) installs packages and starts Docker Engine with it.
  - Nothing is shown in a task with C(no_log) or C(async).
extends_documentation_fragment:
  - apiary.swarm.attributes
attributes:
  check_mode:
    description: The script is not run. Check mode takes it for a change.
  diff_mode:
    support: none
    description: What the script changes is not known.
  idempotent:
    support: none
    description: The script is run each time.
author: The apiary.swarm contributors (@apiary)
options:
  script:
    description: The text of the script, for C(/bin/sh).
    type: str
    required: true
  stdin:
    description: What the script can read from its input. It is never logged.
    type: str
  about:
    description: What is shown of it.
    type: str
    required: true
seealso:
  - module: ansible.builtin.shell
"""

EXAMPLES = r"""
- name: Install a package
  apiary.swarm.host_script:
    about: installation of curl
    script: apt-get --assume-yes install curl
"""

RETURN = r"""
rc:
  description: The return code of the script.
  returned: always, except in check mode
  type: int
  sample: 0
stdout:
  description: What it said. Ansible adds it as C(stdout_lines), too.
  returned: always, except in check mode
  type: str
  sample: ""
stderr:
  description: What it said about errors.
  returned: always, except in check mode
  type: str
  sample: ""
"""

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.ansible_module import SwarmModule
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.masking import passwords


def main() -> None:
    module = SwarmModule(
        {
            "script": {"type": "str", "required": True},
            "stdin": {"type": "str"},
            "about": {"type": "str", "required": True},
        },
        secret={"stdin": lambda text: (str(text), *passwords(str(text)))},
    )
    if module.check_mode:
        module.exit_json(changed=True)
    command = ["/bin/sh", "-c", module.params["script"]]
    code, out, err = module.run_command(command, data=module.params["stdin"], expand_user_and_vars=False)
    result = {"changed": True, "rc": code, "stdout": out.rstrip("\r\n"), "stderr": err.rstrip("\r\n")}
    if code:
        module.fail_json(msg=f"The script ended with return code {code}.", **result)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
