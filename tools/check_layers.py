#!/usr/bin/env python3
"""Holds every #include under src/ against the declarations in src/CMakeLists.txt.

A module may include itself, the modules of its DEPS, the headers of its THIRD_PARTY libraries, and the standard library.
Below `app` nobody reads a clock, the environment or a source of chance. The exceptions are listed here and nowhere else.

    check_layers.py [--root DIR]     check the checkout (or DIR)
    check_layers.py --self-test      prove on temporary copies that violations are refused
"""
import argparse
import pathlib
import re
import shutil
import sys
import tempfile

# Library as named by THIRD_PARTY -> beginnings of its headers.
THIRD_PARTY_HEADERS = {
    "fmt": ["fmt/"],
    "spdlog": ["spdlog/"],
    "openssl": ["openssl/"],
    "re2": ["re2/"],
    "xxhash": ["xxhash.h"],
    "zlib": ["zlib.h", "zconf.h"],
    "libarchive": ["archive.h", "archive_entry.h"],
    "simdjson": ["simdjson.h", "simdjson/"],
    "nlohmann": ["nlohmann/"],
    "yaml-cpp": ["yaml-cpp/"],
    "pugixml": ["pugixml.hpp", "pugiconfig.hpp"],
    "libgit2": ["git2.h", "git2/"],
    "curl": ["curl/"],
    "httplib": ["httplib.h"],
    "sqlite": ["sqlite3.h"],
    "libpq": ["libpq-fe.h"],
    "cli11": ["CLI/"],
}

# g++ 12 has no <format>: {fmt} stands in for it and may be used wherever the standard library may.
STANDARD = {"fmt"}

# The operating system's and the compiler's own headers; those of C++ have neither a dot nor a slash.
SYSTEM_HEADERS = re.compile(
    r"^(sys/[a-z_]+\.h|[a-z]+intrin\.h|arm_neon\.h|(dirent|errno|fcntl|limits|poll|pthread|sched|signal|spawn|stdint|stdio|stdlib|string|"
    r"termios|time|unistd)\.h)$"
)

# Header beginnings that only these files may include, whatever their module declares.
ONLY_IN = {"spdlog/": ["base/log.cpp"]}

# What enters through the ports of `app`. Looked for in code, not in comments or strings.
FORBIDDEN_BELOW_APP = {
    "the environment": re.compile(r"\b(secure_)?getenv\s*\(|\b(set|unset|put)env\s*\(|\benviron\b"),
    "a clock": re.compile(
        r"\b(system|steady|high_resolution|utc|file)_clock\s*::\s*now\b|\b(clock_gettime|gettimeofday|localtime(_r)?)\s*\("
        r"|\b(std\s*::\s*|::\s*)time\s*\(|(?<![\w:.>])time\s*\(\s*(nullptr|NULL|0|&)"
    ),
    "chance": re.compile(r"\brandom_device\b|(?<![\w.>])s?rand(om)?\s*\("),
}
# (file, what it may read, why)
EXCEPTIONS = [
    ("base/bytes.cpp", "the environment", "TMPDIR names the folder of temporary files"),
    ("base/hash.cpp", "chance", "a stranger must not be able to choose keys that collide; no output depends on it"),
]

COMMENT_OR_TEXT = re.compile(
    r'(?P<comment>//(?:\\\n|[^\n])*|/\*.*?\*/)'
    r'|(?P<text>R"(?P<mark>[^()\\ ]{0,16})\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F_])\'(?:\\.|[^\'\\\n])+\')',
    re.DOTALL,
)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"(?P<own>[^"\n]+)"|<(?P<other>[^>\n]+)>)', re.MULTILINE)
KEYWORDS = {"DEPS", "THIRD_PARTY", "HIDDEN", "EXCEPTIONS"}


class Module:
    def __init__(self, name):
        self.name = name
        self.deps = []
        self.libraries = []

    def allowed(self):
        return ", ".join(self.deps) or "only itself"


