import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { Language } from '../../text/text.ts';
import type { ChartOptions, Ink } from './chart-options.ts';

interface ChartProps {
  readonly title: string;
  /** The figure of the moment. */
  readonly note: string;
  /** What the picture shows, in words. */
  readonly description: string;
  /** Said as long as there are no numbers. */
  readonly ifEmpty: string;
  readonly options: ChartOptions;
  readonly data: readonly (readonly (number | null)[])[];
  readonly language: Language;
}

const HEIGHT = 104;

/** A picture of numbers, drawn anew when these, the place, the colours or the language change. */
export function Chart({ title, note, description, ifEmpty, options, data, language }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(null);
  const isEmpty = (data[0]?.length ?? 0) === 0;
  const theme = getComputedStyle(document.documentElement).getPropertyValue('--ground-is');
  useEffect(() => {
    const host = place.current;
    if (!host || isEmpty) return;
    const size = () => ({ width: Math.max(120, host.clientWidth), height: HEIGHT });
    const drawn = new uPlot({ ...size(), ...frame, ...options(inkOf(host), language) }, asData(data), host);
    chart.current = drawn;
    const observer = new ResizeObserver(() => drawn.setSize(size()));
    observer.observe(host);
    return () => {
      observer.disconnect();
      drawn.destroy();
      chart.current = null;
    };
    // The data are given to it below, without a new chart.
  }, [theme, language, options, isEmpty]);
  useEffect(() => chart.current?.setData(asData(data)), [data]);
  return (
    <figure class="chart">
      <figcaption>
        <span>{title}</span> <span class="chart-note">{note}</span>
      </figcaption>
      {isEmpty ? (
        <p class="chart-place chart-empty">{ifEmpty}</p>
      ) : (
        <div class="chart-place" ref={place} role="img" aria-label={description} />
      )}
    </figure>
  );
}

/** What all have in common: they are to look at; the words beside them say the rest. */
const frame = {
  legend: { show: false },
  cursor: { show: false },
  // On the right, the value of a line across, or half of the last time.
  padding: [8, 40, 0, 0],
} satisfies Partial<uPlot.Options>;

const asData = (data: ChartProps['data']) => data as unknown as uPlot.AlignedData;

/** The colours of the page as a canvas takes them: resolved for the theme of the moment. */
function inkOf(host: HTMLElement): Ink {
  const probe = host.appendChild(document.createElement('i'));
  const ink: Ink = (name) => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const names = [
    'surface',
    'ink',
    'soft',
    'line',
    'hit',
    'miss',
    'stale',
    'fallback_revoked',
    'error',
  ] as const;
  const resolved = new Map(names.map((name) => [name as string, ink(name)]));
  probe.remove();
  return (name) => resolved.get(name) ?? '';
}
