# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The small languages inside Compose files: numbers, durations, sizes, commands, ports, volumes, env files, scalars."""

from __future__ import annotations

import datetime
import math
from typing import Any

import pytest
from ansible_collections.apiary.swarm.plugins.plugin_utils._compose.duration import parse_duration
from ansible_collections.apiary.swarm.plugins.plugin_utils._compose.envfile import parse_env_file
from ansible_collections.apiary.swarm.plugins.plugin_utils._compose.gonumbers import (
    as_float32,
    as_int64,
    as_uint64,
    format_float,
    parse_float,
    parse_int,
    parse_prefixed_int,
)
from ansible_collections.apiary.swarm.plugins.plugin_utils._compose.mounts import parse_volume
from ansible_collections.apiary.swarm.plugins.plugin_utils._compose.paths import absolute, bind_source
from ansible_collections.apiary.swarm.plugins.plugin_utils._compose.ports import parse_ports
from ansible_collections.apiary.swarm.plugins.plugin_utils._compose.scalars import (
    Timestamp,
    plain,
    tagged,
    timestamp_of,
)
from ansible_collections.apiary.swarm.plugins.plugin_utils._compose.shellwords import split
from ansible_collections.apiary.swarm.plugins.plugin_utils._compose.size import parse_size

SECOND = 10**9


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0"),
        (-0.0, "-0"),
        (1.0, "1"),
        (1.10, "1.1"),
        (100000.5, "100000.5"),
        (999999.0, "999999"),
        (1000000.0, "1e+06"),
        (1234567.5, "1.2345675e+06"),
        (-21000000.0, "-2.1e+07"),
        (0.0001, "0.0001"),
        (0.00001234, "1.234e-05"),
        (12345678901234567.0, "1.2345678901234568e+16"),
        (5e-324, "5e-324"),
        (1.5e300, "1.5e+300"),
        (math.inf, "+Inf"),
        (-math.inf, "-Inf"),
        (math.nan, "NaN"),
    ],
)
def test_floats_are_printed_as_go_does(number: float, text: str) -> None:
    assert format_float(number) == text


@pytest.mark.parametrize(
    ("number", "narrow"), [(0.1, 0.1), (0.123456789, 0.12345679), (1e-9, 1e-9), (0.0, 0.0), (1, 1)]
)
def test_a_ratio_has_the_precision_of_32_bits(number: float, narrow: float) -> None:
    assert as_float32(number) == narrow


@pytest.mark.parametrize(("text", "number"), [("0444", 444), ("+3", 3), ("-1", -1), (str(2**63 - 1), 2**63 - 1)])
def test_atoi(text: str, number: int) -> None:
    assert parse_int(text) == number


@pytest.mark.parametrize("text", ["", " 3", "3_0", "0x3", "1.5", "٣", str(2**63)])
def test_atoi_refuses(text: str) -> None:
    with pytest.raises(ValueError, match="parsing"):
        parse_int(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [("0444", 0o444), ("0o17", 15), ("-0b11", -3), ("0X1F", 31), ("0", 0), (str(2**64 - 1), 2**64 - 1)],
)
def test_integers_with_a_prefix(text: str, number: int) -> None:
    assert parse_prefixed_int(text) == number


@pytest.mark.parametrize("text", ["08", "0x", "0b2", "0o8", "1_0", "", str(2**64)])
def test_integers_with_a_wrong_prefix(text: str) -> None:
    with pytest.raises(ValueError, match="parsing"):
        parse_prefixed_int(text)


@pytest.mark.parametrize(
    ("number", "signed"),
    [(5, 5), (-5, -5), (5.9, 5), (2**63, -(2**63)), (2**64 - 1, -1), (1e20, -(2**63)), (-1e20, -(2**63))],
)
def test_what_64_bits_with_a_sign_hold(number: float, signed: int) -> None:
    assert as_int64(number) == signed


