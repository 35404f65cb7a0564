#!/usr/bin/env python3
"""Tests of the quality suites themselves: that they see what differs, and only that. The last line is
`N passed, N failed, N skipped`."""
import json
import os
import pathlib
import stat
import subprocess
import sys
import tempfile
import unittest

import report_facts
import report_probes
import report_reading as reading
import samples_quality

FAKE = """#!{python}
import json, pathlib, sys
mode = {mode!r}
if mode == "dies":
    sys.exit(139)
if sys.argv[1] == "formats":
    print(json.dumps([dict(id="fake")]))
    sys.exit(0)
files = sys.argv[sys.argv.index("--") + 1:]
one = dict(format="fake", state="complete", notes=[],
           records=dict(seen=1, mapped=1, rejected=0, grouped=0, skipped=0))
print(json.dumps(dict(gatepost="observations/1", observations=[], reports=[dict(one, path=it) for it in sorted(files)])))
"""


def missing(findings, observations, text):
    """The fields that differ, finding by finding."""
    literal = report_facts.Literal(text.encode())
    return [it.fields for it in report_facts.compare(findings, observations, literal)[1]]


def seen(**more):
    return {"severity": {"label": "high"}, **more}


class Facts(unittest.TestCase):
    def test_equal_findings_agree(self):
        finding = {"severity": "High", "file_path": "a/b.c", "line": 7, "cwe": 79, "vuln_id_from_tool": "R1"}
        one = seen(path="a/b.c", line=7, cwe=[79], rule="R1")
        self.assertEqual(missing([finding], [one], '"HIGH" a/b.c "line": 7 "cwe": "CWE-79" R1'), [])

    def test_facts_of_one_finding_must_meet_in_one_observation(self):
        findings = [{"severity": "High", "line": 1}, {"severity": "Low", "line": 2}]
        swapped = [seen(line=2), {"severity": {"label": "low"}, "line": 1}]
        self.assertEqual(len(missing(findings, swapped, '"high" "low" 1 2')), 2)

    def test_two_equal_findings_need_two_observations(self):
        findings = [{"line": 3}, {"line": 3}]
        self.assertEqual(missing(findings, [seen(line=3), seen(line=4)], "3 4"), [["line"]])
        self.assertEqual(missing(findings, [seen(line=3)], "3"), [])  # then the count differs

    def test_pairs_are_found_when_the_first_choice_is_wrong(self):
        findings = [{"vuln_ids": ["CVE-1"]}, {"vuln_ids": ["CVE-1"], "line": 5}]
        both = [seen(advisories=["CVE-1"], line=5), seen(advisories=["CVE-1"], line=6)]
        self.assertEqual(missing(findings, both, "CVE-1 5 6"), [])

    def test_what_does_not_stand_in_the_report_is_not_compared(self):
        finding = {"severity": "Medium", "file_path": "x.c", "cwe": 1035, "vuln_ids": ["CVE-2"], "line": 9}
        self.assertEqual(missing([finding], [seen()], "a medium problem; build 1035"), [])

    def test_every_fact_that_is_lacking_is_told(self):
        finding = {"severity": "Low", "vuln_ids": ["CVE-2"], "component_version": "1.2", "fix_version": "1.3",
                   "cvssv3": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "is_mitigated": True}
        text = '"Low" CVE-2 1.2 1.3 CVSS:3.1/AC:L/AV:N/PR:N AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'
        self.assertEqual(missing([finding], [seen()], text), [list(finding)])

    def test_folders_of_a_build_agent_may_be_gone_but_not_added(self):
        self.assertTrue(report_facts.same_path("/home/runner/work/shop/a/b.c", "a/b.c"))
        self.assertTrue(report_facts.same_path("file:///C:/x/a%20b.c", "x/a b.c"))
        self.assertFalse(report_facts.same_path("b.c", "a/b.c"))
        self.assertFalse(report_facts.same_path("a/xb.c", "b.c"))

    def test_vectors_are_compared_without_order(self):
        one, other = "CVSS:3.1/AV:N/AC:L/PR:N", "AC:L/PR:N/AV:N"
        self.assertEqual(report_facts.metrics_of(one), report_facts.metrics_of(other))
        self.assertNotEqual(report_facts.metrics_of(one), report_facts.metrics_of("AV:N/AC:L/PR:H"))

    def test_a_cwe_stands_behind_its_word_or_in_its_column(self):
        has = lambda text, number: report_facts.Literal(text.encode()).has_cwe(number)
        self.assertTrue(has('{"cwe": [\n 20,\n 79]}', 79))
        self.assertTrue(has("<cweid>79</cweid>", 79))
        self.assertTrue(has("Name,CWE\nx,79\n", 79))
        self.assertFalse(has('{"cwe": "CWE-798"}', 79))
        self.assertFalse(has("Name,Line\nx,79\n", 79))

    def test_names_of_packages_may_have_their_group(self):
        fits = lambda name, **one: report_facts.Seen(one).fits_name(name)
        self.assertTrue(fits("org.acme:lib", purl="pkg:maven/org.acme/lib@1", package="lib"))
        self.assertTrue(fits("lib", purl="pkg:maven/org.acme/lib@1"))
        self.assertTrue(fits("app.acme.example", endpoint={"url": "https://app.acme.example/x"}))
        self.assertFalse(fits("lib2", package="lib"))

    def test_an_unknown_fact_is_an_error(self):
        with self.assertRaises(ValueError):
            missing([{"colour": "red"}], [], "red")


