# SPDX-License-Identifier: GPL-3.0-or-later
# Shared by run and test: installs what is missing and says why.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '== %s\n' "$*"; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# packages_of PART...: package names of the parts of packages.txt ("build", "test")
packages_of() {
  local part=build name wanted=" $* "
  while read -r name rest; do
    case "$name $rest" in
      "# -- build"*) part=build ;;
      "# -- test"*) part=test ;;
      "#"*|" ") ;;
      *) if [[ $wanted == *" $part "* ]]; then printf '%s\n' "$name"; fi ;;
    esac
  done < "$root/installer/packages.txt"
}

# install_missing PART...: installs the packages that are not there yet, as root or through sudo
install_missing() {
  local missing=() name
  command -v dpkg-query >/dev/null || die "this is not a Debian system; install what installer/packages.txt lists, then build with: cmake --preset release && cmake --build --preset release"
  while read -r name; do
    [[ $(dpkg-query -W -f='${Status}' "$name" 2>/dev/null) == "install ok installed" ]] || missing+=("$name")
  done < <(packages_of "$@")
  if [[ ${#missing[@]} -eq 0 ]]; then
    say "every Debian package that is needed is installed"
    return
  fi
  say "installing ${#missing[@]} Debian packages:"
  for name in "${missing[@]}"; do
    printf '   %s\n' "$(grep -m1 "^$name " "$root/installer/packages.txt")"
  done
  local as_root=()
  if [[ $(id -u) -ne 0 ]]; then
    command -v sudo >/dev/null || die "packages must be installed as root: run  apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
  "${as_root[@]}" bash -c "$(declare -f install_quietly service_units); install_quietly \"\$@\"" install "${missing[@]}"
}

# service_units: the service units that this system has, one a line
service_units() {
  { find /lib/systemd/system /usr/lib/systemd/system /etc/init.d -maxdepth 1 \( -name '*.service' -o -path '/etc/init.d/*' \) \
      -printf '%f\n' 2>/dev/null || true; } | sort -u
}

# install_quietly PACKAGE...: as root. Some packages bring a server, which only tests start, on a port of their own: no
# service is started (policy-rc.d says so for the time of the installation, unless the system has one of its own), and
# what was not there before is not enabled for the next start of the computer either.
install_quietly() {
  set -euo pipefail
  local policy=/usr/sbin/policy-rc.d before unit
  before=$(service_units)
  if [[ ! -e $policy && ! -L $policy ]]; then
    trap "rm -f $policy" EXIT INT TERM HUP
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
  fi
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
  for unit in $(comm -13 <(printf '%s\n' "$before") <(service_units)); do
    if [[ $unit == *.service ]]; then
      if command -v systemctl >/dev/null; then systemctl disable --quiet "$unit" 2>/dev/null || true; fi
    elif command -v update-rc.d >/dev/null; then
      update-rc.d "$unit" disable >/dev/null 2>&1 || true
    fi
  done
}

# build PRESET [TARGET...]
build() {
  local preset=$1; shift
  say "building ($preset)"
  (cd "$root" && cmake --preset "$preset" >"$root/build/$preset.configure.log" 2>&1) || { cat "$root/build/$preset.configure.log"; die "the configuration failed"; }
  local targets=()
  [[ $# -eq 0 ]] || targets=(--target "$@")
  (cd "$root" && cmake --build --preset "$preset" "${targets[@]}" -- --quiet)
}
mkdir -p "$root/build"
