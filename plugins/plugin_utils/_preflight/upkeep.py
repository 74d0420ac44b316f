# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes wrong later, by itself: certificates that run out, upgrades at night."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.apiary.swarm.plugins.plugin_utils._preflight.rows import FAIL, SKIPPED, WARN, Finding
from ansible_collections.apiary.swarm.plugins.plugin_utils._preflight.survey import Survey

# Nodes renew their certificates after 50 to 80 percent of their life (swarmkit ca/config.go).
_RENEWED = 0.8
_DAY = 86400


def certificates(survey: Survey) -> Iterator[Finding]:
    for host in survey.known:
        certificate = host.facts.get("certificate")
        if not certificate:
            if host.is_member:
                yield Finding(host.name, "its certificate cannot be read", SKIPPED)
            continue
        clock = host.facts.get("clock") or {}
        now = clock.get("asked") or clock.get("now") or 0.0  # the controller's: the host's own may be wrong
        begin, end = certificate["not_before"], certificate["not_after"]
        found = f"valid for {(end - now) / _DAY:.0f} more days"
        if now > end:
            advice = (
                "Remove the node from the swarm on a manager, let it leave (docker swarm leave --force) and join again."
            )
            yield Finding(host.name, f"ran out {(now - end) / _DAY:.0f} days ago", FAIL, advice)
        elif now < begin:
            yield Finding(host.name, "is not valid yet", FAIL, "Correct the clocks.")
        elif now > begin + _RENEWED * (end - begin):
            advice = "It should have been renewed. See whether the node reaches a manager (journalctl -u docker)."
            yield Finding(host.name, found, WARN, advice)
        else:
            yield Finding(host.name, found)


def upgrades(survey: Survey) -> Iterator[Finding]:
    """All Engines that restart in one night are an outage."""
    for host in survey.known:
        updates = host.facts.get("updates") or {}
        tool, touches = updates.get("tool"), updates.get("touches") or []
        if tool and touches:
            names = ", ".join(touches)
            advice = f"Hold {names} (apt-mark hold, dnf versionlock), or exclude them from {tool}."
            yield Finding(host.name, f"{tool} upgrades {names}", WARN, advice)
        elif tool:
            yield Finding(host.name, f"{tool} leaves the Engine alone")
        else:
            yield Finding(host.name, "no automatic upgrades")
