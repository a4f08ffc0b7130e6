import { PAGE_SIZE } from './paging.ts';

/*
 * What a computation may ask of Spotify: 30 calls, the refresh of a token among them. Calls are counted in whole pages,
 * whatever Spotify gives at once today, so that the same account is always read as far.
 */
const MAX_PAGES = 29;
/** Spotify gives up to 200 artists a term, the first 100 of which matter most: those are read in any case. */
const MAX_TOP_PAGES = 4;
const MIN_TOP_PAGES = 2;
const NUMBER_OF_TERMS = 3;
/** The most recent 500 saved tracks: older ones weigh little in a score. */
const MAX_SAVED_PAGES = 10;

/** How many items of each list are read at most. */
export interface Allotment {
  /** Of each term. */
  top: number;
  saved: number;
}

/**
 * How far the lists are read, from how long they are. Followed artists are read to their end, and go first; then top
 * artists, 100 to 200 a term; saved tracks, the newest first, get what is left: 50 to 500. An account with up to 1,100
 * followed artists stays within the budget; one with more costs a call for each 50 of them. Pure.
 */
export function allot(sizes: { followed: number; top: readonly number[] }): Allotment {
  const left = MAX_PAGES - Math.max(1, pagesOf(sizes.followed));
  const topPages = within(MIN_TOP_PAGES, Math.floor((left - 1) / NUMBER_OF_TERMS), MAX_TOP_PAGES);
  const usedByTop = sizes.top.reduce((sum, size) => sum + within(1, pagesOf(size), topPages), 0);
  const savedPages = within(1, left - usedByTop, MAX_SAVED_PAGES);
  return { top: topPages * PAGE_SIZE, saved: savedPages * PAGE_SIZE };
}

const pagesOf = (items: number) => Math.ceil(items / PAGE_SIZE);

const within = (min: number, value: number, max: number) => Math.min(Math.max(min, value), max);
