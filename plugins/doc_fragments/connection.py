# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that say how the Engine is reached."""

from __future__ import annotations


class ModuleDocFragment:
    # Without the place, for the inventory plugin, which asks several Engines.
    CLIENT = r"""
options:
  tls:
    description:
      - Use TLS without checking the certificate of the Engine.
      - If not set, the environment variable E(DOCKER_TLS) counts.
    type: bool
    default: false
  validate_certs:
    description:
      - Use TLS and check the certificate of the Engine.
      - If not set, the environment variable E(DOCKER_TLS_VERIFY) counts.
    type: bool
    default: false
    aliases: [tls_verify]
  ca_path:
    description:
      - File with the certificate of the authority that signed the certificate of the Engine.
      - If not set and E(DOCKER_CERT_PATH) is, C(ca.pem) in that directory.
    type: path
    aliases: [ca_cert, cacert_path]
  client_cert:
    description:
      - File with the certificate that the client shows.
      - If not set and E(DOCKER_CERT_PATH) is, C(cert.pem) in that directory.
    type: path
    aliases: [cert_path]
  client_key:
    description:
      - File with the key of O(client_cert).
      - If not set and E(DOCKER_CERT_PATH) is, C(key.pem) in that directory.
    type: path
    aliases: [key_path]
  use_ssh_client:
    description:
      - For V(ssh://), run the C(ssh) program with the configuration and the agent of the user, instead of using
        C(paramiko). It asks for no passwords. The Docker SDK for Python is not needed then.
    type: bool
    default: false
  timeout:
    description:
      - Seconds after which a request that the Engine has not answered is given up.
      - If not set, the environment variable E(DOCKER_TIMEOUT) counts.
    type: int
    default: 60
"""

    # With its type, because ansible-test reads an assignment without one, and takes plain texts only.
    DOCUMENTATION: str = (
        CLIENT
        + r"""
  docker_host:
    description:
      - Where the Docker Engine is reached, from the host on which the module runs.
      - V(unix:///path) for a socket, V(tcp://host:2376) with TLS, V(ssh://user@host) through SSH,
        which needs the docker CLI there.
      - If not set, the environment variable E(DOCKER_HOST) counts.
    type: str
    default: unix:///var/run/docker.sock
    aliases: [docker_url]
requirements:
  - docker (Docker SDK for Python) 5.0.0 or newer where the module runs, for V(tcp://), and with paramiko for V(ssh://)
    without O(use_ssh_client)
  - "Docker Engine >= 20.10"
"""
    )
