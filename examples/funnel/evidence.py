"""What is known beside the reports: feeds, what was seen at run time, and what vendors say."""
import json

from world import TODAY


def lines(records):
    return "".join(json.dumps(it) + "\n" for it in records)


def known_cves(world):
    flaws = {it.flaw.cve: it.flaw for it in world.findings if it.flaw.cve}
    return [flaws[cve] for cve in sorted(flaws)]


def epss(world):
    rows = "".join(f"{it.cve},{it.epss_ppm / 1e6:.6f},{min(0.999, 0.3 + it.epss_ppm / 1e6):.6f}\n"
                   for it in known_cves(world))
    return f"#model_version:v2025.03.14,score_date:{TODAY}T12:00:00Z\ncve,epss,percentile\n" + rows


def kev(world):
    listed = [{"cveID": it.cve, "vendorProject": "Example", "product": "invented", "vulnerabilityName": it.what,
               "dateAdded": "2026-09-01", "shortDescription": it.what, "requiredAction": "Apply updates.",
               "dueDate": "2026-09-22", "knownRansomwareCampaignUse": "Unknown", "notes": ""}
              for it in known_cves(world) if it.kev]
    catalogue = {"title": "an invented catalogue of known exploited vulnerabilities", "catalogVersion": "2026.11.20",
                 "dateReleased": f"{TODAY}T10:00:00.000Z", "count": len(listed), "vulnerabilities": listed}
    return json.dumps(catalogue, indent=1) + "\n"


def vulnrichment(world):
    """CVE records with the container of CISA's coordinators, one a line."""
    def record(flaw):
        options = [{"Exploitation": "active" if flaw.kev else "poc"},
                   {"Automatable": "yes" if "AC:L/PR:N/UI:N" in flaw.vector else "no"},
                   {"Technical Impact": "total" if "C:H/I:H" in flaw.vector else "partial"}]
        decision = {"id": flaw.cve, "role": "CISA Coordinator", "options": options, "version": "2.0.3",
                    "timestamp": f"{TODAY}T09:00:00.000000Z"}
        return {"dataType": "CVE_RECORD", "dataVersion": "5.1", "cveMetadata": {"cveId": flaw.cve, "state": "PUBLISHED"},
                "containers": {"adp": [{"title": "CISA ADP Vulnrichment",
                                        "metrics": [{"other": {"type": "ssvc", "content": decision}}]}]}}
    return lines(record(it) for it in known_cves(world) if it.kev or it.poc)


def files(world):
    """Path and text of everything that a pipeline fetches."""
    yield "feeds/epss.csv", epss(world)
    yield "feeds/kev.json", kev(world)
    yield "feeds/vulnrichment.jsonl", vulnrichment(world)
