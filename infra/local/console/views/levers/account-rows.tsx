import type { PartProps } from '../part.ts';

/** What a user does seldom: no button of the phone's first screen. */
export function AccountRows({ state: { screen, busy }, writing: { t }, actions }: PartProps) {
  const isConnected = screen.kind === 'list' || screen.kind === 'failure';
  return (
    <>
      <div class="row">
        <div>
          <h3>{t('syncTitle')}</h3>
          <p class="lead">{t('syncLead')}</p>
        </div>
        <button
          type="button"
          class="plain"
          disabled={!isConnected || busy?.what === 'sync'}
          onClick={actions.sync}
        >
          {t('sync')}
        </button>
      </div>
      <div class="row">
        <div>
          <h3>{t('disconnectTitle')}</h3>
          <p class="lead">{t('disconnectLead')}</p>
        </div>
        <button
          type="button"
          class="plain"
          disabled={!isConnected || busy?.what === 'connect'}
          onClick={actions.disconnect}
        >
          {t('disconnect')}
        </button>
      </div>
    </>
  );
}
