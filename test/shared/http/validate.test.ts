import * as v from 'valibot';
import { expect, it } from 'vitest';
import { validate } from '../../../shared/http/validate.ts';

const Body = v.object({ name: v.string(), isOn: v.boolean(), more: v.object({}) });

it('says of each field of the wrong type what it must be', () => {
  const refused = (locale: 'en' | 'fr') => {
    try {
      return validate(Body, { name: 1, isOn: 'yes', more: 2 }, { name: 'body', locale });
    } catch (error) {
      return (error as { details: unknown }).details;
    }
  };
  expect(refused('en')).toEqual([
    { field: 'name', reason: 'must be a string' },
    { field: 'isOn', reason: 'must be a boolean' },
    { field: 'more', reason: 'must be an object' },
  ]);
  expect(refused('fr')).toContainEqual({ field: 'name', reason: 'doit être une chaîne' });
});
