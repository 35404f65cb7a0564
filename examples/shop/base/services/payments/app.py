import hashlib
import sqlite3

import requests
import yaml
from flask import Flask, jsonify, request

from ledger import append, balance

app = Flask(__name__)
RATES = "https://rates.example/latest"


def database():
    return sqlite3.connect("payments.db")


@app.route("/customers")
def customers():
    name = request.args["name"]
    rows = database().execute("SELECT id, name FROM customers WHERE name = '%s'" % name)
    return jsonify(rows.fetchall())


@app.route("/rules", methods=["POST"])
def rules():
    loaded = yaml.load(request.data)
    return jsonify(len(loaded))


@app.route("/rate/<currency>")
def rate(currency):
    answer = requests.get(RATES, params={"currency": currency}, verify=False)
    return jsonify(answer.json())


@app.route("/pay", methods=["POST"])
def pay():
    order = request.get_json()
    append(order["account"], order["amount"])
    receipt = hashlib.md5(repr(order).encode()).hexdigest()
    return jsonify({"receipt": receipt, "balance": balance(order["account"])})


if __name__ == "__main__":
    app.run(host="0.0.0.0", port=8080)
