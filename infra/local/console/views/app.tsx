import { textsOf } from '../text/text.ts';
import { Details } from './details/details.tsx';
import type { Writing } from './format.ts';
import { Header, Parts } from './header.tsx';
import { Levers } from './levers/levers.tsx';
import { Notice } from './notice.tsx';
import type { PartProps } from './part.ts';
import { Phone } from './phone/phone.tsx';
import { Watch } from './watch/watch.tsx';

/** The whole page, out of the state and nothing else. */
export function App({ state, actions, nowMs }: Omit<PartProps, 'writing'>) {
  const { language } = state;
  const writing: Writing = { language, t: textsOf(language) };
  const { t } = writing;
  const part = { state, writing, actions, nowMs };
  return (
    <>
      <Header {...part} />
      <Parts {...part} />
      <main>
        <section id="phone" class="part part-phone" aria-labelledby="phone-title">
          <h2 id="phone-title">{t('phone')}</h2>
          <Phone {...part} />
        </section>
        <section id="levers" class="part part-levers" aria-labelledby="levers-title">
          <h2 id="levers-title">{t('levers')}</h2>
          <Levers {...part} />
        </section>
        <section id="watch" class="part part-watch" aria-labelledby="watch-title">
          <div class="heading">
            <h2 id="watch-title">{t('watch')}</h2>
            <p class="lead">
              {t('fleet')} · <code>/api/cache/stats</code>
            </p>
          </div>
          <Watch {...part} />
        </section>
      </main>
      {state.opened ? <Details {...part} opened={state.opened} /> : <Notice {...part} />}
    </>
  );
}
