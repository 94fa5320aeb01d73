#!/usr/bin/env python3
"""Refuses an #include that the table of components (cmake/Components.cmake) does not allow.

Also: third-party headers outside the component that wraps them, file names that say nothing, and files that grew
past what one can hold in the head.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1])
SOURCE_LINES = 800
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}
# Prefix of an include in <> -> where it may stand, as (path prefix, suffix) pairs.
THIRD_PARTY = {
    "boost/json/fwd.hpp": [("include/", ""), ("lib/", ""), ("tools/", ""), ("tests/", "")],
    "boost/json": [("lib/", ""), ("tools/", ""), ("tests/", "")],
    "boost/asio": [("lib/net/", ""), ("tests/", "")],
    "boost/beast": [("lib/net/", ""), ("tests/", "")],
    "openssl/": [("lib/net/", ""), ("tests/", "")],
    "zlib.h": [("lib/net/", "")],
    "yaml.h": [("lib/json/", "")],
    "CLI/": [("tools/kaitoctl/command_line.cpp", "")],
    "histedit.h": [("tools/kaitoctl/ui/", ".cpp")],
    "fmt/": [("lib/", ".cpp"), ("tools/", ".cpp"), ("tests/", ".cpp")],
    "tl/": [("include/kaito/base/result.hpp", "")],
    "doctest/": [("tests/", "")],
}


def components():
    """name -> what it may include, itself among them, transitively."""
    text = (ROOT / "cmake/Components.cmake").read_text()
    direct = {}
    for name, uses in re.findall(r'^\s*"([a-z0-9]+):([a-z0-9 ]*)"', text, re.M):
        direct[name] = uses.split()
        for use in direct[name]:
            if use not in direct:
                sys.exit(f"cmake/Components.cmake: {name} uses {use}, which stands above it")
    return {name: {name, *uses} for name, uses in direct.items()}


def owner(path):
    """The component that a file belongs to, or None for tools and tests."""
    parts = path.parts
    if parts[0] == "include":
        return parts[2]
    if parts[0] == "lib":
        return parts[1]
    if parts[:2] == ("tests", "unit"):
        return parts[2]
    return None


def problems(path, allowed):
    text = (ROOT / path).read_text()
    component = owner(path)
    lines = text.count("\n")
    if lines > SOURCE_LINES:
        yield f"{path}: {lines} lines; more than {SOURCE_LINES} is two files"
    if path.stem in FORBIDDEN_NAMES or path.parent.name in FORBIDDEN_NAMES:
        yield f"{path}: the name says nothing; name the thing"
    for number, line in enumerate(text.splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)', line)
        if not match:
            continue
        include = match.group(2)
        if include.startswith("kaito/") and component:
            target = include.split("/")[1]
            if target not in allowed.get(component, set()):
                yield f"{path}:{number}: {component} may not include {target} (cmake/Components.cmake)"
        for prefix, places in THIRD_PARTY.items():
            if include.startswith(prefix):
                if not any(str(path).startswith(p) and str(path).endswith(s) for p, s in places):
                    yield f"{path}:{number}: {include} does not belong here"
                break


def main():
    allowed = components()
    found = []
    for folder in ("include", "lib", "tools", "tests"):
        for file in sorted((ROOT / folder).rglob("*")):
            if file.suffix in (".hpp", ".cpp", ".h"):
                found += problems(file.relative_to(ROOT), allowed)
    print("\n".join(found) if found else "layers: clean")
    return 1 if found else 0


sys.exit(main())
