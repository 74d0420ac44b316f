# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every role promises: the same defaults in the two places that state them, and a page that explains it."""

from __future__ import annotations

from tests.tools import cores
from tests.unit.meta.project import ROLES, hold, load, text_of


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


def test_there_is_something_to_compare():
    assert any(options(role) and defaults(role) for role in ROLES)


def test_defaults_are_those_that_the_specifications_state():
    def wrong(role):
        for entry, name, option in options(role):
            stated, real = option.get("default"), defaults(role).get(name)
            if (type(stated), stated) != (type(real), real):
                yield f"{name} of {entry} is {real!r}, and the specification states {stated!r}"

    hold(ROLES, wrong)


def test_every_default_is_an_option_of_an_entry_point():
    def wrong(role):
        known = {name for _entry, name, _option in options(role)}
        return [f"{name} is no option" for name in defaults(role) if name not in known]

    hold(ROLES, wrong)


def test_what_is_required_has_no_default():
    def wrong(role):
        for _entry, name, option in options(role):
            if option.get("required") and name in defaults(role):
                yield f"{name} is required and has a default"

    hold(ROLES, wrong)


def test_every_entry_point_is_described_and_has_its_tasks():
    def wrong(role):
        for entry, specification in entry_points(role).items():
            if not (role / "tasks" / f"{entry}.yml").is_file():
                yield f"{entry} has no tasks"
            if not specification.get("short_description"):
                yield f"{entry} is not described"

    hold(ROLES, wrong)


def test_options_are_named_after_the_role():
    def wrong(role):
        return [f"{name}" for _entry, name, _option in options(role) if not name.startswith(f"{role.name}_")]

    hold(ROLES, wrong)


def test_roles_have_a_page():
    def wrong(role):
        return [] if f"apiary.swarm.{role.name}" in text_of(role / "README.md") else ["its page does not name it"]

    hold(ROLES, wrong)


def test_roles_state_the_oldest_core():
    def wrong(role):
        stated = load(role / "meta" / "main.yml")["galaxy_info"]["min_ansible_version"]
        if stated != cores.OLDEST.version:
            yield f"states {stated}"

    hold(ROLES, wrong)
