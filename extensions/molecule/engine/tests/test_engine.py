# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What bare hosts have become, and what happens to them when the role is run with other variables."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.lab import access
from tests.lab.swarm import join
from tests.lab.wait import wait_until

SCENARIO = Path(__file__).parent.parent
MANAGERS = ["manager1", "manager2", "manager3"]
FROM_REPOSITORY = ["manager1", "manager3"]
DAEMON = {"insecure-registries": ["registry:5000"]}
PATH = "/etc/docker/daemon.json"


def run_of(on, host):
    """Systemd's name for the run of the Engine: another one after every restart."""
    return on(host, "systemctl show --property=InvocationID --value docker.service")


@pytest.fixture(scope="module")
def newer(on):
    """The newer version in the repository, such as 28.5.2: whichever Debian's next release has."""
    return on("worker1", "cat /srv/newer-version")


def version(on, host):
    return on(host, "docker version --format '{{.Server.Version}}'").partition("+")[0]


@pytest.mark.parametrize("name", MANAGERS)
def test_the_engine_runs_and_is_configured(name, hosts, on):
    host = hosts[name]
    assert host.service("docker").is_running
    assert host.service("docker").is_enabled
    content = json.loads(host.file(PATH).content_string)
    assert content["log-opts"] == {"max-size": "10m", "max-file": "3"}
    assert "registry:5000" in on(name, "docker info")
    assert on(name, "systemctl show --property=LimitNOFILE --value docker.service") == "65536"
    assert "NO_PROXY=localhost,worker1" in on(name, "systemctl show --property=Environment docker.service")
    assert host.file("/etc/sysctl.d/90-apiary-swarm.conf").content_string == "net.ipv4.ip_forward = 1\n"
    assert on(name, "cat /proc/sys/net/ipv4/ip_forward") == "1"
    assert "docker" in host.user("deploy").groups
    assert not host.file(f"{PATH}.previous").exists


@pytest.mark.parametrize(
    ("name", "expected", "held"),
    [
        ("manager1", "26.1.5", {"docker-ce", "docker-ce-cli", "containerd.io"}),
        ("manager2", "20.10.24", {"docker.io", "containerd", "runc"}),
        ("manager3", "26.1.5", {"docker-ce", "docker-ce-cli", "containerd.io"}),
    ],
)
def test_the_wished_version_runs_and_is_held(name, expected, held, on):
    assert version(on, name) == expected
    assert set(on(name, "apt-mark showhold").split()) == held


@pytest.mark.parametrize("name", FROM_REPOSITORY)
def test_the_host_s_own_upgrade_leaves_the_engine_alone(name, on, newer):
    assert f"5:{newer}-1~debian.13~trixie" in on(name, "apt-cache madison docker-ce")
    assert not re.search("^Inst docker", on(name, "apt-get --simulate dist-upgrade"), re.MULTILINE)


@pytest.mark.parametrize("name", FROM_REPOSITORY)
def test_there_is_one_entry_for_the_repository_and_nobody_else_reads_the_password(name, hosts, on):
    assert on(name, "grep -rlE 'download.docker.com|worker1' /etc/apt/sources.list*") == (
        "/etc/apt/sources.list.d/docker.sources"
    )
    login = hosts[name].file("/etc/apt/auth.conf.d/docker.conf")
    assert (login.mode, "password honey" in login.content_string) == (0o600, True)


def test_a_run_that_changes_nothing_takes_two_tasks_and_no_update(play, on):
    before = on("manager1", "stat --format=%y /var/lib/apt/lists")
    done = play()
    assert (done.succeeded, done.changed, len(done.tasks)) == (True, 0, 2), done.text
    assert on("manager1", "stat --format=%y /var/lib/apt/lists") == before


def test_a_password_in_the_configuration_is_not_shown(play):
    proxies = {"http-proxy": "http://bee:nectar@127.0.0.1:3128"}
    done = play("--check", "--diff", "-vvv", "--limit=manager1", daemon={**DAEMON, "proxies": proxies})
    assert (done.succeeded, done.changed) == (True, 1), done.text
    assert "http://bee:********@127.0.0.1:3128" in done.text
    assert "nectar" not in done.text


