# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line: python -m tests.lab <verb>."""

from __future__ import annotations

import argparse
import subprocess
import sys

from docker.errors import APIError

from . import faults, images, lab, outer
from .access import ssh_command
from .progress import LabError, say
from .state import CACHE, Lab

_FAULTS = {
    "cut": faults.cut,
    "heal": faults.heal,
    "kill": faults.kill,
    "start": faults.start,
    "restart": faults.restart,
    "freeze": faults.freeze,
    "thaw": faults.thaw,
}


def main(arguments: list[str]) -> int:
    options = _parser().parse_args(arguments)
    try:
        return _run(options)
    except LabError as error:
        print(f"error: {error}", file=sys.stderr)
    except APIError as error:
        print(f"error: the Docker Engine of this machine refused: {error.explanation or error}", file=sys.stderr)
    return 1


def _run(options: argparse.Namespace) -> int:
    if options.verb == "up":
        platforms = options.platforms.split(",") if options.platforms else None
        lab.up(
            options.name,
            options.managers,
            options.workers,
            engine=options.engine,
            platforms=platforms,
            subnet=options.subnet,
        )
    elif options.verb == "down":
        _down(options)
    elif options.verb == "status":
        _status()
    elif options.verb == "ssh":
        return _ssh(Lab.load(options.name), options.host, options.command)
    elif options.verb == "install-engine":
        outer.install_engine()
    else:
        _FAULTS[options.verb](Lab.load(options.name), options.host)
        say(f"{options.verb} {options.host}: done")
    return 0


def _down(options: argparse.Namespace) -> None:
    try:
        client = outer.connect()
    except LabError:
        if any(CACHE.glob("*/lab.json")):
            raise
        say("no Docker Engine answers and no lab is known: there is nothing to remove")
        return
    for name in lab.names(client) if options.all else [options.name]:
        lab.down(name)
    if options.images:
        say(f"removed {images.remove_all(client)} images")


def _status() -> None:
    client = outer.connect()
    for name in lab.names(client):
        try:
            found = Lab.load(name)
        except LabError:
            print(f"lab {name}: remains without state; remove them with: python -m tests.lab down --name {name}")
            continue
        print(f"lab {name}: {found.subnet}, ANSIBLE_CONFIG={found.directory / 'ansible.cfg'}")
        for row in lab.status(client, found):
            print("  {:<12} {:<15} {:<18} {:<15} {}".format(*row))


def _ssh(found: Lab, name: str, command: list[str]) -> int:
    if command[:1] == ["--"]:
        command = command[1:]
    return subprocess.run([*ssh_command(found, name), *command], check=False).returncode


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.lab", description="Test hosts for apiary.swarm.")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    named = argparse.ArgumentParser(add_help=False)
    named.add_argument("--name", default="default", help="the lab (default: %(default)s)")

    up = verbs.add_parser("up", parents=[named], help="make a lab, or complete one that is there")
    up.add_argument("--managers", type=int, default=3, help="hosts in swarm_managers (default: %(default)s)")
    up.add_argument("--workers", type=int, default=2, help="hosts in swarm_workers (default: %(default)s)")
    up.add_argument("--engine", action="store_true", help="hosts that have Docker Engine already")
    up.add_argument("--platforms", help=f"one for each host, managers first, from: {', '.join(images.PLATFORMS)}")
    up.add_argument("--subnet", help="the lab network (default: a free /24)")

    down = verbs.add_parser("down", parents=[named], help="remove a lab and all that belongs to it")
    down.add_argument("--all", action="store_true", help="every lab of this machine")
    down.add_argument("--images", action="store_true", help="the cached images too")

    verbs.add_parser("status", help="show all labs")
    ssh = verbs.add_parser("ssh", parents=[named], help="open a shell on a host, or run a command there")
    ssh.add_argument("host")
    ssh.add_argument("command", nargs=argparse.REMAINDER)
    for verb, function in _FAULTS.items():
        text = (function.__doc__ or "").splitlines()[0]
        verbs.add_parser(verb, parents=[named], help=text).add_argument("host")
    verbs.add_parser("install-engine", help="make a Docker Engine answer on this machine")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
