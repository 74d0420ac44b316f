#!/usr/bin/python
# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: engine_config
version_added: 1.0.0
short_description: Writes the files that Docker Engine and its host need
author: The apiary.swarm contributors (@apiary)
description:
  - Writes C(daemon.json), the drop-in of the service, the certificates of private registries and the entry of Docker's
    package repository, and loads and sets what is wanted of the kernel. The role P(apiary.swarm.docker_engine#role)
    uses it, and restarts the Engine where that is needed.
  - All that can be refused is refused before anything is written - keys of C(daemon.json) that break Swarm, a file that
    the installed Engine does not validate (from 23.0 on), a key of the repository with another fingerprint.
  - An Engine that can take over the change while it runs does so. If it does not, the old C(daemon.json) is put back.
  - What the Engine must be restarted for is kept beside the new file, as C(daemon.json.previous).
  - Packages, users and the service are not touched. Needs root and nothing but Python on the host.
options:
  source:
    description: Where the Engine comes from. Files of the repository are written for V(docker) only.
    type: str
    choices: [docker, distribution]
    required: true
  only_repository:
    description: Write only what makes the package repository known.
    type: bool
    default: false
extends_documentation_fragment:
  - apiary.swarm.attributes
  - apiary.swarm.engine
seealso:
  - module: apiary.swarm.engine_info
"""

EXAMPLES = r"""
- name: Have the Engine trust a private registry and use a mirror
  apiary.swarm.engine_config:
    source: distribution
    daemon:
      registry-mirrors: ["https://mirror.example.com"]
    certificates:
      registry.example.com:5000: "{{ lookup('file', 'ca.pem') }}"
  become: true
"""

RETURN = r"""
plan:
  description: The steps that were done, or in check mode would be. Empty when all is as wanted.
  returned: always
  type: list
  elements: dict
  sample: [{action: create, kind: file, name: /etc/docker/daemon.json, reason: "", changes: []}]
"""

import os

from ansible.module_utils.urls import open_url
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.ansible_module import SwarmModule
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.apply import carry_out
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.options import SECRET, WISH
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.wish import Wish, wish_of
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import fail, succeed

FETCH_TIMEOUT = 60  # seconds
PROXIES = ("http_proxy", "https_proxy", "no_proxy")


def fetch(url: str, wish: Wish) -> bytes:
    # Only of this process: the environment of a task would be in the list of processes.
    os.environ.update({name: getattr(wish, name) for name in PROXIES if getattr(wish, name)})
    try:
        content: bytes = open_url(
            url,
            url_username=wish.repository_username or None,
            url_password=wish.repository_password or None,
            force_basic_auth=bool(wish.repository_username),
            timeout=FETCH_TIMEOUT,
        ).read()
    except Exception as problem:  # Ansible's own errors of connections have no common class
        raise OSError(str(problem)) from problem
    return content


def main() -> None:
    options = {
        **WISH,
        "source": {**WISH["source"], "required": True},
        "only_repository": {"type": "bool", "default": False},
    }
    module = SwarmModule(options, secret=SECRET)
    module.run_command_environ_update = {"LC_ALL": "C.UTF-8"}  # what tools say is read
    try:
        wish = wish_of(module.params)
        plan = carry_out(
            wish,
            module.run_command,
            lambda url: fetch(url, wish),
            module.params["only_repository"],
            module.check_mode,
        )
    except SwarmError as error:
        fail(module, error)
    succeed(module, plan, {})


if __name__ == "__main__":
    main()
