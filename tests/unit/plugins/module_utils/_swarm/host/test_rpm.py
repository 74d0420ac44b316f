# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What dnf and zypper print and keep, and what is made of it."""

from __future__ import annotations

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.facts import Available
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.rpm import (
    read_dnf_list,
    read_locks,
    read_zypper_search,
)

NAMES = ("docker-ce", "docker-ce-cli")

# dnf 4 shows the oldest first, what is installed in a part of its own, and breaks lines that are too long for it.
DNF4 = """Installed Packages
docker-ce.x86_64                 3:28.5.2-1.el9               @docker-ce-stable
Available Packages
docker-ce.x86_64                 3:28.0.4-1.el9               docker-ce-stable
docker-ce.x86_64                 3:28.5.2-1.el9               docker-ce-stable
docker-ce.x86_64                 3:29.0.0-1.el9               docker-ce-stable
docker-ce.x86_64                 3:28.10.0-1.el9              docker-ce-stable
docker-ce-cli.x86_64
                                 1:28.5.2-1.el9               docker-ce-stable
docker-ce-rootless-extras.x86_64 29.0.0-1.el9                 docker-ce-stable
"""
DNF5 = """Available packages
moby-engine.x86_64 28.3.3-1.fc42  updates
moby-engine.x86_64 28.0.4-4.fc42  fedora
"""


def test_the_versions_that_dnf_lists_newest_first_and_without_epoch():
    found = read_dnf_list(DNF4, NAMES)
    versions = ("29.0.0-1.el9", "28.10.0-1.el9", "28.5.2-1.el9", "28.0.4-1.el9")
    assert found == {
        "docker-ce": Available(versions, "29.0.0-1.el9"),
        "docker-ce-cli": Available(("28.5.2-1.el9",), "28.5.2-1.el9"),
    }
    assert read_dnf_list(DNF5, ("moby-engine",))["moby-engine"].versions == ("28.3.3-1.fc42", "28.0.4-4.fc42")
    assert read_dnf_list("Error: No matching Packages to list\n", NAMES) == {}


ZYPPER = """Loading repository data...
Reading installed packages...

S  | Name   | Type       | Version                   | Arch   | Repository
---+--------+------------+---------------------------+--------+-----------------------------------
i+ | docker | package    | 28.3.3_ce-150000.230.1    | x86_64 | Update repository with SLE updates
v  | docker | package    | 28.5.1_ce-150000.235.1    | x86_64 | Update repository with SLE updates
v  | docker | package    | 24.0.7_ce-150000.198.2    | x86_64 | Main Repository
   | docker | srcpackage | 28.5.1_ce-150000.235.1    | noarch | Source
"""


def test_the_versions_that_zypper_finds():
    newest, installed, oldest = "28.5.1_ce-150000.235.1", "28.3.3_ce-150000.230.1", "24.0.7_ce-150000.198.2"
    assert read_zypper_search(ZYPPER, ("docker",)) == {"docker": Available((newest, installed, oldest), newest)}
    assert read_zypper_search("No matching items found.\n", ("docker",)) == {}


LOCKS_DNF4 = """
# Added lock on Sat Nov 22 10:03:11 2025
docker-ce-3:28.5.2-1.el9.*

# Added exclude on Sat Nov 22 10:04:00 2025
!containerd.io-0:2.1.5-1.el9.*
"""
LOCKS_DNF5 = """version = "1.0"

[[packages]]
name = "moby-engine"
comment = "Added by 'versionlock add' command on 2025-11-22 10:03:11"

[[packages.conditions]]
key = "evr"
comparator = "="
value = "0:28.3.3-1.fc42"
"""
LOCKS_ZYPP = """
type: package
match_type: glob
case_sensitive: on
solvable_name: docker
"""


def test_what_is_held_is_read_from_the_files_of_each():
    assert read_locks(LOCKS_DNF4, "", "") == {"docker-ce"}
    assert read_locks("", LOCKS_DNF5, "") == {"moby-engine"}
    assert read_locks("", "", LOCKS_ZYPP) == {"docker"}
    assert read_locks("", "", "") == set()
    assert read_locks("3:docker-ce-28.5.2-1.el9.*\ndocker-ce-cli\n", "", "") == {"docker-ce", "docker-ce-cli"}
