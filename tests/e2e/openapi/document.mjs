// The OpenAPI document, and validators made of it that let no field pass which it does not have.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const require = createRequire(new URL('../../../dashboard/package.json', import.meta.url));
const Ajv = require('ajv/dist/2020').default;

export const kFile = 'tracker-server/http/openapi.json';
export const source = readFileSync(new URL(`../../../${kFile}`, import.meta.url), 'utf8');

// Objects with named fields have no others: an answer with a field that nobody described must not pass.
function closed(node) {
  if (Array.isArray(node)) return node.map(closed);
  if (typeof node !== 'object' || node === null) return node;
  const copy = Object.fromEntries(Object.entries(node).map(([name, value]) => [name, closed(value)]));
  if (copy.type === 'object' && copy.properties && copy.additionalProperties === undefined) copy.additionalProperties = false;
  return copy;
}

export class Document {
  constructor(json) {
    this.json = json;
    this.ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
    const { components } = json;
    this.ajv.addSchema({ components: { ...components, schemas: closed(components.schemas) } }, 'api');
    this.validators = new Map();
  }

  // { id, method, path, operation } of each operation.
  operations() {
    return Object.entries(this.json.paths).flatMap(([path, item]) => Object.entries(item)
      .filter(([method]) => method !== 'parameters')
      .map(([method, operation]) => ({ id: operation.operationId, method: method.toUpperCase(), path, operation })));
  }

  resolve(node) {
    if (!node?.$ref) return node;
    return node.$ref.slice(2).split('/').reduce((at, part) => at[part], this.json);
  }

  // The answers that an operation may give: status → response.
  responses(operation) {
    return new Map(Object.entries(operation.responses).map(([status, response]) => [Number(status), this.resolve(response)]));
  }

  // What is wrong with `value` as this schema; '' if nothing is.
  objection(schema, value) {
    const key = JSON.stringify(schema);
    if (!this.validators.has(key)) {
      const local = JSON.parse(JSON.stringify(closed(schema)).replaceAll('"#/components', '"api#/components'));
      this.validators.set(key, this.ajv.compile(local));
    }
    const validate = this.validators.get(key);
    return validate(value) ? '' : this.ajv.errorsText(validate.errors.slice(0, 5), { dataVar: 'answer' });
  }

  schemaObjection(name, value) {
    return this.objection({ $ref: `#/components/schemas/${name}` }, value);
  }
}
