import type { PartProps } from '../part.ts';
import { Charts } from './charts.tsx';
import { FleetDetails } from './fleet-details.tsx';
import { Recommendations } from './recommendations.tsx';
import { RequestTable } from './request-table.tsx';
import { Tiles } from './tiles.tsx';

/** What happens: the figures of the fleet, the charts, what the service recommends, each request. */
export function Watch(props: PartProps) {
  return (
    <>
      <Tiles {...props} />
      <Charts {...props} />
      <FleetDetails {...props} />
      <Recommendations {...props} />
      <RequestTable {...props} />
    </>
  );
}
