# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The swarm directory of an Engine as one file, and back."""

from __future__ import annotations

import glob
import gzip
import hashlib
import os
import shutil
import tarfile
import tempfile
from typing import IO, cast

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.errors import SwarmError

NAME = "swarm"  # the directory, below the Engine's own, and in the archive
PREFIX = "apiary-swarm-archive-"
# Of the raft log, which is encrypted, nothing gets smaller; the zeros at its end do at any level.
_LEVEL = 1
_CHUNK = 1 << 20


class _Counted:
    """A file that is only written to: how much it was, and its checksum."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.size = 0
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.size += len(data)
        self.digest.update(data)
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()


def new_file(directory: str) -> str:
    """An empty file that only root can read. What interrupted runs have left there is removed."""
    try:
        for old in glob.glob(os.path.join(glob.escape(directory), PREFIX + "*")):
            os.remove(old)
        descriptor, path = tempfile.mkstemp(prefix=PREFIX, suffix=".tar.gz", dir=directory)
    except OSError as problem:
        raise SwarmError(
            f"No file can be made in {directory}: {problem.strerror}. Nothing was changed.",
            "Name another directory of the node.",
        ) from problem
    os.close(descriptor)
    return path


def pack(root: str, path: str) -> tuple[int, str]:
    """Write the swarm directory of the Engine at `root` to the file; its size and SHA-256."""
    try:
        with open(path, "wb") as file:
            counted = _Counted(file)
            stream = cast(IO[bytes], counted)
            packed = gzip.GzipFile(fileobj=stream, mode="wb", compresslevel=_LEVEL, mtime=0)
            with packed, tarfile.open(fileobj=packed, mode="w|") as archive:
                archive.add(os.path.join(root, NAME), arcname=NAME)
            file.flush()
            os.fsync(file.fileno())
    except (OSError, tarfile.TarError) as problem:
        words = getattr(problem, "strerror", None) or str(problem)
        raise SwarmError(f"The archive cannot be written to {path}: {words}.", "Make room, and run again.") from problem
    return counted.size, counted.digest.hexdigest()


def unpack(path: str, sha256: str, target: str) -> None:
    """Put the swarm directory of the archive at `target`, which is not there. A file that is not the one that was
    written, or holds anything else, is refused before anything is written."""
    if _checksum(path) != sha256:
        raise SwarmError(
            f"{path} is not the file that was archived: its SHA-256 is another one. Nothing was changed.",
            "It may be truncated. Take another backup.",
        )
    parent = os.path.dirname(target)
    place = tempfile.mkdtemp(prefix=".apiary-swarm-", dir=parent)
    try:
        with tarfile.open(path, "r:gz") as archive:
            # It is known to be our own, so owners and modes are taken as they are; the default of newer Pythons is to
            # change them.
            archive.extraction_filter = lambda member, _path: member
            members = archive.getmembers()
            foreign = [member.name for member in members if not _is_own(member)]
            if foreign or not members:
                raise SwarmError(f"{path} is no archive of a swarm: it holds {foreign[:3]}. Nothing was changed.")
            archive.extractall(place, members, numeric_owner=True)
        os.rename(os.path.join(place, NAME), target)
    except (OSError, EOFError, tarfile.TarError) as problem:
        raise SwarmError(f"{path} cannot be unpacked: {problem}. Nothing was changed.") from problem
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _is_own(member: tarfile.TarInfo) -> bool:
    parts = member.name.split("/")
    return parts[0] == NAME and ".." not in parts and (member.isdir() or member.isreg())


def _checksum(path: str) -> str:
    digest = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            for chunk in iter(lambda: file.read(_CHUNK), b""):
                digest.update(chunk)
    except OSError as problem:
        raise SwarmError(f"{path} cannot be read: {problem.strerror}. Nothing was changed.") from problem
    return digest.hexdigest()


def remove(path: str) -> None:
    """A file or a directory; what is gone already is as good."""
    if os.path.isdir(path):
        shutil.rmtree(path, ignore_errors=True)
    elif os.path.exists(path):
        os.remove(path)