def test_root_is_logged_in_to_a_registry(play, on, hosts, lab):
    path = "/root/.docker/config.json"
    pull = "docker rmi registry:5001/busybox:1 2> /dev/null; docker pull registry:5001/busybox:1 2>&1"
    daemon = {"insecure-registries": ["registry:5000", "registry:5001"]}
    login = {"username": lab.registry.username, "password": lab.registry.password}
    assert play("--limit=manager1", daemon=daemon).succeeded
    assert "no basic auth credentials" in on("manager1", f"{pull}; true")
    wish = {"daemon": daemon, "registry_logins": {"registry:5001": login}}
    done = play("--limit=manager1", "--diff", "-vvv", **wish)
    assert (done.succeeded, done.changed) == (True, 1), done.text
    assert lab.registry.password not in done.text
    assert hosts["manager1"].file(path).mode == 0o600
    assert "Downloaded newer image" in on("manager1", pull)
    assert play("--limit=manager1", **wish).changed == 0
    assert play("--limit=manager1", daemon=daemon, registry_logins={"registry:5001": None}).changed == 1
    assert "no basic auth credentials" in on("manager1", f"{pull}; true")
    assert play("--limit=manager1").succeeded


def test_the_host_reaches_the_repository_by_its_proxy_after_the_run(play, on, hosts):
    """There is no such host: what the name stands for, only the server in the role of a proxy knows."""
    path = "/etc/apt/apt.conf.d/80docker-proxy.conf"
    wish = {"repository_url": "http://packages.example/linux", "http_proxy": "http://bee:nectar@worker1:8080"}
    done = play("--limit=manager1", "--diff", **wish)
    assert done.succeeded, done.text
    assert "nectar" not in done.text
    assert hosts["manager1"].file(path).mode == 0o600

    def is_read():
        said = on("manager1", "apt-get update 2>&1")
        assert "http://packages.example/linux/debian trixie" in said
        assert not re.search("^(Err|W|E):", said, re.MULTILINE), said
        return True

    wait_until(is_read, 120)  # the distribution's own mirror may have a bad moment
    assert play("--limit=manager1", **wish).changed == 0
    assert play("--limit=manager1").succeeded
    assert not hosts["manager1"].file(path).exists
    assert play("--limit=manager1").changed == 0


@pytest.mark.parametrize("fingerprint", ["0" * 40])
def test_another_key_is_refused_before_anything_is_written(fingerprint, play, on):
    look = "cat /etc/apt/keyrings/docker.asc /etc/apt/sources.list.d/docker.sources; ls -R /etc/apt /etc/docker"
    before = on("manager1", look)
    done = play("--limit=manager1", repository_key_fingerprint=fingerprint, daemon={**DAEMON, "mtu": 1400})
    assert not done.succeeded
    assert f"and {fingerprint} is expected" in done.text
    assert "Nothing was changed" in done.text
    assert "honey" not in done.text
    assert on("manager1", look) == before


def test_what_an_engine_can_take_over_while_it_runs_needs_no_restart(play, on):
    before = [run_of(on, name) for name in MANAGERS]
    wish = {**DAEMON, "labels": ["place=lab"]}
    done = play(daemon=wish)
    assert (done.succeeded, done.changed) == (True, len(MANAGERS)), done.text
    assert [run_of(on, name) for name in MANAGERS] == before
    assert {on(name, "docker info --format '{{.Labels}}'") for name in MANAGERS} == {"[place=lab]"}
    assert play(daemon=wish).changed == 0


@pytest.mark.parametrize(
    ("name", "wish", "words"),
    [
        ("manager1", {"no-such-key": 1}, "no-such-key"),
        ("manager2", {"live-restore": True}, "cannot be in a swarm"),
        ("manager2", {"default-address-pools": [{"base": "10.0.0.0/33", "size": 24}]}, "10.0.0.0/33"),
    ],
)
def test_a_bad_daemon_json_is_refused_with_the_old_one_running(name, wish, words, play, on):
    before = (on(name, f"cat {PATH}; ls /etc/docker"), run_of(on, name))
    for arguments in ((), ("--check",)):
        done = play(f"--limit={name}", *arguments, daemon={**DAEMON, **wish})
        # In check mode nobody asks the Engine what it thinks.
        assert done.succeeded is (arguments == ("--check",) and "no-such-key" in wish), done.text
        assert words in done.text or done.succeeded
    assert (on(name, f"cat {PATH}; ls /etc/docker"), run_of(on, name)) == before


@pytest.mark.parametrize(("name", "attempts"), [("manager1", 2), ("manager2", 1)])
def test_an_engine_that_does_not_start_gets_its_old_file_back(name, attempts, play, on):
    before = on(name, f"cat {PATH}; ls /etc/docker")
    for _attempt in range(attempts):
        done = play(f"--limit={name}", daemon={**DAEMON, "storage-driver": "zfs"})
        assert not done.succeeded
        assert "graphdriver" in done.text
        assert f"{PATH} was put back" in done.text
        assert on(name, f"cat {PATH}; ls /etc/docker") == before
        assert on(name, "systemctl is-active docker.service") == "active"


