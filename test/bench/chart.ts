import type { Results } from './report.ts';

/*
 * One picture of the run: a panel a figure, a bar a cache, shorter is better. Readable in a light and in a dark page.
 */

interface Panel {
  title: string;
  bars: { name: string; value: number; label: string }[];
}

const WIDTH = 860;
const LEFT = 230;
const BAR = 16;
const GAP = 6;
const PANEL_HEAD = 34;

export function chart(results: Results): string {
  let y = 8;
  const parts = panelsOf(results).map((panel) => {
    const drawn = drawPanel(panel, y);
    y += PANEL_HEAD + panel.bars.length * (BAR + GAP) + 10;
    return drawn;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" role="img" aria-label="This cache beside others">
<style>
text { font: 12px system-ui, sans-serif; fill: #24292f } .title { font-weight: 600; font-size: 13px }
.bar { fill: #8c959f } .ours { fill: #1a7f37 }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .bar { fill: #6e7681 } .ours { fill: #3fb950 } }
</style>
${parts.join('\n')}
</svg>
`;
}

function panelsOf({ capacity, hits, behaviour }: Results): Panel[] {
  const ours = hits.sizes.find(({ artists }) => artists === 500)?.store;
  const cpuOf = (name: string) =>
    (hits.peers.find((peer) => peer.name === name)?.timed ?? ours)?.cpu.median ?? 0;
  const panel = (
    title: string,
    numberOf: (own: (typeof capacity.subjects)[number]) => number,
    digits = 0,
  ) => ({
    title,
    bars: capacity.subjects.map((own) => ({
      name: own.name,
      value: numberOf(own),
      label: numberOf(own).toLocaleString('en', { maximumFractionDigits: digits }),
    })),
  });
  return [
    panel('Bytes stored an artist', ({ bytesPerArtist }) => bytesPerArtist, 1),
    panel('Write units to store 500 artists', ({ writeUnitsPerSet }) => writeUnitsPerSet),
    panel('Bytes over the wire for a page of 10', ({ wireBytesPerHit }) => wireBytesPerHit),
    panel('CPU to read a page of 10, × a bare GetItem', ({ name }) => cpuOf(name), 2),
    {
      title: 'Computations when 10 instances ask at once for a list that is not there',
      bars: behaviour.map(({ name, herdLoads }) => ({ name, value: herdLoads, label: String(herdLoads) })),
    },
    {
      title: 'Calls to a failing source by 20 requests',
      bars: behaviour.map(({ name, loadsInOutage }) => ({
        name,
        value: loadsInOutage,
        label: String(loadsInOutage),
      })),
    },
  ];
}

function drawPanel({ title, bars }: Panel, top: number): string {
  const most = Math.max(...bars.map(({ value }) => value), 1);
  const room = WIDTH - LEFT - 80;
  const rows = bars.map(({ name, value, label }, i) => {
    const y = top + PANEL_HEAD + i * (BAR + GAP);
    const width = Math.max(1, (room * value) / most);
    return `<text x="${LEFT - 8}" y="${y + 12}" text-anchor="end">${escaped(name)}</text>
<rect class="${i === 0 ? 'ours' : 'bar'}" x="${LEFT}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" rx="2"/>
<text x="${(LEFT + width + 6).toFixed(1)}" y="${y + 12}">${escaped(label)}</text>`;
  });
  return `<text class="title" x="8" y="${top + 20}">${escaped(title)}</text>\n${rows.join('\n')}`;
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
