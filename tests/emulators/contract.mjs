// A vendor's OpenAPI 3.0 document as a judge of requests and answers.
//
// Servers ignore what they do not know; this judge does not: request objects are closed, unknown query parameters are refused.
import { readFileSync } from 'node:fs';
import Ajv2019 from 'ajv/dist/2019.js';
import addFormats from 'ajv-formats';

const METHODS = ['get', 'post', 'put', 'patch', 'delete', 'head'];
const COMPOSITIONS = ['allOf', 'anyOf', 'oneOf'];
const NOT_JSON_SCHEMA = new Set(['nullable', 'discriminator', 'example', 'xml', 'externalDocs', 'deprecated', 'readOnly', 'writeOnly']);
const MAX_DEPTH = 60;

export class Contract {
  // `files`: paths of OpenAPI documents; a later one may only add operations.
  constructor(...files) {
    this.documents = files.map((file) => JSON.parse(readFileSync(file, 'utf8')));
    this.version = this.documents[0].info.version;
    this.ajv = new Ajv2019.default({ strict: false, allErrors: true, coerceTypes: false, validateFormats: true });
    addFormats.default(this.ajv);
    this.routes = this.documents.flatMap((document) => routes_of(document));
    this.routes.sort((a, b) => b.rank - a.rank || a.template.length - b.template.length);
    this.compiled = new Map();
  }

  // {operation, params} of a request, or {allow} with the methods the path knows, or null.
  find(method, path) {
    const allow = [];
    for (const route of this.routes) {
      const match = route.pattern.exec(path);
      if (!match) continue;
      const operation = route.operations[method.toLowerCase()];
      if (operation) return { operation, params: named(route.names, match) };
      allow.push(...Object.keys(route.operations).map((it) => it.toUpperCase()));
    }
    return allow.length ? { allow } : null;
  }

  // What is wrong with a request, as a list of {where, text}.
  request(operation, params, query, body, contentType) {
    return [
      ...this.#parameters(operation, 'path', params),
      ...this.#parameters(operation, 'query', query),
      ...this.#body(operation, body, contentType),
    ];
  }

  // What is wrong with an answer. A status that the document does not declare is measured by the vendor's general error shapes.
  response(operation, status, body, errorSchemas = []) {
    const declared = operation.spec.responses[status] ?? operation.spec.responses[`${String(status)[0]}XX`];
    if (!declared) {
      if (status < 400) return [{ where: 'status', text: `${status} is not declared for ${operation.key}` }];
      return this.#fits_any(operation.document, errorSchemas, body)
        ? []
        : [{ where: 'body', text: `${status} of ${operation.key} does not have the general shape of an error` }];
    }
    const content = this.#resolve(operation.document, declared).content;
    const schema = content && json_schema_of(content);
    if (!schema || body === undefined) return [];
    const validate = this.#compile(operation, `response ${status}`, () => to_json_schema(operation.document, schema, { closed: false }));
    if (validate(body)) return [];
    if (status >= 400 && this.#fits_any(operation.document, errorSchemas, body)) return [];
    return texts(validate.errors, 'body');
  }

  // The schema of a successful answer.
  answer_schema(operation, status) {
    const declared = operation.spec.responses[status];
    const content = declared && this.#resolve(operation.document, declared).content;
    return content ? json_schema_of(content) : undefined;
  }

  // `partial` completed by every required member that it lacks, so that handlers say only what matters.
  fill(operation, status, partial) {
    const schema = this.answer_schema(operation, status);
    return schema ? fill(operation.document, schema, partial, 0) : partial;
  }

  #resolve(document, value) {
    return value.$ref ? follow(document, value.$ref) : value;
  }

