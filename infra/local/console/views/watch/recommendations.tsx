import type { PartProps } from '../part.ts';

/** What the service itself recommends to its operator. */
export function Recommendations({ state: { stats }, writing: { t } }: PartProps) {
  const found = stats?.recommendations ?? [];
  return (
    <div class="recommendations">
      <h3>{t('recommendations')}</h3>
      {found.length === 0 ? (
        <p class="lead">{t(stats ? 'noRecommendations' : 'statsProblem')}</p>
      ) : (
        <ul>
          {found.map(({ code, severity, message }) => (
            <li key={code} class={`advice advice-${severity}`}>
              <strong>{t(`severity_${severity}`)}</strong>
              <span>
                {message} <code>{code}</code>
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
