import type { Artist } from '../../state/types.ts';
import { Avatar } from '../avatar.tsx';
import type { Writing } from '../format.ts';
import { Icon } from '../icons.tsx';

interface ArtistRowProps {
  readonly artist: Artist;
  readonly writing: Writing;
  onToggle(): void;
}

export function ArtistRow({ artist, writing: { t }, onToggle }: ArtistRowProps) {
  const { id, name, rank, score, selected } = artist;
  return (
    <li value={rank} class={selected ? 'artist artist-selected' : 'artist'}>
      <span class="rank" aria-hidden="true">
        {rank}
      </span>
      <Avatar id={id} name={name} />
      <div class="artist-words">
        <span class="artist-name" dir="auto" title={name}>
          {name}
        </span>
        <span class="artist-score">
          <meter min={0} max={100} value={score} aria-hidden="true" />
          {t('score', { score })}
        </span>
      </div>
      <button
        type="button"
        class="heart"
        aria-pressed={selected}
        aria-label={t('select', { name })}
        onClick={onToggle}
      >
        <Icon name="heart" />
      </button>
    </li>
  );
}