  #parameters(operation, place, given) {
    const declared = operation.parameters.filter((it) => it.in === place);
    const errors = [];
    for (const name of Object.keys(given)) {
      if (!declared.some((it) => it.name === name || it.name === `${name}[]` || `${it.name}[]` === name)) {
        errors.push({ where: `${place}.${name}`, text: 'unknown query parameter' });
      }
    }
    for (const it of declared) {
      const value = given[it.name];
      if (value === undefined) {
        if (it.required) errors.push({ where: `${place}.${it.name}`, text: 'is missing' });
        continue;
      }
      const schema = to_json_schema(operation.document, it.schema ?? {}, { closed: false });
      const validate = this.#compile(operation, `${place} ${it.name}`, () => schema);
      if (!readings(value, schema).some((reading) => validate(reading))) errors.push(...texts(validate.errors, `${place}.${it.name}`));
    }
    return errors;
  }

  #body(operation, body, contentType) {
    const declared = operation.spec.requestBody && this.#resolve(operation.document, operation.spec.requestBody);
    if (!declared) {
      const empty = body === undefined || (typeof body === 'object' && body !== null && Object.keys(body).length === 0);
      return empty ? [] : [{ where: 'body', text: 'no body is allowed here' }];
    }
    if (body === undefined) return declared.required ? [{ where: 'body', text: 'is missing' }] : [];
    const errors = [];
    if (!/^application\/json\b/.test(contentType ?? '')) errors.push({ where: 'header.content-type', text: `must be application/json, is ${contentType}` });
    const schema = json_schema_of(declared.content);
    if (!schema) return errors;
    const validate = this.#compile(operation, 'body', () => to_json_schema(operation.document, schema, { closed: true }));
    if (!validate(body)) errors.push(...texts(validate.errors, 'body'));
    return errors;
  }

  #fits_any(document, names, body) {
    return names.some((name) => {
      const key = `component ${name}`;
      const operation = { document, key };
      return this.#compile(operation, 'component', () => to_json_schema(document, { $ref: `#/components/schemas/${name}` }, { closed: false }))(body);
    });
  }

  #compile(operation, part, make) {
    const key = `${operation.key} ${part}`;
    if (!this.compiled.has(key)) this.compiled.set(key, this.ajv.compile(make()));
    return this.compiled.get(key);
  }
}

// A function that judges a value by one schema of a document.
export function validator(document, schema) {
  const ajv = new Ajv2019.default({ strict: false, allErrors: true });
  addFormats.default(ajv);
  return ajv.compile(to_json_schema(document, schema, { closed: false }));
}

// --- routes ---------------------------------------------------------------------------------------------------------

function routes_of(document) {
  return Object.entries(document.paths).map(([template, item]) => {
    const operations = {};
    const multi = new Set();
    for (const method of METHODS) {
      const spec = item[method];
      if (!spec) continue;
      const parameters = [...(item.parameters ?? []), ...(spec.parameters ?? [])].map((it) => (it.$ref ? follow(document, it.$ref) : it));
      for (const it of parameters) if (it['x-multi-segment']) multi.add(it.name);
      operations[method] = { key: `${method.toUpperCase()} ${template}`, template, method: method.toUpperCase(), spec, parameters, document };
    }
    const names = [];
    const pattern = template.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{(\w+)\}/g, (_, name) => {
      names.push(name);
      return multi.has(name) ? '(.+)' : '([^/]+)';
    });
    // Literal segments go before parameters, and those before parameters that may hold a slash.
    const rank = template.split('/').reduce((sum, it) => sum + (it.includes('{') ? (multi.has(it.slice(1, -1)) ? 0 : 1) : 10), 0);
    return { template, operations, names, pattern: new RegExp(`^${pattern}$`), rank };
  });
}

const named = (names, match) => Object.fromEntries(names.map((name, i) => [name, decode(match[i + 1])]));

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function follow(document, reference) {
  let at = document;
  for (const step of reference.replace(/^#\//, '').split('/')) at = at?.[step.replace(/~1/g, '/').replace(/~0/g, '~')];
  if (at === undefined) throw new Error(`the document has no ${reference}`);
  return at.$ref ? follow(document, at.$ref) : at;
}

const json_schema_of = (content) => (content['application/json'] ?? content['application/json; charset=utf-8'] ?? Object.values(content).find((it) => it.schema?.type === 'object'))?.schema;

// Path and query hold text; a schema may mean a number, a boolean or a list.
function readings(value, schema) {
  const all = [value];
  if (typeof value !== 'string') return all;
  if (/^-?\d+$/.test(value)) all.unshift(Number(value));
  if (value === 'true' || value === 'false') all.unshift(value === 'true');
  if (schema.type === 'array') all.unshift(value.split(','));
  return all;
}

const texts = (errors, where) =>
  (errors ?? []).map((it) => {
    const detail = it.keyword === 'enum' ? ` [${it.params.allowedValues.join(',')}]` : it.keyword.startsWith('unevaluated') || it.keyword === 'additionalProperties' ? ` ${JSON.stringify(it.params)}` : '';
    return { where: `${where}${it.instancePath}`, text: `${it.message}${detail}`, keyword: it.keyword, params: it.params };
  });

// --- OpenAPI 3.0 to JSON Schema 2019-09 ---------------------------------------------------------------------------------

// With `closed`, an object that names its members has no others. The members of a composition are closed together, at its outside.
function to_json_schema(document, schema, { closed }) {
  const definitions = {};
  const reference = (name) => {
    const key = name.replace(/[^\w.-]/g, '_');
    if (!(key in definitions)) {
      definitions[key] = true; // a schema that refers to itself finds this
      definitions[key] = convert(follow(document, `#/components/schemas/${name}`), false);
    }
    return { $ref: `#/$defs/${key}` };
  };
  const convert = (it, inside, trail = []) => {
    if (it === true || it === false || it === undefined) return it ?? {};
    if (it.$ref) {
      const name = it.$ref.split('/').pop();
      if (!closed) return reference(name);
      return trail.includes(name) || trail.length > MAX_DEPTH ? {} : convert(follow(document, it.$ref), inside, [...trail, name]);
    }
    const to = {};
    for (const [key, value] of Object.entries(it)) {
      if (NOT_JSON_SCHEMA.has(key) || key.startsWith('x-')) continue;
      if (COMPOSITIONS.includes(key)) to[key] = value.map((one) => convert(one, true, trail));
      else if (key === 'properties') to[key] = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, convert(one, false, trail)]));
      else if (key === 'items' || key === 'not' || (key === 'additionalProperties' && typeof value === 'object')) to[key] = convert(value, false, trail);
      else if (key === 'exclusiveMinimum' && value === true) to.exclusiveMinimum = it.minimum;
      else if (key === 'exclusiveMaximum' && value === true) to.exclusiveMaximum = it.maximum;
      else if (value !== false || !key.startsWith('exclusive')) to[key] = value;
    }
    const names_members = 'properties' in to || COMPOSITIONS.some((key) => to[key]?.some((one) => 'properties' in one));
    if (closed && !inside && names_members && to.additionalProperties === undefined) to.unevaluatedProperties = false;
    return it.nullable ? or_null(to) : to;
  };
  const root = convert(schema, false);
  return Object.keys(definitions).length ? { ...root, $defs: definitions } : root;
}