@pytest.mark.parametrize(
    ("number", "unsigned"), [(5, 5), (5.9, 5), (2**64 - 1, 2**64 - 1), (1e19, 10**19), (2.0**64, 2**63)]
)
def test_what_64_bits_without_a_sign_hold(number: float, unsigned: int) -> None:
    assert as_uint64(number) == unsigned


@pytest.mark.parametrize(("text", "number"), [("1.", 1), (".5", 0.5), ("1e3", 1000), ("1_0.5", 10.5), ("-2E-1", -0.2)])
def test_parse_float(text: str, number: float) -> None:
    assert parse_float(text) == number


@pytest.mark.parametrize("text", ["", ".", "1e", "inf", "1__0", "_1", " 1", "1e400"])
def test_parse_float_refuses(text: str) -> None:
    with pytest.raises(ValueError, match="parsing"):
        parse_float(text)


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("0", 0),
        ("5s", 5 * SECOND),
        ("1m30s", 90 * SECOND),
        ("1.5h", 5400 * SECOND),
        (".5s", SECOND // 2),
        ("5.s", 5 * SECOND),
        ("-10ms", -10_000_000),
        ("+1us", 1000),
        ("1µs", 1000),
        ("1μs", 1000),
        ("1h1h", 7200 * SECOND),
        ("0.3333333333333333333333333s", 333333333),
        ("0.1ns", 0),
        ("9223372036854775807ns", 2**63 - 1),
        ("-9223372036854775808ns", -(2**63)),
    ],
)
def test_durations(text: str, nanoseconds: int) -> None:
    assert parse_duration(text) == nanoseconds


@pytest.mark.parametrize("text", ["", "5", "s", ".s", "1d", "1S", " 1s", "1 s", "1e3s", "+", "9223372036854775808ns"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="invalid duration"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("5", 5),
        ("5b", 5),
        ("0.9", 0),
        ("100kb", 102400),
        ("1.5 GiB", 1610612736),
        ("1K", 1024),
        (".5m", 524288),
        ("1e3k", 1024000),
        ("1t", 2**40),
        ("1p", 2**50),
        ("8191p", 8191 * 2**50),
        ("8192p", -(2**63)),
    ],
)
def test_sizes(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "m", "-5m", "5x", "5bk", "5kbb", "5  kb", "inf", "1e", "5ki"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(ValueError, match=r"invalid|parsing"):
        parse_size(text)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("", []),
        ("  a\tb \n c ", ["a", "b", "c"]),
        ("a 'b c' d", ["a", "b c", "d"]),
        ('a "b \\"c\\n" d', ["a", 'b "cn', "d"]),
        ("'a\\'", ["a\\"]),
        ("a\\ b", ["a b"]),
        ("a #b\nc", ["a", "c"]),
        ("a#b", ["a#b"]),
        ("\\#a", ["#a"]),
        ('"" x', ["", "x"]),
        ("it''s", ["its"]),
        ("a\u00a0b", ["a\u00a0b"]),
    ],
)
def test_commands_are_split(command: str, words: list[str]) -> None:
    assert split(command) == words


@pytest.mark.parametrize("command", ['"a', "'a", "a\\", '"\\'])
def test_commands_that_do_not_end(command: str) -> None:
    with pytest.raises(ValueError, match="EOF found"):
        split(command)


@pytest.mark.parametrize(
    ("text", "ports"),
    [
        ("80", [(80, 0, "tcp")]),
        ("8080:80", [(80, 8080, "tcp")]),
        ("53:53/UDP", [(53, 53, "udp")]),
        ("80/", [(80, 0, "tcp")]),
        ("100-102:80", [(80, 100, "tcp"), (80, 101, "tcp"), (80, 102, "tcp")]),
        # sorted as text
        ("19-20:9-10", [(10, 20, "tcp"), (9, 19, "tcp")]),
        ("9-10/sctp", [(10, 0, "sctp"), (9, 0, "sctp")]),
        (":1:2", [(2, 1, "tcp")]),
        ("1-3-9:1-3", [(1, 1, "tcp"), (2, 2, "tcp"), (3, 3, "tcp")]),
    ],
)
def test_ports(text: str, ports: list[tuple[int, int, str]]) -> None:
    found, warnings = parse_ports(text)
    assert [(port.target, port.published, port.protocol) for port in found] == ports
    assert warnings == []


