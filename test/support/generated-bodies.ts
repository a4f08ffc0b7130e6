import fc from 'fast-check';
import type { Schema } from './api-operations.ts';

/** What a schema of a request allows. */
export function valid(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'boolean':
      return fc.boolean();
    case 'integer': {
      const { minimum: min = 0, maximum: max = Number.MAX_SAFE_INTEGER } = schema;
      return fc.oneof(fc.integer({ min, max: Math.min(max, 50) }), fc.constantFrom(min, max));
    }
    case 'string':
      return validText(schema);
    default:
      return validObject(schema);
  }
}

function validText({ pattern, minLength = 0, maxLength = 100 }: Schema): fc.Arbitrary<string> {
  if (pattern) return fc.stringMatching(new RegExp(pattern));
  const text = fc.string({ unit: 'grapheme', minLength, maxLength: Math.min(maxLength, 40) });
  // Characters count differently in JSON Schema and in JavaScript, here far from the limit.
  return fc.oneof(fc.constant('spotify'), text);
}

function validObject({ properties = {}, required = [] }: Schema): fc.Arbitrary<unknown> {
  const values = Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, valid(schema)]),
  );
  return fc.record(values, { requiredKeys: [...required], noNullPrototype: true });
}

const utf8 = (text: string) => Buffer.from(text, 'utf8');
const json = (value: unknown) => utf8(JSON.stringify(value));

export function anyBody(schema: Schema | undefined): fc.Arbitrary<Buffer | undefined> {
  const like = schema ? valid(schema) : fc.constant({});
  const odd = fc.jsonValue({ noUnicodeString: false, maxDepth: 3 });
  const nearly = fc
    .tuple(like, fc.constantFrom('artist_id', 'platform_slug', 'selected', 'user_id', '__proto__', ''), odd)
    .map(([value, name, change]) => utf8(withField(value as object, name, change)));
  return fc.oneof(
    { weight: 4, arbitrary: like.map(json) },
    { weight: 4, arbitrary: nearly },
    { weight: 2, arbitrary: odd.map(json) },
    { weight: 2, arbitrary: fc.constantFrom(...ODD_BODIES) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)) },
  );
}

/** A field changed or added, by text: an object literal would not take `__proto__` as a field. */
function withField(object: object, name: string, value: unknown): string {
  const others = Object.entries(object).filter(([key]) => key !== name);
  const fields = [...others, [name, value] as const];
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${JSON.stringify(field)}`).join(',')}}`;
}

export const ODD_BODIES: readonly (Buffer | undefined)[] = [
  undefined,
  ...[
    '',
    ' ',
    '{',
    '{}',
    '[]',
    '[{}]',
    'null',
    '0',
    '1e400',
    '-0',
    '"spotify"',
    'undefined',
    'NaN',
    "{'platform_slug':'spotify'}",
    '{"platform_slug":"spotify"}}',
    '{"platform_slug":"spotify",}',
    '{"platform_slug":"spotify","platform_slug":1}',
    '{"platform_slug":"\\ud800"}',
    '{"platform_slug":"\\u0000"}',
    '{"platform_slug":["spotify"]}',
    '{"artist_id":1e400}',
    '\ufeff{"platform_slug":"spotify"}',
    'platform_slug=spotify',
    '{"platform_slug":9007199254740993}',
    `${'['.repeat(3000)}${']'.repeat(3000)}`,
    `{"platform_slug":"${'x'.repeat(11_000)}"}`,
    `"${'é'.repeat(6000)}"`,
  ].map(utf8),
  Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]),
];
