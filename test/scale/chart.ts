import { DAY } from './population.ts';
import type { Scale } from './scale.ts';

/*
 * The day as ten million users would make it: three curves over 24 hours. Readable in a light and in a dark page.
 */

const WIDTH = 860;
const HEIGHT = 130;
const LEFT = 60;
const HEAD = 30;

interface Panel {
  title: string;
  values: readonly number[];
  limit?: number;
}

export function chart({ days: [, day] }: Scale): string {
  const scaled = (values: readonly number[]) => values.map((value) => value * day.factor);
  const share = day.series.requests.map((all, i) =>
    all > 0 ? (100 * (day.series.notFresh[i] ?? 0)) / all : 0,
  );
  const panels: Panel[] = [
    { title: 'Requests a second', values: scaled(day.series.requests), limit: 5_000 },
    {
      title: 'Calls of Spotify a second',
      values: scaled(day.series.calls),
      limit: (day.spotify.per30s * day.factor) / 30,
    },
    { title: 'Answers that are not fresh, %', values: share },
  ];
  const drawn = panels.map((panel, i) => draw(panel, i * (HEIGHT + HEAD + 16)));
  const height = panels.length * (HEIGHT + HEAD + 16) + 8;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="A day of ten million users">
<style>
text { font: 12px system-ui, sans-serif; fill: #24292f } .title { font-weight: 600; font-size: 13px }
.line { fill: none; stroke: #1a7f37; stroke-width: 1.5 } .limit { stroke: #cf222e; stroke-dasharray: 4 3 } .axis { stroke: #8c959f }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .line { stroke: #3fb950 } .limit { stroke: #ff7b72 } .axis { stroke: #6e7681 } }
</style>
${drawn.join('\n')}
</svg>
`;
}

function draw({ title, values, limit }: Panel, top: number): string {
  const most = Math.max(...values, limit ?? 0, 1);
  const bottom = top + HEAD + HEIGHT;
  const x = (i: number) => LEFT + ((WIDTH - LEFT - 20) * i) / values.length;
  const y = (value: number) => bottom - (HEIGHT * value) / most;
  const points = values.map((value, i) => `${x(i).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
  const { outage, ban, launch } = DAY;
  const hours = [0, outage.fromHour, outage.fromHour + outage.hours, ban.atHour, launch.atHour];
  const labels = hours.map((hour) => {
    const at = x((hour * values.length) / 24).toFixed(1);
    return `<text x="${at}" y="${bottom + 14}" text-anchor="middle">${hour}:00</text>`;
  });
  const limitLine =
    limit === undefined
      ? ''
      : `<line class="limit" x1="${LEFT}" x2="${WIDTH - 20}" y1="${y(limit).toFixed(1)}" y2="${y(limit).toFixed(1)}"/>`;
  return `<text class="title" x="8" y="${top + 20}">${title}</text>
<text x="${LEFT - 6}" y="${(y(most) + 4).toFixed(1)}" text-anchor="end">${Math.round(most).toLocaleString('en')}</text>
<line class="axis" x1="${LEFT}" x2="${WIDTH - 20}" y1="${bottom}" y2="${bottom}"/>${limitLine}
<polyline class="line" points="${points}"/>
${labels.join('')}`;
}
