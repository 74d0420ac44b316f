#!/bin/sh
# Copyright: (c) 2026, the apiary.swarm contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# ansible-core 2.22.0rc1 (2.21.5 does not do this)
#
# Guess before it was run: values in a vaulted file of variables are masked in output where they are passwords; a number
# such as `replicas: 3` stays, or at least what `ansible-inventory --list` prints stays JSON, because programs read it.
#
# Seen: every scalar of the vaulted file is searched for in everything that is printed, numbers of one digit too.
# `ansible-inventory --list` prints `"replicas": $REDACTED$` without quotes and `"ansible_port": 22$REDACTED$` for a port
# that is in no vaulted file: the output is no JSON any more. With `--output FILE` the same command writes the values in
# clear, and valid JSON. In a play the digit is masked in names of hosts and in the counts of the recap.
#
# Needs Python 3.13 or newer. Exits with 0 if it is still so, with 1 if the behaviour has changed.
set -eu
python=${PYTHON:-python3.13}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

mkdir -p hosts/group_vars
cat > hosts/hosts.yml <<'YAML'
all: {hosts: {web1: {ansible_port: 2233}, web3: {}}}
YAML
cat > hosts/group_vars/all.yml <<'YAML'
replicas: 3
db_password: kD8-zx93-plum
YAML
cat > play.yml <<'YAML'
- hosts: all
  gather_facts: false
  tasks:
    - {ansible.builtin.debug: {msg: one}}
    - {ansible.builtin.debug: {msg: two}}
    - {ansible.builtin.debug: {msg: "replicas are {{ replicas | type_debug }}"}}
YAML
echo a-password-for-this-vault > vault

export ANSIBLE_NOCOLOR=1 ANSIBLE_HOME="$work/home" ANSIBLE_VAULT_PASSWORD_FILE="$work/vault" LC_ALL=C.UTF-8
is_json() { "$python" -m json.tool "$1" >/dev/null 2>&1 && echo JSON || echo "no JSON"; }
for version in 2.21.5 2.22.0rc1; do
  "$python" -m venv "$work/$version"
  "$work/$version/bin/pip" --quiet --disable-pip-version-check install "ansible-core==$version"
  bin="$work/$version/bin"
  grep -q ANSIBLE_VAULT hosts/group_vars/all.yml || "$bin/ansible-vault" encrypt hosts/group_vars/all.yml >/dev/null
  "$bin/ansible-inventory" -i hosts/hosts.yml --list > "printed-$version"
  "$bin/ansible-inventory" -i hosts/hosts.yml --list --output "written-$version"
  "$bin/ansible-playbook" -i hosts/hosts.yml play.yml > "play-$version"
  echo "ansible-core $version: printed $(is_json "printed-$version"), written $(is_json "written-$version")"
  grep -E 'ansible_port|replicas|web.*\{' "printed-$version"
  sed -n '/RECAP/,$p' "play-$version"
done

fail() { echo "changed: $1" >&2; exit 1; }
[ "$(is_json printed-2.21.5)" = JSON ] || fail "2.21.5 prints no JSON"
[ "$(is_json written-2.22.0rc1)" = JSON ] || fail "2.22.0rc1 writes no JSON"
[ "$(is_json printed-2.22.0rc1)" = "no JSON" ] || fail "2.22.0rc1 prints JSON"
# shellcheck disable=SC2016
grep -qF '"ansible_port": 22$REDACTED$' printed-2.22.0rc1 || fail "the port is not masked"
# shellcheck disable=SC2016
grep -qE '^web\$REDACTED\$ .*ok=\$REDACTED\$ ' play-2.22.0rc1 || fail "the recap is not masked"
echo "as described"
