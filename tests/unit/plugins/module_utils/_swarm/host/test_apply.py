# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What engine_config does: files are whole, what can be refused is refused before, and what was there is kept."""

from __future__ import annotations

import os

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host import apply, daemon
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.decide import decide
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.files import FILE, Target
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.wish import Wish
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.plan import Plan, Step

from .test_decide import installed, installed_from_docker
from .test_openpgp import ARMORED, FINGERPRINT

OTHER = "0" * 40


def never(*arguments):
    raise AssertionError(f"this must not be called: {arguments}")


def write(path, text, mode=0o644, keep=False):
    step = Step("create", FILE, str(path), payload=Target(str(path), text, mode, keep))
    apply.perform(step, installed(), never, {})


def test_a_file_is_written_with_its_directory_and_mode(tmp_path):
    path = tmp_path / "a" / "b.conf"
    write(path, "one\n", 0o600)
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("one\n", 0o600)
    write(path, None)
    assert os.listdir(path.parent) == []


def test_what_was_there_first_is_kept_until_the_engine_has_started(tmp_path):
    path = tmp_path / "daemon.json"
    path.write_text("old")
    write(path, "new", keep=True)
    write(path, "newer", keep=True)
    assert (path.read_text(), (tmp_path / "daemon.json.previous").read_text()) == ("newer", "old")


def test_that_nothing_was_there_is_kept_too(tmp_path):
    write(tmp_path / "d" / "daemon.json", "new", keep=True)
    assert (tmp_path / "d" / "daemon.json.previous").read_text() == ""


def test_a_file_that_cannot_be_written_is_one_clear_error(tmp_path):
    (tmp_path / "a").write_text("a file, no directory")
    with pytest.raises(SwarmError, match="a/b cannot be written"):
        write(tmp_path / "a" / "b", "text")


def prepared(wish, content):
    host = installed_from_docker(key=())
    plan = apply.own_steps(decide(host, wish)[0], only_repository=True)
    return apply.prepare(plan, host, wish, never, lambda url: content)


def test_the_key_of_the_repository_is_got_and_its_fingerprint_checked():
    wish = Wish("docker", repository_key_fingerprint=FINGERPRINT)
    assert prepared(wish, ARMORED) == {"/etc/apt/keyrings/docker.asc": ARMORED}


@pytest.mark.parametrize(
    ("fingerprint", "content", "words"),
    [
        (OTHER, ARMORED, (FINGERPRINT, OTHER)),
        (FINGERPRINT, b"<html>", ("cannot be got from", "no OpenPGP packets")),
    ],
)
def test_another_key_is_refused_before_anything_is_written(fingerprint, content, words):
    with pytest.raises(SwarmError) as refusal:
        prepared(Wish("docker", repository_key_fingerprint=fingerprint), content)
    for word in (*words, "Nothing was changed"):
        assert word in str(refusal.value)


@pytest.mark.parametrize("version", ["5:28.5.2-1", "5:23.0.0-1", "5:20.10.24-1"])
def test_engines_that_can_are_asked_what_they_think_of_a_new_file(version):
    asked = []

    def run(command):
        asked.append(command[:2])
        return 1, "", f"unable to configure the Docker daemon with file {command[3]}: no such option: mtuu"

    wish = Wish("docker", daemon={"mtuu": 1})
    host = installed_from_docker(version)
    plan = apply.own_steps(decide(host, wish)[0], only_repository=False)
    if "20.10" in version:
        apply.prepare(plan, host, wish, never, never)
        return
    with pytest.raises(SwarmError) as refusal:
        apply.prepare(plan, host, wish, run, never)
    assert asked == [["dockerd", "--validate"]]
    assert f"with file {daemon.PATH}: no such option: mtuu" in str(refusal.value)


def test_only_what_is_about_files_and_the_kernel_is_done_here():
    plan, _needs = decide(installed(held=(), key=()), Wish("distribution", daemon={"debug": True}, users=("a",)))
    kinds = [(step.action, step.kind) for step in apply.own_steps(plan, only_repository=False)]
    assert kinds == [("create", "file"), ("reload", "service")]
    assert apply.own_steps(plan, only_repository=True) == Plan()
