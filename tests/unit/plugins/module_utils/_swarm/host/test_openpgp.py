# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Fingerprints of OpenPGP keys, as gpg tells them."""

from __future__ import annotations

import base64

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.host.openpgp import fingerprints, same_key

# An ed25519 key with a cv25519 subkey, made by gpg 2.2 for this test.
ARMORED = b"""-----BEGIN PGP PUBLIC KEY BLOCK-----

mDMEawZTyhYJKwYBBAHaRw8BAQdAFYQXZwkuY24Ij50+StFlVFOQ3bhGEjAPsxG1
UAgeH3u0F1Rlc3QgPHRlc3RAZXhhbXBsZS5jb20+iJAEExYIADgWIQRc4OQu/a2Z
4vmDX9MfLuoQRcD1kQUCawZTygIbAwULCQgHAgYVCgkICwIEFgIDAQIeAQIXgAAK
CRAfLuoQRcD1kdrCAQDwuHuI1sESlgTrgHZ/VZ5mQL/gvBDD0Rxsv+HN5EtWuQEA
497JaJJND3CAgyz5Hz0duuYtk5hZxKS4419LKvnMcAe4OARrBlPKEgorBgEEAZdV
AQUBAQdAPqcCq1dkAGlWQOYXhZ/9FxGaORVuj5WRB1BsUSmXZDADAQgHiHgEGBYI
ACAWIQRc4OQu/a2Z4vmDX9MfLuoQRcD1kQUCawZTygIbDAAKCRAfLuoQRcD1kRXa
AQC0KQfiboH1e/4VXkaaSuCGU+aQZoIu+vFzfXR/HV6HKAEAzZRtjS8xOPovxmBn
KD8Z98UcJDPTXdDi3SjMYroWxQM=
=TPdU
-----END PGP PUBLIC KEY BLOCK-----
"""
FINGERPRINT = "5CE0E42EFDAD99E2F9835FD31F2EEA1045C0F591"
BINARY = base64.b64decode(b"".join(ARMORED.splitlines()[2:-2]))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (ARMORED, (FINGERPRINT,)),
        (BINARY, (FINGERPRINT,)),
        (BINARY + BINARY, (FINGERPRINT, FINGERPRINT)),
        (ARMORED.replace(b"\n\n", b"\nComment: with a header\n\n", 1), (FINGERPRINT,)),
        (b"\r\n" + ARMORED.replace(b"\n", b"\r\n"), (FINGERPRINT,)),
    ],
)
def test_the_primary_key_counts_and_no_subkey(content, expected):
    assert fingerprints(content) == expected


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no OpenPGP key"),
        (b"<html>404</html>", "no OpenPGP packets"),
        (BINARY[:40], "cut off"),
        (BINARY[2 + BINARY[1] :], "no OpenPGP key"),  # without the first packet, the key itself
        (ARMORED.replace(b"mDMEa", b"mDM*a"), "armor is damaged"),
        (b"\x98\x03\x03ab", "version 3"),
    ],
)
def test_what_is_no_key_is_an_error(content, words):
    with pytest.raises(ValueError, match=words):
        fingerprints(content)


def test_fingerprints_are_compared_however_they_are_written():
    assert same_key(FINGERPRINT, "5ce0 e42e fdad 99e2 f983  5fd3 1f2e ea10 45c0 f591")
    assert not same_key(FINGERPRINT, "1F2EEA1045C0F591")
