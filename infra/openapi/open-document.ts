import { openapiDocument } from './document.ts';
import { GATEWAY_SCHEMA } from './failure-schemas.ts';
import { alternativesOf, merged, opened, type Schema, type Schemas, withFormat } from './open-schemas.ts';
import { schemaRef } from './schemas.ts';

/*
 * The document that is published, for those who generate a client from it: one shape of a page and one of a failure, open
 * strings for codes, plain booleans. It says less than the exact document, from which the types of our own client come,
 * and which the tests hold every reply against; what the exact one allows, this one allows.
 */

const FAILURE = 'Failure';
const FAILURE_PROSE =
  '`error` when the service itself answers; `message` alone when API Gateway answers before it or in its stead';

type Components = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
type Document = Readonly<Record<string, unknown>> & { readonly components: Components };

export function openDocument(): Document {
  const exact: Document = JSON.parse(JSON.stringify(openapiDocument()));
  const schemas = exact.components.schemas as Schemas;
  const failures = Object.keys(schemas).filter((name) => isFailure(name, schemas));
  const revised = withOpenReplies(exact, new Set(failures));
  const components = { ...revised.components, schemas: openSchemas(schemas, failures) };
  // Written out: what only an extension refers to counts as unused.
  const byDefault = writtenOut(revised['x-default-responses'], components);
  return withoutUnused({ ...revised, 'x-default-responses': byDefault, components });
}

const isFailure = (name: string, schemas: Schemas) =>
  name === GATEWAY_SCHEMA || schemas[name]?.properties?.success?.const === false;

function openSchemas(exact: Schemas, failures: readonly string[]): Record<string, Schema> {
  const failure = merged(failures.map(schemaRef), exact);
  const all = { ...exact, [FAILURE]: { description: FAILURE_PROSE, ...failure } };
  const published = Object.entries(all).filter(([name]) => !failures.includes(name));
  return Object.fromEntries(
    // Requests are as strict as the service: it refuses what it does not know.
    published.map(([name, schema]) => [name, name.endsWith('Request') ? schema : opened(schema, exact)]),
  );
}

/** Outside of the schemas' own components: failures all have the one schema, and numbers a format. */
function withOpenReplies(document: Document, failures: ReadonlySet<string>): Document {
  return JSON.parse(JSON.stringify(document), (key, value) => {
    if (key !== 'schema') return value;
    const isFailure = alternativesOf(value as Schema).every((name) => failures.has(name));
    return isFailure ? schemaRef(FAILURE) : withFormat(value as Schema);
  });
}

/** Without a reference to a response, or to what responses refer to. */
function writtenOut(part: unknown, components: Components): unknown {
  return JSON.parse(JSON.stringify(part), (_, value) => {
    const [, kind, name] =
      /^#\/components\/(responses|headers|examples)\/(.+)$/.exec(value?.$ref ?? '') ?? [];
    return kind && name ? writtenOut(components[kind]?.[name], components) : value;
  });
}

/** Components that nothing refers to go, and with them those that they alone referred to. */
function withoutUnused(document: Document): Document {
  const { securitySchemes = {}, ...kinds } = document.components;
  const text = JSON.stringify(document);
  const isUsed = (kind: string, name: string) => text.includes(`"#/components/${kind}/${name}"`);
  const used = Object.entries(kinds).map(([kind, parts]) => {
    return [kind, Object.fromEntries(Object.entries(parts).filter(([name]) => isUsed(kind, name)))];
  });
  const left = { ...document, components: { securitySchemes, ...Object.fromEntries(used) } };
  return JSON.stringify(left).length === text.length ? left : withoutUnused(left);
}
