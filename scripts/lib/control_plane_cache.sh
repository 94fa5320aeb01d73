# shellcheck shell=bash
# Where the built control plane lives.

# The upstream release that the tests are written against. Debian calls it 1.20.5+really1.20.2.
CONTROL_PLANE_RELEASE=1.20.2
CONTROL_PLANE_CACHE=${XDG_CACHE_HOME:-~/.cache}/kaitoctl/control-plane

# built_control_plane: prints the newest finished bin folder of this machine's architecture; fails when there is none.
built_control_plane() {
  local bin found=
  for bin in "$CONTROL_PLANE_CACHE"/*"$CONTROL_PLANE_RELEASE"-*-"$(dpkg --print-architecture)"/bin; do
    [[ -x $bin/kube-apiserver ]] && found=$bin
  done
  [[ -n $found ]] && printf '%s\n' "$found"
}
