# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a host is to have of Docker Engine: the options that engine_info compares with and engine_config carries out."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  state:
    description: Whether the host is to have an Engine. V(absent) is refused for a member of a swarm.
    type: str
    choices: [present, absent]
    default: present
  remove_data:
    description: Whether images, containers, volumes and the configuration go with an Engine that is removed.
    type: bool
    default: false
  version:
    description:
      - The version of the Engine, exactly (V(28.5.2)), as a series (V(28.5.*), V(28.*)), or V(latest).
      - Empty means that what is installed stays, and that a bare host gets the newest.
    type: str
    default: ""
  allow_downgrade:
    description: Whether an older version may replace a newer one.
    type: bool
    default: false
  package_files:
    description:
      - Names of package files, such as V(docker-ce_28.5.2-1~debian.13~trixie_amd64.deb) or
        V(docker-ce-28.5.2-1.el9.x86_64.rpm). What they hold is wanted in their version, and no package repository is.
    type: list
    elements: str
    default: []
  hold:
    description: Whether the packages are held, so that the host's own upgrades leave them alone.
    type: bool
    default: true
  restart:
    description:
      - Whether the Engine is restarted when that is needed, or the need is only reported (V(never)), or it is restarted
        although nothing has changed (V(always)).
    type: str
    choices: [when_needed, never, always]
    default: when_needed
  repository_url:
    description: The package repository of Docker, or a mirror of it, without the distribution at the end.
    type: str
    default: https://download.docker.com/linux
  repository_key_url:
    description: Where the key is that the repository is signed with. Empty means where Docker has it.
    type: str
    default: ""
  repository_key_fingerprint:
    description: The fingerprint of that key. Another key is refused. Empty means that of Docker's key.
    type: str
    default: ""
  repository_username:
    description: The user name for the repository and its key.
    type: str
    default: ""
  repository_password:
    description: The password of O(repository_username).
    type: str
    default: ""
  daemon:
    description: Keys that C(/etc/docker/daemon.json) is to have. A key with the value V(null) is to be taken away.
    type: dict
    default: {}
  log_opts:
    description: Options of the log driver C(json-file), where neither O(daemon) nor the file says anything about logs.
    type: dict
    default: {}
  service:
    description: Settings for the section C([Service]) of C(docker.service). A list stands for several lines.
    type: dict
    default: {}
  http_proxy:
    description: The proxy that the Engine uses for HTTP.
    type: str
    default: ""
  https_proxy:
    description: The proxy that the Engine uses for HTTPS.
    type: str
    default: ""
  no_proxy:
    description: Where the Engine uses no proxy, separated by commas.
    type: str
    default: ""
  mtu:
    description:
      - The MTU of the link between the nodes, for the networks of containers, or V(auto). The Engine itself takes off
        what overlay networks need.
      - Empty means that nothing is said about it.
    type: str
    default: ""
  link:
    description:
      - An address or the name of the interface whose MTU V(auto) stands for. Empty means that of the default route.
    type: str
    default: ""
  certificates:
    description: The certificates of the authorities of private registries, in PEM format, by registry.
    type: dict
    default: {}
  logins:
    description:
      - "Logins to registries for root, as JSON in base64, so that no user name in it is taken for a secret by itself.
        The JSON is V({registry: {username: ..., password: ...}}), or V(null) for a login that is to be taken away."
    type: str
    default: ""
  users:
    description: Users to be in the group C(docker).
    type: list
    elements: str
    default: []
  modules:
    description: Kernel modules to be loaded, now and when the host boots, if the kernel has them as modules.
    type: list
    elements: str
    default: []
  sysctls:
    description: Kernel settings with their values, now and when the host boots.
    type: dict
    default: {}
"""
