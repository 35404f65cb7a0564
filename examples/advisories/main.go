// Builds a small Trivy vulnerability database out of advisories.json:  go run . DIRECTORY
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	bolt "go.etcd.io/bbolt"
)

type row struct {
	Ecosystem, Package, CVE, GHSA, Vulnerable, Patched, Severity, Vector, Title string
	Score                                                                       float64
	CWE                                                                         []int
}

// Trivy's own numbers.
var severities = map[string]int{"low": 1, "medium": 2, "high": 3, "critical": 4}
var buckets = map[string]string{
	"npm": "npm::GitHub Security Advisory npm",
	"pip": "pip::GitHub Security Advisory Pip",
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "advisories:", err)
		os.Exit(1)
	}
}

func put(tx *bolt.Tx, key string, value any, path ...string) {
	bucket, err := tx.CreateBucketIfNotExists([]byte(path[0]))
	must(err)
	for _, name := range path[1:] {
		bucket, err = bucket.CreateBucketIfNotExists([]byte(name))
		must(err)
	}
	bytes, err := json.Marshal(value)
	must(err)
	must(bucket.Put([]byte(key), bytes))
}

func main() {
	if len(os.Args) != 2 {
		must(fmt.Errorf("usage: go run . DIRECTORY"))
	}
	folder := filepath.Join(os.Args[1], "db")
	must(os.MkdirAll(folder, 0o755))
	text, err := os.ReadFile("advisories.json")
	must(err)
	var rows []row
	must(json.Unmarshal(text, &rows))

	db, err := bolt.Open(filepath.Join(folder, "trivy.db"), 0o644, &bolt.Options{Timeout: time.Second})
	must(err)
	must(db.Update(func(tx *bolt.Tx) error {
		for ecosystem, bucket := range buckets {
			put(tx, bucket, map[string]string{"ID": "ghsa", "Name": "GitHub Security Advisory " + ecosystem,
				"URL": "https://github.com/advisories?query=type%3Areviewed"}, "data-source")
		}
		for _, it := range rows {
			cwes := []string{}
			for _, number := range it.CWE {
				cwes = append(cwes, fmt.Sprintf("CWE-%d", number))
			}
			put(tx, it.CVE, map[string]any{"PatchedVersions": []string{it.Patched}, "VulnerableVersions": []string{it.Vulnerable}},
				buckets[it.Ecosystem], it.Package)
			put(tx, it.CVE, map[string]any{"Title": it.Title, "Description": it.Title + ".",
				"VendorSeverity": map[string]int{"ghsa": severities[it.Severity]},
				"CVSS":           map[string]any{"ghsa": map[string]any{"V3Vector": it.Vector, "V3Score": it.Score}},
				"CweIDs":         cwes,
				"References": []string{"https://github.com/advisories/" + it.GHSA,
					"https://nvd.nist.gov/vuln/detail/" + it.CVE}}, "vulnerability")
		}
		return nil
	}))
	must(db.Close())
	must(os.WriteFile(filepath.Join(folder, "metadata.json"),
		[]byte(`{"Version":2,"NextUpdate":"2099-01-01T00:00:00Z","UpdatedAt":"2026-05-12T00:00:00Z","DownloadedAt":"2026-05-12T00:00:00Z"}`), 0o644))
}
