#!/usr/bin/env python3
"""What a server that keeps findings does at least, written with Django: loads the report as report_import.py does, looks whether a
finding with the same hash is stored, and saves it as a row with its names. The database is in memory, all is one transaction, and
nothing else is done for a finding: no validation, no signals, no jobs, no requests.

    report_store.py SHAPE FILE        a shape of bench/support/gen_reports.py; Django must be importable
"""
import sys

import django
from django.conf import settings

from report_import import SHAPES, key_of

settings.configure(DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
                   DEFAULT_AUTO_FIELD="django.db.models.BigAutoField")
django.setup()

from django.db import connection, models, transaction  # noqa: E402  (needs the settings)


class Finding(models.Model):
    hash_code = models.CharField(max_length=64, db_index=True)
    rule = models.TextField()
    title = models.CharField(max_length=511)
    severity = models.CharField(max_length=20, db_index=True)
    description = models.TextField()
    file_path = models.TextField()
    line = models.IntegerField()
    component_name = models.TextField()
    component_version = models.TextField()
    mitigation = models.TextField()
    cwe = models.IntegerField()
    cvss = models.TextField()
    references = models.TextField()

    class Meta:
        app_label = "bench"


class VulnerabilityId(models.Model):
    finding = models.ForeignKey(Finding, on_delete=models.CASCADE)
    name = models.TextField()

    class Meta:
        app_label = "bench"


def main():
    with connection.schema_editor() as schema:
        schema.create_model(Finding)
        schema.create_model(VulnerabilityId)
    with transaction.atomic():
        for it in SHAPES[sys.argv[1]](sys.argv[2]):
            code = key_of(it)
            if Finding.objects.filter(hash_code=code).exists():
                continue
            names = it.pop("vulnerability_ids")
            row = Finding(hash_code=code, **it)
            row.save()
            for name in names:
                VulnerabilityId(finding=row, name=name).save()
    print(Finding.objects.count())


main()
