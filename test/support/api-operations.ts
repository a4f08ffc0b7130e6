import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What docs/openapi.json says of a request, references resolved. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly schema: Schema;
}

export interface Operation {
  readonly method: string;
  readonly path: string;
  /** What the token must carry, if anything. */
  readonly scope?: string;
  readonly query: readonly Parameter[];
  readonly body: Schema | undefined;
}

// biome-ignore lint/suspicious/noExplicitAny: a document is read by its keys
const document: any = JSON.parse(readFileSync(join(import.meta.dirname, '../../docs/openapi.json'), 'utf8'));

function resolveSchema(schema: Schema): Schema {
  const keys = schema.$ref?.split('/').slice(1);
  return keys ? keys.reduce((at, key) => at[key], document) : schema;
}

/** A schema of a request without references: its own, and those of its fields. */
function whole(schema: Schema | undefined): Schema | undefined {
  if (!schema) return undefined;
  const found = resolveSchema(schema);
  const properties = Object.entries(found.properties ?? {});
  return {
    ...found,
    properties: Object.fromEntries(properties.map(([name, part]) => [name, resolveSchema(part)])),
  };
}

export const operations: readonly Operation[] = Object.entries<object>(document.paths).flatMap(
  ([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      scope: operation['x-scope'],
      query: operation.parameters.filter((parameter: Parameter) => parameter.in === 'query'),
      body: whole(operation.requestBody?.content['application/json'].schema),
    })),
);
