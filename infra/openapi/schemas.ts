import { type ConversionConfig, toJsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema';
import * as v from 'valibot';
import {
  ArtistView,
  FreshPage,
  Pagination,
  RevokedPage,
  StalePage,
} from '../../shared/contract/artists-page.ts';
import {
  CacheStatus,
  InvalidField,
  ReconnectAction,
  SpotifyId,
  Timestamp,
} from '../../shared/contract/schemas.ts';

/** What the document describes once, by name, and refers to everywhere else. */
const NAMED = {
  Artist: ArtistView,
  CacheStatus,
  FreshPage,
  InvalidField,
  Pagination,
  ReconnectAction,
  RevokedPage,
  SpotifyId,
  StalePage,
  Timestamp,
} satisfies Record<string, v.GenericSchema>;

const CONVERSION = {
  target: 'draft-2020-12',
  definitions: NAMED,
  overrideRef: ({ referenceId }: { referenceId: string }) => schemaRef(referenceId).$ref,
  overrideSchema: ({ valibotSchema, jsonSchema }) => {
    const { type, literal } = valibotSchema as Partial<v.LiteralSchema<string | boolean, undefined>>;
    // Generators of Swift and Kotlin look at the type.
    return type === 'literal' ? { ...jsonSchema, type: typeof literal as 'string' | 'boolean' } : undefined;
  },
} satisfies ConversionConfig;

export const schemaRef = (name: string) => ({ $ref: `#/components/schemas/${name}` });

/** The schemas that the routes share. */
export function namedSchemas(): Record<string, object> {
  return toJsonSchemaDefs(NAMED, { ...CONVERSION, typeMode: 'output' });
}

/** What a client sends. */
export const requestSchema = (schema: v.GenericSchema) => converted(schema, 'input');

/** What a client receives. */
export const replySchema = (schema: v.GenericSchema) => converted(schema, 'output');

function converted(schema: v.GenericSchema, typeMode: 'input' | 'output'): object {
  const { $schema, $defs, ...rest } = toJsonSchema(schema, { ...CONVERSION, typeMode });
  return rest;
}

/** The parameters of a query, as the numbers that they mean and not as the text that they travel as. */
export function queryParameters(query: v.GenericSchema): object[] {
  const { entries } = query as v.StrictObjectSchema<Record<string, v.GenericSchema>, undefined>;
  return Object.entries(entries).map(([name, schema]) => {
    const whenLeftOut = v.safeParse(schema, undefined);
    return {
      name,
      in: 'query',
      required: !whenLeftOut.success,
      schema: { ...replySchema(schema), ...(whenLeftOut.success && { default: whenLeftOut.output }) },
    };
  });
}
