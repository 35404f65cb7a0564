#!/usr/bin/env python3
"""Writes a SARIF report of any size for the benchmarks: the same bytes for the same options, on every machine.

    gen_sarif.py --results 100000 --output scan0.sarif --truth scan0.json
    gen_sarif.py --results 100000 --scan 1 --output scan1.sarif --truth scan1.json

A result is about 1,056 bytes: message, snippet, symbol, fingerprint; 20 % have a code flow. 15 % repeat an earlier
finding under another spelling of its path. A later scan has 5 % of the findings fixed, as many new ones, 19 % on other
lines and 1.7 % of the files renamed. The truth file says what a reader must find.
"""
import argparse
import json
import sys

MASK = (1 << 64) - 1
REPEATED_PERCENT = 15
FLOW_PERCENT = 20
FIXED_PERCENT = 5
MOVED_PERCENT = 19
RENAMED_PER_MILLE = 17

LEVELS = ("error", "warning", "warning", "note")
NOUNS = ("account", "basket", "catalogue", "delivery", "invoice", "ledger", "order", "payment", "refund", "session")
VERBS = ("apply", "build", "check", "create", "decode", "fetch", "parse", "render", "store", "verify")
WORDS = ("value", "request", "query", "user", "header", "cookie", "template", "token", "buffer", "record", "cursor", "path")


def mix(*parts):
    """A 64-bit hash of small integers (splitmix64): the only source of chance here."""
    state = 0x9E3779B97F4A7C15
    for part in parts:
        state = (state ^ (part & MASK)) * 0xBF58476D1CE4E5B9 & MASK
        state ^= state >> 27
        state = state * 0x94D049BB133111EB & MASK
        state ^= state >> 31
    return state


