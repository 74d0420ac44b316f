#!/usr/bin/python
# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: stack_deploy
short_description: Deploys stacks from Compose files
version_added: 1.0.0
description:
  - Brings a stack to what its Compose files say, like C(docker stack deploy), but writes only what differs, shows
    before what it will do, waits until the services run, and fails when they do not.
  - Compose files, the files that they refer to and the values of variables come from the controller; the node needs no
    docker CLI and no YAML library.
  - Secrets and configs may change their content. A changed one is created under a new name, the services are moved to
    it, and old versions are removed when the services have converged. Containers keep their paths.
author: The apiary.swarm contributors (@apiary)
notes:
  - "B(Differences from docker stack deploy.) A Compose file that works with the CLI gives the same networks, secrets,
    configs and services. The differences are in the notes that follow, bugs of the CLI first. Where one matters for a
    file, there is a warning. With O(compatibility=cli) the result is that of the
    CLI to the letter, unless a note says otherwise."
  - "Variables: a dash in the message of C(${V:?not-set}) does not turn the required variable into one with a default
    (C(set))."
  - "Variables: in C($V-suffix), without braces, C(-suffix) is text, and not lost where V is set."
  - "Variables: C(${REQUIRED:?}/${OTHER}) is refused where REQUIRED is missing; the CLI forgets that at the next
    variable."
  - "Variables: they become numbers and booleans where the file needs them in services with a dot in their name, too."
  - "Variables: C(mode: ${MODE}) with V(0444) is an octal number, as it is without a variable; the CLI reads a decimal
    one."
  - "YAML: a word without quotes between brackets may hold a question mark (C([curl, http://web/?q])); to the CLI that
    is an error."
  - "Environment: a variable set to nothing (C(KEY: \"\")) stays empty; the CLI fills in the value of KEY where it
    runs."
  - "Volumes: a volume with a name of one letter (C(x:/data)) is a volume, and no Windows drive."
  - "Volumes: the C(mode) of a tmpfs is used."
  - "Services: C(oom_score_adj) is used (Engine 27 and newer); the CLI ignores it."
  - "Services: a number in the place of an address (C(extra_hosts: {a: 1})) is written as it is; the CLI writes
    C(%!s(int=1))."
  - "Several files: C(53/tcp) and C(53/udp) both stay, and so do several ports that are not published, and a secret or
    config with several targets; the CLI keeps one of each."
  - "Several files: a later file can set a value to false, zero or the empty string."
  - "Several files: C(healthcheck.test) of a later file replaces the earlier one; the CLI joins the two commands."
  - "Several files: logging options of a later file count where the earlier one has a driver without options."
  - "Several files: a network of a service is merged key by key, so that the aliases of an earlier file stay."
  - "Secrets and configs: one of the same name that does not belong to the stack is an error; the CLI takes it over
    and replaces its labels."
  - "Checks: what the Engine would refuse in the middle of a deployment (names of services that are too long, for
    instance) is refused before anything is written."
  - "Newer keys of the Compose specification are read: top-level C(name) (has to be the name of the stack, or it is
    ignored with a warning), C(depends_on) with conditions (ignored with a warning), C(published) as text,
    C(configs.content), C(secrets.environment), C(env_file) with C(path) and C(required), and others that a swarm can
    fulfil. With O(compatibility=cli) they are refused, as by the CLI."
  - "Networks: a subnet that overlaps one of another network is an error before any write. An Engine creates such a
    network and never runs the tasks that use it, and so does O(compatibility=cli), with a warning."
  - "Networks: one that differs from the file is an error before any write (see O(recreate_networks)); the CLI leaves
    it as it is without a word, and so does O(compatibility=cli), with a warning."
  - "Whatever O(compatibility) is: a changed secret or config is replaced by a new version, which the CLI refuses."
  - "Whatever O(compatibility) is: only what differs is written; the CLI writes each service in each run."
  - "Whatever O(compatibility) is: O(wait) is on, and a rollback is a failure."
  - "Whatever O(compatibility) is: logins of the controller's docker configuration are sent to the swarm (see
    O(registry_auth)), as with the CLI's C(--with-registry-auth)."
  - "Whatever O(compatibility) is: O(resolve_image) is V(changed) by default; the CLI has V(always)."
extends_documentation_fragment:
  - apiary.swarm.attributes
  - apiary.swarm.connection
