# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets and configs that change, and what is no longer needed."""

from __future__ import annotations

import base64
import hashlib
import json

from tests.lab.wait import wait_until

from .conftest import ENGINES, changed, failures, plan_lines

FAST = {"endpoint_mode": "dnsrr", "update_config": {"monitor": "500ms"}}


def stack_with(key, command="sleep 1000", **service):
    return {
        "services": {
            "web": {
                "image": "registry:5000/busybox:1",
                "command": command,
                "stop_grace_period": "1s",
                "secrets": ["key"],
                "configs": [{"source": "app", "target": "/app.conf"}],
                "deploy": FAST,
                **service,
            }
        },
        "secrets": {"key": {"environment": "KEY"}},
        "configs": {"app": {"content": f"key is {key}"}},
    }


def names(engines, kind, stack):
    return engines.docker(f"{kind} ls --filter label=com.docker.stack.namespace={stack} --format '{{{{.Name}}}}'")


def mounted(engines, stack):
    """What the running container sees."""
    script = f"exec $(docker ps -q --filter label=com.docker.swarm.service.name={stack}_web | head -1)"
    return engines.docker(f"{script} cat /run/secrets/key /app.conf")


def test_a_secret_is_rotated_three_times(engines, stack):
    for number in range(1, 4):
        content = f"content {number}"
        result = stack(definition=stack_with(content), env={"KEY": content})
        assert changed(result) == {True}
        assert set(mounted(engines, stack.stack).values()) == {f"{content}key is {content}"}
        assert content not in json.dumps([answer["plan"] for answer in result.values()])
        assert changed(stack(definition=stack_with(content), env={"KEY": content})) == {False}
    full = f"{stack.stack}_key"
    # The current version and one old one; the first is gone.
    assert set(names(engines, "secret", stack.stack).values()) == {f"{full}-v2\n{full}-v3"}
    # The content before comes back: its version is still there.
    back = stack(definition=stack_with("content 2"), env={"KEY": "content 2"})
    for result in back.values():
        assert plan_lines(result) == [
            f"update service {stack.stack}_web: configs./app.conf.config_name, secrets.key.secret_name"
        ]


def test_nothing_tells_what_a_secret_holds(engines, stack):
    """Not the output at -vvv, and no label: whoever may inspect a secret could try out what gives a stored digest."""
    wish = stack_with("x")
    del wish["secrets"]["key"]["environment"]
    wish["secrets"]["key"]["file"] = "key"
    for content in ("hunter2", "hunter3"):
        assert changed(stack(definition=wish, secrets={"key": content})) == {True}
        assert f"{content}key is x" in set(mounted(engines, stack.stack).values())
    label = f"label=com.docker.stack.namespace={stack.stack}"
    seen = json.dumps(
        [
            engines.docker(f"secret inspect $(docker secret ls -q --filter {label})"),
            engines.docker(f"service inspect {stack.stack}_web"),
            engines.output,
        ]
    )
    assert f"{stack.stack}_key-v2" in seen
    for content in (b"hunter2", b"hunter3"):
        digests = [hashlib.new(name, content).hexdigest() for name in ("md5", "sha1", "sha224", "sha256", "sha512")]
        for trace in (content.decode(), base64.b64encode(content).decode(), *digests):
            assert trace not in seen


def test_a_failed_rollout_keeps_the_old_version(engines, stack):
    assert changed(stack(definition=stack_with("good"), env={"KEY": "good"})) == {True}
    rollback = {**FAST, "update_config": {"monitor": "3s", "failure_action": "rollback"}}
    crashing = stack_with("bad", "sh -c 'echo cannot go on; exit 3'", deploy=rollback)
    for result in failures(stack(definition=crashing, env={"KEY": "bad"}, keep_versions=0)):
        assert "the update was rolled back" in result["msg"]
        (service,) = result["services"]
        assert (service["wanted"], service["log"]) == (1, ["cannot go on"])
        assert [error["error"] for error in service["errors"]] == ["task: non-zero exit (3)"]
    # An Engine says that a rollback is complete when the task of the spec before is there. It may be one that replaces
    # the last that crashed, and begins to run when the restart delay of five seconds is over.
    wait_until(lambda: set(mounted(engines, stack.stack).values()) == {"goodkey is good"})
    full = f"{stack.stack}_key"
    assert set(names(engines, "secret", stack.stack).values()) == {f"{full}\n{full}-v2"}


def test_pruning_leaves_what_the_stack_does_not_own(engines, stack):
    stack(definition=stack_with("x"), env={"KEY": "x"})
    stranger = f"{stack.stack}_key-v9"
    engines.docker(f"secret rm {stranger}", check=False)
    for host in ENGINES:
        engines.put(host, "/tmp/stranger", "somebody else's")
    engines.docker(f"secret create {stranger} /tmp/stranger")
    try:
        other = {"services": {"api": {"image": "registry:5000/busybox:1", "command": "sleep 1000", "deploy": FAST}}}
        assert changed(stack(definition=other, prune=True)) == {True}
        assert set(names(engines, "secret", stack.stack).values()) == {""}
        assert set(names(engines, "service", stack.stack).values()) == {f"{stack.stack}_api"}
        assert all(stranger in listed for listed in engines.docker("secret ls --format '{{.Name}}'").values())
        assert changed(stack(definition=other, prune=True)) == {False}
    finally:
        engines.docker(f"secret rm {stranger}")