def read_modules(root):
    """The modules in the order of their layers, and `main`, which sees what the command line sees."""
    text = (root / "src/CMakeLists.txt").read_text(encoding="utf-8")
    text = re.sub(r"#[^\n]*", "", text)
    modules = {}
    for call in re.finditer(r"\bgatepost_module\s*\(([^)]*)\)", text):
        words = call.group(1).split()
        module = Module(words[0])
        target = None
        for word in words[1:]:
            if word in KEYWORDS:
                target = {"DEPS": module.deps, "THIRD_PARTY": module.libraries, "HIDDEN": module.libraries}.get(word)
            elif target is not None:
                target.append(word)
        modules[module.name] = module
    main = Module("main")
    link = re.search(r"\btarget_link_libraries\s*\(\s*gatepost\s+PRIVATE([^)]*)\)", text)
    for name in re.findall(r"\bgatepost_(\w+)", link.group(1) if link else ""):
        if name in modules:
            main.deps += [name, *modules[name].deps]
    modules["main"] = main
    return modules


def blanked(text, groups):
    """`text` with the named kinds of tokens replaced by blanks, every line where it was."""
    def replace(match):
        kind = "comment" if match.group("comment") is not None else "text"
        return re.sub(r"[^\n]", " ", match.group(0)) if kind in groups else match.group(0)

    return COMMENT_OR_TEXT.sub(replace, text)


def library_of(header):
    for library, beginnings in THIRD_PARTY_HEADERS.items():
        if any(header == it or (it.endswith("/") and header.startswith(it)) for it in beginnings):
            return library
    return None


def problem_with_own(header, module, modules):
    target = header.split("/")[0]
    if "/" not in header or header.startswith(".") or target not in modules:
        return f'"{header}" is not a whole path from src/'
    if target != module.name and target not in module.deps:
        return f"{module.name} may include {module.allowed()}, not {target}"
    return None


def problem_with_other(header, file, module):
    for beginning, files in ONLY_IN.items():
        if header.startswith(beginning) and file not in files:
            return f"<{header}> belongs into {' and '.join(files)} only"
    library = library_of(header)
    if library is not None:
        if library not in module.libraries and library not in STANDARD:
            return f"{module.name} does not declare the library {library} (<{header}>)"
        return None
    if "." in header or "/" in header:
        if not SYSTEM_HEADERS.match(header):
            return f"<{header}> belongs to no library that tools/check_layers.py knows"
    return None


def check_file(root, path, module, modules, below_app):
    """Violations as (line, text)."""
    file = path.relative_to(root / "src").as_posix()
    text = path.read_text(encoding="utf-8", errors="replace")
    found = []

    def line_of(position):
        return text.count("\n", 0, position) + 1

    for include in INCLUDE.finditer(blanked(text, {"comment"})):
        if include.group("own") is not None:
            problem = problem_with_own(include.group("own"), module, modules)
        else:
            problem = problem_with_other(include.group("other"), file, module)
        if problem:
            found.append((line_of(include.start()), problem))
    if below_app:
        code = blanked(text, {"comment", "text"})
        for what, pattern in FORBIDDEN_BELOW_APP.items():
            if any(it[0] == file and it[1] == what for it in EXCEPTIONS):
                continue
            for hit in pattern.finditer(code):
                found.append((line_of(hit.start()), f"{module.name} may not read {what}; it enters through app"))
    return [f"src/{file}:{line}: {problem}" for line, problem in sorted(found)]


def check(root):
    """(violations, number of files looked at)."""
    modules = read_modules(root)
    order = list(modules)
    violations = []
    count = 0
    for path in sorted((root / "src").rglob("*")):
        if path.suffix not in {".cpp", ".hpp", ".def"} or not path.is_file():
            continue
        parts = path.relative_to(root / "src").parts
        name = parts[0] if len(parts) > 1 else "main"
        count += 1
        if name not in modules:
            violations.append(f"src/{'/'.join(parts)}:1: {name} has no gatepost_module line in src/CMakeLists.txt")
            continue
        below_app = "app" not in order or order.index(name) < order.index("app")
        violations += check_file(root, path, modules[name], modules, below_app)
    return violations, count