class Source:
    """The program that the scanner looked at: what a finding is, whatever the scan."""

    def __init__(self, seed, findings, rules):
        self.seed, self.rules = seed, rules
        self.files = max(findings // 50, 8)

    def file_of(self, finding):
        return mix(self.seed, 1, finding) % self.files

    def path(self, file, scan):
        chance = mix(self.seed, 2, file)
        noun = NOUNS[chance % 10]
        folder = f"services/{noun}-{chance // 10 % 40:02d}/src/{VERBS[chance // 400 % 10]}"
        moved = scan > 0 and mix(self.seed, 3, file) % 1000 < RENAMED_PER_MILLE
        return f"{folder}/{'renamed' if moved else noun}_{file:06d}.py"

    def is_renamed(self, finding, scan):
        return scan > 0 and mix(self.seed, 3, self.file_of(finding)) % 1000 < RENAMED_PER_MILLE

    def is_moved(self, finding, scan):
        return scan > 0 and mix(self.seed, 4, finding) % 100 < MOVED_PERCENT

    def is_fixed(self, finding, scan):
        return scan > 0 and mix(self.seed, 5, finding) % 100 < FIXED_PERCENT

    def line(self, finding, scan):
        line = mix(self.seed, 6, finding) % 2000 + 1
        return line + mix(self.seed, 7, finding) % 40 + 1 if self.is_moved(finding, scan) else line


def spelled(path, how):
    if how == 0:
        return {"uri": path, "uriBaseId": "%SRCROOT%"}
    if how == 1:
        return {"uri": "./" + path}
    if how == 2:
        return {"uri": "file:///home/runner/work/shop/" + path}
    if how == 3:
        return {"uri": path.replace("/", "\\")}
    return {"uri": path.replace("-", "%2D"), "uriBaseId": "%SRCROOT%"}


def words(chance, count):
    picked = []
    for _ in range(count):
        picked.append(WORDS[chance % 12])
        chance //= 12
    return picked


def place(artifact, line, column, length, snippet):
    region = {"startLine": line, "startColumn": column, "endLine": line, "endColumn": column + length}
    if snippet:
        region["snippet"] = {"text": snippet}
    return {"artifactLocation": artifact, "region": region}


def result(source, finding, scan, how, rule_base):
    chance = mix(source.seed, 8, finding)
    rule = chance % source.rules
    path, line = source.path(source.file_of(finding), scan), source.line(finding, scan)
    a, b, c, d = words(chance >> 8, 4)
    function = f"{VERBS[chance // 7 % 10]}_{a}_{b}"
    snippet = f"    {a}_{finding % 9973} = {c}.{VERBS[chance // 11 % 10]}({d}, \"{finding:08x}\")  # {b} of {a}\n"
    column = chance % 40 + 5
    artifact = spelled(path, how)
    made = {
        "ruleId": f"shop.security.{NOUNS[rule % 10]}.rule-{rule:03d}",
        "ruleIndex": rule + rule_base,
        "level": LEVELS[rule % 4],
        "message": {"text": f"The {a} from \"{b}\" reaches the {c} of {function}() without a check of the {d}; "
                            f"whoever controls the {b} decides what the {c} does.\nSee the rule's page for ways out."},
        "locations": [{
            "physicalLocation": place(artifact, line, column, len(snippet) - 5, snippet),
            "logicalLocations": [{"fullyQualifiedName": f"{path.split('/')[1]}.{a.title()}.{function}",
                                  "kind": "function"}],
        }],
        "partialFingerprints": {"primaryLocationLineHash": f"{mix(source.seed, 9, finding):016x}:1"},
        "properties": {"confidence": ("high", "medium", "low")[chance % 3], "tags": ["security", a, "cwe-" + str(chance % 900 + 1)]},
    }
    if chance // 13 % 100 < FLOW_PERCENT:
        steps = [{"location": {"physicalLocation": place(artifact, line - step if line > step else 1, column, 12, None),
                               "message": {"text": f"step {step}: {words(chance >> step, 1)[0]} is passed on"}}}
                 for step in range(4, 0, -1)]
        made["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
    return made


def hostile(made, finding):
    """The same result as no tool should write it, and some do."""
    made["message"]["text"] += "\r\n\u0001\u001b[31m\U0001F600"
    text = json.dumps(made, ensure_ascii=finding % 2 == 0, separators=(",", ":"))
    if finding % 3 == 0:
        text = text.replace('"ruleId"', '"rule\\u0049d"', 1)
    if finding % 3 == 1:
        text = '{"ruleId":"not.this.one","level":"none",' + text[1:]
    if finding % 5 == 0:
        text = text.replace(",", ",\r\n\t ", 7)
    return text


def rule_entry(rule):
    return {
        "id": f"shop.security.{NOUNS[rule % 10]}.rule-{rule:03d}",
        "name": f"Rule{rule:03d}",
        "shortDescription": {"text": f"Unchecked {WORDS[rule % 12]} in the {NOUNS[rule % 10]} service"},
        "helpUri": f"https://rules.example/{rule:03d}",
        "defaultConfiguration": {"level": LEVELS[rule % 4]},
        "properties": {"security-severity": f"{rule % 90 / 10 + 1:.1f}", "tags": ["security", f"external/cwe/cwe-{rule % 900 + 1:03d}"]},
    }


class Plan:
    """Which finding every result states, and what is true of them all."""

    def __init__(self, arguments):
        repeated = [mix(arguments.seed, 10, i) % 100 < REPEATED_PERCENT and i > 0 for i in range(arguments.results)]
        unique = arguments.results - sum(repeated)
        self.source = Source(arguments.seed, unique, arguments.rules)
        scan = arguments.scan
        survivors = [f for f in range(unique) if not self.source.is_fixed(f, scan)]
        self.fixed = unique - len(survivors)
        self.findings = survivors + list(range(unique, unique + self.fixed))
        self.moved = sum(self.source.is_moved(f, scan) for f in survivors)
        self.renamed = sum(self.source.is_renamed(f, scan) for f in survivors)
        self.statements, fresh = [], 0
        for i, again in enumerate(repeated):
            if again:
                chance = mix(arguments.seed, 11, i)
                self.statements.append((self.findings[chance % fresh], 1 + chance // 7 % 4))
            else:
                self.statements.append((self.findings[fresh], 0))
                fresh += 1

    def paths(self, scan):
        return sorted({self.source.path(self.source.file_of(finding), scan) for finding in self.findings})

    def truth(self, arguments):
        return {
            "results": arguments.results, "unique": len(self.findings), "repeated": arguments.results - len(self.findings),
            "scan": arguments.scan, "new": self.fixed, "fixed": self.fixed, "moved": self.moved, "renamed": self.renamed,
            "rules": arguments.rules, "runs": arguments.runs, "files": len({self.source.file_of(f) for f in self.findings}),
        }


def write_run(out, arguments, plan, first, last, number):
    indent = {"indent": arguments.indent} if arguments.indent else {"separators": (",", ":")}
    driver = {"name": f"shopscan-{number}" if arguments.runs > 1 else "shopscan", "version": "1.2.3",
              "rules": [rule_entry(rule) for rule in range(arguments.rules)]}
    tool = '"tool":' + json.dumps({"driver": driver}, **indent)
    out.write("{")
    if not arguments.rules_last:
        out.write(tool + ",")
    out.write('"originalUriBaseIds":{"%SRCROOT%":{"uri":"file:///home/runner/work/shop/"}},"results":[')
    for i in range(first, last):
        finding, how = plan.statements[i]
        made = result(plan.source, finding, arguments.scan, how, 0)
        text = hostile(made, finding) if arguments.adversarial else json.dumps(made, ensure_ascii=False, **indent)
        out.write(("," if i > first else "") + ("\n" if arguments.indent else "") + text)
    out.write("]")
    if arguments.rules_last:
        out.write("," + tool)
    out.write("}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=int, default=10_000)
    parser.add_argument("--rules", type=int, default=400)
    parser.add_argument("--runs", type=int, default=1, help="spread the results over this many tools")
    parser.add_argument("--scan", type=int, choices=(0, 1), default=0, help="1: a later scan of the same program")
    parser.add_argument("--indent", type=int, default=0, help="blanks for each level; 0: everything on one line")
    parser.add_argument("--rules-last", action="store_true", help="results before the tool and its rules")
    parser.add_argument("--adversarial", action="store_true", help="duplicate keys, escaped keys, control characters")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", default="-")
    parser.add_argument("--truth", help="JSON file with what a reader must find")
    parser.add_argument("--files", help="text file with the paths of the program, sorted, one a line")
    arguments = parser.parse_args()
    plan = Plan(arguments)
    out = sys.stdout if arguments.output == "-" else open(arguments.output, "w", encoding="utf-8", newline="")
    with out:
        out.write('{"version":"2.1.0","$schema":"https://json.schemastore.org/sarif-2.1.0.json","runs":[')
        for number in range(arguments.runs):
            out.write("," if number else "")
            share = [arguments.results * n // arguments.runs for n in (number, number + 1)]
            write_run(out, arguments, plan, share[0], share[1], number)
        out.write("]}\n")
    if arguments.truth:
        with open(arguments.truth, "w", encoding="utf-8") as file:
            json.dump(plan.truth(arguments), file, indent=2)
            file.write("\n")
    if arguments.files:
        with open(arguments.files, "w", encoding="utf-8") as file:
            file.writelines(f"{path}\n" for path in plan.paths(arguments.scan))


if __name__ == "__main__":
    main()
