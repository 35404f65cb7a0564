#!/usr/bin/env python3
"""What a script does with a scanner's report: load all of it by the standard library, and look at each value once.

    report_load.py load|walk FILE        JSON, JSON lines, XML or CSV, by the name's end
"""
import csv
import json
import sys
import xml.etree.ElementTree


def load(path):
    with open(path, encoding="utf-8", newline="") as file:
        if path.endswith(".json"):
            return json.load(file)
        if path.endswith(".jsonl"):
            return [json.loads(line) for line in file]
        if path.endswith(".csv"):
            return list(csv.DictReader(file, delimiter=";"))
        return xml.etree.ElementTree.parse(file).getroot()


def values(value):
    if isinstance(value, dict):
        return 1 + sum(map(values, value.values()))
    if isinstance(value, list):
        return 1 + sum(map(values, value))
    if isinstance(value, xml.etree.ElementTree.Element):
        return 1 + len(value.attrib) + sum(map(values, value))
    return 1


document = load(sys.argv[2])
print(values(document) if sys.argv[1] == "walk" else len(document))