# (file, added text, expected violation): each must be refused, or not, with exactly this message.
INJECTIONS = [
    ("src/model/injected.cpp", '#include "app/x.hpp"\n', "src/model/injected.cpp:1: model may include base, not app"),
    ("src/risk/injected.hpp", '\n\n#include "store/x.hpp"\n', "src/risk/injected.hpp:3: risk may include base, doc, model, not store"),
    ("src/risk/injected.hpp", '\n\n#include "nowhere/x.hpp"\n',
     'src/risk/injected.hpp:3: "nowhere/x.hpp" is not a whole path from src/'),
    ("src/risk/injected.cpp", '#include "policy/x.hpp"\n', "src/risk/injected.cpp:1: risk may include base, doc, model, not policy"),
    ("src/risk/injected.cpp", '#include "x.hpp"\n', 'src/risk/injected.cpp:1: "x.hpp" is not a whole path from src/'),
    ("src/model/injected.cpp", "#include <nlohmann/json.hpp>\n", "src/model/injected.cpp:1: model does not declare the library nlohmann (<nlohmann/json.hpp>)"),
    ("src/base/injected.cpp", "#include <spdlog/spdlog.h>\n", "src/base/injected.cpp:1: <spdlog/spdlog.h> belongs into base/log.cpp only"),
    ("src/base/injected.cpp", "#include <boost/any.hpp>\n", "src/base/injected.cpp:1: <boost/any.hpp> belongs to no library that tools/check_layers.py knows"),
    ("src/model/injected.cpp", 'auto x = std::getenv("HOME");\n', "src/model/injected.cpp:1: model may not read the environment; it enters through app"),
    ("src/model/injected.cpp", "\nauto x = std::chrono::system_clock::now();\n", "src/model/injected.cpp:2: model may not read a clock; it enters through app"),
    ("src/model/injected.cpp", "auto x = time(nullptr);\n", "src/model/injected.cpp:1: model may not read a clock; it enters through app"),
    ("src/model/injected.cpp", "std::random_device chance;\n", "src/model/injected.cpp:1: model may not read chance; it enters through app"),
    ("src/attic/injected.cpp", "int x;\n", "src/attic/injected.cpp:1: attic has no gatepost_module line in src/CMakeLists.txt"),
    ("src/app/injected.cpp", 'auto x = std::getenv("HOME");\n', None),
    ("src/model/injected.cpp", '// #include "app/x.hpp"\n/* std::getenv(x)\n#include <git2.h> */\nauto x = "getenv(";\n', None),
    ("src/model/injected.cpp", "#include <vector>\n#include <unistd.h>\n#include \"base/id.hpp\"\n", None),
]


def self_test(root):
    """Names of the injections that were not answered as expected."""
    wrong = []
    with tempfile.TemporaryDirectory(prefix="gatepost-layers-") as folder:
        copy = pathlib.Path(folder)
        shutil.copytree(root / "src", copy / "src")
        before, _ = check(copy)
        for file, text, expected in INJECTIONS:
            path = copy / file
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
            new = [it for it in check(copy)[0] if it not in before]
            if new != ([expected] if expected else []):
                wrong.append(f"{file} with {text!r}: expected {expected}, got {new}")
            path.unlink()
            if file.startswith("src/attic/"):
                path.parent.rmdir()
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if options.self_test:
        problems, total = self_test(options.root), len(INJECTIONS)
    else:
        problems, total = check(options.root)
    for problem in problems:
        print(problem)
    failed = len(problems) if options.self_test else len({it.split(":")[0] for it in problems})
    print(f"{total - failed} passed, {failed} failed, 0 skipped")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
