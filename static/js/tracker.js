/**
 * Wellread's tracker measures what is really read and hands it to POST /api/v1/events; it may not
 * keep anything in the browser, or tie two events together, without a visitor token.
 *
 * Use it from any front end with one tag:
 *
 *   <script type="module" src=".../tracker.js" data-page="12" data-api="/api/v1/"></script>
 *
 * data-page may stand on the script or on any other element (<main data-page="12">): the first in
 * the document counts. data-api may stand anywhere too and ends in a slash. Without data-page
 * nothing is tracked until track(pageId) is called; the token functions work all the same.
 *
 * Marks in the markup:
 *   data-track-end              on the element that holds the text (its lower edge is where the text
 *                               ends), or on an empty element that stands last in it
 *   data-panel="ID"             a comic panel; seen when half in view for 300 ms, once a view
 *   data-track="share|download" a click here is that event
 *   <audio>, <video>            played intervals; a looping one is decoration and not counted
 *
 * window.wellread:
 *   visitor()        the visitor token, if there is one
 *   setVisitor(t)    keeps a token: drops what was queued before and starts a view under it
 *   forget()         drops token and queue and goes back to the anonymous plane
 *   track(pageId)    a new view after single-page navigation (also exported); track() ends one
 *   watch(element)   observes a panel that was added later
 *
 * Decisions
 * - Coming back from the back-forward cache starts a new view: what is recorded must not depend on
 *   whether a browser happened to keep the page.
 * - A tab opened in the background, and a prerendered page, open when they are first looked at.
 * - Events are stored one a key, so that two tabs never overwrite each other's queue. A stored
 *   event holds ids, numbers, its kind and its moment, nothing about health.
 * - The queue of a visitor outlives the page; it is capped at 500 events, the oldest go first.
 * - A change of plane sends `open` again only if the first one never left the browser, so that one
 *   reader at one page is counted once.
 */
const tokenKey = 'wellread.visitor';
const eventKey = 'wellread.event.';
const find = (selector) => document.querySelector(selector);
const url = (find('[data-api]')?.dataset.api ?? '/api/v1/') + 'events';

// Storage may be blocked; then everything lives as long as the page.
let storage = {};
try {
  storage = localStorage;
} catch {}

// Who and where. The queue is the storage itself with a visitor, an object in memory without; its
// keys begin with the moment, so that they sort by age. What is on its way, unanswered, is in sent.
let token, page, view, opening, referrer;
let queue = {}, count = 0, busy, failures = 0, heldUntil = 0;
const sent = new Set();

// What this view has measured since its last event, and what it has told already.
let active, activeUntil = 0, counting, last;
let depth, told, played, seen = {};
const playheads = new WeakMap();

const visitor = () => storage[tokenKey];
const queued = (place = queue) => Object.keys(place).filter((key) => key.startsWith(eventKey)).sort();
const now = () => new Date().toISOString();

// crypto.randomUUID is missing over plain HTTP, getRandomValues is not.
const uuid = () => Array.from(crypto.getRandomValues(new Uint16Array(8)),
  (part) => (part + 65536).toString(16).slice(1)).join('')
  .replace(/(.{8})(.{4}).(.{3}).(.{3})/, '$1-$2-4$3-8$4-');

// Time counts from one call to the next if the page was visible and focused at the earlier one, and
// no further than 30 s after the last sign of life.
const tick = () => {
  const time = performance.now();
  if (counting) active += Math.max(0, Math.min(time, activeUntil) - last);
  last = time;
  counting = !document.hidden && document.hasFocus();
};

// Once a second is enough: a moving pointer speaks a hundred times.
const alive = () => {
  if (activeUntil - performance.now() > 29e3) return;
  tick();
  activeUntil = last + 3e4;
};

const put = (kind, extra) => {
  if (!page) return;
  tick();
  const id = uuid(), at = now(), active_ms = Math.min(Math.round(active), 6e4);
  const key = eventKey + at + (1e6 + count++) + id;
  const event = JSON.stringify({ id, page, kind, at, active_ms, ...token && { view, depth }, ...extra });
  active -= active_ms;
  if (token) told = depth;
  try {
    queue[key] = event;
  } catch {
    // The storage is full: from here on in memory.
    queue = { ...queue, [key]: event };
  }
  if (queued()[500]) delete queue[queued()[0]];
  return key;
};

// Puts down what has changed since the last event, if anything has. Without a view, depth comes
// once for each quarter.
const beat = () => {
  tick();
  while (played?.[0]) put('play', { played: played.splice(0, 99) });
  while (!token && depth >= told + .25) put('read', { depth: told += .25 });
  while (page && (active >= 1 || token && depth > told)) put('read');
};

// The oldest events that are not on their way: at most 200 and, with room to spare, 64 KiB.
const batch = () => {
  let keys = queued().filter((key) => !sent.has(key)).slice(0, 200), body;
  do body = JSON.stringify({ visitor: token, sent_at: now() }).replace('}',
    () => `,"events":[${keys.map((key) => queue[key])}]}`);
  while (new Blob([body]).size > 6e4 && (keys = keys.slice(0, keys.length / 2)));
  keys.forEach((key) => sent.add(key));
  return [keys, body];
};

const held = () => Date.now() < heldUntil || !navigator.onLine;

// No cookie goes along: the token alone says who.
const post = (body, signal) =>
  fetch(url, { method: 'POST', body, signal, keepalive: true, credentials: 'omit' });

// A page that goes away hears no verdict: what a beacon took stays queued, and the server knows an
// event it has by its id.
const leave = () => {
  beat();
  for (let keys, body; !held() && ([keys, body] = batch(), keys[0]);)
    if (!navigator.sendBeacon(url, body)) post(body).catch(() => {});
};

