import type { StoredAttribute, StoredEntry } from '../../state/types.ts';
import { bytes, hoursAndMinutes, type Writing } from '../format.ts';
import type { PartProps } from '../part.ts';
import { Pairs, Rows } from './tables.tsx';

/** What lies in the table for the user, as it lies there. */
export function EntryDetails({ writing, stored }: PartProps & { stored: StoredEntry }) {
  const { t } = writing;
  const { entry, computation } = stored;
  return (
    <>
      <p class="details-line">
        <code>{stored.table}</code> · <code>{stored.key}</code>
      </p>
      {entry ? <Entry entry={entry} writing={writing} /> : <p class="lead">{t('noEntry')}</p>}
      {computation ? (
        <>
          <h3>{t('computationItem')}</h3>
          <Attributes attributes={computation} writing={writing} />
        </>
      ) : null}
    </>
  );
}

function Entry({ entry, writing }: { entry: NonNullable<StoredEntry['entry']>; writing: Writing }) {
  const { t } = writing;
  const { chunk_bytes: chunks, age_seconds: age, expires_in_seconds: left } = entry;
  return (
    <>
      <Pairs
        rows={[
          [t('entryKind'), t(entry.kind === 'list' ? 'entryKind_list' : 'entryKind_fence')],
          [t('fence'), <code key="fence">{entry.fence ?? '–'}</code>],
          [t('age'), age === null ? '–' : hoursAndMinutes(age)],
          [
            t('expiry'),
            left === null ? '–' : left > 0 ? t('expiresIn', { time: hoursAndMinutes(left) }) : t('expired'),
          ],
          [
            t('size'),
            t('sizeOf', {
              size: bytes(entry.bytes, writing),
              reads: entry.read_units,
              writes: entry.write_units,
            }),
          ],
          [
            t('chunks'),
            t('chunksOf', {
              count: chunks.length,
              sizes: chunks.map((size) => bytes(size, writing)).join(' + ') || '–',
            }),
          ],
          [t('parts'), String(entry.parts)],
        ]}
      />
      <h3>{t('attributes')}</h3>
      <Attributes attributes={entry.attributes} writing={writing} />
    </>
  );
}

function Attributes({
  attributes,
  writing: { t },
}: {
  attributes: readonly StoredAttribute[];
  writing: Writing;
}) {
  return (
    <Rows
      caption={t('attributes')}
      head={[t('attribute'), t('value'), t('bytes')]}
      rows={attributes.map(({ name, value, bytes: size }) => [
        <code key={name}>{name}</code>,
        value === undefined ? <em>{t('binary')}</em> : <code>{JSON.stringify(value)}</code>,
        size,
      ])}
    />
  );
}
