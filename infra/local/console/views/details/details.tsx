import { useEffect, useRef } from 'preact/hooks';
import type { Opened } from '../../state/types.ts';
import { Notice } from '../notice.tsx';
import type { PartProps } from '../part.ts';
import { EntryDetails } from './entry-details.tsx';
import { RequestDetails } from './request-details.tsx';

/** What is looked into, over the page and until it is closed. All else waits, so what is said is said in here. */
export function Details({ opened, ...props }: PartProps & { opened: Opened }) {
  const { t } = props.writing;
  const place = useRef<HTMLDialogElement>(null);
  useEffect(() => place.current?.showModal(), []);
  return (
    <dialog ref={place} class="details" aria-labelledby="details-title" onClose={props.actions.closeDetails}>
      <div class="details-bar">
        <h2 id="details-title">{t(opened.kind === 'request' ? 'requestTitle' : 'entryTitle')}</h2>
        <button type="button" class="plain small" onClick={() => place.current?.close()}>
          {t('close')}
        </button>
      </div>
      {opened.kind === 'request' ? (
        <RequestDetails {...props} opened={opened} />
      ) : (
        <EntryDetails {...props} stored={opened.stored} />
      )}
      <Notice {...props} />
    </dialog>
  );
}
