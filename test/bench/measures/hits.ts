import { aContext, anEvent } from '../../support/api-event.ts';
import { realisticArtists } from '../../support/realistic-artists.ts';
import { type Timed, timeInTurn } from '../blocks.ts';
import { loadSubjects } from '../load-subjects.ts';
import { measure } from '../measure.ts';
import { PAGE_LIMIT, type Subject, type Subjects } from '../subject.ts';

/** Artists of a list; the peers are measured with the second. */
const SIZES = [50, 500, 2_000, 10_000];
const PEER_SIZE = 500;
/** Calls of one candidate before it is the next one's turn: enough to carry the garbage of their own. */
const BLOCK = 25;
const ROUNDS = 80;
const WARM_UP = 400;

export interface HitTimes {
  sizes: { artists: number; store: Timed; handler: Timed }[];
  /** The whole handler when the client takes gzip, as apps do. */
  handlerGzip: Timed;
  peers: { name: string; timed: Timed }[];
  calls: number;
}

const userOf = (size: number) => `user-of-${size}`;

/** Pages in an order that visits them all and is the same in every run. */
function pagesOf(size: number): () => number {
  const pages = size / PAGE_LIMIT;
  let page = 0;
  return () => {
    page = (page + 7) % pages;
    return page;
  };
}

/** Read pages of the list one after the other. */
function reading(subject: Subject, size: number) {
  const next = pagesOf(size);
  return () => subject.page(userOf(size), next());
}

/** Hits of the whole function, with everything that it does for one in production. Their events are made beforehand: that is the gateway's work. */
function handling({ handler }: Subjects, size: number, encoding = 'identity') {
  const next = pagesOf(size);
  const events = Array.from({ length: size / PAGE_LIMIT }, () =>
    anEvent({
      path: '/api/user/artists',
      user: userOf(size),
      query: { page: String(next()), limit: String(PAGE_LIMIT) },
      headers: { 'accept-encoding': encoding, 'accept-language': 'fr-FR,fr;q=0.9', 'user-agent': 'bench' },
    }),
  );
  let turn = 0;
  return async () => {
    turn = (turn + 1) % events.length;
    const reply = await handler(events[turn], aContext());
    if (reply.statusCode !== 200) throw new Error(`the handler answered ${reply.statusCode}`);
  };
}

await measure<HitTimes>(async ({ quick, bundles, progress }) => {
  const service = loadSubjects(bundles);
  const { floor, subjects } = service;
  const [ours, ...peers] = subjects as [Subject, ...Subject[]];
  for (const size of SIZES) await ours.set(userOf(size), realisticArtists(size));
  for (const peer of peers) await peer.set(userOf(PEER_SIZE), realisticArtists(PEER_SIZE));

  const onRound = (what: string) => (done: number, rounds: number) => {
    if (done === rounds || done % 10 === 0) progress(`hits, ${what}: ${done} of ${rounds} rounds`);
  };
  const own = new Map<string, () => Promise<unknown>>([['floor', floor]]);
  for (const size of SIZES) {
    own.set(`store ${size}`, reading(ours, size));
    own.set(`handler ${size}`, handling(service, size));
  }
  own.set('handler gzip', handling(service, PEER_SIZE, 'gzip, deflate, br'));
  const rounds = quick ? 8 : ROUNDS;
  const how = { warmUp: quick ? 100 : WARM_UP, block: BLOCK };
  const timed = await timeInTurn(own, { ...how, rounds, onRound: onRound('this service') });
  const timeOf = (name: string) => timed.get(name) as Timed;

  // By themselves: what they leave to the garbage collection would weigh on what comes after them.
  const others = new Map([
    ['floor', floor],
    ...peers.map((peer) => [peer.name, reading(peer, PEER_SIZE)] as const),
  ]);
  const peerRounds = quick ? 4 : ROUNDS;
  const timedPeers = await timeInTurn(others, {
    ...how,
    rounds: peerRounds,
    onRound: onRound('others'),
  });
  return {
    sizes: SIZES.map((artists) => ({
      artists,
      store: timeOf(`store ${artists}`),
      handler: timeOf(`handler ${artists}`),
    })),
    handlerGzip: timeOf('handler gzip'),
    peers: peers.map(({ name }) => ({ name, timed: timedPeers.get(name) as Timed })),
    calls: rounds * BLOCK,
  };
});
