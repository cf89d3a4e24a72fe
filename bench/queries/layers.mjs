/** Where a function belongs, by the file that it stands in: the first that fits. */
const LAYERS = [
  ['SQLite and its driver', /^\(native\) (all|get|run|step)$|better-sqlite3|dist\/database\//],
  [
    "Node's HTTP, streams and sockets",
    /^node:(_http|internal\/(streams|stream_base|timers|process)|net|events|timers)|^\(native\) (write|shutdown|readStart)/,
  ],
  ['garbage collection', /^\(garbage collector\)$/],
  ['promises and turns of the loop', /^\(native\) runMicrotasks$|^\(program\)$/],
  ['bytes and texts', /^node:(buffer|internal\/buffer)|^\(native\) (utf8|latin1|base64|slice)|^\(native\) $/],
  ['HTTP door: bodies, headers, observer, metrics', /dist\/(transport|logger|tracing)|prom-client/],
  ['tokens', /dist\/auth\/|jose|node:(internal\/)?crypto|^\(native\) (digest|Hash|hash|oneShotDigest)/],
  ['rates', /dist\/rates\/|rate-limiter-flexible/],
  ['Apollo Server', /@apollo/],
  [
    'the compiled query',
    /graphql-jit|^\(eval\)|dist\/graphql\/(compiled|plain|execution|timeouts|known|limits|list-sizes|cost)/,
  ],
  [
    'the text of the answer',
    /dist\/graphql\/(answer-writer|field-|kept-texts|leaf-texts|selected-fields|text-parts)/,
  ],
  ['TypeGraphQL and graphql-js', /type-graphql|node_modules\/graphql|dist\/graphql/],
  ['caches (LRU)', /lru-cache/],
  ['services, loaders, repositories', /dist\/(users|friends|lib|applications|blocks|services)|dataloader/],
];

const OTHERS = 'the rest';

/**
 * Microseconds of one request in each layer, by a profile of the inspector: a function's own time, without what it calls.
 *
 * @returns {[layer: string, micros: number][]}
 */
export function toLayers({ nodes, samples, timeDeltas }, requests) {
  const places = new Map(nodes.map(({ id, callFrame }) => [id, toPlace(callFrame)]));
  const micros = new Map([...LAYERS.map(([name]) => [name, 0]), [OTHERS, 0]]);
  samples.forEach((id, index) => {
    const place = places.get(id);
    // The second one is the inspector itself.
    if (place === '(idle)' || place === '(native) dispatch') return;
    const [layer] = LAYERS.find(([, pattern]) => pattern.test(place)) ?? [OTHERS];
    micros.set(layer, micros.get(layer) + timeDeltas[index] / requests);
  });
  return [...micros];
}

function toPlace({ functionName, url, scriptId }) {
  if (functionName.startsWith('(') && functionName !== '(anonymous)') return functionName;
  if (url !== '') return url;
  // What was compiled at run time has a script and no file.
  return scriptId === '0' ? `(native) ${functionName}` : '(eval)';
}
