# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tests of the swarm modules share: Engines that are stopped, CAs, and a case that is run four times."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .conftest import Hosts


@contextmanager
def stopped(hosts: Hosts, *names: str) -> Iterator[None]:
    """Engines that are down; they are started again at the end, whatever happens."""
    start(hosts, "stop docker.socket", *names)
    try:
        yield
    finally:
        start(hosts, "start", *names)


def start(hosts: Hosts, verb: str, *names: str) -> None:
    """`systemctl verb docker` on several hosts at once."""
    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(lambda name: hosts.console(name, f"systemctl {verb} docker"), names))


def four_times(
    hosts: Hosts, host: str, module: str, options: dict[str, Any], state: Callable[[], object]
) -> dict[str, Any]:
    """Check, run, run again, check again. `state` is what the Engines say; the result is that of the run."""
    before = state()
    planned = hosts.module(host, module, options, "--check", "--diff")
    assert planned["changed"], planned
    assert state() == before
    done = hosts.module(host, module, options)
    assert not done["failed"], done
    assert done["plan"] == planned["plan"]
    after = state()
    assert after != before
    for arguments in ((), ("--check",)):
        again = hosts.module(host, module, options, *arguments)
        assert again["changed"] is False, again
        assert again["plan"] == []
        assert set(again) - {"warnings"} == set(done) - {"warnings"}
    assert state() == after
    return done


def new_ca(folder: Path, name: str, days: int = 3650) -> dict[str, str]:
    """A CA as the options of modules."""
    key, certificate = folder / f"{name}.key", folder / f"{name}.crt"
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            *curve,
            "-subj",
            f"/CN={name}",
            "-days",
            str(days),
            "-keyout",
            key,
            "-out",
            certificate,
        ],
        check=True,
        capture_output=True,
    )
    return {"signing_ca_cert": certificate.read_text(), "signing_ca_key": key.read_text()}
