import { hashOf, initialsOf } from './likeness.ts';

/** A picture of an artist, drawn from the id: always the same, and never fetched from anywhere. */
export function Avatar({ id, name }: { id: string; name: string }) {
  const hash = hashOf(id);
  const hue = hash % 360;
  const other = (hue + 40 + ((hash >>> 9) % 80)) % 360;
  const x = 8 + ((hash >>> 16) % 32);
  const y = 6 + ((hash >>> 21) % 34);
  const gradient = `g-${id}`;
  return (
    <svg class="avatar" viewBox="0 0 48 48" aria-hidden="true" focusable="false">
      <defs>
        <linearGradient id={gradient} x1="0" y1="0" x2="1" y2="1">
          <stop offset="0" stop-color={`hsl(${hue} 52% 44%)`} />
          <stop offset="1" stop-color={`hsl(${other} 58% 30%)`} />
        </linearGradient>
      </defs>
      <rect width="48" height="48" fill={`url(#${gradient})`} />
      <circle cx={x} cy={y} r={10 + ((hash >>> 5) % 9)} fill={`hsl(${other} 70% 62%)`} opacity="0.35" />
      <circle cx={48 - x} cy={44 - y / 2} r="13" fill={`hsl(${hue} 80% 80%)`} opacity="0.16" />
      <text x="24" y="25" text-anchor="middle" dominant-baseline="central" fill="#fff">
        {initialsOf(name)}
      </text>
    </svg>
  );
}
