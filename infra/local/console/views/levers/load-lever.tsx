import { MOST_REQUESTS } from '../../actions/load.ts';
import type { PartProps } from '../part.ts';

const USUAL = 100;

/** Many requests at once, for the charts to have something to show. */
export function LoadLever({ state: { load, screen }, writing: { t }, actions }: PartProps) {
  return (
    <form
      class="row"
      onSubmit={(event) => {
        event.preventDefault();
        actions.runLoad(Number(new FormData(event.currentTarget).get('count')));
      }}
    >
      <div>
        <h3>{t('loadTitle')}</h3>
        <p class="lead">{load ? t('loadProgress', { ...load }) : t('loadLead')}</p>
      </div>
      {load ? (
        <>
          <progress max={load.total} value={load.done} aria-label={t('loadTitle')} />
          <button type="button" class="plain" onClick={actions.stopLoad}>
            {t('loadStop')}
          </button>
        </>
      ) : (
        <>
          <input
            name="count"
            type="number"
            aria-label={t('loadCount')}
            min={1}
            max={MOST_REQUESTS}
            defaultValue={String(USUAL)}
            required
          />
          <button type="submit" class="plain" disabled={screen.kind !== 'list'}>
            {t('loadRun')}
          </button>
        </>
      )}
    </form>
  );
}
