/** A schema as JSON; what is not named here is carried along. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  /** Absent or a schema: what is closed to further fields is a request, and stays as it is. */
  readonly additionalProperties?: Schema;
  readonly propertyNames?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly 'x-extensible-enum'?: readonly unknown[];
}

export type Schemas = Readonly<Record<string, Schema>>;

const PREFIX = '#/components/schemas/';

/** The component that a reference names, or the schema itself. */
function resolved(schema: Schema, components: Schemas): Schema {
  const { $ref } = schema;
  if ($ref === undefined) return schema;
  const component = components[$ref.slice(PREFIX.length)];
  if (!component) throw new Error(`${$ref} is not there`);
  return component;
}

/** The names of the components that a schema is one of. */
export const alternativesOf = (schema: Schema): string[] =>
  (schema.oneOf ?? [schema]).map(({ $ref }) => $ref?.slice(PREFIX.length) ?? '');

/**
 * What a generated client can decode for as long as replies only gain fields and codes: no alternatives, no constants,
 * and lists of codes as open strings that name the codes of today.
 */
export function opened(schema: Schema, components: Schemas): Schema {
  if (schema.oneOf) return opened(merged(schema.oneOf, components), components);
  if (schema.anyOf) return nullable(schema, components);
  const { const: constant, enum: codes = constant === undefined ? [] : [constant], ...rest } = schema;
  if (schema.type === 'boolean') return rest;
  if (codes.length > 0) return openString(rest, codes);
  const { properties, items, additionalProperties, propertyNames, ...flat } = withFormat(rest);
  const inner = (part: Schema) => opened(part, components);
  return {
    ...flat,
    ...(properties && { properties: mapped(properties, inner) }),
    ...(items && { items: inner(items) }),
    ...(additionalProperties && { additionalProperties: inner(additionalProperties) }),
  };
}

/** `null` as one more type: of all ways to say it, the one that every generator understands. */
function nullable({ anyOf = [], ...rest }: Schema, components: Schemas): Schema {
  const [value, ...others] = anyOf.filter(({ type }) => type !== 'null');
  if (!value || others.length > 0) throw new Error('only a value or null can be published');
  const schema = opened(resolved(value, components), components);
  return { ...schema, ...rest, type: [schema.type as string, 'null'] };
}

function openString(schema: Schema, codes: readonly unknown[]): Schema {
  const today = `${codes.map((code) => `\`${code}\``).join(', ')}; more may come`;
  const description = schema.description ? `${schema.description}. Today ${today}` : `Today ${today}`;
  return { ...schema, description, 'x-extensible-enum': codes };
}

/** Counters outgrow 32 bits, and a number without format is a decimal of any length to some generators. */
export function withFormat(schema: Schema): Schema {
  if (schema.type === 'number') return { ...schema, format: 'double' };
  if (schema.type !== 'integer') return schema;
  return { ...schema, format: (schema.maximum ?? Infinity) < 2 ** 31 ? 'int32' : 'int64' };
}

/** One schema that every value of these schemas fits: a field that one of them can do without is optional. */
export function merged(schemas: readonly Schema[], components: Schemas): Schema {
  const [first, ...others] = distinct(schemas);
  if (!first) throw new Error('nothing to merge');
  if (others.length === 0) return first;
  const parts = [first, ...others].map((schema) => resolved(schema, components));
  const [{ type } = {}] = parts;
  if (parts.some((part) => part.type !== type)) throw new Error('values of different types cannot be merged');
  if (type === 'object') return mergedObject(parts, components);
  if (type === 'array') return mergedArray(parts, components);
  return { ...parts[0], ...mergedCodes(parts) };
}

function mergedObject(parts: readonly Schema[], components: Schemas): Schema {
  const names = [...new Set(parts.flatMap(({ properties = {} }) => Object.keys(properties)))];
  const schemasOf = (name: string) => parts.flatMap(({ properties }) => properties?.[name] ?? []);
  const isRequired = (name: string) => parts.every(({ required = [] }) => required.includes(name));
  const required = names.filter(isRequired);
  return {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, merged(schemasOf(name), components)])),
    ...(required.length > 0 && { required }),
  };
}

function mergedArray(parts: readonly Schema[], components: Schemas): Schema {
  return {
    type: 'array',
    items: merged(
      parts.flatMap(({ items }) => items ?? []),
      components,
    ),
  };
}

function mergedCodes(parts: readonly Schema[]): Schema {
  const { const: _, ...rest } = parts[0] as Schema;
  const codes = parts.flatMap((part) => part.enum ?? (part.const === undefined ? [] : [part.const]));
  return codes.length > 0 ? { ...rest, enum: [...new Set(codes)] } : rest;
}

function distinct(schemas: readonly Schema[]): Schema[] {
  return [...new Map(schemas.map((schema) => [JSON.stringify(schema), schema])).values()];
}

const mapped = (schemas: Schemas, change: (schema: Schema) => Schema): Schemas =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, change(schema)]));
