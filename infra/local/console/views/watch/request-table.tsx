import type { LogLine, RequestLine } from '../../state/types.ts';
import { duration, tell, timeOfDay, type Writing } from '../format.ts';
import type { PartProps } from '../part.ts';

/** More are kept for the charts. */
const SHOWN = 80;
const COLUMNS = ['request', 'ms', 'source', 'calls', 'cacheStatus'] as const;

/** Each request as a line, the latest on top, between what was done to Spotify and to time. */
export function RequestTable({ state: { log }, writing, actions }: PartProps) {
  const { t } = writing;
  const lines = log.slice(-SHOWN).toReversed();
  return (
    <div class="requests">
      <div class="requests-head">
        <h3 id="requests-title">{t('requests')}</h3>
        <button type="button" class="quiet" disabled={log.length === 0} onClick={actions.clearLog}>
          {t('clear')}
        </button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
      <section class="requests-scroll" tabIndex={0} aria-labelledby="requests-title">
        <table>
          <caption class="hidden">{t('requestsLead')}</caption>
          <thead>
            <tr>
              {COLUMNS.map((column) => (
                <th key={column} scope="col" class={`column-${column}`}>
                  {t(`column_${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {lines.length === 0 ? (
              <tr class="event">
                <td colSpan={COLUMNS.length}>{t('noRequests')}</td>
              </tr>
            ) : null}
            {lines.map((line) => (
              <Line key={line.id} line={line} writing={writing} onOpen={actions.openRequest} />
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}

type OnOpen = (line: RequestLine) => void;

function Line({ line, writing, onOpen }: { line: LogLine; writing: Writing; onOpen: OnOpen }) {
  const { t, language } = writing;
  const time = timeOfDay(line.atMs, language);
  if (line.kind === 'request') return <Request line={line} writing={writing} time={time} onOpen={onOpen} />;
  return (
    <tr class="event" title={time}>
      <td colSpan={COLUMNS.length}>{tell(line.text, t)}</td>
    </tr>
  );
}

type RequestProps = { line: RequestLine; writing: Writing; time: string; onOpen: OnOpen };

function Request({ line, writing: { t, language }, time, onOpen }: RequestProps) {
  const { method, path, status, code, ms, cacheStatus, outcome, source, calls } = line;
  const statusText = status === 0 ? t('noAnswer') : String(status);
  const kind = outcome === 'other' || outcome === 'hit' || outcome === 'miss' ? '' : t(`outcome_${outcome}`);
  const replyText = source
    ? [t(`source_${source}`), kind].filter(Boolean).join(' · ')
    : `${kind} ${statusText}`;
  return (
    <tr class={`request request-${outcome}`} title={time}>
      <td class="column-request">
        <button type="button" title={t('openRequest')} onClick={() => onOpen(line)}>
          <span class="method">{method}</span> {path.replace(/^\/api\/(user\/)?/, '')}
        </button>
      </td>
      <td class="column-ms">{duration(ms, language)}</td>
      <td class="column-source">
        {outcome === 'other' ? statusText : <span class={`outcome outcome-${outcome}`}>{replyText}</span>}
      </td>
      <td class="column-calls" data-label={t('column_calls')}>
        {calls ?? '–'}
      </td>
      <td class="column-cacheStatus">
        <code>{cacheStatus ?? code}</code>
      </td>
    </tr>
  );
}
