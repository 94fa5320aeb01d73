# shellcheck shell=bash
# The distribution's packages: which are missing, installing them, fetching sources. Needs report.sh.

# as_root COMMAND...: runs it as root, through sudo where needed.
as_root() {
  if [[ $EUID -eq 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "root is needed to install packages, and there is no sudo: run this as root"
  fi
}

# distribution: prints e.g. "debian-12" or "ubuntu-24.04", or "unknown".
distribution() {
  # shellcheck disable=SC1091
  (. /etc/os-release && printf '%s-%s\n' "$ID" "${VERSION_ID:-rolling}") 2>/dev/null || printf 'unknown\n'
}

# missing_packages NAME...: prints those that are not installed, one per line.
missing_packages() {
  local installed
  # dpkg-query fails when it does not know one of the names; what it does know is still printed.
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null | sed -n 's/^installed //p') || true
  comm -23 <(printf '%s\n' "$@" | sort -u) <(sort -u <<<"$installed")
}

# install_packages NAME...: installs them without asking anything.
install_packages() {
  local quiet=(-q -y -o Dpkg::Use-Pty=0)
  as_root env DEBIAN_FRONTEND=noninteractive apt-get "${quiet[@]}" update >&2 ||
    fail "apt-get update failed (its messages are above): check the network and the package sources under /etc/apt"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get "${quiet[@]}" --no-install-recommends install "$@" >&2 ||
    fail "apt-get could not install: $* (its messages are above; on Ubuntu some are in the component universe)"
}

# private_apt DIR: prepares in DIR an apt set-up of its own that also knows the sources (deb-src) of every archive that
# this system takes packages from, with the same addresses and keys; the system's own set-up stays untouched.
# Afterwards `apt-get "${PRIVATE_APT[@]}" ...` uses it, as root or not.
private_apt() {
  local dir=$1 file
  mkdir -p "$dir/sources.list.d" "$dir/lists/partial" "$dir/cache/archives/partial"
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [[ -r $file ]] || continue
    # One line per archive: "deb [options] address suite component...".
    sed -nE 's/^[[:space:]]*deb([[:space:]].*)$/deb\1\ndeb-src\1/p' "$file" >"$dir/sources.list.d/${file##*/}.list"
  done
  for file in /etc/apt/sources.list.d/*.sources; do
    [[ -r $file ]] || continue
    sed -E 's/^Types:.*$/Types: deb deb-src/I' "$file" >"$dir/sources.list.d/${file##*/}"
  done
  PRIVATE_APT=(
    -q -y
    -o Dir::Etc::SourceList=/dev/null
    -o "Dir::Etc::SourceParts=$dir/sources.list.d"
    -o "Dir::State::Lists=$dir/lists"
    -o "Dir::Cache=$dir/cache"
    -o Acquire::Languages=none
    -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false
    -o Acquire::IndexTargets::deb::CNF::DefaultEnabled=false
    # A user of apt's own has no way into a folder of ours; what it fetches is checked against the signed index either way.
    -o "APT::Sandbox::User=$(id -un)"
  )
  apt-get "${PRIVATE_APT[@]}" update >&2 ||
    fail "apt-get update failed (its messages are above): check the network and the package sources under /etc/apt"
}
