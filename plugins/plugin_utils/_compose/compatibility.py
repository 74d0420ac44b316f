# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where reading a Compose file differs from `docker stack deploy`, all in one table.

`compatibility: cli` keeps the CLI to the letter. By default its plain bugs are not repeated; where that makes a
difference for a file, there is a warning that says so.
"""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Rules:
    """What the CLI does and the default does not. Each is true for the CLI."""

    question_mark_ends_word: bool
    """`[http://x/?y]` without quotes is no YAML."""
    dash_makes_default: bool
    """`${V:?not-set}` is no required variable but one with the default `set`."""
    default_without_braces: bool
    """`$V-suffix` is V with a default, so that the suffix is lost where V is set."""
    later_variable_hides_error: bool
    """An error in a value is forgotten if a variable follows: `${REQUIRED:?}/${OTHER}` is never refused."""
    dots_prevent_casts: bool
    """No variable becomes a number or a boolean in a service whose name has a dot."""
    mode_is_decimal: bool
    """`mode: ${MODE}` with MODE=0444 is the decimal number 444."""
    process_fills_empty: bool
    """A variable set to nothing (`KEY: ""`) takes the value that KEY has where the command runs."""
    letter_is_drive: bool
    """A volume with a name of one letter (`x:/data`) is taken for a Windows drive."""
    number_garbles_host: bool
    """A number without quotes in the place of an address (`extra_hosts: {a: 1}`) becomes `%!s(int=1)`."""
    merge_by_partial_key: bool
    """In a merge, one port of a service is left per published number, whatever the protocol (and one of all that have
    none), and one reference per secret or config, even if they stand in the same file."""
    merge_ignores_empty: bool
    """A later file cannot set a value to false, zero or the empty string."""
    merge_appends_test: bool
    """`healthcheck.test` of a later file is appended to that of an earlier one."""
    merge_loses_options: bool
    """Logging options of a later file are lost where the earlier one had a driver without options."""
    merge_replaces_attachment: bool
    """A later file that names a network of a service removes its aliases, and its own `driver_opts` do not count."""
    oom_score_adj_is_lost: bool
    tmpfs_mode_is_lost: bool
    newer_keys_are_refused: bool
    """Keys of the Compose specification that are younger than version 3 are refused, even where they mean something."""


CLI = Rules(**{field.name: True for field in fields(Rules)})
DEFAULT = Rules(**{field.name: False for field in fields(Rules)})


def rules(compatibility: str) -> Rules:
    """The rules of an option's value, `default` or `cli`."""
    return {"default": DEFAULT, "cli": CLI}[compatibility]
