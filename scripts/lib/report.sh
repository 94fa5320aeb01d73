# shellcheck shell=bash
# What a script says to the person who runs it: progress and errors, both on stderr, so that stdout stays for results.

# say TEXT...: one line of progress.
say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

# fail TEXT...: one line of error, then exit code 1.
fail() {
  printf '%s: error: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# usage_error TEXT...: one line of error that points at --help, then exit code 2.
usage_error() {
  printf '%s: error: %s (see --help)\n' "${0##*/}" "$*" >&2
  exit 2
}

# print_help FILE: the comment block at the head of a script, which is its help text.
print_help() { awk 'NR > 1 { if (!/^#/ || /^# shellcheck/) exit; sub(/^# ?/, ""); print }' "$1"; }
