# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates in PEM, in the one form that swarmkit stores (ca.NormalizePEMs)."""

from __future__ import annotations

import base64
import binascii
import re

_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)
_WIDTH = 64


def normalised(text: str) -> str:
    """The certificates of a text without what is around them (words, headers, other line ends or line lengths).

    ValueError when there is none, or one that is no base64.
    """
    blocks = _BLOCK.findall(text)
    if not blocks:
        raise ValueError("it has no certificate in PEM (-----BEGIN CERTIFICATE-----)")
    return "".join(_one(block) for block in blocks)


def _one(block: str) -> str:
    try:
        content = base64.b64encode(base64.b64decode("".join(block.split()), validate=True)).decode()
    except binascii.Error:
        raise ValueError("its certificate is damaged (no base64)") from None
    lines = [content[at : at + _WIDTH] for at in range(0, len(content), _WIDTH)]
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])
