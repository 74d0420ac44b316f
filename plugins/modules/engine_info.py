#!/usr/bin/python
# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: engine_info
version_added: 1.0.0
short_description: What a host has of Docker Engine, and what it lacks
author: The apiary.swarm contributors (@apiary)
description:
  - Reads the operating system, the installed packages, the docker SDK, the service, C(daemon.json), the package sources
    and the running Engine of a host in one go. Nothing is written.
  - With O(source), it also decides what has to be done so that the host has the Engine that is wanted. The role
    P(apiary.swarm.docker_engine#role) carries that out.
  - Needs nothing but Python on the host, and no gathered facts.
options:
  source:
    description:
      - Where the Engine is to come from. V(docker) is Docker's own package repository, V(distribution) stands for the
        packages of the distribution.
      - Without it, nothing is decided, and RV(plan) and RV(needs) are not returned.
      - Needs root when given, because the plan depends on what the Engine answers.
    type: str
    choices: [docker, distribution]
  daemon:
    description: Keys that C(/etc/docker/daemon.json) is to have. A key with the value V(null) is to be taken away.
    type: dict
    default: {}
  repository_url:
    description: The package repository of Docker, or a mirror of it, without the distribution at the end.
    type: str
    default: https://download.docker.com/linux
extends_documentation_fragment:
  - apiary.swarm.attributes
attributes:
  check_mode:
    details: Never writes anything.
  diff_mode:
    details: With O(source), shows the plan.
seealso:
  - module: apiary.swarm.swarm_info
"""

EXAMPLES = r"""
- name: Look at the hosts
  apiary.swarm.engine_info:
  register: host

- name: Show which Engine runs where
  ansible.builtin.debug:
    msg: "{{ host.os.name }}: {{ host.engine.version | default('none') }}"

- name: Ask what the role docker_engine would do
  apiary.swarm.engine_info:
    source: distribution
    daemon:
      log-opts:
        max-size: 10m
  become: true
"""

RETURN = r"""
os:
  description: The operating system, from C(os-release).
  returned: success
  type: dict
  sample:
    id: debian
    version: "13"
    codename: trixie
    name: Debian GNU/Linux 13 (trixie)
    family: debian
    architecture: x86_64
packages:
  description: The installed packages that matter to the Engine, with their versions.
  returned: success
  type: dict
  sample: {docker.io: 26.1.5+dfsg1-9+b9, python3-docker: 7.1.0-2}
sdk:
  description: The version of the docker SDK that RV(interpreter) can import, or V(null).
  returned: success
  type: str
  sample: 7.1.0
interpreter:
  description: The Python that modules run with on the host.
  returned: success
  type: str
  sample: /usr/bin/python3.13
service:
  description: The state of C(docker.service).
  returned: success
  type: dict
  contains:
    present: {description: Whether there is such a unit., type: bool, sample: true}
    active: {description: Its state in systemd's words., type: str, sample: active}
    enabled: {description: What systemd says about its being enabled., type: str, sample: enabled}
    started: {description: When its process was started (seconds since the epoch)., type: int, sample: 1767000000}
    invocation: {description: Systemd's name for that run., type: str, sample: 5d3b6e2f8a9b4c0f9e1d7c6b5a493827}
    log: {description: The last lines of that run when it is over., type: list, elements: str, sample: []}
daemon:
  description: The file C(/etc/docker/daemon.json).
  returned: success
  type: dict
  contains:
    present: {description: Whether the file is there., type: bool, sample: true}
    content: {description: What it holds., type: dict, sample: {mtu: 1450}}
    problem: {description: Why it cannot be read. Empty when it can., type: str, sample: ""}
    modified: {description: When it was changed (seconds since the epoch)., type: int, sample: 1767000000}
repositories:
  description: The files that name the package repository.
  returned: success
  type: list
  elements: str
  sample: [/etc/apt/sources.list.d/docker.sources]
engine:
  description: The Engine that runs and its place in a swarm. V(null) when none runs.
  returned: success
  type: dict
  contains:
    version: {description: The version that runs., type: str, sample: 26.1.5+dfsg1}
    swarm: {description: The state of its membership (C(LocalNodeState))., type: str, sample: active}
    manager: {description: Whether it is a manager., type: bool, sample: true}
    problem: {description: Why it does not answer although its service is active., type: str, sample: ""}
apparmor:
  description: Whether the kernel has AppArmor enabled.
  returned: success
  type: bool
root:
  description: Whether the module ran as root.
  returned: success
  type: bool
plan:
  description: What has to be done, step by step. Empty when the host is as wanted.
  returned: O(source) is given
  type: list
  elements: dict
  sample: [{action: install, kind: package, name: docker.io, reason: "", changes: []}]
needs:
  description: The plan in the form in which it is carried out.
  returned: O(source) is given
  type: dict
  contains:
    repository: {description: The package source file to write., type: str, sample: ""}
    daemon_json: {description: The whole new C(daemon.json)., type: str, sample: ""}
    validate: {description: Whether the installed Engine can judge it beforehand., type: bool, sample: true}
    packages: {description: What is to be installed., type: list, elements: str, sample: [python3-docker]}
    service: {description: V(start) or V(restart) or empty., type: str, sample: ""}
    in_turn:
      description: Whether the host is a member of a swarm that restarts. No two of them may do so at once.
      type: bool
      sample: false
"""

from dataclasses import asdict

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.decide import SOURCES, Wish, decide
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.read import read_host


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "source": {"type": "str", "choices": list(SOURCES)},
            "daemon": {"type": "dict", "default": {}},
            "repository_url": {"type": "str", "default": Wish.repository_url},
        },
        supports_check_mode=True,
    )
    host = read_host(module.run_command, module.params["repository_url"])
    answer = asdict(host)
    if module.params["source"]:
        try:
            plan, needs = decide(host, Wish(**module.params))
        except SwarmError as error:
            module.fail_json(msg=str(error))
        answer.update(plan=plan.as_list(), needs=asdict(needs), diff=plan.diff())
    module.exit_json(changed=False, **answer)


if __name__ == "__main__":
    main()
