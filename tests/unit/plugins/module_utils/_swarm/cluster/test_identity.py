# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Join tokens and certificates: the identities of a real swarm, made for this test and gone since."""

from __future__ import annotations

import base64

import pytest
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.cluster.identity import (
    ca_digest,
    read_certificates,
    read_validity,
    token_digest,
)
from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError

NODE = """-----BEGIN CERTIFICATE-----
MIICKTCCAc+gAwIBAgIUTOf7tSMoC+OAXV/f6YcH1mQ6f44wCgYIKoZIzj0EAwIw
EzERMA8GA1UEAxMIc3dhcm0tY2EwHhcNMjYxMTIzMjE1NDAwWhcNMjcwMjIxMjI1
NDAwWjBfMSIwIAYDVQQKExlnaDBxczR2MHN2MzBsbmt3d2E2Ynl3ZHY4MRUwEwYD
VQQLEwxzd2FybS13b3JrZXIxIjAgBgNVBAMTGXFjdW9sejc2MjBnbHo2a3JkZHJx
Z3Y1bTIwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQDEVnk6XVxMtP3OQXWGbMK
CT74IR96wwhq04I14/2twqZfO1BrEwRG/icBOHZMZy+pS1lPIQYTdFkLy50bjtal
o4G0MIGxMA4GA1UdDwEB/wQEAwIFoDAdBgNVHSUEFjAUBggrBgEFBQcDAQYIKwYB
BQUHAwIwDAYDVR0TAQH/BAIwADAdBgNVHQ4EFgQUswtHaUehoMrLQH2gMLkMn0af
vpYwHwYDVR0jBBgwFoAU2GaGGFzmPm4rfmKgXNnJaT3+cT8wMgYDVR0RBCswKYIM
c3dhcm0td29ya2VyghlxY3VvbHo3NjIwZ2x6NmtyZGRycWd2NW0yMAoGCCqGSM49
BAMCA0gAMEUCIAlwDvtQ4ruC0txzZtBEBteZfe1wWg+M+zbKcFPsQEB5AiEAs6GL
tQ+RBjkg/eG8cUBTVxjfGJS4EjtQ23h9mW91FZw=
-----END CERTIFICATE-----
"""
ROOT = (
    "-----BEGIN CERTIFICATE-----\nMIIBazCCARCgAwIBAgIUBl5LWBTKCmYT3VuUpcVSUw4Sm9UwCgYIKoZIzj0EAwIw\n"
    "EzERMA8GA1UEAxMIc3dhcm0tY2EwHhcNMjYxMTIzMjI0ODAwWhcNNDYxMTE4MjI0\n"
    "ODAwWjATMREwDwYDVQQDEwhzd2FybS1jYTBZMBMGByqGSM49AgEGCCqGSM49AwEH\n"
    "A0IABOyUe6O6cCGGsPx2jevBLllcGFToLawFY89I2N2SWCzeLgiP4ZdCZgDiPKRG\n"
    "UH0VIs0SjXRA2PDgKLVt0UYWGSejQjBAMA4GA1UdDwEB/wQEAwIBBjAPBgNVHRMB\n"
    "Af8EBTADAQH/MB0GA1UdDgQWBBTYZoYYXOY+bit+YqBc2clpPf5xPzAKBggqhkjO\n"
    "PQQDAgNJADBGAiEAoSl+za4O8scKqX9dqQ4f9FE9JupYhTWhomy+A6ZLa7QCIQDz\n"
    "hHjDk3QbT9urvvzHMGMOZRiKE/p3vmEgAIvrZC2q1A==\n-----END CERTIFICATE-----\n"
)


def token(digest, secret="0" * 25, head="SWMTKN-1"):
    number, digits = int(digest, 16), ""
    while number:
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
    return f"{head}-{digits:0>50}-{secret}"


def test_a_node_certificate_names_swarm_role_and_node():
    papers = read_certificates(NODE, ROOT)
    assert (papers.cluster_id, papers.role, papers.node_id) == (
        "gh0qs4v0sv30lnkwwa6bywdv8",
        "worker",
        "qcuolz7620glz6krddrqgv5m2",
    )


def test_the_first_certificate_of_a_chain_is_the_one_of_the_node():
    assert read_certificates(NODE + ROOT, "").node_id == "qcuolz7620glz6krddrqgv5m2"


def test_a_token_and_the_root_ca_of_its_swarm_have_the_same_digest():
    assert token_digest(token(ca_digest(ROOT))) == ca_digest(ROOT) == read_certificates(NODE, ROOT).ca_digest
    assert token_digest(" " + token(ca_digest(ROOT), head="SWMTKN-2-1") + "\n") == ca_digest(ROOT)


@pytest.mark.parametrize(
    "pem",
    ["", "no certificate", NODE[:300], NODE.replace("MIICKTCC", "AAAAAAAA"), ROOT.replace("MIIB", "MIIC")],
    ids=["nothing", "text", "cut", "garbled", "wrong length"],
)
def test_what_is_no_node_certificate_is_no_identity_and_no_crash(pem):
    papers = read_certificates(pem, "")
    assert (papers.cluster_id, papers.role, papers.ca_digest) == ("", "", "")


@pytest.mark.parametrize("text", ["", "SWMTKN-1-abc-def", "{{ token }}", token("ab") + "x", token("AB").upper()])
def test_a_bad_token_is_refused_without_being_shown(text):
    with pytest.raises(SwarmError, match="not a swarm join token") as refusal:
        token_digest(text)
    assert not text or text not in str(refusal.value)


def test_a_certificate_says_from_when_to_when_it_holds():
    assert read_validity(NODE) == (1795470840, 1803250440)  # 2026-11-23 21:54:00 to 2027-02-21 22:54:00
    assert read_validity(f"{ROOT}{NODE}") == (1795474080, 2426194080)  # the first of several


@pytest.mark.parametrize(
    ("tag", "text", "seconds"),
    [
        (0x17, b"491231235959Z", 2524607999),
        (0x17, b"700101000000Z", 0),
        (0x18, b"20500101000000Z", 2524608000),
    ],
)
def test_moments_of_both_forms_are_read(tag, text, seconds):
    def element(tag, content):
        return bytes([tag, len(content)]) + content

    moment = element(tag, text)
    signed = b"".join(element(0x30, content) for content in (b"", b"", b"", moment * 2, b""))
    pem = base64.b64encode(element(0x30, element(0x30, signed))).decode()
    assert read_validity(f"-----BEGIN CERTIFICATE-----{pem}-----END CERTIFICATE-----") == (seconds, seconds)


@pytest.mark.parametrize(
    "pem", ["", "-----BEGIN CERTIFICATE-----AAAA-----END CERTIFICATE-----", NODE.replace("MIICKT", "AAAAKT")]
)
def test_what_is_no_certificate_holds_never(pem):
    assert read_validity(pem) is None
