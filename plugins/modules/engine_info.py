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
extends_documentation_fragment:
  - apiary.swarm.attributes
  - apiary.swarm.engine
attributes:
  check_mode:
    details: Never writes anything.
  diff_mode:
    details: With O(source), shows the plan.
seealso:
  - module: apiary.swarm.engine_config
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
    content: {description: "What it holds, with passwords hidden.", type: dict, sample: {mtu: 1450}}
    problem: {description: Why it cannot be read. Empty when it can., type: str, sample: ""}
    modified: {description: When it was changed (seconds since the epoch)., type: int, sample: 1767000000}
held:
  description: The packages of RV(packages) that are held.
  returned: success
  type: list
  elements: str
  sample: [docker.io]
available:
  description: The versions that the package sources have of the Engine's packages. Only with O(version).
  returned: success
  type: dict
  sample: {docker.io: {versions: [26.1.5+dfsg1-9+b9], candidate: 26.1.5+dfsg1-9+b9}}
lists_age:
  description: How old the package lists are, in seconds. V(null) where there are none.
  returned: success
  type: int
  sample: 3600
stale:
  description: The files of the Engine that changed after it had read them.
  returned: success
  type: list
  elements: str
  sample: []
data:
  description: Directories of the Engine that hold something.
  returned: success
  type: list
  elements: str
  sample: [/var/lib/docker, /etc/docker]
members:
  description: The users in the group C(docker).
  returned: success
  type: list
  elements: str
  sample: [deploy]
kernel:
  description: The kernel, and what it has of O(modules) and O(sysctls).
  returned: success
  type: dict
  contains:
    release: {description: Its release., type: str, sample: 6.12.48-amd64}
    known: {description: Whether the lists of its modules are on the disk., type: bool, sample: true}
    present: {description: Modules that are loaded or built in., type: list, elements: str, sample: [overlay]}
    absent: {description: Modules that it does not have., type: list, elements: str, sample: []}
    settings: {description: The values of the settings., type: dict, sample: {net.ipv4.ip_forward: "1"}}
engine:
  description: The Engine that runs and its place in a swarm. V(null) when none runs.
  returned: success
  type: dict
  contains:
    version: {description: The version that runs., type: str, sample: 26.1.5+dfsg1}
    swarm: {description: The state of its membership (C(LocalNodeState))., type: str, sample: active}
    manager: {description: Whether it is a manager., type: bool, sample: true}
    managers: {description: The NodeIDs of the managers that it knows., type: list, elements: str}
    node_id: {description: Its NodeID., type: str, sample: t2xjkbxmye4rgxhgq2rldc5ls}
    problem: {description: Why it does not answer although its service is active., type: str, sample: ""}
link_mtu:
  description: The MTU of the link between nodes. Zero unless O(mtu=auto).
  returned: success
  type: int
  sample: 1500
gateway_mtu:
  description: The MTU of C(docker_gwbridge). Zero where there is none, and without O(mtu).
  returned: success
  type: int
  sample: 1500
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
    first:
      description: Packages without which the repository cannot be reached, or the kernel cannot be set up.
      type: list
      elements: str
    repository: {description: Whether the files of the repository are to be written., type: bool}
    refresh: {description: Whether the package lists are too old to decide by., type: bool}
    config: {description: Whether other files are to be written or the kernel is to be changed., type: bool}
    install: {description: What is to be installed., type: list, elements: str, sample: [python3-docker]}
    files: {description: Package files to install., type: list, elements: str}
    hold: {description: Packages to hold once all is installed., type: list, elements: str, sample: [docker.io]}
    release: {description: Packages to let go of before anything is installed., type: list, elements: str}
    downgrade: {description: Whether older packages may be installed., type: bool}
    users: {description: Users to add to the group C(docker)., type: list, elements: str}
    service: {description: "V(start), V(reload), V(restart) or empty.", type: str, sample: ""}
    gateway_mtu: {description: What C(docker_gwbridge) is to be made with. Zero where it is not., type: int}
    in_turn:
      description: Whether the host is a member of a swarm that restarts. No two of them may do so at once.
      type: bool
      sample: false
    deferred: {description: Why the Engine would have to be restarted but is not., type: list, elements: str}
    remove: {description: Packages to remove., type: list, elements: str}
    data: {description: Directories to empty., type: list, elements: str}
"""

from dataclasses import asdict, fields

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.ansible_module import SwarmModule
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host import kernel
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.decide import decide
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.facts import Host
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.options import SECRET, WISH
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.read import read_host
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.wish import wish_of
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.secret_names import shown

# What the role goes by. The texts of files can hold secrets and are left out; those two are hidden by name.
ACTED_ON = {"needs", *(item.name for item in fields(Host))} - {"daemon", "service"}


def main() -> None:
    module = SwarmModule(WISH, secret=SECRET, acted_on=ACTED_ON)
    module.run_command_environ_update = {"LC_ALL": "C.UTF-8"}  # what tools say is read
    try:
        wish = wish_of({**module.params, "source": module.params["source"] or ""})
        host = read_host(module.run_command, wish)
        # The texts of files can hold secrets.
        answer = {name: value for name, value in asdict(host).items() if name not in ("files", "sources", "key")}
        answer["daemon"]["content"] = shown(host.daemon.content)
        answer["service"]["log"] = shown(host.service.log)
        answer["kernel"] = {
            "release": host.kernel.release,
            "known": host.kernel.known,
            "present": sorted(host.kernel.present.intersection(map(kernel.module_name, wish.modules))),
            "absent": kernel.missing(host.kernel, wish.modules)[1],
            "settings": host.kernel.settings,
        }
        if module.params["source"]:
            plan, needs = decide(host, wish)
            answer.update(plan=plan.as_list(), needs=asdict(needs), diff=plan.diff())
            for warning in plan.warnings:
                module.warn(warning)
    except SwarmError as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=False, **answer)


if __name__ == "__main__":
    main()
