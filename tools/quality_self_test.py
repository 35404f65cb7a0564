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

import corpus_quality
import difference_causes
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

    def test_ours_may_be_the_longer_path_when_it_stands_in_the_report(self):
        finding = {"file_path": "/aws/db.tf"}
        self.assertEqual(missing([finding], [seen(path="infra/aws/db.tf")], "/aws/db.tf infra/aws/db.tf"), [])
        self.assertEqual(missing([finding], [seen(path="made/up/aws/db.tf")], "/aws/db.tf"), [["file_path"]])

    def test_what_is_no_file_may_be_the_package(self):
        ours = seen(purl="pkg:npm/%40a/b@1.2", package="@a/b", version="1.2", dependency_path=["x", "@a/b"])
        for place in ("pkg:npm/@a/b@1.2?type=x", "npm://@a/b:1.2", "x>@a/b"):
            self.assertEqual(missing([{"file_path": place}], [ours], place), [], place)
        for place in ("pkg:npm/@a/b@1.3", "npm://@a/b:1.3", "y>@a/b"):
            self.assertEqual(missing([{"file_path": place}], [ours], place), [["file_path"]], place)

    def test_versions_may_have_epoch_release_and_v(self):
        fits = lambda wanted, **one: report_facts.Seen(one).fits_version(wanted)
        self.assertTrue(fits("2.1.0-1", version="17:2.1.0-1"))
        self.assertTrue(fits("4.19.118", version="4.19.118-2"))
        self.assertTrue(fits("latest", image="ghcr.io:443/a/b:latest"))
        self.assertFalse(fits("4.19.11", version="4.19.118-2"))
        self.assertFalse(fits("2", version="2.1"))
        self.assertFalse(fits("2.1", version="2.1-beta"))

    def test_a_composed_id_agrees_by_its_parts(self):
        fact = {"vuln_id_from_tool": "waf-detect"}
        self.assertEqual(missing([fact], [seen(rule="waf-detect:cloudflare")], "waf-detect"), [])
        self.assertEqual(missing([fact], [seen(rule="x", uid="waf-detect")], "waf-detect"), [])
        self.assertEqual(missing([fact], [seen(rule="waf-detect-2")], "waf-detect"), [["vuln_id_from_tool"]])

    def test_a_word_for_nothing_is_no_fact(self):
        self.assertEqual(missing([{"file_path": "None", "component_version": "N/A"}], [seen()], "None N/A"), [])

    def test_a_finding_without_facts_takes_nothing_from_one_with_facts(self):
        findings = [{}, {"vuln_ids": ["CVE-1"], "line": 5}]
        both = [seen(advisories=["CVE-1"], line=6), seen(line=7)]
        self.assertEqual(missing(findings, both, "CVE-1 5"), [["line"]])

    def test_an_unknown_fact_is_an_error(self):
        with self.assertRaises(ValueError):
            missing([{"colour": "red"}], [], "red")


def doubt(cause, field, observations, count=0, facts=None, report="{}", state="partial", notes=(), skipped=0, **entry):
    """Why the cause cannot be verified, of one finding that is held against the observations."""
    outcome = reading.Outcome(state, "fake", [], {"skipped": skipped}, list(notes), observations)
    verdict = corpus_quality.Verdict("t/f", "t", outcome, True, count)
    literal = report_facts.Literal(report.encode())
    verdict.missing = report_facts.compare([facts], observations, literal)[1] if facts else []
    entry = corpus_quality.Entry("t", [field], cause, "for the test", **entry)
    return difference_causes.check_keys(entry) or difference_causes.doubt(entry, field, verdict, report.encode())