@pytest.mark.parametrize(
    ("text", "ignored"),
    [
        ("127.0.0.1:1:2", "127.0.0.1:1:2/tcp"),
        ("[::1]:1:2/udp", "[::1]:1:2/udp"),
        ("::1:1:2", "[::1]:1:2/tcp"),
        ("127.0.0.1::2", "127.0.0.1::2/tcp"),
        ("127.0.0.1:5-6:2", "127.0.0.1:5-6:2/tcp"),
        ("0.0.0.0:1:2", None),
        ("[::]:1:2", None),
    ],
)
def test_addresses_of_ports_are_ignored(text: str, ignored: str | None) -> None:
    expected = [f"ignoring IP-address ({ignored}) service will listen on '0.0.0.0'"] if ignored else []
    assert parse_ports(text)[1] == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "-1",
        "70000",
        "80/foo",
        "1-2:3-5",
        "2-1:3",
        "300.0.0.1:1:2",
        "1:2:3",
        " 80",
        "+80",
        "0x50",
        "1:",
        "٣:80",
    ],
)
def test_what_is_no_port(text: str) -> None:
    with pytest.raises(ValueError, match=r"invalid|no port"):
        parse_ports(text)


@pytest.mark.parametrize(
    ("text", "volume"),
    [
        ("/x", {"type": "volume", "target": "/x"}),
        ("/data", {"type": "volume", "target": "/data"}),
        ("v1:/x:ro", {"type": "volume", "source": "v1", "target": "/x", "read_only": True}),
        ("./v:/x:rw", {"type": "bind", "source": "./v", "target": "/x", "read_only": False}),
        ("~/v:/x", {"type": "bind", "source": "~/v", "target": "/x"}),
        ("v1:/x:nocopy,zz", {"type": "volume", "source": "v1", "target": "/x", "volume": {"nocopy": True}}),
        (
            "/v:/x:ro,rslave",
            {"type": "bind", "source": "/v", "target": "/x", "read_only": True, "bind": {"propagation": "rslave"}},
        ),
        ("C:\\a:D:\\b:ro", {"type": "bind", "source": "C:\\a", "target": "D:\\b", "read_only": True}),
        ("\\\\.\\pipe\\x:/x", {"type": "bind", "source": "\\\\.\\pipe\\x", "target": "/x"}),
        ("x:/y", {"type": "volume", "target": "x:/y"}),
        ("x:/z:nocopy", {"type": "bind", "source": "x:/z", "target": "nocopy"}),
    ],
)
def test_volumes(text: str, volume: dict[str, Any]) -> None:
    assert parse_volume(text) == volume


def test_one_letter_may_be_the_name_of_a_volume() -> None:
    assert parse_volume("x:/y:ro", ["x"]) == {"type": "volume", "source": "x", "target": "/y", "read_only": True}
    assert parse_volume("c:/y", ["x"]) == {"type": "volume", "target": "c:/y"}


@pytest.mark.parametrize(
    ("text", "reason"), [("", "empty"), ("v1::/x", "empty section"), ("v1:/x:ro:y", "too many colons")]
)
def test_what_is_no_volume(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_volume(text)


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("/x/../y", "/x/../y"),
        ("./x/../y/", "/srv/stack/dir/y"),
        ("..", "/srv/stack"),
        ("~/x", "/home/me/x"),
        ("~x", "/home/mex"),
        ("C:\\x", "C:\\x"),
        ("C:x", "/srv/stack/dir/C:x"),
        ("\\\\server\\share\\x", "\\\\server\\share\\x"),
        ("\\\\server\\share", "/srv/stack/dir/\\\\server\\share"),
    ],
)
def test_sources_of_binds(source: str, path: str) -> None:
    assert bind_source(source, "/srv/stack/dir", "/home/me") == path


