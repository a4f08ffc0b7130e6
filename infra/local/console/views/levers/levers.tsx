import type { PartProps } from '../part.ts';
import { AccountRows } from './account-rows.tsx';
import { LoadLever } from './load-lever.tsx';
import { SpotifyLever } from './spotify-lever.tsx';
import { Story } from './story.tsx';
import { TimeLever } from './time-lever.tsx';

/** What a visitor can turn. */
export function Levers(props: PartProps) {
  const { t } = props.writing;
  return (
    <>
      <Story {...props} />
      <SpotifyLever {...props} />
      <TimeLever {...props} />
      <div class="card rows">
        <LoadLever {...props} />
        <AccountRows {...props} />
        <div class="row">
          <div>
            <h3>{t('sweepTitle')}</h3>
            <p class="lead">{t('sweepLead')}</p>
          </div>
          <button type="button" class="plain" onClick={props.actions.sweep}>
            {t('sweep')}
          </button>
        </div>
      </div>
    </>
  );
}
