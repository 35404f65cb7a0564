// Cuts GitHub's OpenAPI document down to the operations the emulator answers.
//
//   node trim_contract.mjs FILE > contracts/github.rest.json
//
// FILE is a generated/*.json of the npm package @octokit/openapi, or an earlier cut of it. Ends with an error when an operation
// that gatepost needs is not in the document any more.
import { readFileSync } from 'node:fs';

const OPERATIONS = `
POST /app/installations/{installation_id}/access_tokens
GET /repos/{owner}/{repo}/installation
GET /app
GET /user
GET /rate_limit
GET /meta
GET /repos/{owner}/{repo}
GET /repos/{owner}/{repo}/pulls
GET /repos/{owner}/{repo}/pulls/{pull_number}
GET /repos/{owner}/{repo}/pulls/{pull_number}/files
GET /repos/{owner}/{repo}/pulls/{pull_number}/commits
GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews
POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews
GET /repos/{owner}/{repo}/pulls/{pull_number}/comments
POST /repos/{owner}/{repo}/pulls/{pull_number}/comments
POST /repos/{owner}/{repo}/pulls/{pull_number}/comments/{comment_id}/replies
GET /repos/{owner}/{repo}/pulls/comments/{comment_id}
PATCH /repos/{owner}/{repo}/pulls/comments/{comment_id}
DELETE /repos/{owner}/{repo}/pulls/comments/{comment_id}
GET /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers
POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers
DELETE /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers
GET /repos/{owner}/{repo}/issues/{issue_number}/comments
POST /repos/{owner}/{repo}/issues/{issue_number}/comments
GET /repos/{owner}/{repo}/issues/comments/{comment_id}
PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}
DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}
GET /repos/{owner}/{repo}/issues/{issue_number}/labels
POST /repos/{owner}/{repo}/issues/{issue_number}/labels
PUT /repos/{owner}/{repo}/issues/{issue_number}/labels
DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}
GET /repos/{owner}/{repo}/labels
POST /repos/{owner}/{repo}/labels
GET /repos/{owner}/{repo}/labels/{name}
POST /repos/{owner}/{repo}/check-runs
GET /repos/{owner}/{repo}/check-runs/{check_run_id}
PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}
GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations
GET /repos/{owner}/{repo}/commits/{ref}/check-runs
POST /repos/{owner}/{repo}/statuses/{sha}
GET /repos/{owner}/{repo}/commits/{ref}/status
GET /repos/{owner}/{repo}/commits/{ref}/statuses
GET /repos/{owner}/{repo}/collaborators/{username}/permission
GET /repos/{owner}/{repo}/codeowners/errors
POST /repos/{owner}/{repo}/code-scanning/sarifs
GET /repos/{owner}/{repo}/code-scanning/sarifs/{sarif_id}
GET /repos/{owner}/{repo}/actions/runs
GET /repos/{owner}/{repo}/actions/runs/{run_id}
GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts
GET /repos/{owner}/{repo}/actions/artifacts
GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}
GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}
GET /repos/{owner}/{repo}/contents/{path}
GET /repos/{owner}/{repo}/git/blobs/{file_sha}
GET /repos/{owner}/{repo}/git/trees/{tree_sha}
GET /repos/{owner}/{repo}/git/commits/{commit_sha}
GET /repos/{owner}/{repo}/git/ref/{ref}
GET /repos/{owner}/{repo}/branches/{branch}
GET /repos/{owner}/{repo}/commits/{ref}
GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls
GET /repos/{owner}/{repo}/compare/{basehead}
GET /orgs/{org}/teams/{team_slug}/members
GET /orgs/{org}/teams/{team_slug}/memberships/{username}
`.trim().split('\n').map((line) => line.split(' '));

// Operations that a cut made earlier may not have.
const OPTIONAL = new Set(['/repos/{owner}/{repo}/git/blobs/{file_sha}']);
const PROSE = new Set(['description', 'summary', 'tags', 'example', 'examples', 'externalDocs', 'x-github', 'x-octokit', 'x-githubCloudOnly']);

const file = process.argv[2];
if (!file) {
  console.error('usage: node trim_contract.mjs OPENAPI.json > contracts/github.rest.json');
  process.exit(2);
}
const source = JSON.parse(readFileSync(file, 'utf8'));

const without_prose = (value, inProperties = false) => {
  if (Array.isArray(value)) return value.map((it) => without_prose(it));
  if (value === null || typeof value !== 'object') return value;
  const kept = {};
  for (const [key, it] of Object.entries(value)) {
    // A property may be called "description": only the keywords of a schema are prose.
    if (!inProperties && PROSE.has(key)) continue;
    kept[key] = without_prose(it, !inProperties && (key === 'properties' || key === 'schemas' || key === 'headers'));
  }
  return kept;
};

const paths = {};
const missing = [];
for (const [method, path] of OPERATIONS) {
  const item = source.paths[path];
  const operation = item?.[method.toLowerCase()];
  if (!operation) {
    if (!OPTIONAL.has(path)) missing.push(`${method} ${path}`);
    continue;
  }
  const cut = without_prose(operation);
  for (const response of Object.values(cut.responses)) response.description ??= '';
  paths[path] ??= item.parameters ? { parameters: without_prose(item.parameters) } : {};
  paths[path][method.toLowerCase()] = cut;
}
if (missing.length) {
  console.error(`${file} has no longer: ${missing.join(', ')}`);
  process.exit(1);
}

const components = {};
const pending = [];
const find_references = (value) => {
  if (Array.isArray(value)) value.forEach(find_references);
  else if (value && typeof value === 'object') {
    if (typeof value.$ref === 'string') pending.push(value.$ref);
    Object.values(value).forEach(find_references);
  }
};
find_references(paths);
pending.push('#/components/schemas/basic-error', '#/components/schemas/validation-error', '#/components/schemas/validation-error-simple');
while (pending.length) {
  const [, , kind, name] = pending.pop().split('/');
  if (components[kind]?.[name]) continue;
  const definition = source.components[kind]?.[name];
  if (!definition) {
    if (kind === 'schemas') continue;
    throw new Error(`no ${kind}/${name}`);
  }
  components[kind] ??= {};
  components[kind][name] = without_prose(definition);
  find_references(components[kind][name]);
}
for (const kind of Object.keys(components)) {
  components[kind] = Object.fromEntries(Object.entries(components[kind]).sort(([a], [b]) => (a < b ? -1 : 1)));
}

// One path or component a line: a diff of two versions can be read, and the file stays small.
const lines = (object) => Object.entries(object).map(([key, it]) => `${JSON.stringify(key)}: ${JSON.stringify(it)}`).join(',\n');
console.log(`{"openapi": ${JSON.stringify(source.openapi)},
"info": ${JSON.stringify({ title: 'GitHub REST API, the operations gatepost uses', version: source.info.version, license: { name: 'MIT' } })},
"paths": {
${lines(paths)}
},
"components": {
${Object.entries(components).map(([kind, it]) => `"${kind}": {\n${lines(it)}\n}`).join(',\n')}
}}`);