class Causes(unittest.TestCase):
    """Each is believed when it is true, and only then."""

    def holds(self, *words, **more):
        self.assertIsNone(doubt(*words, **more))

    def fails(self, *words, **more):
        self.assertIsNotNone(doubt(*words, **more))

    def test_an_unknown_cause_is_an_error(self):
        self.fails("because", "count-more", [])
        self.fails("reference-folds", "severity", [])
        self.fails("reference-folds", "count-more", [], by=["colour"])

    def test_folding_is_counted(self):
        three = [seen(rule="a", line=1), seen(rule="a", line=2), seen(rule="b", line=1)]
        self.holds("reference-folds", "count-more", three, count=2, by=["rule"])
        self.fails("reference-folds", "count-more", three, count=1, by=["rule"])
        self.fails("reference-folds", "count-more", three, count=2)

    def test_what_is_dropped_is_counted(self):
        three = [seen(suppressed={"by": "x"}), seen(), seen()]
        self.holds("reference-drops", "count-more", three, count=2, without={"suppressed": "."})
        self.fails("reference-drops", "count-more", three, count=1, without={"suppressed": "."})

    def test_what_is_added_was_passed_over(self):
        self.holds("reference-adds", "count-fewer", [seen()], count=3, skipped=2)
        self.fails("reference-adds", "count-fewer", [seen()], count=3, skipped=1)

    def test_what_is_split_has_places_or_is_counted_by_the_report(self):
        two = [seen(locations=[{}, {}]), seen()]
        self.holds("reference-splits", "count-fewer", two, count=3)
        self.fails("reference-splits", "count-fewer", two, count=4)
        self.holds("reference-splits", "count-fewer", two, count=9, report='{"unique": 2}', counted_by="unique")
        self.fails("reference-splits", "count-fewer", two, count=9, report='{"unique": 3}', counted_by="unique")

    def test_a_value_that_stands_in_the_record_is_not_the_references_own(self):
        report = '{"rows": [{"level": "warn"}, {"level": "High"}]}'
        facts = {"severity": "High"}
        self.holds("not-in-report", "severity", [{"at": "/rows/0"}], facts=facts, report=report)
        self.fails("not-in-report", "severity", [{"at": "/rows/1"}], facts=facts, report=report)
        self.fails("not-in-report", "severity", [{"at": "/rows/2"}], facts=facts, report=report)

    def test_a_misfiled_value_stands_as_what_the_entry_says(self):
        facts = {"component_name": "Shop"}
        for report in ('{"app": "Shop"}', "<r><app>Shop</app></r>", '<r app="Shop"/>', "app,x\nShop,1\n"):
            self.holds("reference-misfiles", "component_name", [seen()], facts=facts, report=report, stands_as=["app"])
            self.fails("reference-misfiles", "component_name", [seen()], facts=facts, report=report, stands_as=["env"])
        self.fails("reference-misfiles", "component_name", [seen()], facts=facts, stands_as=["app"],
                   report='{"app": "Shop", "package": "Shop"}')

    def test_another_reading_has_something_that_speaks_for_it(self):
        report, facts = '{"rows": [{"level": "high", "score": 0.0}]}', {"severity": "High"}
        words = ("another-reading", "severity", [{"at": "/rows/0", "severity": {"label": "low"}}])
        self.holds(*words, facts=facts, report=report, record_has={"score": "0.0"})
        self.fails(*words, facts=facts, report=report, record_has={"score": "1.0"})
        self.fails(*words, facts=facts, report=report)
        self.holds("another-reading", "count-fewer", [], notes=[{"level": "warning", "code": "x"}], noted="x")
        self.fails("another-reading", "count-fewer", [], noted="x")
        self.fails("reference-adds", "count-fewer", [seen()], count=2, skipped=1, noted="x")

    def test_what_has_the_form_of_an_id_may_be_one(self):
        for ids, right in ((["CVE-2020-1"], True), (["CVE-2020-12345"], False), (["GHSA-1"], False)):
            check = self.holds if right else self.fails
            check("no-id", "vuln_ids", [seen()], facts={"vuln_ids": ids}, report=ids[0])

    def test_rows_beyond_the_header_are_all_that_is_told(self):
        rows, other = ({"level": "error", "code": "rejected-record", "text": it}
                       for it in ("line 2: 3 cells, but the header has 2", "line 3: no name"))
        self.holds("rows-beyond-header", "state", [seen()], notes=[rows])
        self.fails("rows-beyond-header", "state", [seen()], notes=[rows, other])
        self.fails("rows-beyond-header", "state", [seen()])

    def test_an_empty_report_has_no_value(self):
        for report in ("", "[]", '{"a": [[], {}], "b": null}'):
            self.holds("empty-proves-nothing", "unrecognised", [], report=report)
        for report in ('{"a": 0}', "no findings"):
            self.fails("empty-proves-nothing", "unrecognised", [], report=report)
        self.fails("empty-proves-nothing", "unrecognised", [], report="[]", count=1)

    def test_an_unfinished_report_says_so_itself(self):
        said, refused = ({"level": "warning", "code": it} for it in ("scanner-message", "rejected-record"))
        self.holds("report-unfinished", "state", [seen()], notes=[said])
        self.fails("report-unfinished", "state", [seen()], notes=[said, refused])

    def test_the_second_figure_counts_neither_another_reading_nor_empty_reports(self):
        def verdict(cause):
            one = corpus_quality.Verdict("t/f", "t", reading.Outcome("complete"), True, 0, differs={"severity": "x"})
            one.entries["severity"] = corpus_quality.Entry("t", ["severity"], cause, "for the test")
            return one
        them = [verdict(it) for it in ("not-in-report", "another-reading", "not-read", "empty-proves-nothing")]
        figures = dict(it.split(": ", 1) for it in corpus_quality.totals(them))
        self.assertTrue(figures["agreement in what stands in the report"].startswith("1 of 3 "), figures)
        self.assertTrue(figures["literal agreement with the reference"].startswith("0 of 4 "), figures)


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


class Refused(unittest.TestCase):
    def said_of(self, state, text, **more):
        return samples_quality.refused_as(reading.Outcome(state, notes=[{"level": "error", "text": text}], **more))

    def test_a_hint_names_the_output(self):
        hint = "plain text that looks like Grype's table: run it with `-o json`; gatepost formats lists what can be read"
        self.assertEqual(self.said_of("unrecognised", hint), "Grype's table: run it with `-o json`")

    def test_a_failed_tool_is_named_by_its_format(self):
        self.assertEqual(self.said_of("tool-error", "405", format="npm-audit-v2"), "npm-audit-v2: 405")

    def test_nothing_is_said_of_others(self):
        self.assertFalse(self.said_of("unrecognised", "plain text, which no known format has; see gatepost formats"))
        self.assertFalse(self.said_of("complete", "that looks like X: do; gatepost formats lists"))


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
