# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files on the controller, some of them encrypted by Ansible's own Vault."""

from __future__ import annotations

import base64
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultLib, VaultSecret
from ansible_collections.apiary.swarm.plugins.plugin_utils import _stack_dotenv
from ansible_collections.apiary.swarm.plugins.plugin_utils._compose.load import Source, load
from ansible_collections.apiary.swarm.plugins.plugin_utils._stack_files import ControllerFiles

STACK = """
services:
  web: {image: "web:${TAG}", env_file: service.env, secrets: [key], configs: [page]}
secrets:
  key: {file: key.bin}
configs:
  page: {file: page.html}
"""
CONTENTS = {
    "stack.yml": STACK.encode(),
    "vars.env": b"TAG=1.10\n",
    "service.env": b"PASSWORD=of the service\n",
    "key.bin": b"\x00\xffkey\r\n",
    "page.html": b"<p>\n",
}


def _files(folder: Path, password: str) -> ControllerFiles:
    loader = DataLoader()
    loader.set_basedir(str(folder))
    loader.set_vault_secrets([("default", VaultSecret(password.encode()))])
    action: Any = SimpleNamespace(
        _loader=loader,
        _task=SimpleNamespace(_role=None),
        _find_needle=lambda _kind, path: loader.path_dwim(path),
    )
    return ControllerFiles(action)


def _write(folder: Path, encrypted: tuple[str, ...]) -> None:
    vault = VaultLib([("default", VaultSecret(b"opener"))])
    for name, content in CONTENTS.items():
        (folder / name).write_bytes(vault.encrypt(content) if name in encrypted else content)


@pytest.mark.parametrize("encrypted", [(), *[(name,) for name in CONTENTS], tuple(CONTENTS)], ids=str)
def test_encrypted_files_are_read_as_any_other(tmp_path: Path, encrypted: tuple[str, ...]) -> None:
    _write(tmp_path, encrypted)
    assert [name for name in CONTENTS if (tmp_path / name).read_bytes().startswith(b"$ANSIBLE_VAULT")] == list(
        encrypted
    )
    files = _files(tmp_path, "opener")
    env = _stack_dotenv.parse(files.read(files.find("vars.env")).decode())
    stack = Source("stack.yml", files.read(files.find("stack.yml")).decode())
    model = load([stack], env, files.read, working_dir=str(tmp_path), home=None)
    assert model["services"]["web"]["image"] == "web:1.10"
    assert model["services"]["web"]["environment"] == {"PASSWORD": "of the service"}
    assert base64.b64decode(model["secrets"]["key"]["content"]) == CONTENTS["key.bin"]
    assert base64.b64decode(model["configs"]["page"]["content"]) == CONTENTS["page.html"]


def test_the_clear_text_does_not_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clear = tmp_path / "clear"
    clear.mkdir()
    monkeypatch.setattr("ansible.constants.DEFAULT_LOCAL_TMP", str(clear))
    _write(tmp_path, ("key.bin",))
    assert _files(tmp_path, "opener").read(str(tmp_path / "key.bin")) == CONTENTS["key.bin"]
    assert list(clear.iterdir()) == []


def test_another_password(tmp_path: Path) -> None:
    _write(tmp_path, ("key.bin",))
    with pytest.raises(AnsibleError, match="Decryption failed"):
        _files(tmp_path, "another").read(str(tmp_path / "key.bin"))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    files = _files(tmp_path, "opener")
    with pytest.raises(FileNotFoundError):
        files.read(files.find("nothing.yml"))