def test_a_restart_can_be_put_off_and_is_not_forgotten(play, on):
    wish = {**DAEMON, "labels": ["place=lab"], "mtu": 1400}
    before = run_of(on, "manager3")
    first = play("--limit=manager3", daemon=wish, restart="never")
    again = play("--limit=manager3", daemon=wish, restart="never")
    assert (first.succeeded, first.changed, again.succeeded, again.changed) == (True, 1, True, 0), again.text
    assert f"{PATH} was changed after the Engine had started" in again.text
    assert run_of(on, "manager3") == before
    done = play("--limit=manager3", daemon=wish)
    assert (done.succeeded, done.changed) == (True, 1), done.text
    assert run_of(on, "manager3") != before
    assert on("manager3", "ip link show docker0 | grep -o 'mtu [0-9]*'") == "mtu 1400"


def test_networks_are_made_for_the_link_between_the_nodes(play, on):
    """The first number is of the ingress network, from which the Engine has taken off what VXLAN needs."""
    for name in MANAGERS:
        on(name, "ip link set eth0 mtu 1400")
    done = play(mtu="auto")
    assert (done.succeeded, done.changed) == (True, 3 * len(MANAGERS)), done.text
    assert "Docker Engine 20.10.24 has no default for overlay networks" in done.text
    assert play(mtu="auto").changed == 0
    ingress = "nsenter --net=/var/run/docker/netns/ingress_sbox"
    # In the order in which they come to be. A bridge without ports says 1500 on older Engines.
    look = f"{ingress} ip link show eth0 && {ingress} ip link show eth1 && ip link show docker_gwbridge"
    found = {}
    for name in MANAGERS:
        on(name, "docker swarm init --advertise-addr eth0")
        found[name] = re.findall(r" mtu (\d+)", on(name, f"for i in $(seq 30); do {look} && break; sleep 1; done"))[-3:]
    new = ["1350", "1400", "1400"]
    assert found == {"manager1": new, "manager2": ["1450", "1400", "1400"], "manager3": new}
    # The bridge of a member is in use.
    assert "docker_gwbridge has the MTU 1400 and not 1300" in play("--check", "--limit=manager1", mtu=1300).text
    for name in MANAGERS:
        on(name, "docker swarm leave --force; ip link set eth0 mtu 1500")
    assert on("manager1", "docker run --rm registry:5000/busybox:1 cat /sys/class/net/eth0/mtu") == "1400"


@pytest.fixture
def swarm(on, lab):
    """A swarm of the three, made without the collection, with a service that has a task on each."""
    on("manager1", "docker swarm init")
    for name in ("manager2", "manager3"):
        join(lab, name, "manager1", "manager")
    # A node that is away for longer gets no replacement elsewhere, which would be a second task on another node.
    options = "--quiet --name web --replicas 3 --replicas-max-per-node 1 --stop-signal SIGKILL"
    on("manager1", f"docker service create {options} registry:5000/busybox:1 sleep 1000000")


def test_members_change_in_turn_and_the_swarm_goes_on(swarm, play, on, at_once, watching, newer):
    """An upgrade of two and another configuration for all three: each restarts once, and never two at a time."""
    # An Engine that is down is not asked over its socket: systemd would hold the request back until it is up again.
    count = "timeout 3 docker service ls --format '{{.Replicas}}' --filter name=web 2> /dev/null || true"
    look = f"systemctl is-active --quiet docker.service || {{ echo down; exit 0; }}; {count}"
    wish = {**DAEMON, "labels": ["place=lab"], "mtu": 1450}
    major = newer.partition(".")[0] + ".*"
    versions = {"manager1": major, "manager2": "20.10.24", "manager3": major}
    wished = {"daemon": wish, "version": "{{ " + json.dumps(versions) + "[inventory_hostname] }}"}

    before = {name: run_of(on, name) for name in MANAGERS}
    with watching(lambda: at_once(MANAGERS, look)) as seen:
        done = play(**wished)
    assert done.succeeded, done.text
    assert max(said.count("down") for said in seen) == 1
    assert {replicas.partition(" ")[0] for said in seen for replicas in said} <= {"3/3", "2/3", "down", ""}
    assert {name: run_of(on, name) != before[name] for name in MANAGERS} == dict.fromkeys(MANAGERS, True)
    assert {name: version(on, name) for name in MANAGERS} == {
        name: "20.10.24" if wished == "20.10.24" else newer for name, wished in versions.items()
    }
    wait_until(lambda: on("manager2", "docker node ls --format '{{.ManagerStatus}}'").split().count("Reachable") == 2)
    assert set(on("manager1", "apt-mark showhold").split()) == {"docker-ce", "docker-ce-cli", "containerd.io"}
    assert play(**wished).changed == 0

    older = play("--limit=manager1", daemon=wish)
    assert not older.succeeded
    assert "downgrade" in older.text

    # Two of three are not enough to lose one more. It may have been the leader: then another one is chosen first.
    on("manager3", "systemctl stop docker.socket docker.service")
    lost = "docker node ls --format '{{.Hostname}} {{.ManagerStatus}}' 2> /dev/null | grep -q 'manager3 Unreachable'"
    on("manager1", f"for second in $(seq 60); do {lost} && exit 0; sleep 1; done; exit 1")
    stopped = play("--limit=manager1", daemon={**wish, "mtu": 1400}, version=major, restart_timeout=5)
    assert not stopped.succeeded
    assert "without manager1, 1 of 3 managers would be reachable" in stopped.text
    assert "mtu" in on("manager1", f"cat {PATH}")
    assert "1450" in on("manager1", f"cat {PATH}")
    on("manager3", "systemctl start docker.service")
    back = "docker node ls --format '{{.Hostname}} {{.Status}} {{.ManagerStatus}}'"
    wait_until(lambda: "manager3 Ready Reachable" in on("manager1", back))


