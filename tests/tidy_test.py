#!/usr/bin/env python3
"""Plants breaches and looks whether tidy.py finds each, and nothing in good code."""
import pathlib
import tempfile
import unittest

import tidy


def rules(path, text):
    """The rules that a file of that path below server/ would break."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / path
        file.parent.mkdir(parents=True)
        file.write_text(text)
        found, files = tidy.check(pathlib.Path(folder))
        assert files == 1
        return [rule for _, _, rule in found]


def body(lines):
    return "void f()\n{\n" + "    g();\n" * lines + "}\n"


PLANTED = {
    "a long line": ("base/a.cpp", "// " + "x" * 98, "line over 100 columns"),
    "a long file": ("base/a.cpp", "int a;\n" * 301, "file over 300 lines"),
    "a long function": ("base/a.cpp", body(71), "function over 70 lines"),
    "a long member function": (
        "base/a.cpp", "struct s {\n" + body(71).replace("\n", "\n    ") + "\n};",
        "function over 70 lines"),
    "a header without a guard": ("base/a.hpp", "int a;\n", "#pragma once"),
    "an unknown folder": ("util/a.cpp", "int a;\n", "no folder"),
    "core to shell": ("store/a.cpp", '#include "net/settings.hpp"\n', "store may not include net"),
    "correlation to store": (
        "correlation/a.cpp", '#include "store/store.hpp"\n', "correlation may not include store"),
    "commit to correlation": (
        "commit/a.cpp", '#include "correlation/merge.hpp"\n', "commit may not include correlation"),
    "ingress to dispatch": (
        "ingress/a.cpp", '#include "dispatch/dispatcher.hpp"\n', "ingress may not include dispatch"),
    "a sink to the dispatcher": (
        "sinks/a.cpp", '#include "dispatch/dispatcher.hpp"\n', "sinks may not include dispatch"),
    "a module to config": (
        "ingress/a.cpp", '#include "config/load.hpp"\n', "ingress may not include config"),
    "Asio in the core": (
        "event/a.cpp", "#include <boost/asio/io_context.hpp>\n", "no Asio"),
    "Beast in the core": ("store/a.cpp", "#include <boost/beast/http.hpp>\n", "no Asio, no Beast"),
    "a thread in the core": ("store/a.cpp", "#include <thread>\n", "no threads"),
    "a mutex in the core": ("base/a.cpp", "#include <mutex>\n", "no threads"),
    "SQL elsewhere": ("admin/a.cpp", 'auto q = "SELECT 1";\n', "SQL belongs"),
    "sqlite3.h elsewhere": ("store/a.cpp", "#include <sqlite3.h>\n", "SQL belongs"),
    "an await as a condition": (
        "net/a.cpp", "void f() {\n  for (;;) {\n    if (co_await g()) co_return;\n  }\n}\n",
        "co_await in a condition"),
    "an await behind &&": ("net/a.cpp", "bool b = a && co_await g();\n", "behind &&"),
    "an aggregate as an argument": (
        "net/a.cpp", "void f() {\n  co_await g(settings{1, s});\n}\n", "temporary closure or braces"),
    "a braced list as an argument": (
        "net/a.cpp", "void f() {\n  co_await g({.a = a});\n}\n", "temporary closure or braces"),
    "a capturing closure": (
        "net/a.cpp", "void f() {\n  co_await g([s] { return s; });\n}\n",
        "temporary closure or braces"),
    "a spawned closure": (
        "net/a.cpp",
        "void f() {\n  co_spawn(co_await this_coro::executor, [p]() -> awaitable<void> {}, t);\n}\n",
        "temporary closure or braces"),
    "an await inside braces": (
        "net/a.cpp", "void f() {\n  agg a{.s = x + to_string(co_await g())};\n}\n",
        "co_await inside an initializer's braces"),
}

GOOD = {
    "net/session.cpp": """#include "net/session.hpp"

#include "base/log.hpp"

#include <boost/asio/io_context.hpp>

#include <thread>

// if (co_await g()) is only talked of here
void f()
{
    const auto ex = co_await asio::this_coro::executor;
    auto [ec, n] = co_await socket.async_read_some(buffer, use_tuple);
    if (auto [ec2, m] = co_await g(ex, n); ec2)
        co_return;
    if (ec && (n > 0 || m))
        co_await g(ex, n);
    auto&& all = co_await g(ex, n);
    log::info("if (co_await g()) stands in a text");
}
""",
    "store/sqlite/statements.cpp": '#include <sqlite3.h>\nauto q = "SELECT 1";\n',
    "sinks/file_sink.cpp": '#include "dispatch/sink.hpp"\n',
    "dispatch/dispatcher.cpp": '#include "sinks/make_sink.hpp"\n',
    "base/longest.cpp": body(70),
}


class Tidy(unittest.TestCase):
    def test_every_planted_breach_is_found(self):
        for name, (path, text, rule) in PLANTED.items():
            with self.subTest(name):
                self.assertTrue(any(rule in r for r in rules(path, text)), rules(path, text))

    def test_nothing_is_found_in_good_code(self):
        for path, text in GOOD.items():
            with self.subTest(path):
                self.assertEqual(rules(path, text), [])


if __name__ == "__main__":
    unittest.main()
