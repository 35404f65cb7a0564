// Counting, and clients that do everything right unless told otherwise.
import { test as node_test } from 'node:test';

export const count = { passed: 0, failed: 0, skipped: 0 };

// A test; throw `Skip` to leave it out, with the reason.
export class Skip extends Error {}

export function test(name, body) {
  node_test(name, async (context) => {
    try {
      await body(context);
      count.passed += 1;
    } catch (error) {
      if (error instanceof Skip) {
        count.skipped += 1;
        console.log(`skipped: ${name}: ${error.message}`);
        return;
      }
      count.failed += 1;
      throw error;
    }
  });
}

const JSON_TYPE = { 'content-type': 'application/json' };

async function ask(url, method, body, headers) {
  const answer = await fetch(url, { method, headers, body: body === undefined ? undefined : Buffer.isBuffer(body) ? body : JSON.stringify(body), redirect: 'manual' });
  const bytes = Buffer.from(await answer.arrayBuffer());
  let json;
  try {
    json = JSON.parse(bytes.toString('utf8'));
  } catch {
    json = undefined;
  }
  return { status: answer.status, headers: Object.fromEntries(answer.headers), json, bytes, text: bytes.toString('utf8') };
}

// of(scenario): call(method, path below the repository or absolute with a leading //, body, headers to add or, with undefined, to leave out)
export function github_client(scenario, token = scenario.token) {
  const { api, graphql } = scenario.addresses();
  const usual = { authorization: `Bearer ${token}`, accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28', 'user-agent': 'self-test' };
  const all = (body, more) => Object.fromEntries(Object.entries({ ...usual, ...(body === undefined ? {} : JSON_TYPE), ...more }).filter(([, value]) => value !== undefined));
  const call = (method, path, body, more = {}) => ask(path.startsWith('//') ? api + path.slice(1) : `${api}/repos/${scenario.tenant}${path}`, method, body, all(body, more));
  call.graphql = (query, variables) => ask(graphql, 'POST', { query, variables }, all({}, {}));
  return call;
}

export function gitlab_client(scenario, token = scenario.token, header = 'private-token') {
  const { api } = scenario.addresses();
  return (method, path, body, more = {}) => {
    const headers = { [header]: token, 'user-agent': 'self-test', ...(body === undefined ? {} : JSON_TYPE), ...more };
    return ask(path.startsWith('//') ? api + path.slice(1) : `${api}/projects/${encodeURIComponent(scenario.tenant)}${path}`, method, body, Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined)));
  };
}

export const get = (url, headers = {}) => ask(url, 'GET', undefined, headers);
export const lines = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => `line ${from + i}`);
