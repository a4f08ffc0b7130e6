import type { TextKey } from '../../text/fr.ts';
import type { PartProps } from '../part.ts';

/** No platform is connected, or the user has just said no. */
export function Connect({
  state: { busy },
  writing: { t },
  actions,
  note,
}: PartProps & { note: TextKey | undefined }) {
  return (
    <div class="welcome">
      <div class="orbit" aria-hidden="true">
        <i />
        <i />
        <i />
      </div>
      <h4>{t('connectTitle')}</h4>
      <p>{t('connectLead')}</p>
      {note ? <p class="kind-note">{t(note)}</p> : null}
      <button type="button" class="main" disabled={busy?.what === 'connect'} onClick={actions.connect}>
        {t('connect')}
      </button>
    </div>
  );
}
