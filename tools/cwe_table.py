#!/usr/bin/env python3
"""Writes config/rules/cwe.tsv from the CWE catalogue: what correlation and risk need of it, and nothing of its prose.

    tools/cwe_table.py CATALOGUE >config/rules/cwe.tsv
    tools/cwe_table.py CATALOGUE --classes >config/rules/cwe-classes.tsv
    tools/cwe_table.py CATALOGUE --view 1344     # categories and their members, for config/compliance/*.yaml

CATALOGUE is the XML of https://cwe.mitre.org/data/xml/cwec_latest.xml.zip, unpacked; releases of it also travel in the npm
package cwe-sdk (raw/cwe-archive.xml). The Top 25 is view 1435 of 2025, which releases before 4.19 do not have.
"""
import sys
import xml.etree.ElementTree as ElementTree

SPACE = {"c": "http://cwe.mitre.org/cwe-7"}
TOP_25 = [79, 89, 352, 862, 787, 22, 416, 125, 78, 94, 120, 434, 476, 121, 502, 122, 863, 20, 284, 200, 306, 918, 77, 639, 770]
HEADER = """\
# The weaknesses of the CWE catalogue {version} ({date}), by number. Written by tools/cwe_table.py; do not edit.
# Source: https://cwe.mitre.org/data/xml/cwec_latest.xml.zip. CWE is (C) The MITRE Corporation, used under its terms of use,
# https://cwe.mitre.org/about/termsofuse.html. rank: position in the CWE Top 25 of 2025 (view 1435).
# parents: ChildOf in view 1000 (Research Concepts). usage: of mappings to it. likelihood: of exploit. "-": none.
number\tparents\tusage\tlikelihood\trank\tname"""


CLASSES_HEADER = """\
# The weaknesses of the CWE catalogue {version} ({date}) by their class: the category of view 1400 (Comprehensive
# Categorization) that they are in; each is in exactly one. Written by tools/cwe_table.py; do not edit. Source and terms:
# see cwe.tsv.
number\tclass"""


def members(entry, view):
    return [int(it.get("CWE_ID")) for it in entry.iterfind(".//c:Has_Member", SPACE) if it.get("View_ID") == view]


def categories(catalogue, view):
    """Pairs of a category's number and the numbers in it."""
    views = {it.get("ID"): it for it in catalogue.find("c:Views", SPACE)}
    entries = {int(it.get("ID")): it for it in catalogue.find("c:Categories", SPACE)}
    return [(number, members(entries[number], view)) for number in members(views[view], view)]


def print_classes(catalogue):
    print(CLASSES_HEADER.format(version=catalogue.get("Version"), date=catalogue.get("Date")))
    classes = {}
    for number, inside in categories(catalogue, "1400"):
        for weakness in inside:
            assert classes.setdefault(weakness, number) == number, weakness
    for weakness, number in sorted(classes.items()):
        print(weakness, number, sep="\t")


def main():
    catalogue = ElementTree.parse(sys.argv[1]).getroot()
    if "--classes" in sys.argv:
        print_classes(catalogue)
    elif "--view" in sys.argv:
        for number, inside in categories(catalogue, sys.argv[-1]):
            print(f"{number}: {sorted(inside)}")
    else:
        print_weaknesses(catalogue)


def print_weaknesses(catalogue):
    print(HEADER.format(version=catalogue.get("Version"), date=catalogue.get("Date")))
    for weakness in sorted(catalogue.find("c:Weaknesses", SPACE), key=lambda it: int(it.get("ID"))):
        number = int(weakness.get("ID"))
        related = weakness.findall("c:Related_Weaknesses/c:Related_Weakness", SPACE)
        parents = sorted({int(it.get("CWE_ID")) for it in related
                          if it.get("Nature") == "ChildOf" and it.get("View_ID") == "1000"})
        usage = weakness.findtext("c:Mapping_Notes/c:Usage", "-", SPACE)
        likelihood = weakness.findtext("c:Likelihood_Of_Exploit", "-", SPACE)
        rank = str(TOP_25.index(number) + 1) if number in TOP_25 else "-"
        print(number, ",".join(map(str, parents)) or "-", usage.lower(), likelihood.lower(), rank, weakness.get("Name"),
              sep="\t")


if __name__ == "__main__":
    main()
