import { curlOf } from '../../state/curl.ts';
import type { Exchange, Header, Opened, RecordedRequest } from '../../state/types.ts';
import { dollars, duration, type Writing } from '../format.ts';
import type { PartProps } from '../part.ts';
import { Machine, Pairs, Rows } from './tables.tsx';

type OpenedRequest = Extract<Opened, { kind: 'request' }>;

/** One request: what was sent, what came back, and what it took behind the gateway. */
export function RequestDetails({ writing, actions, opened }: PartProps & { opened: OpenedRequest }) {
  const { t, language } = writing;
  const { line, exchange, record } = opened;
  return (
    <>
      <p class="details-line">
        <code>
          {line.method} {line.path}
        </code>{' '}
        <strong>{line.status || t('noAnswer')}</strong> · {duration(line.ms, language)} ·{' '}
        <code>{line.requestId}</code>
      </p>
      {exchange ? (
        <Wire exchange={exchange} writing={writing} onCopy={() => actions.copyCurl(exchange)} />
      ) : (
        <p class="lead">{t('exchangeForgotten')}</p>
      )}
      <h3>{t('behind')}</h3>
      {record ? (
        <Behind record={record} writing={writing} />
      ) : (
        <p class="lead">{t(record === null ? 'recordUnknown' : 'loading')}</p>
      )}
    </>
  );
}

function Wire({
  exchange,
  writing: { t },
  onCopy,
}: {
  exchange: Exchange;
  writing: Writing;
  onCopy(): void;
}) {
  const { requestHeaders, requestBody, replyHeaders, replyBody } = exchange;
  return (
    <>
      <div class="details-head">
        <h3>{t('sent')}</h3>
        <button type="button" class="plain small" onClick={onCopy}>
          {t('copyCurl')}
        </button>
      </div>
      <Pairs rows={requestHeaders.map(withoutToken)} />
      {requestBody ? <Machine label={t('sentBody')} text={readable(requestBody)} /> : null}
      <details>
        <summary>curl</summary>
        <Machine label="curl" text={curlOf(exchange)} />
      </details>
      <h3>{t('received')}</h3>
      <Pairs rows={replyHeaders} />
      {replyBody ? <Machine label={t('receivedBody')} text={readable(replyBody)} /> : null}
    </>
  );
}

function Behind({ record, writing }: { record: RecordedRequest; writing: Writing }) {
  const { t, language } = writing;
  const { spotify, dynamodb, log, read_units: reads, write_units: writes } = record;
  return (
    <>
      <Pairs
        rows={[
          [t('function'), <code key="function">{record.function}</code>],
          [t('units'), t('unitsOf', { reads, writes })],
          [t('cost'), t('costOf', { usd: dollars(record.usd_per_million, language) })],
        ]}
      />
      <h4>{t('dynamodbCalls', { count: dynamodb.length })}</h4>
      {dynamodb.length > 0 ? (
        <Rows
          caption="DynamoDB"
          head={[t('operation'), t('table'), t('reads'), t('writes')]}
          rows={dynamodb.map((call) => [call.operation, call.table, call.read_units, call.write_units])}
        />
      ) : null}
      <h4>{t('spotifyCalls', { count: spotify.length })}</h4>
      {spotify.length > 0 ? (
        <Rows
          caption="Spotify"
          head={[t('column_request'), t('status'), t('column_ms')]}
          rows={spotify.map(({ method, url, status, ms }) => [
            `${method} ${pathOf(url)}`,
            status || t('noAnswer'),
            duration(ms, language),
          ])}
        />
      ) : null}
      <h4>{t('log')}</h4>
      {log.length > 0 ? (
        <Machine label={t('log')} text={log.map(readable).join('\n')} />
      ) : (
        <p class="lead">{t('noLog')}</p>
      )}
    </>
  );
}

/** A token seen over a shoulder can be used. The copy for the shell has it. */
function withoutToken([name, value]: Header): Header {
  return [name, name.toLowerCase() === 'authorization' ? `${value.slice(0, 14)}…` : value];
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

/** JSON with a line for each value; anything else as it is. */
function readable(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