function or_null(schema) {
  if (schema.enum && !schema.enum.includes(null)) return { anyOf: [schema, { type: 'null' }] };
  if (typeof schema.type === 'string' && !COMPOSITIONS.some((key) => schema[key])) return { ...schema, type: [schema.type, 'null'] };
  if (COMPOSITIONS.some((key) => schema[key])) return { anyOf: [schema, { type: 'null' }] };
  return schema;
}

// --- filling ------------------------------------------------------------------------------------------------------------

function fill(document, schema, partial, depth) {
  if (!schema || depth > MAX_DEPTH) return partial;
  if (schema.$ref) return fill(document, follow(document, schema.$ref), partial, depth + 1);
  if (partial === null) return null;
  if (partial === undefined && schema.nullable) return null;
  if (partial === undefined && schema.enum) return schema.enum[0];
  if (Array.isArray(partial)) return partial.map((it) => fill(document, schema.items, it, depth + 1));
  if (partial !== undefined && typeof partial !== 'object') return partial;
  const choice = schema.anyOf ?? schema.oneOf;
  if (choice) return fill(document, best_choice(document, choice, partial), partial, depth + 1);
  if (schema.allOf) return schema.allOf.reduce((done, one) => fill(document, one, done, depth + 1), partial);
  if (schema.type === 'object' || schema.properties || typeof partial === 'object') return fill_object(document, schema, partial ?? {}, depth);
  return plain_value(schema);
}

// The alternative that knows most of the members already there.
function best_choice(document, choice, partial) {
  const keys = Object.keys(partial ?? {});
  const known = (it) => {
    const schema = it.$ref ? follow(document, it.$ref) : it;
    return keys.filter((key) => schema.properties && key in schema.properties).length;
  };
  return choice.reduce((best, it) => (known(it) > known(best) ? it : best));
}

function fill_object(document, schema, partial, depth) {
  const filled = { ...partial };
  for (const key of schema.required ?? []) {
    if (filled[key] === undefined) filled[key] = fill(document, schema.properties?.[key] ?? {}, undefined, depth + 1);
  }
  for (const [key, value] of Object.entries(partial)) {
    const member = schema.properties?.[key];
    if (member && value !== null && typeof value === 'object') filled[key] = fill(document, member, value, depth + 1);
  }
  return filled;
}

function plain_value(schema) {
  switch (schema.type) {
    case 'integer':
    case 'number':
      return schema.minimum ?? 0;
    case 'boolean':
      return false;
    case 'array':
      return [];
    case 'string':
      if (schema.format === 'date-time') return '2020-01-01T00:00:00Z';
      if (schema.format === 'date') return '2020-01-01';
      if (schema.format === 'uri') return 'http://127.0.0.1/';
      if (schema.format === 'email') return 'nobody@example.com';
      return schema.pattern ? 'a' : '';
    default:
      return null;
  }
}
