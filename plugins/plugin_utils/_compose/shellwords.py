# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Commands given as one string, split as the CLI does (google/shlex).

Python's shlex differs: here a backslash within double quotes escapes any character, and `#` begins a comment wherever a
word could begin.
"""

from __future__ import annotations

_SPACES = " \t\r\n"


def split(command: str) -> list[str]:
    """The words of a command. ValueError where a quote is not closed or nothing follows a backslash."""
    words = []
    position = 0
    while position < len(command):
        if command[position] in _SPACES:
            position += 1
        elif command[position] == "#":
            end = command.find("\n", position)
            position = len(command) if end < 0 else end
        else:
            word, position = _word(command, position)
            words.append(word)
    return words


def _word(command: str, position: int) -> tuple[str, int]:
    """The word that begins at the position, and where it ends."""
    letters = []
    quote: str | None = None
    while position < len(command):
        letter = command[position]
        if quote is None and letter in _SPACES:
            break
        position += 1
        if letter == quote:
            quote = None
        elif letter == "\\" and quote != "'":
            if position == len(command):
                raise ValueError("EOF found after escape character")
            letters.append(command[position])
            position += 1
        elif quote is None and letter in "'\"":
            quote = letter
        else:
            letters.append(letter)
    if quote is not None:
        raise ValueError("EOF found when expecting closing quote")
    return "".join(letters), position