options:
  name:
    description: Name of the stack.
    type: str
    required: true
  state:
    description:
      - Whether the stack is deployed (V(present)) or removed with all that it owns (V(absent)).
      - Services, secrets, configs and networks are removed by the label C(com.docker.stack.namespace), in this order,
        whether or not there are services left. Of the options, only O(wait) and O(wait_timeout) matter then.
      - With O(wait), the module returns when the tasks and networks are gone, so that the stack can be deployed again
        at once. Tasks of nodes that are down are not waited for.
      - What services of others use stays, with a warning. Volumes stay.
    type: str
    choices: [present, absent]
    default: present
  compose:
    description:
      - Compose files, merged in this order. Relative paths are searched as by M(ansible.builtin.copy).
      - Relative paths in them are relative to the directory of the first file.
    type: list
    elements: str
  definition:
    description:
      - Compose files as YAML text or as mappings, one or a list of them. They are merged after O(compose).
      - In mappings, values are as the playbook has them, so that ports such as V(22:22) have to be in quotes.
    type: raw
  remote_src:
    description:
      - Whether O(compose), O(env_file) and the files that they refer to are on the node. Paths are then absolute.
    type: bool
    default: false
  template:
    description:
      - Whether the Compose files are Jinja templates, rendered on the controller with the variables of the host.
    type: bool
    default: false
  env:
    description:
      - Variables for V(${NAME}) in the Compose files. They win over O(env_file), which wins over the environment of the
        controller.
    type: dict
    default: {}
  env_file:
    description: Files with variables in the dotenv format. Later files win over earlier ones.
    type: list
    elements: str
    default: []
  secrets:
    description:
      - Contents of secrets that the Compose files declare, by their name there. They replace V(file).
      - The values never appear in output or logs.
    type: dict
    default: {}
  prune:
    description:
      - Whether services, networks, secrets and configs of the stack that are not in the Compose files are removed,
        after the others have converged.
      - Only what the label C(com.docker.stack.namespace) gives to the stack is removed.
    type: bool
    default: false
  wait:
    description:
      - Whether to wait until all services have converged, and to fail if they do not. Converged means that the tasks of
        the current specs run and go on running for the monitor period (C(update_config.monitor), 5 s by default), and
        that jobs are complete.
      - "Meanwhile the controller shows a line whenever something has changed, and at least every 15 seconds
        (C(manager1: stack shop after 12 s: web 2/3 running, 1 starting; 4 of 5 services run))."
      - It is a failure if somebody else wrote to the same services in the meantime, as two deployments at once do. Each
        service is then as the last of them left it.
    type: bool
    default: true
  wait_timeout:
    description: How long to wait, in seconds.
    type: int
    default: 300
  resolve_image:
    description:
      - When a registry is asked for the digest of an image, by which the service is then pinned.
      - V(changed) asks for images that the file changed, V(always) for all in each run, V(never) for none.
      - If the registry does not answer, a running service keeps the digest that it has.
    type: str
    choices: [always, changed, never]
    default: changed
  registry_auth:
    description:
      - Logins for registries, by host (and port) of the registry. Docker Hub is V(docker.io).
      - Each is a mapping with C(username) and C(password), and nothing else.
      - For registries that are not given here, logins are taken from the docker configuration of the controller
        (C(auths) in C(config.json) of the directory E(DOCKER_CONFIG), C(~/.docker) by default). Credential helpers
        (C(credHelpers), C(credsStore)) are not called; give logins that these hold here.
      - Only the logins that an image of the stack needs leave the controller. They are sent to the swarm with each
        service that is written, so that every node can pull. They never appear in output or logs.
    type: dict
    default: {}
  compatibility:
    description:
      - V(default) does the right thing where C(docker stack deploy) has a bug, and warns.
      - V(cli) does what the docker CLI does. The notes list the differences.
    type: str
    choices: [default, cli]
    default: default
  keep_versions:
    description: How many old versions of a secret or config are kept, beside the current one.
    type: int
    default: 1
  recreate_networks:
    description:
      - Whether a network that differs from the file is replaced. A network cannot be changed, so without this option
        such a network is an error before any write.
      - A network that is in use cannot be removed, so the services that use it are removed with it and created again
        after it, pinned to the same images. They do not serve from the removal of their tasks until they run again.
        Services that do not use the network are not touched.
      - It is an error, before any write, if services use the network that are not in the file (or, with O(prune), not
        of the stack).
      - O(on_failure=rollback) cannot restore what was removed.
    type: bool
    default: false
  on_failure:
    description:
      - What to do when services do not converge. V(leave) leaves them as they are, V(rollback) restores the specs that
        they had before this run.
    type: str
    choices: [leave, rollback]
    default: leave
  model:
    description: Set by the action plugin of this module. It cannot be set in a task.
    type: str
"""

EXAMPLES = r"""
- name: Deploy a stack
  apiary.swarm.stack_deploy:
    name: shop
    compose: [shop.yml, shop.production.yml]
    env:
      TAG: "1.4.2"
    secrets:
      db_password: "{{ vault_db_password }}"
    registry_auth:
      registry.example.com:
        username: deploy
        password: "{{ vault_registry_password }}"
    prune: true

- name: Show what would change
  apiary.swarm.stack_deploy:
    name: shop
    compose: [shop.yml]
  check_mode: true
  diff: true

- name: Remove a stack
  apiary.swarm.stack_deploy:
    name: shop
    state: absent

- name: Deploy a small stack without a file
  apiary.swarm.stack_deploy:
    name: whoami
    definition:
      services:
        web:
          image: traefik/whoami:v1.10
          deploy:
            replicas: 2
"""

RETURN = r"""
services:
  description: The services of the stack, as they are now (in check mode, as they were).
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Full name.
      type: str
    id:
      description: ID.
      type: str
    mode:
      description: V(Replicated), V(Global), V(ReplicatedJob) or V(GlobalJob).
      type: str
    image:
      description: Image, with its digest if it is pinned.
      type: str
    wanted:
      description: How many tasks are wanted.
      type: int
    running:
      description: How many tasks run.
      type: int
plan:
  description: The steps that were done, or in check mode would be. Empty when everything is as it should be.
  returned: always
  type: list
  elements: dict
  contains:
    action:
      description: V(create), V(update) or V(remove).
      type: str
    kind:
      description: V(network), V(secret), V(config) or V(service).
      type: str
    name:
      description: Full name of what it is done to.
      type: str
    reason:
      description: Why, where the changes do not say it.
      type: str
    changes:
      description: The fields that differ, each with C(path), C(before) and C(after).
      type: list
      elements: dict
"""

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.argspec import make_module
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.lifecycle import run_module
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack import secrets
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.deploy import make_duty
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.options import DEPLOYMENT, MODEL, SOURCES


def main() -> None:
    # The action plugin has registered the secrets before it called: they need not travel back with each round.
    module = make_module({**DEPLOYMENT, **SOURCES, **MODEL}, secret={"model": secrets.in_text}, is_known=True)
    run_module(module, lambda options: make_duty(options, module.check_mode))


if __name__ == "__main__":
    main()
