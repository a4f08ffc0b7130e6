import { useEffect, useRef } from 'preact/hooks';
import type { ArtistsPage } from '../../state/types.ts';
import { Icon } from '../icons.tsx';
import type { PartProps } from '../part.ts';
import { ArtistRow } from './artist-row.tsx';
import { StatusStrip } from './status-strip.tsx';

/** The list: how old it is, the warning that the service gives, the artists of a page, and the way to the others. */
export function ListScreen({ page, ...props }: PartProps & { page: ArtistsPage }) {
  const { writing, actions } = props;
  const { t } = writing;
  const { artists, pagination } = page.data;
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => place.current?.scrollTo({ top: 0 }), [pagination.page]);
  const pages = Math.max(1, pagination.total_pages);
  return (
    <>
      <StatusStrip {...props} page={page} />
      <div class="list-place" ref={place}>
        {artists.length === 0 ? <p class="waiting">{t('noArtists')}</p> : null}
        <ol class="artists">
          {artists.map((artist) => (
            <ArtistRow
              key={artist.id}
              artist={artist}
              writing={writing}
              onToggle={() => actions.toggle(artist)}
            />
          ))}
        </ol>
      </div>
      <nav class="pager" aria-label={t('pages')}>
        <button
          type="button"
          class="round"
          aria-label={t('previousPage')}
          disabled={pagination.page === 0}
          onClick={() => actions.read(pagination.page - 1)}
        >
          <Icon name="back" />
        </button>
        <span>{t('pageOf', { page: pagination.page + 1, pages })}</span>
        <button
          type="button"
          class="round"
          aria-label={t('nextPage')}
          disabled={!pagination.has_next}
          onClick={() => actions.read(pagination.page + 1)}
        >
          <Icon name="forward" />
        </button>
      </nav>
    </>
  );
}
