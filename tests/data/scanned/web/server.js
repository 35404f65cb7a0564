const express = require('express');
const { exec } = require('child_process');
const fs = require('fs');
const _ = require('lodash');
const mysql = require('mysql');
const app = express();

const API_KEY = '@SLACK_TOKEN@';

app.get('/ping', (req, res) => {
  exec('ping -c 1 ' + req.query.host, (err, out) => res.send(out));
});

app.get('/file', (req, res) => {
  res.send(fs.readFileSync('/data/' + req.query.name));
});

app.get('/eval', (req, res) => {
  res.send(String(eval(req.query.code)));
});

app.get('/user', (req, res) => {
  const db = mysql.createConnection({ password: 'changeme' });
  db.query("SELECT * FROM users WHERE id = '" + req.query.id + "'", (e, r) => res.json(r));
});

app.get('/match', (req, res) => {
  const re = new RegExp(req.query.re);
  res.send(String(re.test('aaaaaaaaaaaaaaaaaaaaaaaaaaaa')) + /(a+)+$/.test(req.query.s));
});

app.post('/merge', (req, res) => {
  const o = {};
  o[req.query.k] = req.query.v;
  res.json(_.merge({}, JSON.parse(req.query.j), o));
});

app.listen(3000);