def test_the_swarm_is_adopted_with_its_engines_of_both_origins(book, on, lab, tmp_path, newer):
    for name in MANAGERS:  # who has made hosts by hand has no files of the role there
        on(name, "rm /etc/systemd/system/docker.service.d/apiary-swarm.conf /etc/sysctl.d/90-apiary-swarm.conf")
        on(name, "systemctl daemon-reload")
    inventory = ("--inventory", str(lab.inventory_file), "--limit", "swarm_managers")
    adopted = book("apiary.swarm.adopt", *inventory, "-e", f"swarm_adopt_directory={tmp_path}/taken")
    assert adopted.succeeded, adopted.text
    found = yaml.safe_load((tmp_path / "taken" / "hosts.yml").read_text())["swarm_managers"]["hosts"]
    origins = {name: (host["docker_engine_source"], host["docker_engine_version"]) for name, host in found.items()}
    ours = ("docker", newer)
    assert origins == {"manager1": ours, "manager2": ("distribution", "20.10.24"), "manager3": ours}
    assert yaml.safe_load((tmp_path / "taken" / "group_vars" / "all.yml").read_text())["docker_engine_hold"] is True

    # Where the packages came from is not Docker's own repository here, so it has to be said.
    wishes = yaml.safe_load((SCENARIO / "inventory" / "group_vars" / "all.yml").read_text())
    place = {name: value for name, value in wishes.items() if name.startswith("docker_engine_repository")}
    place["docker_engine_repository_key_fingerprint"] = (lab.directory / "fingerprint").read_text().strip()
    looked = book("apiary.swarm.site", "--inventory", f"{tmp_path}/taken", "--check", "--diff", "-e", json.dumps(place))
    assert looked.succeeded, looked.text
    assert looked.changed == 0, looked.text


def test_the_engine_is_removed_only_from_who_is_in_no_swarm(play, on, hosts):
    done = play("--limit=manager3", state="absent")
    assert not done.succeeded
    assert "it is in a swarm (state active)" in done.text
    on("manager1", "docker node demote manager3")
    on("manager3", "docker swarm leave --force")
    done = play("--limit=manager3", state="absent")
    assert done.succeeded, done.text
    assert not hosts["manager3"].package("docker-ce").is_installed
    assert on("manager3", "ls /var/lib/docker") != ""
    assert play("--limit=manager3", state="absent").changed == 0
    assert play("--limit=manager3", state="absent", remove_data=True).succeeded
    assert on("manager3", "ls /var/lib/docker /etc/docker") == "/etc/docker:\n\n/var/lib/docker:"
    assert play("--limit=manager3", state="absent", remove_data=True).changed == 0


def test_package_files_are_enough_where_no_repository_is_reached(play, on, lab, tmp_path, newer):
    built = f"{newer}-1~debian.13~trixie"
    names = (f"docker-ce_{built}", f"docker-ce-cli_{built}", "containerd.io_1.7.24-1")
    on("manager3", "rm -f /etc/apt/sources.list.d/docker.sources")
    files = []
    for name in names:
        file = tmp_path / f"{name}_amd64.deb"
        with file.open("wb") as target:
            command = f"cat /srv/linux/debian/pool/{name}.deb"
            subprocess.run([*access.ssh_command(lab, "worker1"), command], stdout=target, check=True)
        files.append(str(file))
    wish = {"package_files": files, "version": ""}
    done = play("--limit=manager3", **wish)
    assert done.succeeded, done.text
    assert version(on, "manager3") == newer
    assert "docker-ce" in on("manager3", "apt-mark showhold")
    assert on("manager3", "ls /etc/apt/sources.list.d /var/cache/apiary-swarm 2> /dev/null; true") == (
        "/etc/apt/sources.list.d:"
    )
    assert play("--limit=manager3", **wish).changed == 0
