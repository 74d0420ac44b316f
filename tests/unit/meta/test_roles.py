# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every role promises: the same defaults in the two places that state them, and a page that explains it."""

from __future__ import annotations

import pytest

from tests.unit.meta.project import ROLES, load


def entry_points(role):
    return load(role / "meta" / "argument_specs.yml")["argument_specs"]


def options(role):
    """Each option of each entry point, as (entry point, name, specification)."""
    return [
        (entry, name, option)
        for entry, specification in entry_points(role).items()
        for name, option in specification.get("options", {}).items()
    ]


def defaults(role):
    file = role / "defaults" / "main.yml"
    return (load(file) or {}) if file.is_file() else {}


def role_name(role):
    return role.name


def test_there_is_something_to_compare():
    assert any(options(role) and defaults(role) for role in ROLES)


@pytest.mark.parametrize("role", ROLES, ids=role_name)
def test_defaults_are_those_that_the_specification_states(role):
    stated = {(entry, name): option.get("default") for entry, name, option in options(role)}
    real = {(entry, name): defaults(role).get(name) for entry, name in stated}
    assert real == stated


@pytest.mark.parametrize("role", ROLES, ids=role_name)
def test_every_default_is_an_option_of_an_entry_point(role):
    assert set(defaults(role)) <= {name for _entry, name, _option in options(role)}


@pytest.mark.parametrize("role", ROLES, ids=role_name)
def test_what_is_required_has_no_default(role):
    required = {name for _entry, name, option in options(role) if option.get("required")}
    assert required.isdisjoint(defaults(role))


@pytest.mark.parametrize("role", ROLES, ids=role_name)
def test_every_entry_point_is_described_and_has_its_tasks(role):
    assert set(entry_points(role)) == {
        entry for entry in entry_points(role) if (role / "tasks" / f"{entry}.yml").is_file()
    }
    assert all(specification.get("short_description") for specification in entry_points(role).values())


@pytest.mark.parametrize("role", ROLES, ids=role_name)
def test_options_are_named_after_the_role(role):
    assert [name for _entry, name, _option in options(role) if not name.startswith(f"{role.name}_")] == []


@pytest.mark.parametrize("role", ROLES, ids=role_name)
def test_a_role_has_a_page(role):
    assert f"apiary.swarm.{role.name}" in (role / "README.md").read_text(encoding="utf-8")
