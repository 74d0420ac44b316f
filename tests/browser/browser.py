# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A headless Chromium, spoken to over its debugging pipe: no driver and no package is needed."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.lab import packages
from tests.lab.progress import LabError

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
NAMED = ", ".join(NAMES)
# Without these, Chromium talks to hosts of its maker when it starts.
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
)


def find() -> str:
    """Its program; it is installed where there is none. Raises LabError when it cannot be had."""
    found = _program()
    if not found:
        packages.install(["chromium"], "Chromium", "Install it by hand, so that one of these is found: " + NAMED)
        found = _program()
    if not found:
        raise LabError(f"Chromium was installed, but none of these is found: {NAMED}")
    return found


def _program() -> str | None:
    return next((path for path in map(shutil.which, NAMES) if path), None)


@contextmanager
def started(program: str, folder: Path) -> Iterator[Browser]:
    """With a profile in the folder. Its sandbox does not work for root, nor in most containers."""
    commands_out, commands_in = os.pipe()
    answers_out, answers_in = os.pipe()
    # The browser reads commands from 3 and writes answers to 4, whatever these are in this process.
    script = f'exec "$@" 3<&{commands_out} 4>&{answers_in}'
    options = (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        "--remote-debugging-pipe",
        *QUIET,
    )
    with subprocess.Popen(
        ["bash", "-c", script, "chromium", program, *options, f"--user-data-dir={folder}"],
        pass_fds=(commands_out, answers_in),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        os.close(commands_out)
        os.close(answers_in)
        try:
            with os.fdopen(commands_in, "wb", 0) as commands, os.fdopen(answers_out, "rb") as answers:
                yield Browser(commands, answers)
        finally:
            process.kill()


class Browser:
    """Commands of the Chrome DevTools Protocol, to one page. `events` are those that came so far."""

    def __init__(self, commands: Any, answers: Any) -> None:
        self._commands, self._answers = commands, answers
        self._number = 0
        self._pending = b""
        self._session: str | None = None
        self.events: list[dict[str, Any]] = []
        target = self.do("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.do("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Log", "Runtime"):
            self.do(f"{domain}.enable")

    def do(self, method: str, **params: Any) -> dict[str, Any]:
        """One command, and its result."""
        self._number += 1
        session = {"sessionId": self._session} if self._session else {}
        message = {"id": self._number, "method": method, "params": params, **session}
        self._commands.write(json.dumps(message).encode() + b"\0")
        while (answer := self._read()).get("id") != self._number:
            self.events.append(answer)
        assert "error" not in answer, f"{method}: {answer}"
        found: dict[str, Any] = answer["result"]
        return found

    def open(self, file: Path, width: int, height: int = 900, dark: bool = False, media: str = "") -> None:
        """Show a file, as wide as that, in one of the modes, on a screen or for a printer (`print`)."""
        self.events.clear()
        mode = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.do("Emulation.setEmulatedMedia", media=media, features=[mode])
        metrics: Mapping[str, Any] = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.do("Emulation.setDeviceMetricsOverride", **metrics)
        self.do("Page.navigate", url=file.as_uri())
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._read())

    def evaluate(self, expression: str) -> Any:
        found = self.do("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def screenshot(self, file: Path) -> None:
        found = self.do("Page.captureScreenshot", captureBeyondViewport=True)
        file.write_bytes(base64.b64decode(found["data"]))

    def pdf(self) -> bytes:
        return base64.b64decode(self.do("Page.printToPDF", preferCSSPageSize=True)["data"])

    def requested(self) -> list[str]:
        """The addresses that the page asked for."""
        sent = [event for event in self.events if event.get("method") == "Network.requestWillBeSent"]
        return [event["params"]["request"]["url"] for event in sent]

    def complaints(self) -> list[str]:
        """What the browser says is wrong with the page: refused by its policy, not found, an error in a script."""
        logged = [event["params"]["entry"]["text"] for event in self.events if event.get("method") == "Log.entryAdded"]
        thrown = [str(event["params"]) for event in self.events if event.get("method") == "Runtime.exceptionThrown"]
        return logged + thrown

    def _read(self) -> dict[str, Any]:
        """The next message; each ends with a zero byte."""
        while b"\0" not in self._pending:
            chunk = self._answers.read1(65536)
            assert chunk, "the browser ended"
            self._pending += chunk
        message, _zero, self._pending = self._pending.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found
