import * as v from 'valibot';
import { type ErrorDetail, ValidationFailed } from '../errors.ts';
import type { Locale } from './messages.ts';

/** Larger bodies are refused: no request of ours comes near. */
const MAX_BODY_BYTES = 10 * 1024;

/** Which part of a request is looked at, and the language in which it is told what is wrong with it. */
interface Part {
  readonly name: 'query' | 'body';
  readonly locale: Locale;
}

/**
 * The value as its schema shapes it.
 *
 * @throws ValidationFailed whose details name each field and why it does not fit, never the value itself.
 */
export function validate<TSchema extends v.GenericSchema>(
  schema: TSchema,
  value: unknown,
  part: Part,
): v.InferOutput<TSchema> {
  const result = v.safeParse(schema, value, { abortPipeEarly: true, lang: part.locale });
  if (result.success) return result.output;
  const details = result.issues.flatMap((issue) =>
    issue.expected === 'never' ? unknownFields(schema, value, part) : [describeIssue(issue, part)],
  );
  throw new ValidationFailed('the request does not fit its schema', { details });
}

/** The JSON object of a body, whatever content type it was sent with: `fetch` calls a plain string `text/plain`. */
export function parseJsonBody(body: string | undefined, isBase64Encoded: boolean, locale: Locale): unknown {
  const bytes = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.byteLength > MAX_BODY_BYTES) throw bodyRefused('tooLarge', locale);
  if (bytes.byteLength === 0) throw bodyRefused('empty', locale);
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    // Not kept as the cause: the parser's message quotes what was sent.
    throw bodyRefused('noJson', locale);
  }
}

const bodyRefused = (why: keyof typeof REASONS, locale: Locale) =>
  new ValidationFailed('the body was refused', {
    details: [{ field: 'body', reason: REASONS[why][locale] }],
  });

/** A strict object stops at the first field that it does not know: who is to mend the request needs all of them. */
function unknownFields(schema: v.GenericSchema, value: unknown, { name, locale }: Part): ErrorDetail[] {
  const { entries } = schema as v.StrictObjectSchema<v.ObjectEntries, undefined>;
  const unknown = Object.keys(value as object).filter((field) => !Object.hasOwn(entries, field));
  return unknown.map((field) =>
    field === ''
      ? { field: name, reason: REASONS.unnamed[locale] }
      : { field, reason: REASONS.unknown[locale] },
  );
}

function describeIssue(issue: v.BaseIssue<unknown>, { name, locale }: Part): ErrorDetail {
  return { field: v.getDotPath(issue) ?? name, reason: reasonOf(issue, locale) };
}

function reasonOf(issue: v.BaseIssue<unknown>, locale: Locale): string {
  if (issue.received === 'undefined') return REASONS.missing[locale];
  // valibot's own words name the value that was sent.
  if (!issue.message.startsWith('Invalid')) return issue.message;
  const type = TYPES[issue.expected ?? ''];
  return type ? type[locale] : REASONS.unfit[locale];
}

type Localised = Readonly<Record<Locale, string>>;

const REASONS = {
  missing: { en: 'is missing', fr: 'est absent' },
  unknown: { en: 'is not known', fr: 'n’est pas connu' },
  unnamed: { en: 'holds a field without a name', fr: 'contient un champ sans nom' },
  unfit: { en: 'is not valid', fr: 'n’est pas valide' },
  tooLarge: {
    en: `must be at most ${MAX_BODY_BYTES} bytes`,
    fr: `ne doit pas dépasser ${MAX_BODY_BYTES} octets`,
  },
  empty: {
    en: 'must be a JSON object, but there is none',
    fr: 'doit être un objet JSON, or il n’y en a pas',
  },
  noJson: { en: 'must be valid JSON', fr: 'doit être du JSON valide' },
} as const satisfies Record<string, Localised>;

const TYPES: Readonly<Record<string, Localised>> = {
  string: { en: 'must be a string', fr: 'doit être une chaîne' },
  boolean: { en: 'must be a boolean', fr: 'doit être un booléen' },
  Object: { en: 'must be an object', fr: 'doit être un objet' },
};