def test_without_a_home_the_tilde_stays() -> None:
    assert bind_source("~/x", "/srv/stack", None) == "/srv/stack/~/x"
    assert absolute("a/./b", "/srv/stack") == "/srv/stack/a/b"


def test_env_files() -> None:
    content = b'\xef\xbb\xbfA=1\r\n# no\n\n  B=x=y  \nQ="quoted"\nKNOWN\nUNKNOWN\nA=2\nE=\n'
    assert parse_env_file(content, {"KNOWN": "k"}) == {"A": "2", "B": "x=y  ", "Q": '"quoted"', "KNOWN": "k", "E": ""}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"A B=1", "variable 'A B' contains whitespaces"),
        (b"A =1", "contains whitespaces"),
        (b"=1", "no variable name on line '=1'"),
        (b"A=1\nB=\xff", "invalid utf8 bytes at line 2"),
        (b"A=" + b"x" * 65536, "longer than 64 KiB"),
    ],
)
def test_env_files_that_are_refused(content: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_env_file(content, {})


@pytest.mark.parametrize(
    ("word", "value"),
    [
        *[
            (word, word)
            for word in ("yes", "no", "on", "off", "y", "N", "22:22", "1:30", "190:20:30.15", "tRUE", "nULL")
        ],
        *[
            (word, word)
            for word in ("0o8", "0b2", "._5", "1e400", "1e", "1.2.3", "2024-13-02", "2020-01-01T00:00:00", "_1")
        ],
        *[(word, None) for word in ("", "~", "null", "Null", "NULL")],
        ("true", True),
        ("FALSE", False),
        ("0777", 511),
        ("0o17", 15),
        ("-0b11", -3),
        ("0X1F", 31),
        ("1_000", 1000),
        ("0_7", 7),
        ("+5", 5),
        ("08", 8.0),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("1.", 1.0),
        ("18446744073709551615", 18446744073709551615),
        ("18446744073709551616", 18446744073709551616.0),
        ("2024-1-2", Timestamp("2024-01-02 00:00:00 +0000 UTC")),
        ("2024-01-02T03:04:05.50+01:00", Timestamp("2024-01-02 03:04:05.5 +0100 +0100")),
        ("2024-01-02 3:4:5", Timestamp("2024-01-02 03:04:05 +0000 UTC")),
        ("2024-01-02T03:04:05,5Z", Timestamp("2024-01-02 03:04:05.5 +0000 UTC")),
        ("2024-01-02t03:04:05Z", Timestamp("2024-01-02 03:04:05 +0000 UTC")),
    ],
)
def test_plain_words(word: str, value: Any) -> None:
    assert plain(word) == value
    assert type(plain(word)) is type(value)


@pytest.mark.parametrize(
    ("tag", "text", "value"),
    [
        ("int", "3", 3),
        ("float", "3", 3.0),
        ("str", "3", "3"),
        ("bool", "true", True),
        ("null", "", None),
        ("binary", "aGk=", "hi"),
        ("timestamp", "2020-01-01", Timestamp("2020-01-01 00:00:00 +0000 UTC")),
    ],
)
def test_tagged_scalars(tag: str, text: str, value: Any) -> None:
    assert tagged(f"tag:yaml.org,2002:{tag}", text) == value
    assert tagged("!unknown", text) == text


@pytest.mark.parametrize(
    ("tag", "text"), [("int", "1.0"), ("int", "x"), ("bool", "yes"), ("null", "x"), ("binary", "@")]
)
def test_tags_that_do_not_fit(tag: str, text: str) -> None:
    with pytest.raises(ValueError, match=tag):
        tagged(f"tag:yaml.org,2002:{tag}", text)


def test_times_of_another_parser() -> None:
    zone = datetime.timezone(-datetime.timedelta(hours=7, minutes=30))
    assert timestamp_of(datetime.date(2024, 1, 2)).text == "2024-01-02 00:00:00 +0000 UTC"
    assert (
        timestamp_of(datetime.datetime(2024, 1, 2, 3, 4, 5, 250000, zone)).text == "2024-01-02 03:04:05.25 -0730 -0730"
    )
