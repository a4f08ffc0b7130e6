'use strict';
/*
 * What runs in an execution environment: a runtime that speaks the Lambda Runtime API, as Amazon's does for Node 24.
 * It loads the function's bundle, then handles one invocation at a time until it is killed. Plain CommonJS, so that
 * the cold start measured here is the bundle's own. Nothing of it is known to the bundle.
 */
const http = require('node:http');
const path = require('node:path');
const { existsSync } = require('node:fs');
const { format } = require('node:util');

// Here `host:port/path`.
const [, HOST, PORT, PATH] = /^(.+):(\d+)(.*)$/.exec(process.env.AWS_LAMBDA_RUNTIME_API);
const BASE = `${PATH}/2018-06-01/runtime`;
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
let requestId;

function call(method, route, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request(
      { host: HOST, port: PORT, method, path: BASE + route, agent, headers },
      (reply) => {
        const chunks = [];
        reply.on('data', (chunk) => chunks.push(chunk));
        reply.on('end', () =>
          resolve({ headers: reply.headers, body: Buffer.concat(chunks).toString('utf8') }),
        );
        reply.on('error', reject);
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

function describe(error, type) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error), trace: [] };
  return {
    errorType: type ?? error.name,
    errorMessage: error.message,
    trace: (error.stack ?? '').split('\n'),
  };
}

async function fail(error, type) {
  const body = describe(error, type);
  console.error(requestId ? 'Invoke Error' : 'Init Error', JSON.stringify(body));
  const route = requestId ? `/invocation/${requestId}/error` : '/init/error';
  await call('POST', route, JSON.stringify(body), { 'Lambda-Runtime-Function-Error-Type': body.errorType });
}

/** `console` in a Lambda writes one line for a call: text with tabs, or JSON. */
function patchConsole() {
  const json = process.env.AWS_LAMBDA_LOG_FORMAT === 'JSON';
  const levels = { trace: 'TRACE', debug: 'DEBUG', log: 'INFO', info: 'INFO', warn: 'WARN', error: 'ERROR' };
  for (const [method, level] of Object.entries(levels)) {
    console[method] = (...args) => {
      const timestamp = new Date().toISOString();
      const message = format(...args);
      const line = json
        ? JSON.stringify({ timestamp, level, requestId, message })
        : `${timestamp}\t${requestId}\t${level}\t${message.replaceAll('\n', '\r')}`;
      process.stdout.write(`${line}\n`);
    };
  }
}

async function load() {
  const [, file, name] = /^(.*)\.([^.]+)$/.exec(process.env._HANDLER);
  const root = path.join(process.env.LAMBDA_TASK_ROOT, file);
  const found = ['.js', '.cjs', '.mjs'].map((extension) => root + extension).find((file) => existsSync(file));
  if (!found)
    throw Object.assign(new Error(`Cannot find module '${file}'`), { name: 'Runtime.ImportModuleError' });
  const bundle = found.endsWith('.mjs') ? await import(found) : require(found);
  const handler = bundle[name];
  if (typeof handler !== 'function') {
    const message = `${process.env._HANDLER} is undefined or not exported`;
    throw Object.assign(new Error(message), { name: 'Runtime.HandlerNotFound' });
  }
  if (handler.length > 2) {
    const message = 'Node.js 24 has no callback handlers: use an async function';
    throw Object.assign(new Error(message), { name: 'Runtime.CallbackHandlerDeprecated' });
  }
  return handler;
}

function contextOf(headers) {
  const deadlineMs = Number(headers['lambda-runtime-deadline-ms']);
  return {
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  };
}

async function handleNext(handler) {
  const { headers, body } = await call('GET', '/invocation/next');
  requestId = headers['lambda-runtime-aws-request-id'];
  process.env._X_AMZN_TRACE_ID = headers['lambda-runtime-trace-id'];
  let result;
  try {
    result = await handler(JSON.parse(body), contextOf(headers));
    // Serialized in here: a result that JSON cannot hold is the function's error.
    result = JSON.stringify(result === undefined ? null : result);
  } catch (error) {
    return fail(error);
  }
  await call('POST', `/invocation/${requestId}/response`, result, { 'content-type': 'application/json' });
}

function exitOn(event, status, type) {
  process.on(event, (error) => {
    fail(error, type).finally(() => process.exit(status));
  });
}

async function run() {
  patchConsole();
  exitOn('uncaughtException', 129);
  exitOn('unhandledRejection', 128, 'Runtime.UnhandledPromiseRejection');
  let handler;
  try {
    handler = await load();
  } catch (error) {
    await fail(error);
    process.exit(1);
  }
  for (;;) await handleNext(handler);
}

// Without the Runtime API there is nothing to run for.
run().catch(() => process.exit(1));
