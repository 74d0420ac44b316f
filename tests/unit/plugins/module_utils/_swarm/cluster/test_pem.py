# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates are the same, however they are written."""

from __future__ import annotations

import base64

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.pem import normalised

CONTENT = bytes(range(120))
TEXT = base64.b64encode(CONTENT).decode()
PEM = f"-----BEGIN CERTIFICATE-----\n{TEXT[:64]}\n{TEXT[64:128]}\n{TEXT[128:]}\n-----END CERTIFICATE-----\n"


@pytest.mark.parametrize(
    "text",
    [
        PEM,
        PEM.strip(),
        f"\n  {PEM}\n\n",
        PEM.replace("\n", "\r\n"),
        f"Certificate:\n    Issuer: CN=mine\n{PEM}",
        f"-----BEGIN CERTIFICATE-----\n{TEXT}\n-----END CERTIFICATE-----",
    ],
)
def test_one_form(text):
    assert normalised(text) == PEM


def test_several_stay_in_order():
    assert normalised(f"first\n{PEM}second\n{PEM.strip()}") == PEM + PEM


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "no certificate"),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "no certificate"),
        ("-----BEGIN CERTIFICATE-----\nno base 64!\n-----END CERTIFICATE-----", "damaged"),
        ("-----BEGIN CERTIFICATE-----\nAAA\n-----END CERTIFICATE-----", "damaged"),
    ],
)
def test_what_is_no_certificate(text, problem):
    with pytest.raises(ValueError, match=problem):
        normalised(text)
