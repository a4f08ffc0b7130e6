import { isDeepStrictEqual } from 'node:util';
import type { Model } from './model.ts';

/** Things of one kind, by name. */
type Named = readonly (readonly [name: string, thing: unknown])[];

/** What the local stack would run differently, in words; nothing when a change is of what only AWS has, as an alarm. */
export function changesBetween(before: Model, after: Model): string[] {
  const [old, now] = [kindsOf(before), kindsOf(after)];
  return Object.keys(now).flatMap((kind) => changed(kind, old[kind] ?? [], now[kind] ?? []));
}

function kindsOf(model: Model): Record<string, Named> {
  return {
    // Bundles are followed by themselves.
    function: model.functions.map(({ codePath: _, ...settings }) => [settings.name, settings]),
    'permissions of': [...model.policies],
    route: model.api.routes.map((route) => [route.key, route]),
    '': [['CORS', model.api.cors]],
    table: model.tables.map((table) => [table.name, table]),
    schedule: model.schedules.map((schedule) => [schedule.name, schedule]),
    key: model.keys.map((key) => [key.id, key]),
    'alias of a key': model.keyAliases.map((alias) => [alias.name, alias]),
    secret: model.secrets.map((secret) => [secret.name, secret]),
  };
}

function changed(kind: string, before: Named, after: Named): string[] {
  const [old, now] = [new Map(before), new Map(after)];
  const told = (name: string, how = '') => `${kind} ${name}${how}`.trim();
  return [
    ...after.flatMap(([name, thing]) => {
      if (!old.has(name)) return [told(name, ' (new)')];
      return isDeepStrictEqual(old.get(name), thing) ? [] : [told(name)];
    }),
    ...before.flatMap(([name]) => (now.has(name) ? [] : [told(name, ' (gone)')])),
  ];
}
