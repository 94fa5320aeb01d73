#!/bin/bash
# Usage: tests/lint/tidy.sh ROOT BUILD
#
# clang-tidy over every source of ours, as .clang-tidy has it, with the compile commands of BUILD. Most of its time goes
# into headers, so sources are looked at in bunches of one folder, as one translation unit. A bunch that is not clean, or
# whose sources cannot stand in one unit, is halved, down to single sources, whose verdict counts. A bunch whose text,
# headers, macros and settings were found clean before, in whichever checkout, is not looked at again: its key is kept in
# ${XDG_CACHE_HOME:-~/.cache}/kaitoctl/tidy.
set -euo pipefail
script=$(realpath "$0")
root=$(cd "$1" && pwd)
build=$(cd "$2" && pwd)
cd "$root"
tidy=$(command -v clang-tidy-14 || command -v clang-tidy)
work=$build/tidy
clean=${XDG_CACHE_HOME:-$HOME/.cache}/kaitoctl/tidy
mkdir -p "$clean" "$work/units"
find "$clean" -type f -mtime +30 -delete
bunch_size=8

# One key for all headers and settings: a changed header checks everything again, which is slow and right.
common=$( ("$tidy" --version; cat .clang-tidy "$script"; dpkg-query -W 'libboost1*-dev' libfmt-dev libcli11-dev libssl-dev
  find include lib tools -name '*.hpp' -print0 | sort -z | xargs -0 sha256sum) | sha256sum | cut -c1-32)

# Compile commands that clang takes (g++'s precompiled header is none for it), for the sources and for the bunches.
python3 - "$build" "$work" "$bunch_size" <<'PY'
import collections, json, os, re, sys
build, work, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
root = os.getcwd()
entries, folders = [], collections.defaultdict(list)
os.makedirs(os.path.join(work, "macros"), exist_ok=True)
for entry in json.load(open(os.path.join(build, "compile_commands.json"))):
    name = os.path.relpath(entry["file"], root)
    if not re.match(r"(lib|tools)/.*\.cpp$", name):
        continue
    command = re.sub(r"-include \S+cmake_pch\S+|-Winvalid-pch|-fpch-preprocess|^.*?ccache ", "", entry["command"])
    entries.append({"directory": entry["directory"], "file": entry["file"], "command": command})
    # The macros of a command decide what can stand together.
    folders[(os.path.dirname(name), " ".join(re.findall(r"-D\S+", command)))].append(entries[-1])
def note_macros(file, command):
    """What of its command decides a unit's meaning, without the checkout's place."""
    words = re.findall(r"-(?:D|std=|f)\S+", command)
    name = os.path.relpath(file, root).replace("/", "_")
    open(os.path.join(work, "macros", name), "w").write(" ".join(words).replace(root, "") + "\n")
def units(folder, members):
    """Writes the unit of these sources and those of its halves; gives the lines of the table, the whole first."""
    if len(members) == 1:
        note_macros(members[0]["file"], members[0]["command"])
        return [members[0]["file"]]
    names = "_".join(os.path.basename(entry["file"])[:-4] for entry in members[:: len(members) - 1])
    unit = os.path.join(work, "units", f"{folder.replace('/', '_')}__{names}_{len(members)}.cpp")
    text = "".join(f'#include "{entry["file"]}"\n' for entry in members)
    if not os.path.exists(unit) or open(unit).read() != text:
        open(unit, "w").write(text)
    entries.append({**members[0], "file": unit, "command": members[0]["command"].replace(members[0]["file"], unit)})
    note_macros(unit, members[0]["command"])
    half = len(members) // 2
    table[unit] = [units(folder, members[:half])[0], units(folder, members[half:])[0]]
    return [unit]
bunches, table = [], {}
for (folder, _), members in sorted(folders.items()):
    members.sort(key=lambda entry: entry["file"])
    for start in range(0, len(members), size):
        bunches += units(folder, members[start:start + size])
os.makedirs(os.path.join(work, "halves"), exist_ok=True)
for unit, halves in table.items():
    open(os.path.join(work, "halves", os.path.basename(unit)), "w").write("".join(half + "\n" for half in halves))
json.dump(entries, open(os.path.join(work, "compile_commands.json"), "w"))
open(os.path.join(work, "bunches"), "w").write("".join(bunch + "\n" for bunch in bunches))
PY

look_at() {
  "$tidy" -p "$work" --quiet --extra-arg=-Wno-unknown-warning-option --extra-arg=-Wno-everything \
    --header-filter='/(include/kaito|lib|tools)/.*\.(hpp|cpp)$' "$1" 2>&1
}
# sources_of UNIT: what it is made of, by name in the checkout.
sources_of() {
  if [[ $1 == "$work"/units/* ]]; then sed -E 's/#include "(.*)"/\1/' "$1"; else echo "$1"; fi | sed "s|^$root/||"
}
# check UNIT: a unit of several sources, or a source.
check() {
  local unit=$1 halves=$work/halves/${1##*/} macros=${1#"$root"/} key answer half
  [[ $unit == "$work"/units/* ]] || halves=
  key=$( (echo "$common"; cat "$work/macros/${macros//\//_}"; sources_of "$unit" | xargs sha256sum) | sha256sum | cut -c1-32)
  [[ -e $clean/$key ]] && return
  if ! answer=$(look_at "$unit"); then
    if [[ -z $halves ]]; then
      printf '%s\n' "$answer" | grep -v ' generated\.$' >&2
      return 1
    fi
    local failed=0
    while IFS= read -r half; do
      check "$half" || failed=1
    done <"$halves"
    [[ $failed -eq 0 ]] || return 1
  fi
  touch "$clean/$key"
}
export -f look_at sources_of check
export tidy work clean common root
xargs -a "$work/bunches" -d '\n' -n1 -P"$(nproc)" bash -c 'check "$1"' check
echo "tidy: clean"
