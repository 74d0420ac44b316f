# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What hosts have said goes through a filter of the roles, in Ansible itself, whose variables are no plain data."""

from __future__ import annotations

from tests.unit.programs import run

VARIABLES = """
locks:
  - lock: null
    audit:
      - operation: drain
        who: !unsafe "{{ lookup('ansible.builtin.pipe', 'touch trapped') }}"
        since: "2026-01-01T00:00:00Z"
        ended: "2026-01-01T00:01:00Z"
        result: succeeded
        targets: [worker1, worker2]
"""


def test_lists_that_hosts_have_said(tmp_path):
    (tmp_path / "said.yml").write_text(VARIABLES)
    report = "[] | apiary.swarm.status_report({}, [], [], locks)"
    task = ("-m", "ansible.builtin.debug", "-a", f"msg={{{{ ({report}).audit }}}}")
    done = run(tmp_path, "ansible", "localhost", "-i", "localhost,", "-e", "@said.yml", *task)
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"who": "{{ lookup(' in done.stdout
    assert '"worker2"' in done.stdout
    assert not (tmp_path / "trapped").exists()
