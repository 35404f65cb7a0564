const express = require('express');
const fs = require('fs');
const _ = require('lodash');
const mysql = require('mysql');
const notify = require('./notify');

const app = express();
const pool = mysql.createPool({ host: 'db', user: 'shop', database: 'shop' });

app.get('/orders/:id', (req, res) => {
  pool.query('SELECT * FROM orders WHERE id = ?', [req.params.id], (error, rows) => {
    if (error) return res.status(500).end();
    res.json(rows);
  });
});

app.get('/search', (req, res) => {
  const wanted = new RegExp(req.query.q);
  pool.query('SELECT name FROM products', (error, rows) => {
    if (error) return res.status(500).end();
    res.json(rows.filter((row) => wanted.test(row.name)));
  });
});

app.get('/manual', (req, res) => {
  res.send(fs.readFileSync('/srv/manuals/' + req.query.name));
});

app.post('/preferences', express.json(), (req, res) => {
  const preferences = _.merge({}, req.body);
  notify('preferences changed');
  res.json(preferences);
});

app.listen(3000);
