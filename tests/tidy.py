#!/usr/bin/env python3
"""House rules that no compiler checks. Run by ctest; prints `file:line: rule` per breach.

usage: tidy.py FOLDER     (the folder that holds base/, event/, ...: server/)
"""
import pathlib
import re
import sys

LINE_MAX, FUNCTION_MAX, FILE_MAX = 100, 70, 300

CORE = {"base", "event", "providers", "correlation", "store"}

# Folder -> what it may include besides itself and the standard: folders, or single headers of
# another folder, by which the two sides of a seam meet. The arrows of server/README.md.
MAY_INCLUDE = {
    "base": set(),
    "event": {"base"},
    "providers": {"base", "event"},
    "correlation": {"base", "event"},
    "store": {"base", "event", "correlation"},
    "net": {"base"},
    "commit": {"base", "event", "store"},
    "ingress": {"base", "event", "providers", "store", "net", "commit"},
    "dispatch": {"base", "event", "store", "net", "commit", "sinks/settings.hpp",
                 "sinks/make_sink.hpp"},
    "sinks": {"base", "event", "net", "providers/provider.hpp", "store/settings.hpp",
              "dispatch/sink.hpp"},
    "admin": {"base", "event", "store", "net", "commit", "ingress/stats.hpp",
              "dispatch/dispatcher.hpp"},
    "config": {"base", "event", "providers", "net", "admin/settings.hpp", "ingress/settings.hpp",
               "sinks/settings.hpp", "store/settings.hpp"},
    "commands": {"base", "event", "providers", "net", "config", "app.hpp"},
}

SYSTEM_INCLUDES = [  # (pattern, the folders it is forbidden in, rule)
    (r"boost/(asio|beast)", CORE, "the core knows no network: no Asio, no Beast"),
    (r"(thread|mutex|shared_mutex|condition_variable|future|stop_token|semaphore|latch|barrier)$",
     CORE, "the core knows no threads"),
]

SQL = re.compile(r'"\s*(SELECT\s|INSERT\s+(OR|INTO)\s|CREATE\s+(TABLE|INDEX)\s|DELETE\s+FROM\s'
                 r'|PRAGMA\s)', re.IGNORECASE)

CLOSURE = r"\[[^\]\s][^\]]*\]\s*[({]"  # [x](..  a closure that captures
BRACES = r"[(,]\s*(?:[\w:]+)?\{[^}]+\}"  # f(T{..}  or  f({..}
AWAIT = r"\bco_await\b"
CO_AWAIT = [  # g++ 12 miscompiled these; they are hard to read anyway
    (rf"\b(if|while|switch|for)\s*\((?!\s*(const )?auto\b)[^;]*{AWAIT}", "co_await in a condition"),
    (rf"(?<!auto)(&&|\|\||\?)[^;]*{AWAIT}", "co_await behind &&, || or ?:"),
    (rf"{AWAIT}.*({CLOSURE}|{BRACES})", "temporary closure or braces beside co_await"),
    (rf"({CLOSURE}|{BRACES}).*{AWAIT}", "temporary closure or braces beside co_await"),
]
STATEMENT = re.compile(r"[^;{}]*(?:\{[^;{}]*\}[^;{}]*)*\bco_await\b[^;]*;")


def blank(match):
    """As many blanks, so that columns and line numbers stay."""
    return re.sub(r"[^\n]", " ", match[0])


def without_comments(text):
    text = re.sub(r"//[^\n]*", blank, text)
    return re.sub(r"/\*.*?\*/", blank, text, flags=re.DOTALL)


def without_strings(code):
    code = re.sub(r'R"(\w*)\(.*?\)\1"', lambda m: '"' + blank(m)[2:] + '"', code, flags=re.DOTALL)
    return re.sub(r'"(?:[^"\\\n]|\\.)*"', lambda m: '"' + " " * (len(m[0]) - 2) + '"', code)


def lengths(lines):
    if len(lines) > FILE_MAX:
        yield len(lines), f"file over {FILE_MAX} lines"
    starts = {}  # indent -> the line of the brace that opened there
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_MAX:
            yield number, f"line over {LINE_MAX} columns"
        indent, text = len(line) - len(line.lstrip()), line.strip()
        if text == "{":
            starts[indent] = number
        elif text.startswith("}") and indent in starts:
            start = starts.pop(indent)
            if number - start - 1 > FUNCTION_MAX:
                yield start, f"function over {FUNCTION_MAX} lines"


def includes(folder, lines):
    for number, line in enumerate(lines, 1):
        ours = re.match(r'\s*#\s*include "([^"]+)"', line)
        if ours and folder in MAY_INCLUDE:
            target = ours[1].split("/")[0]
            if target != folder and not {target, ours[1]} & MAY_INCLUDE[folder]:
                yield number, f"{folder} may not include {ours[1]}"
        system = re.match(r"\s*#\s*include <([^>]+)>", line)
        if system:
            for pattern, folders, rule in SYSTEM_INCLUDES:
                if folder in folders and re.match(pattern, system[1]):
                    yield number, f"{folder}: {rule}"


def sql(path, folder, lines):
    if folder == "store" and "sqlite" in path.parts:
        return
    for number, line in enumerate(lines, 1):
        if SQL.search(line) or re.match(r"\s*#\s*include <sqlite3.h>", line):
            yield number, "SQL belongs in store/sqlite"


def without_condition(flat):
    """A statement without the `if (..)` in front of it, where that one does not await."""
    head = re.match(r"\s*(else )?(if|while|for|switch) ?\(", flat)
    if not head:
        return flat
    depth, at = 1, head.end()
    while depth and at < len(flat):
        depth += {"(": 1, ")": -1}.get(flat[at], 0)
        at += 1
    return flat if re.search(AWAIT, flat[:at]) else without_condition(flat[at:])


def coroutines(code):
    for statement in STATEMENT.finditer(code):
        flat = without_condition(re.sub(r"\s+", " ", statement[0]))
        at = statement.start() + statement[0].find("co_await")
        number = code.count("\n", 0, at) + 1
        yield from ((number, rule) for pattern, rule in CO_AWAIT if re.search(pattern, flat))
        if re.search(r"[\w>]\{$", code[: statement.start()]):
            yield number, "co_await inside an initializer's braces"


def breaches(path, root):
    """Every (line, rule) that the file at `path` breaks."""
    text = path.read_text()
    parts = path.relative_to(root).parts
    folder = parts[0] if len(parts) > 1 else ""
    code = without_comments(text)
    lines = text.splitlines()
    if path.suffix == ".hpp" and "#pragma once" not in text:
        yield 1, "a header opens with #pragma once"
    if folder and folder not in MAY_INCLUDE:
        yield 1, f"{folder} is no folder of server/README.md"
    yield from lengths(lines)
    yield from includes(folder, code.splitlines())
    yield from sql(path, folder, code.splitlines())
    yield from coroutines(without_strings(code))


def check(root):
    """Every (path, line, rule) below `root`, and how many files were read."""
    files = sorted(p for p in root.rglob("*") if p.suffix in (".cpp", ".hpp"))
    return [(p, n, rule) for p in files for n, rule in sorted(set(breaches(p, root)))], len(files)


def main():
    found, files = check(pathlib.Path(sys.argv[1]))
    for path, number, rule in found:
        print(f"{path}:{number}: {rule}")
    print(f"{files} files, {len(found)} breaches")
    return 1 if found or not files else 0


if __name__ == "__main__":
    sys.exit(main())
