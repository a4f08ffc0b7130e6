import { isMode } from '../../state/kept.ts';
import { MODES } from '../../state/types.ts';
import type { PartProps } from '../part.ts';

/** What a call takes, in milliseconds. */
const LATENCIES = [0, 150, 500] as const;

/** How Spotify behaves towards the user's account. */
export function SpotifyLever({ state, writing: { t }, actions }: PartProps) {
  const { spotifyUrl, spotify } = state;
  if (spotifyUrl === undefined) {
    return (
      <div class="card">
        <h3>{t('spotify')}</h3>
        <p class="lead">{t('realSpotify')}</p>
      </div>
    );
  }
  const mode = spotify?.mode;
  const hint =
    mode === undefined || isMode(mode) ? t(`modeHint_${mode ?? 'ok'}`) : t('modeHint_other', { mode });
  return (
    <div class="card">
      <h3>
        {t('spotify')}{' '}
        {spotify ? <small dir="auto">{t('spotifyAccount', { account: spotify.account })}</small> : null}
      </h3>
      <fieldset class="modes" disabled={!spotify}>
        <legend class="hidden">{t('spotify')}</legend>
        {MODES.map((one) => (
          <label key={one} class={`mode mode-${one}`}>
            <input type="radio" name="mode" checked={mode === one} onChange={() => actions.setMode(one)} />
            <span>{t(`mode_${one}`)}</span>
          </label>
        ))}
      </fieldset>
      <p class="lead hint">{spotify ? hint : t('signInFirst')}</p>
      <fieldset class="latency" disabled={!spotify}>
        <legend>{t('latency')}</legend>
        <div class="segments">
          {LATENCIES.map((ms) => (
            <label key={ms}>
              <input
                type="radio"
                name="latency"
                checked={spotify?.latency_ms === ms}
                onChange={() => actions.setLatency(ms)}
              />
              <span>{ms} ms</span>
            </label>
          ))}
        </div>
      </fieldset>
    </div>
  );
}
