import { describe, expect, it } from 'vitest';
import { en } from '../../../../infra/local/console/text/en.ts';
import { fr, type TextKey } from '../../../../infra/local/console/text/fr.ts';
import { textsOf } from '../../../../infra/local/console/text/text.ts';
import { hashOf, initialsOf } from '../../../../infra/local/console/views/likeness.ts';

const placesIn = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort();

describe('the texts', () => {
  it('are the same in both languages, with the same places for values', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(fr).sort());
    for (const key of Object.keys(fr) as TextKey[]) expect(placesIn(en[key]), key).toEqual(placesIn(fr[key]));
  });

  it('put values into their places, numbers as the language writes them', () => {
    expect(textsOf('fr')('score', { score: 97.25 })).toBe('Score 97,25');
    expect(textsOf('en')('score', { score: 97.25 })).toBe('Score 97.25');
  });
});

describe('the picture of an artist', () => {
  it.each([
    ['Kacey Musgraves', 'KM'],
    ['The Electric Giants', 'EG'],
    ['The The', 'T'],
    ['L’Étoile d’Été', 'LD'],
    ['👨‍👩‍👧‍👦 Family Band', '👨‍👩‍👧‍👦F'],
    ['夜の図書館', '夜'],
    ['"Quotes" <and> Brackets', 'QA'],
    ['???', '?'],
    ['7', '7'],
  ])('of %s shows %s', (name, initials) => expect(initialsOf(name)).toBe(initials));

  it('is the same for the same id', () => {
    expect(hashOf('70kkdajctXSbqSMJbQO424')).toBe(hashOf('70kkdajctXSbqSMJbQO424'));
    expect(hashOf('70kkdajctXSbqSMJbQO424')).not.toBe(hashOf('4oLeXFyACqeem2VImYeBFe'));
  });
});
