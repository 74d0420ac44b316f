# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of variables."""

from __future__ import annotations

import pytest
from ansible_collections.apiary.swarm.plugins.plugin_utils._stack_dotenv import parse


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        ("A=1\n\n# comment\nB = two words  # comment\n", {"A": "1", "B": "two words"}),
        ("export A=1", {"A": "1"}),
        ("A=", {"A": ""}),
        ("A=x#y", {"A": "x#y"}),
        ("A= # nothing", {"A": ""}),
        ("A='$x \\n #'  # comment", {"A": "$x \\n #"}),
        ('A="say \\"hi\\"\\n\\$x"', {"A": 'say "hi"\n$x'}),
        ("A=1\nA=2", {"A": "2"}),
        ("\ufeffA=ü=", {"A": "ü="}),
    ],
)
def test_variables(text, variables):
    assert parse(text) == variables


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A=1\nhunter2", "line 2 is not of the form KEY=value"),
        ("1A=x", "line 1 is not of the form KEY=value"),
        ("A='x", "line 1: text behind a quoted value, or a quote that is not closed"),
        ('A="x" y', "line 1: text behind a quoted value, or a quote that is not closed"),
    ],
)
def test_what_is_no_variable_is_an_error_that_does_not_show_it(text, message):
    with pytest.raises(ValueError, match=r"^line \d") as error:
        parse(text)
    assert str(error.value) == message
