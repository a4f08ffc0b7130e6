'use strict';
/*
 * Loaded before the runtime where requests are recorded: tells on descriptor 3 of each request that leaves by `fetch`, which
 * is how Spotify is called. Its parameters are numbers and cursors; headers and bodies, which hold secrets, are not told.
 */
const { subscribe } = require('node:diagnostics_channel');
const { writeSync } = require('node:fs');

const begun = new WeakMap();

function tell(request, status) {
  const atMs = begun.get(request);
  if (atMs === undefined) return;
  begun.delete(request);
  const { method, origin, path } = request;
  const ms = performance.now() - atMs;
  try {
    writeSync(3, `${JSON.stringify({ method, url: origin + path, status, ms })}\n`);
  } catch {
    // The stack has gone.
  }
}

subscribe('undici:request:create', ({ request }) => begun.set(request, performance.now()));
subscribe('undici:request:headers', ({ request, response }) => tell(request, response.statusCode));
subscribe('undici:request:error', ({ request }) => tell(request, 0));
