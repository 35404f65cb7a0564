// Atlassian Document Format: what gatepost writes of it, in our own words, and the vendor's schema beside it when that is there.
import { existsSync, readFileSync } from 'node:fs';
import Ajv2019 from 'ajv/dist/2019.js';

const text = {
  type: 'object', additionalProperties: false, required: ['type', 'text'],
  properties: {
    type: { const: 'text' }, text: { type: 'string', minLength: 1 },
    marks: { type: 'array', items: { anyOf: [
      { type: 'object', additionalProperties: false, required: ['type'], properties: { type: { enum: ['strong', 'em', 'code'] } } },
      { type: 'object', additionalProperties: false, required: ['type', 'attrs'], properties: { type: { const: 'link' }, attrs: { type: 'object', required: ['href'], additionalProperties: false, properties: { href: { type: 'string', pattern: '^https://' } } } } },
    ] } },
  },
};
const node = (type, content, more = {}) => ({ type: 'object', additionalProperties: false, required: ['type', 'content'], properties: { type: { const: type }, content, ...more } });
const paragraph = node('paragraph', { type: 'array', items: text });
const heading = node('heading', { type: 'array', items: text }, { attrs: { type: 'object', additionalProperties: false, required: ['level'], properties: { level: { type: 'integer', minimum: 1, maximum: 6 } } } });
const item = node('listItem', { type: 'array', minItems: 1, items: paragraph });
const list = node('bulletList', { type: 'array', minItems: 1, items: item });
const OWN = { type: 'object', additionalProperties: false, required: ['type', 'version', 'content'], properties: { type: { const: 'doc' }, version: { const: 1 }, content: { type: 'array', items: { anyOf: [paragraph, heading, list] } } } };

// A function that says what is wrong with a document, as a list of texts.
export function adf_judge(shared) {
  const ajv = () => new Ajv2019.default({ strict: false, allErrors: false });
  const judges = [ajv().compile(OWN)];
  const vendor = shared && `${shared}/contracts/jira/adf-v1-full.schema.json`;
  if (vendor && existsSync(vendor)) {
    const schema = JSON.parse(readFileSync(vendor, 'utf8'));
    delete schema.$schema; // of draft 4; nothing in it means something else today
    judges.push(ajv().compile(schema));
  }
  return (document) => judges.flatMap((judge) => (judge(document) ? [] : judge.errors.slice(0, 3).map((it) => `${it.instancePath} ${it.message}`)));
}

// The words of a document, a line a block: for tests.
export function words_of(document) {
  if (typeof document === 'string') return document;
  const below = (it) => it.text ?? (it.content ?? []).map(below).join(it.type === 'doc' || it.type.endsWith('List') ? '\n' : '');
  return below(document);
}
