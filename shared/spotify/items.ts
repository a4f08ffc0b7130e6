import * as v from 'valibot';

/**
 * Why an item of an otherwise good page is left out.
 * - `nothing`: null where an item or its track should be.
 * - `other_kind`: an episode or a show.
 * - `local_file`: a file of the listener's, which Spotify does not know.
 * - `no_id`: it cannot be told from others.
 * - `unfit`: anything else that we need is missing or of another kind.
 */
export type SkipReason = 'nothing' | 'other_kind' | 'local_file' | 'no_id' | 'unfit';

/** Of so many items, all odd, one may be unlucky: more of them are a change of Spotify's interface. */
const FEW = 10;
/** Things that listeners do keep by the dozen. */
const ORDINARY: ReadonlySet<SkipReason> = new Set(['other_kind', 'local_file']);

/**
 * The items of a page that fit; of the others, why not. One odd item never costs the page. A page on which nothing can
 * be read is no page.
 */
export function fitItems<TSchema extends v.GenericSchema>(schema: TSchema) {
  return v.pipe(
    v.array(v.unknown()),
    v.transform((given) => {
      const items: v.InferOutput<TSchema>[] = [];
      const skipped: SkipReason[] = [];
      for (const one of given) {
        const fit = v.safeParse(schema, one, { abortEarly: true });
        if (fit.success) items.push(fit.output);
        else skipped.push(reasonOf(one));
      }
      return { items, skipped };
    }),
    v.check(
      ({ items, skipped }) =>
        items.length > 0 || skipped.length <= FEW || skipped.every((reason) => ORDINARY.has(reason)),
    ),
  );
}

/** Of a list within an item those that fit; none where it is no list. */
export function fitOnes<TSchema extends v.GenericSchema>(schema: TSchema) {
  return v.pipe(
    v.nullish(v.unknown(), []),
    v.transform((given) =>
      (Array.isArray(given) ? given : []).flatMap((one): v.InferOutput<TSchema>[] => {
        const fit = v.safeParse(schema, one, { abortEarly: true });
        return fit.success ? [fit.output] : [];
      }),
    ),
  );
}

const Described = v.object({
  id: v.optional(v.unknown()),
  type: v.optional(v.unknown()),
  is_local: v.optional(v.unknown()),
});

function reasonOf(item: unknown): SkipReason {
  const entry = v.safeParse(v.object({ track: v.unknown() }), item);
  const described = v.safeParse(Described, entry.success ? entry.output.track : item);
  if (!described.success) return 'nothing';
  const { id, type, is_local } = described.output;
  if (type === 'episode' || type === 'show') return 'other_kind';
  if (is_local === true) return 'local_file';
  return id === undefined || id === null ? 'no_id' : 'unfit';
}
