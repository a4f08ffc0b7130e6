import uPlot from 'uplot';
import { OUTCOMES } from '../../state/types.ts';
import type { Language } from '../../text/text.ts';
import { percent } from '../format.ts';

/** A colour of the page, by the name of its variable. */
export type Ink = (name: string) => string;
export type ChartOptions = (
  ink: Ink,
  language: Language,
) => Pick<uPlot.Options, 'scales' | 'axes' | 'series'> & Partial<uPlot.Options>;

const FONT = '11px system-ui, sans-serif';
/** What a page out of the cache is promised to take at most. */
const PROMISED_MS = 50;
/** What the cache is built to reach. */
const EXPECTED_HIT_RATE = 0.95;
const FEWEST_REQUESTS = 20;
const FEWEST_SECONDS = 60;

function axis(ink: Ink, more: uPlot.Axis = {}): uPlot.Axis {
  return {
    stroke: ink('soft'),
    font: FONT,
    grid: { stroke: ink('line'), width: 1 },
    ticks: { show: false },
    ...more,
  };
}

/** For the longest, `100 ms`; the gap is for a point that lies on the axis. */
const besideNumbers = { size: 50, gap: 8 } as const;
const requestAxis = (ink: Ink) =>
  axis(ink, { grid: { show: false }, size: 22, space: 60, incrs: [1, 5, 10, 25, 50, 100] });
const timeAxis = (ink: Ink, language: Language) =>
  axis(ink, {
    grid: { show: false },
    size: 22,
    space: 70,
    values: (_, seconds) =>
      seconds.map((at) =>
        new Date(at * 1000).toLocaleTimeString(language, {
          hour: '2-digit',
          minute: '2-digit',
          second: '2-digit',
          hour12: false,
        }),
      ),
  });

/** The first and the last value of x. Of a single one the library would make a whole day, or a range around it. */
const endsOf = ({ data: [xs] }: uPlot): [number, number] => [xs[0] ?? 0, xs.at(-1) ?? 0];

/** A chart that begins has room for what is to come. */
function fromFirst(chart: uPlot): uPlot.Range.MinMax {
  const [first, last] = endsOf(chart);
  return [first, Math.max(last, first + FEWEST_REQUESTS)];
}
function overTime(chart: uPlot): uPlot.Range.MinMax {
  const [first, last] = endsOf(chart);
  return [Math.min(first, last - FEWEST_SECONDS), last];
}

/** A dashed line across, with its value written at its end: outside, where no point can lie below it. */
function across(value: number, label: string, ink: Ink): (chart: uPlot) => void {
  return ({ ctx, bbox, valToPos }) => {
    const y = Math.round(valToPos(value, 'y', true));
    ctx.save();
    ctx.strokeStyle = ink('ink');
    ctx.fillStyle = ink('ink');
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([4 * devicePixelRatio, 4 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
    ctx.textAlign = 'left';
    ctx.textBaseline = 'middle';
    ctx.fillText(label, bbox.left + bbox.width + 6 * devicePixelRatio, y);
    ctx.restore();
  };
}

const POWERS = [1, 10, 100, 1000, 10_000];
const POWER_LABELS: Readonly<Record<number, string>> = {
  1: '1 ms',
  10: '10 ms',
  100: '100 ms',
  1000: '1 s',
  10000: '10 s',
};

export const latencyChart: ChartOptions = (ink) => ({
  scales: {
    x: { time: false, range: fromFirst },
    y: { distr: 3, range: (_, _min, max) => [1, Math.max(1000, max * 1.3)] },
  },
  axes: [
    requestAxis(ink),
    axis(ink, {
      ...besideNumbers,
      splits: () => POWERS,
      filter: (_, splits) => splits,
      values: (_, splits) => splits.map((split) => POWER_LABELS[split] ?? ''),
    }),
  ],
  series: [
    {},
    ...OUTCOMES.map((outcome) => ({
      stroke: ink(outcome),
      paths: () => null,
      points: { show: true, size: 6, width: 0, fill: ink(outcome) },
    })),
  ],
  hooks: { draw: [across(PROMISED_MS, `${PROMISED_MS} ms`, ink)] },
});

/** What holds from one moment to the next, rather than a slope between the two. */
function steps(align: -1 | 1): uPlot.Series.PathBuilder {
  const { stepped } = uPlot.paths;
  if (!stepped) throw new Error('uPlot has no steps');
  return stepped({ align });
}

const percentAxis = (ink: Ink, language: Language) =>
  axis(ink, {
    ...besideNumbers,
    splits: () => [0, 0.5, 1],
    values: (_, splits) => splits.map((split) => percent(split, language)),
  });

export const outcomesChart: ChartOptions = (ink, language) => ({
  scales: { x: { time: false, range: fromFirst }, y: { range: [0, 1] } },
  axes: [requestAxis(ink), percentAxis(ink, language)],
  series: [
    {},
    ...OUTCOMES.toReversed().map((outcome) => ({
      width: 0,
      fill: ink(outcome),
      points: { show: false },
      paths: steps(-1),
    })),
  ],
});

export const hitRateChart: ChartOptions = (ink, language) => ({
  scales: { x: { range: overTime }, y: { range: [0, 1.05] } },
  axes: [timeAxis(ink, language), percentAxis(ink, language)],
  series: [{}, { stroke: ink('hit'), width: 2, points: { show: false }, spanGaps: false }],
  hooks: { draw: [across(EXPECTED_HIT_RATE, percent(EXPECTED_HIT_RATE, language), ink)] },
});

/** All as a line; what is stale of them fills the room below it. */
export const entriesChart: ChartOptions = (ink, language) => ({
  scales: {
    x: { range: overTime },
    y: { range: (_, _min, max) => [0, Math.max(4, Math.ceil((max ?? 0) * 1.2))] },
  },
  axes: [
    timeAxis(ink, language),
    axis(ink, { ...besideNumbers, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000] }),
  ],
  series: [
    {},
    { width: 0, fill: ink('stale'), points: { show: false }, paths: steps(1) },
    { stroke: ink('hit'), width: 2, points: { show: false }, paths: steps(1) },
  ],
});
