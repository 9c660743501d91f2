#!/usr/bin/env bash
# Makes the environment that `make run` and `make test` need, and nothing when it is there already.
# usage: scripts/bootstrap.sh run|test
set -euo pipefail
cd "$(dirname "$0")/.."
purpose=${1:-run}

say() { printf '%s\n' "$*" >&2; }
die() { say "attune: $*"; exit 1; }

# apt_install WHY PACKAGE...: installs Debian packages as root, or says what to install.
apt_install() {
  local why=$1; shift
  command -v apt-get >/dev/null || die "$why: please install: $* (this system has no apt-get)"
  [ "$(id -u)" = 0 ] || die "$why: please run: sudo apt-get install $*"
  say "attune: installing $* ($why)"
  export DEBIAN_FRONTEND=noninteractive
  apt-get install -y -q --no-install-recommends "$@" >/dev/null 2>&1 && return
  apt-get update -q >/dev/null 2>&1 || true
  apt-get install -y -q --no-install-recommends "$@" >/dev/null || die "could not install: $*"
}

find_python() {
  local name
  for name in python3 python3.14 python3.13 python3.12 python3.11; do
    if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
      printf '%s' "$name"; return
    fi
  done
  return 1
}

make_venv() {
  [ -x .venv/bin/python ] && .venv/bin/python -c 'import pip' 2>/dev/null && return
  local python
  python=$(find_python) || { apt_install "Python 3.11 or newer is missing" python3 python3-venv; python=$(find_python); } \
    || die "Python 3.11 or newer is needed; this system has none"
  "$python" -c 'import ensurepip, venv' 2>/dev/null || apt_install "Python has no venv module" python3-venv
  rm -rf .venv
  "$python" -m venv .venv
}

# uv installs the same locked packages several times faster; where it does not run, pip does.
install_packages() {
  local pip=(.venv/bin/python -m pip install -q --disable-pip-version-check)
  if "${pip[@]}" --require-hashes -r requirements-uv.lock 2>/dev/null && .venv/bin/uv --version >/dev/null 2>&1; then
    UV_NATIVE_TLS=${UV_NATIVE_TLS:-true} UV_SYSTEM_CERTS=${UV_SYSTEM_CERTS:-true} .venv/bin/uv pip install -q -p .venv/bin/python --require-hashes --compile-bytecode -r "$1" && return
  fi
  "${pip[@]}" --require-hashes -r "$1"
}

# `attune` in the environment, and this folder on its path; no build step.
link_project() {
  local site
  site=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_paths()["purelib"])')
  pwd >"$site/attune.pth"
  printf '#!/bin/sh\nexec "%s/.venv/bin/python" -m app.cli.main "$@"\n' "$PWD" >.venv/bin/attune
  chmod +x .venv/bin/attune
}

# The lock files carry hashes; a stamp holds what was installed last.
install_locked() {
  local lock=$1 stamp=.venv/.installed-$2 want
  want=$(cat "$lock" | sha256sum | cut -d' ' -f1)
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ] && [ -x .venv/bin/attune ] && return
  say "attune: installing Python packages ($lock)"
  install_packages "$lock"
  link_project
  printf '%s' "$want" >"$stamp"
}

install_servers() {
  local missing=()
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || missing+=(postgresql)
  command -v redis-server >/dev/null || missing+=(redis-server)
  command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
  command -v git >/dev/null || missing+=(git)
  [ ${#missing[@]} -eq 0 ] || apt_install "the tests need them" "${missing[@]}"
}

make_venv
case $purpose in
  run) install_locked requirements.lock run ;;
  test) install_locked requirements-dev.lock test; install_servers ;;
  *) die "usage: scripts/bootstrap.sh run|test" ;;
esac
