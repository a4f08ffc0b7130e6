/** Drawn on a grid of 24, in the colour of the text. What they mean is always written beside them, or in a label. */
const PATHS = {
  heart:
    'M12 20.500s-7.500-4.600-9.200-9C1.600 8.200 3.500 5 6.700 5c2.300 0 4 1.300 5.300 3.200C13.300 6.300 15 5 17.300 5c3.200 0 5.100 3.200 3.900 6.500-1.700 4.400-9.200 9-9.200 9Z',
  refresh: 'M20 11a8 8 0 1 0-2.300 6.300M20 5v6h-6',
  warning: 'M12 4 2.800 20h18.400L12 4Zm0 6v4.500m0 2.700v.1',
  back: 'm14.500 5.500-6.500 6.500 6.500 6.500',
  forward: 'm9.500 5.500 6.500 6.500-6.500 6.500',
  check: 'm5 12.500 4.500 4.500L19 7.500',
  leave: 'M14 4.500H6v15h8M10 12h10m-3.500-3.500L20 12l-3.500 3.500',
} as const;

export function Icon({ name }: { name: keyof typeof PATHS }) {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
