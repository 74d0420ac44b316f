# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a host does without Ansible, with nothing but requests to its Engine and polling: the limits of deployments.

It is sent to the host as it is, with a call of `main` behind it.
"""

from __future__ import annotations

import http.client
import json
import socket
import sys
import time

POLL = 0.05
DEADLINE = 300


def request(method, path, body=None):
    connection = http.client.HTTPConnection("engine", timeout=60)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect("/var/run/docker.sock")
    headers = {"Content-Type": "application/json"}
    connection.request(method, path, None if body is None else json.dumps(body), headers)
    answer = connection.getresponse()
    content = json.loads(answer.read() or b"null")
    if answer.status >= 400:
        sys.exit(f"{method} {path}: {answer.status} {content}")
    return content


def services(stack):
    found = request("GET", "/services?status=true")
    return {item["Spec"]["Name"]: item for item in found if item["Spec"]["Name"].startswith(f"{stack}_")}


def wait_until(reached):
    deadline = time.monotonic() + DEADLINE
    while not reached():
        if time.monotonic() > deadline:
            sys.exit("it takes too long")
        time.sleep(POLL)


def specs(stack):
    """The specs of a stack that is there, to be posted again."""
    print(json.dumps([item["Spec"] for item in services(stack).values()]))


def deploy(stack, specs, config):
    """Post the specs under the names of another stack, and wait until all tasks run."""
    labels = {"com.docker.stack.namespace": stack}
    network_id = request("POST", "/networks/create", {"Name": f"{stack}_net", "Driver": "overlay", "Labels": labels})[
        "Id"
    ]
    config_id = request("POST", "/configs/create", {"Name": f"{stack}_conf", "Data": config, "Labels": labels})["ID"]
    for spec in specs:
        task = spec["TaskTemplate"]
        task["Networks"] = [{**item, "Target": network_id} for item in task["Networks"]]
        task["ContainerSpec"]["Labels"] = labels
        for item in task["ContainerSpec"]["Configs"]:
            item.update(ConfigID=config_id, ConfigName=f"{stack}_conf")
        name = f"{stack}_{spec['Name'].partition('_')[2]}"
        request("POST", "/services/create", {**spec, "Name": name, "Labels": {**spec["Labels"], **labels}})
    running(stack, len(specs))


def running(stack, count):
    def reached():
        states = [item["ServiceStatus"] for item in services(stack).values()]
        return len(states) == count and all(s["RunningTasks"] == s["DesiredTasks"] for s in states)

    wait_until(reached)


def update(service, image):
    """Give a service another image, and wait until the Engine says that the update is complete."""
    item = request("GET", f"/services/{service}")
    spec = item["Spec"]
    spec["TaskTemplate"]["ContainerSpec"]["Image"] = image
    request("POST", f"/services/{service}/update?version={item['Version']['Index']}", spec)
    newer = item["Version"]["Index"]

    def reached():
        now = request("GET", f"/services/{service}")
        return now["Version"]["Index"] > newer and now.get("UpdateStatus", {}).get("State") == "completed"

    wait_until(reached)


def main(verb, **options):
    {"specs": specs, "deploy": deploy, "running": running, "update": update}[verb](**options)
