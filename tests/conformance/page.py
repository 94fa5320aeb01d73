#!/usr/bin/env python3
"""docs/conformance.md out of what the runs of the conformance suite left behind.

Usage: page.py SOURCES RESULTS PAGE [--write]

SOURCES is tests/conformance, RESULTS the folder of the runs' files. Without --write nothing is written: exit code 1 and the
difference when PAGE is not what the runs say; 77 (with CI=true 1) when a run is missing, so that only a part could be compared:
for its rows the page's own word is taken. A row is shown green only where its case ran and passed.
"""
import difflib
import os
import pathlib
import re
import sys

COLUMNS = ("sandbox", "kube-apiserver")
FILES = ("sandbox.tsv", "real.tsv", "kubectl.tsv")  # the last: the sandbox, driven by kubectl
HEAD = """# Conformance

What the client relies on, and what a Kubernetes API server does, row by row: the same program against the sandbox and against a
real kube-apiserver (with kube-controller-manager). The runs write this page: `ctest --test-dir build/dev -L conformance`
compares it with what they say, `tests/conformance/page.py` writes it.

✓ ran and passed (in brackets: what of the row that server was not asked for) · **✗** ran and failed · – the row has nothing to
say about that server · *elsewhere*: a part of the client alone, or one that needs a fault: the test named there has it ·
"not covered": no test yet
"""
TICKS = {"ok": "✓", "FAILED": "**✗**", "n/a": "–"}


def read_checklist(path):
    """[(title, [(id, text, where)])]: text and where are "" for rows that this suite runs itself."""
    sections = []
    for line in path.read_text().splitlines():
        if line.startswith("# "):
            sections.append((line[2:], []))
        elif line:
            row = (line.split("\t") + ["", ""])[:3]
            sections[-1][1].append(tuple(row))
    return sections


def case_titles(sources):
    """{id: what the case's name says}, from the sources."""
    titles = {}
    for path in sorted(sources.glob("*_test.cpp")):
        for words in re.findall(r'TEST_CASE\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)', path.read_text()):
            name = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', words)).replace('\\"', '"')
            number, _, text = name.partition(" ")
            if number in titles:
                sys.exit(f"page.py: two cases have the number {number}")
            titles[number] = text
    return titles


def read_run(path):
    """({id: (result, note)}, version), or None when that run left nothing."""
    if not path.exists():
        return None
    rows, version = {}, ""
    for line in path.read_text().splitlines():
        number, result, note = (line.split("\t") + [""])[:3]
        if number == "server":
            version = result
        else:
            rows[number] = (result, note)
    return rows, version


def read_page(path):
    """({id: [cells]}, [heads]) of the page as it is, for the runs that are missing."""
    cells, heads = {}, list(COLUMNS)
    if not path.exists():
        return cells, heads
    for line in path.read_text().splitlines():
        parts = [part.strip() for part in line.strip("|").split(" | ")]
        if line.startswith("| row | "):
            heads = parts[2:]
        elif line.startswith("| ") and len(parts) == 4:
            cells[parts[0]] = parts[2:]
    return cells, heads


def find_elsewhere(tests, where):
    """Fails unless the case that a row names is there: "unit.kube: title"."""
    suite, _, title = where.partition(": ")
    folder = {"unit": tests / "unit" / suite.partition(".")[2]}.get(suite.partition(".")[0], tests / suite)
    for path in folder.rglob("*"):
        if path.suffix not in (".cpp", ".hpp", ".sh", ".py"):
            continue
        joined = re.sub(r'"\s*\n\s*"', "", path.read_text(errors="replace")).replace('\\"', '"')
        if title in joined:
            return
    sys.exit(f"page.py: checklist.tsv names a test that is not there: {where}")


def cell(run, number):
    result, note = run[0].get(number, ("", ""))
    if not result:
        return "not run"
    return TICKS[result] + (f" ({note})" if note else "")


def page(sources, runs, committed):
    old_cells, heads = committed
    for column, name in enumerate(COLUMNS):
        if runs[column]:
            heads[column] = f"{name} {runs[column][1]}"
    sections = read_checklist(sources / "checklist.tsv")
    titles = case_titles(sources)
    listed = {number for _, rows in sections for number, _, _ in rows}
    if set(titles) - listed:
        sys.exit(f"page.py: cases that checklist.tsv does not list: {sorted(set(titles) - listed)}")
    out = HEAD.splitlines()
    for title, rows in sections:
        out += ["", f"## {title}", "", f"| row | what | {heads[0]} | {heads[1]} |", "|---|---|---|---|"]
        for number, text, where in rows:
            if where:
                find_elsewhere(sources.parent, where)
                out.append(f"| {number} | {text} | *elsewhere* | {where.replace('|', '/')} |")
            elif number in titles:
                cells = []
                for column in range(2):
                    run = runs[column]
                    if column == 0 and number.startswith("B"):
                        run = runs[2]
                    cells.append(cell(run, number) if run else old_cells.get(number, ["not run"] * 2)[column])
                out.append(f"| {number} | {titles[number].replace('|', '/')} | {' | '.join(cells)} |")
            else:
                out.append(f"| {number} | {text} | not covered | not covered |")
    return "\n".join(out) + "\n"


def main():
    sources, results, target = map(pathlib.Path, sys.argv[1:4])
    runs = [read_run(results / name) for name in FILES]
    text = page(sources, runs, read_page(target))
    if "--write" in sys.argv:
        target.write_text(text)
        return 0
    difference = list(
        difflib.unified_diff(
            target.read_text().splitlines(), text.splitlines(), str(target), "what the runs say", lineterm=""
        )
    )
    if difference:
        print("\n".join(difference))
        print(f"To write it anew: {' '.join(sys.argv[:4])} --write")
        return 1
    missing = [name for name, run in zip(FILES, runs) if run is None]
    if missing:
        print(f"NOT RUN: {', '.join(missing)}: only the rest of the page was compared")
        return 1 if os.environ.get("CI") == "true" else 77
    return 0


if __name__ == "__main__":
    sys.exit(main())