const flush = async () => {
  if (busy || held()) return;
  sent.clear();
  const [keys, body] = batch(), sender = token;
  if (!keys[0]) return;
  let answer, lost, results = [];
  busy = 1;
  try {
    answer = await post(body, AbortSignal.timeout?.(1e4));
    if (answer.ok) ({ results } = await answer.json());
    // What the server cannot read will not get better: a verdict on the whole batch.
    else if (/400|413|422/.test(answer.status)) results = keys;
    else if (answer.status == 401) lost = 1;
    else throw 0;
    results.forEach(({ reason }, i) => {
      delete queue[keys[i]];
      lost ||= reason == 'no_consent';
    });
    failures = 0;
  } catch {
    heldUntil = Date.now() + Math.min(36e5, answer?.headers.get('Retry-After') * 1e3
      || 15e3 * 2 ** failures++ * (1 - Math.random() / 2));
  }
  busy = 0;
  if (lost && sender == token) setVisitor();
  if (results?.[0]) flush();
};

const arrival = () => {
  const from = document.referrer && new URL(document.referrer).hostname;
  return !from ? 'direct'
    : from == location.hostname ? 'site'
    : /(google|bing|baidu|duckduckgo|yahoo|yandex|sogou)\./.test(from) ? 'search'
    : /(facebook|instagram|linkedin|reddit|youtube|weibo|zhihu)\.|^(t|x)\.co/.test(from) ? 'social'
    : 'other';
};

// The observers hand over shares they have worked out already: nothing is laid out on scroll.
const observer = (threshold, rootMargin, work) =>
  new IntersectionObserver((entries) => entries.forEach(work), { threshold, rootMargin });

// With the window stretched upwards without end, the share of the text inside it is the share that
// was above the window's lower edge: the depth.
const text = observer([...Array(101).keys()].map((n) => n / 100), '9999999px 0px 0px', (entry) => {
  depth = Math.max(depth, Math.round(entry.intersectionRatio * 100) / 100);
});

// A panel that was seen has no timer any more, but 0.
const panels = observer(.5, '0px', ({ target, intersectionRatio }) => {
  const { panel } = target.dataset;
  clearTimeout(seen[panel]);
  if (intersectionRatio >= .5 && seen[panel] !== 0) seen[panel] = setTimeout(() => {
    seen[panel] = 0;
    put('panel', { panel });
  }, 300);
});

const watch = (panel) => panels.observe(panel);

// Chooses the plane (GPC and DNT outweigh a token) and starts a view of the present page. Without a
// visitor nothing may be left in the storage.
const start = (open) => {
  const next = navigator.globalPrivacyControl || navigator.doNotTrack == 1 ? undefined : visitor();
  if (!next) empty();
  if (next != token) queue = next ? storage : {};
  token = next;
  view = uuid();
  tick();
  alive();
  active = 0;
  played = [];
  text.disconnect();
  panels.disconnect();
  Object.values(seen).forEach(clearTimeout);
  seen = {};

  const end = find('[data-track-end]');
  if (end) {
    depth ??= 0;
    text.observe(end.firstChild ? end : end.parentElement);
  }
  told = token ? 0 : Math.floor(depth * 4) / 4;
  document.querySelectorAll('[data-panel]').forEach(watch);
  const campaign = new URL(location).searchParams.get('utm_campaign')?.match(/^.{0,64}/u)[0];
  if (open) opening = put('open', !token && { referrer, campaign });
};

export const track = (id) => {
  beat();
  page = +id;
  depth = undefined;
  start(1);
  referrer = 'site';
};

// The open event goes with the plane it was queued in; one that has left is not sent again.
const unsent = () => opening in queue && !sent.has(opening);

const empty = () => queued(storage).forEach((key) => delete storage[key]);

const setVisitor = (next) => {
  const open = unsent();
  empty();
  queue = {};
  token = 0;
  delete storage[tokenKey];
  if (next) storage[tokenKey] = next;
  start(open);
};

const forget = () => setVisitor();

const boot = () => {
  if (document.hidden || referrer) return;
  referrer = arrival();
  track(find('[data-page]')?.dataset.page);
  if (queued()[1]) setTimeout(flush, 2e3);
};

// On the window, in the capture phase: scrolling inside elements and media are heard too.
const on = (types, work) => types.split(' ').forEach((type) =>
  addEventListener(type, work, { capture: true, passive: true }));

on('pointermove pointerdown keydown scroll', alive);
on('focus blur', tick);
on('pagehide', leave);
on('visibilitychange', () => {
  boot();
  (document.hidden ? leave : tick)();
});
on('pageshow', ({ persisted }) => persisted && track(page));
on('online', flush);
// Another tab gave or withdrew consent.
on('storage', ({ key }) => key && key != tokenKey || start(unsent()));
on('click', ({ target }) => {
  const mark = target.closest('[data-track]');
  if (mark) put(mark.dataset.track);
});
// A jump of the playhead is not playing.
on('play timeupdate', ({ target }) => {
  if (target.loop) return;
  alive();
  const from = playheads.get(target), to = +target.currentTime.toFixed(1);
  playheads.set(target, to);
  if (to > from && to < from + 3) {
    const latest = played.at(-1);
    if (latest?.[1] == from) latest[1] = to;
    else played.push([from, to]);
  }
});

window.wellread = { visitor, setVisitor, forget, track, watch };
boot();
setInterval(() => {
  beat();
  flush();
}, 15e3);
