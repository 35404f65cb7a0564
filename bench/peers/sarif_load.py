#!/usr/bin/env python3
"""What a script does with a SARIF file: load all of it, and count the results with different rule, file and line."""
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    report = json.load(file)
seen = set()
for run in report["runs"]:
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]
        seen.add((result["ruleId"], place["artifactLocation"]["uri"], place["region"]["startLine"]))
print(len(seen))
