import hashlib
import os
import pickle
import random
import sqlite3
import subprocess
import tempfile
import yaml
import requests
from flask import Flask, request

app = Flask(__name__)
PASSWORD = "changeme"


@app.route("/run")
def run():
    return subprocess.check_output("ls " + request.args["d"], shell=True)


@app.route("/load", methods=["POST"])
def load():
    return str(pickle.loads(request.data)) + str(yaml.load(request.data))


@app.route("/user")
def user():
    db = sqlite3.connect("x.db")
    return str(db.execute("SELECT * FROM u WHERE name = '%s'" % request.args["n"]).fetchall())


def token():
    name = tempfile.mktemp()
    os.chmod("/etc/app.conf", 0o777)
    requests.get("https://example.com", verify=False)
    return hashlib.md5(str(random.random()).encode()).hexdigest() + name


def ev(x):
    try:
        return eval(x)
    except:
        pass


if __name__ == "__main__":
    app.run(host="0.0.0.0", debug=True)
