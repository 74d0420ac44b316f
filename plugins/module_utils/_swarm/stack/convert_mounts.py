# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a service's volume of the model to a mount. ValueError for what it cannot mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.apiary.swarm.plugins.module_utils._swarm.stack.scope import Scope, filled, present

Spec = dict[str, Any]
Volume = Mapping[str, Any]

# Which block of options each type may have.
_BLOCKS: Mapping[str, tuple[str, ...]] = {
    "volume": ("volume",),
    "bind": ("bind",),
    "tmpfs": ("tmpfs",),
    "npipe": ("bind",),
    "cluster": ("cluster",),
    "image": ("image",),
}
_ALL_BLOCKS = ("bind", "volume", "tmpfs", "cluster", "image")


def convert_mount(wish: Volume, volumes: Mapping[str, Any], scope: Scope) -> Spec:
    """`volumes` are the top-level ones of the model."""
    kind = wish.get("type") or "volume"
    source = wish.get("source") or ""
    if kind not in _BLOCKS:
        raise ValueError(f"volume type must be volume, bind, tmpfs, npipe, image, or cluster, not {kind}")
    if kind == "tmpfs" and source:
        raise ValueError(f"invalid tmpfs source, source must be empty, not {source}")
    if kind not in ("tmpfs", "volume") and not source:
        raise ValueError(f"invalid {kind} source, source cannot be empty")
    for block in _ALL_BLOCKS:
        if block in wish and block not in _BLOCKS[kind]:
            raise ValueError(f"{block} options are incompatible with type {kind}")
    mount = filled(
        Type=wish.get("type"),
        Source=source,
        Target=wish.get("target"),
        ReadOnly=wish.get("read_only"),
        Consistency=wish.get("consistency"),
    )
    options = {"volume": _volume, "cluster": _cluster}
    return {**mount, **(options[kind](wish, volumes, scope) if kind in options else _own_options(wish))}


def _own_options(wish: Volume) -> Spec:
    """Options that stand for themselves. A block that is there without an option in it is sent."""
    bind, tmpfs, image = wish.get("bind"), wish.get("tmpfs"), wish.get("image")
    return present(
        BindOptions=None if bind is None else filled(Propagation=bind.get("propagation")),
        TmpfsOptions=None if tmpfs is None else filled(SizeBytes=tmpfs.get("size"), Mode=tmpfs.get("mode")),
        ImageOptions=None if image is None else filled(Subpath=image.get("subpath")),
    )


def _volume(wish: Volume, volumes: Mapping[str, Any], scope: Scope) -> Spec:
    source = wish.get("source")
    if not source:
        return {}  # anonymous: options would have nothing to apply to
    volume = _declared(source, volumes)
    block = wish.get("volume") or {}
    options = filled(NoCopy=block.get("nocopy"), Subpath=block.get("subpath"))
    if not volume.get("external"):
        options["Labels"] = scope.labels(volume.get("labels"))
        if volume.get("driver") or "driver_opts" in volume:
            options["DriverConfig"] = filled(Name=volume.get("driver"), Options=volume.get("driver_opts"))
    return {"Source": scope.name(source, volume), "VolumeOptions": options}


def _cluster(wish: Volume, volumes: Mapping[str, Any], scope: Scope) -> Spec:
    source = wish["source"]
    if source.startswith("group:"):  # any volume of the group, which is not the stack's
        return {"ClusterOptions": {}}
    return {"Source": scope.name(source, _declared(source, volumes)), "ClusterOptions": {}}


def _declared(name: str, volumes: Mapping[str, Any]) -> Mapping[str, Any]:
    if name not in volumes:
        raise ValueError(f'undefined volume "{name}"')
    volume: Mapping[str, Any] = volumes[name]
    return volume
