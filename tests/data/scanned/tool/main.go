// Command tool prints the labels of parcels.
package main

import (
	"crypto/md5"
	"crypto/tls"
	"database/sql"
	"fmt"
	"io/ioutil"
	"math/rand"
	"net/http"
	"os"
	"os/exec"

	"golang.org/x/text/language"
)

var password = "changeme"

func label(db *sql.DB, id string) (string, error) {
	rows, err := db.Query("SELECT name FROM parcels WHERE id = '" + id + "'")
	if err != nil {
		return "", err
	}
	defer rows.Close()
	var name string
	for rows.Next() {
		rows.Scan(&name)
	}
	return name, nil
}

func show(w http.ResponseWriter, r *http.Request) {
	tag, _ := language.Parse(r.Header.Get("Accept-Language"))
	out, _ := exec.Command("sh", "-c", "figlet "+r.URL.Query().Get("text")).Output()
	text, _ := ioutil.ReadFile("/srv/labels/" + r.URL.Query().Get("name"))
	fmt.Fprintf(w, "%s %s %s %x %d", tag, out, text, md5.Sum(text), rand.Intn(10))
	os.Chmod("/srv/labels", 0777)
}

func unused() int {
	x := 1
	x = 2
	return x
}

func main() {
	http.DefaultTransport = &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	http.HandleFunc("/", show)
	http.ListenAndServe(":8081", nil)
}
