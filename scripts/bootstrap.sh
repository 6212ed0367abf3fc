#!/usr/bin/env bash
#===- bootstrap.sh - Everything a build needs, installed once -------------===#
#
# Part of Tilewright, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===-----------------------------------------------------------------------===#
#
# Owns the way from a bare Debian 12 to a machine that can build and test:
# Debian packages of scripts/apt-packages.txt and a virtual environment .venv
# with the packages of python/requirements-dev.txt. Installs what is missing and
# nothing else; quick when nothing is. Options: --check only reports (exit 1
# when something is missing).
#
#===-----------------------------------------------------------------------===#
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
venv=${TILEWRIGHT_VENV:-$root/.venv}
check=0
case "${1:-}" in
  "") ;;
  --check) check=1 ;;
  *) echo "usage: bootstrap.sh [--check]" >&2; exit 2 ;;
esac
say() { echo "bootstrap: $*" >&2; }

missing_apt_packages() {
  local wanted installed
  wanted=$(sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$root/scripts/apt-packages.txt")
  # shellcheck disable=SC2086
  installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' $wanted 2>/dev/null |
              sed -n 's/^installed //p' || true)
  comm -23 <(sort -u <<<"$wanted") <(sort -u <<<"$installed") | tr '\n' ' '
}

install_apt_packages() {
  if ! command -v dpkg-query >/dev/null; then
    say "this machine has no dpkg; provide the equivalents of these Debian 12" \
        "packages and set TILEWRIGHT_SKIP_APT=1:"
    sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$root/scripts/apt-packages.txt" >&2
    exit 1
  fi
  local missing
  missing=$(missing_apt_packages)
  [ -n "${missing// /}" ] || return 0
  if [ $check = 1 ]; then
    say "missing Debian packages: $missing"
    return 1
  fi
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    say "missing Debian packages, and only root can install them. Run as root:"
    say "  apt-get update && apt-get install -y --no-install-recommends $missing"
    exit 1
  fi
  say "installing Debian packages: $missing"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq || say "apt-get update failed; trying with the lists at hand"
  # shellcheck disable=SC2086
  if ! apt-get install -y -qq --no-install-recommends $missing </dev/null >&2; then
    say "apt-get could not install them. LLVM 22 comes from the security archive" \
        "of Debian 12 (bookworm-security): is it among the apt sources?"
    exit 1
  fi
}

# The stamp is keyed on the requirement lists and the interpreter, so a changed
# list reinstalls and a venv made by hand is adopted after one quick pip run.
requirements_key() {
  cat "$root"/python/requirements*.txt <("$1" --version 2>&1) | sha256sum | cut -d' ' -f1
}

find_python() {
  local candidate
  for candidate in "${TILEWRIGHT_PYTHON:-}" python3 python3.11 python3.12 python3.13; do
    if [ -n "$candidate" ] && command -v "$candidate" >/dev/null &&
       "$candidate" -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
    then
      echo "$candidate"
      return
    fi
  done
  say "no Python 3.11 or newer with the venv module found; set TILEWRIGHT_PYTHON"
  exit 1
}

install_python_packages() {
  local stamp=$venv/.tilewright-requirements
  if [ -x "$venv/bin/python" ] && [ -f "$stamp" ] &&
     [ "$(cat "$stamp")" = "$(requirements_key "$venv/bin/python")" ]; then
    return 0
  fi
  if [ $check = 1 ]; then
    say "the Python packages in $venv are missing or out of date"
    return 1
  fi
  if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
    local python
    python=$(find_python)
    say "making the virtual environment $venv with $("$python" --version)"
    "$python" -m venv "$venv"
  fi
  say "installing Python packages (first time: a few minutes)"
  if ! "$venv/bin/python" -m pip install -q --disable-pip-version-check --no-input \
         -r "$root/python/requirements-dev.txt" </dev/null >&2; then
    say "pip could not install python/requirements-dev.txt into $venv"
    exit 1
  fi
  requirements_key "$venv/bin/python" > "$stamp"
}

failed=0
if [ "${TILEWRIGHT_SKIP_APT:-0}" != 1 ]; then
  install_apt_packages || failed=1
fi
install_python_packages || failed=1
exit $failed