class Cuts(unittest.TestCase):
    def parts(self, text):
        return [(part.decode(), loose) for _, part, loose in report_probes.cuts(text.encode())]

    def test_half_is_inside_of_a_line(self):
        for text in ('{"a":1}\n{"b":2}\n', "x,y\n1,2\n", "[\n100,\n200\n]\n"):
            half = self.parts(text)[0][0]
            self.assertNotIn(half[-1:], ("\n", ""))
            self.assertNotEqual(text[len(half)], "\n")

    def test_the_last_byte_is_one_of_the_document(self):
        self.assertEqual(self.parts('{"a": 1}\n\n')[1], ('{"a": 1', False))
        self.assertEqual(self.parts('warning: x\n{"a": "a long text"}\n2 warnings\n')[1][0],
                         'warning: x\n{"a": "a long text"')
        self.assertEqual(self.parts("a,b\n1,2\n")[1], ("a,b\n1,", True))
        self.assertEqual(self.parts("[10:11:12] Info: x\n[10:11:13] done\n")[1][1], True)


class Records(unittest.TestCase):
    def test_every_kind_counts(self):
        for expression, text, count in [
            ("json:/a/*/b/*", '{"a": [{"b": [1, 2]}, {"b": [3]}, {}]}', 3),
            ("json:/a/{}", '{"a": ["x", {}, {}]}', 2),
            ("json:/*", "noise\n[1, 2]", 2),
            ("json:/a/* + json:/b/*", '{"a": [1], "b": {"x": 1, "y": 2}}', 3),
            ("jsonl:", '{"a":1}\n\n{"a":2}\n', 2),
            ("jsonl:/a/*", '{"a":[1,2]}\n{"a":[3]}\n', 3),
            ("xml:file/error", "<c xmlns='urn:x'><file><error/><error/></file><error/></c>", 2),
            ("lines:^::", "::a\nb\n::c\n", 2),
            ("matches:b", "bb\nb\n", 3),
            ("csv:", 'a,b\n"1\n2",3\n4,5\n', 2),
            ("csv:;", "a;b\n1;2\n", 1),
        ]:
            self.assertEqual(samples_quality.records_in(expression, text.encode()), count, expression)

    def test_another_kind_is_an_error(self):
        with self.assertRaises(ValueError):
            samples_quality.records_in("rows:", b"x")


class Suites(unittest.TestCase):
    """Against programs that are not gatepost."""

    def run_probes(self, mode):
        with tempfile.TemporaryDirectory() as folder:
            fake = pathlib.Path(folder, "gatepost")
            fake.write_text(FAKE.format(python=sys.executable, mode=mode))
            fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
            done = subprocess.run([sys.executable, "tools/report_probes.py", "--gatepost", str(fake)], cwd=reading.ROOT,
                                  env={**os.environ, "GATEPOST_SHARED": folder}, capture_output=True, text=True)
            outcomes = reading.read_all(fake, 1, [reading.ROOT / "LICENSE", reading.ROOT / "README.md"])
        return done, outcomes

    def test_a_program_that_takes_everything_for_a_finished_scan_fails_every_probe(self):
        done, _ = self.run_probes("takes")
        self.assertEqual(done.returncode, 1)
        for name in (*report_probes.CONSTANTS, *report_probes.NOBODYS):
            self.assertIn(f"failed: {name} without --tool: is complete", done.stdout)
        for name in report_probes.CONSTANTS:
            self.assertIn(f"failed: {name} with --tool fake: is complete", done.stdout)
        self.assertIn("cut at half with --tool fake: is complete", done.stdout)
        self.assertIn("without its last byte without --tool: is complete", done.stdout)

    def test_a_program_that_dies_is_told_of_for_every_file(self):
        done, outcomes = self.run_probes("dies")
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual({it.state for it in outcomes.values()}, {"failed"})
        self.assertIn("exit code 139", next(iter(outcomes.values())).why)


def main():
    loaded = unittest.defaultTestLoader.loadTestsFromModule(sys.modules[__name__])
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=1).run(loaded)
    bad = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - bad} passed, {bad} failed, 0 skipped")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
