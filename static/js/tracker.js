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
 * - What is told once a view (`open`, a panel, a quarter of the text) is told again after a change
 *   of plane only if it never left the browser, so that one reader at one page is counted once. How
 *   far the text was told before is in `counted`: the visitor's depth adds to the counts from there.
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
// keys begin with the moment, so that they sort by age. What has left the browser is in sent.
let token, page, view, referrer, busy;
let queue = {}, count = 1e6, failures = 0, heldUntil;
const sent = {};

// What this view has measured since its last event, and under which keys it told what it tells once.
let active, activeUntil = 0, counting, last, depth, counted, played = [];
let told = {}, timers = {};

const visitor = () => storage[tokenKey];
const queued = (place = queue) =>
  Object.keys(place).filter((key) => key.startsWith(eventKey)).sort();
const now = () => new Date().toISOString();

// crypto.randomUUID is missing over plain HTTP; the address of a blob ends in a UUID everywhere.
const uuid = () => URL.createObjectURL(new Blob()).slice(-36);

// Time counts from one call to the next if the page was visible and focused at the earlier one, and
// no further than 30 s after the last sign of life.
const tick = () => {
  const time = performance.now();
  if (counting && activeUntil > last) active += Math.min(time, activeUntil) - last;
  last = time;
  counting = !document.hidden && document.hasFocus();
};

// Once a second is enough: a moving pointer speaks a hundred times.
const alive = () => {
  if (activeUntil - performance.now() > 29e3) return;
  tick();
  activeUntil = last + 3e4;
};

// Calls for each quarter of the text that was passed.
const passed = (work) => [.25, .5, .75, 1].forEach((quarter) => depth >= quarter && work(quarter));

const put = (kind, extra) => {
  if (!page || !kind) return;
  tick();
  const id = uuid(), at = now(), key = eventKey + at + count++ + id;
  const active_ms = Math.min(Math.round(active), 6e4);
  const event = JSON.stringify(
    { id, page, kind, at, active_ms, ...token && { view, depth, counted }, ...extra });
  active -= active_ms;
  if (token) passed((quarter) => told[quarter] ??= key);
  try {
    queue[key] = event;
  } catch {
    // The storage is full: from here on in memory.
    (queue = { ...queue })[key] = event;
  }
  delete queue[queued().at(-501)]; // the oldest, where there are more than 500
  return key;
};

// Tells it unless this view has.
const tell = (name, kind, extra) => told[name] ??= put(kind, extra);

// Puts down what has changed since the last event, if anything has. Without a view, depth comes
// once for each quarter; with one, every event has it.
const beat = () => {
  tick();
  while (played[0]) put('play', { played: played.splice(0, 99) });
  passed((quarter) => tell(quarter, 'read', !token && { depth: quarter }));
  while (page && active >= 1) put('read');
};

// Hands over the oldest events: at most 200 and, with room to spare, 64 KiB (they are all ASCII).
// The token alone says who: a fetch takes no cookie along, and the server reads none of a beacon's,
// which cannot be told to leave them. A page that goes away hears no verdict: what a beacon took stays
// queued, and the server knows an event it has by its id.
const send = async (leaving) => {
  const sender = token;
  const keys = queued().filter((key) => !leaving || !sent[key]).slice(0, 200);
  let body, answer;
  if (!keys[0] || busy && !leaving || Date.now() < heldUntil || !navigator.onLine) return;
  do body = JSON.stringify(
    { visitor: token, sent_at: now(), events: keys.map((key) => JSON.parse(queue[key])) });
  while (body.length > 6e4 && keys.splice(keys.length / 2));
  keys.forEach((key) => sent[key] = 1);
  if (leaving && navigator.sendBeacon(url, body)) return send(1);
  busy = 1;
  try {
    answer = await fetch(url, {
      method: 'POST', body, signal: AbortSignal.timeout?.(1e4), keepalive: true, credentials: 'omit',
    });
    // What was refused whole is as if it had never left.
    keys.forEach((key) => sent[key] = answer.ok);
    // What the server cannot read will not get better: a verdict on the whole batch.
    const results = answer.ok ? (await answer.json()).results
      : answer.status == 401 ? [{ reason: 'no_consent' }]
      : /400|413|422/.test(answer.status) && keys;
    results.forEach((_, i) => delete queue[keys[i]]);
    failures = busy = 0;
    if (sender == token && results.some(({ reason }) => reason == 'no_consent')) setVisitor();
    if (results[0]) send();
  } catch {
    busy = 0;
    heldUntil = Date.now() + Math.min(36e5, answer?.headers.get('Retry-After') * 1e3
      || 1e4 * 2 ** (failures++ + Math.random()));
  }
};

const leave = () => {
  beat();
  send(1);
};

// The observers hand over shares they have worked out already: nothing is laid out on scroll.
const observer = (threshold, rootMargin, work) =>
  new IntersectionObserver((entries) => entries.forEach(work), { threshold, rootMargin });

// With the window stretched upwards without end, the share of the text inside it is the share that
// was above the window's lower edge: the depth.
const text = observer([...Array(101).keys()].map((n) => n / 100), '9999999px 0px 0px', (entry) => {
  depth = Math.max(depth, +entry.intersectionRatio.toFixed(2));
});

const panels = observer(.5, '0px', ({ target, intersectionRatio }) => {
  const current = view, { panel } = target.dataset;
  clearTimeout(timers[panel]);
  if (intersectionRatio >= .5) timers[panel] = setTimeout(
    () => current == view && tell('#' + panel, 'panel', { panel }), 300);
});

const watch = (panel) => panels.observe(panel);

// Chooses the plane (GPC and DNT outweigh a token) and starts a view of the present page. Without a
// visitor nothing may be left in the storage, and nothing of before setVisitor (token 0) anywhere.
const start = () => {
  const next = navigator.globalPrivacyControl || navigator.doNotTrack == 1 ? undefined : visitor();
  if (next == token && told.open) return; // neither the plane nor the page is another
  if (!next || token === 0) queued(storage).forEach((key) => delete storage[key]);
  if (next != token) queue = next ? storage : {};
  token = next;
  view = uuid();
  tick();
  alive();
  active = 0;
  played = [];
  // What never left went with the queue: it has not been told.
  for (const name in told) if (!sent[told[name]]) delete told[name];
  counted = undefined;
  passed((quarter) => told[quarter] && (counted = quarter));
  text.disconnect();
  panels.disconnect();
  const end = find('[data-track-end]');
  if (end) {
    depth ??= 0;
    text.observe(end.firstChild ? end : end.parentNode);
  }
  document.querySelectorAll('[data-panel]').forEach(watch);
  const campaign = new URL(location).searchParams.get('utm_campaign')
    ?.replace(/[^\w.-]+/g, '-').slice(0, 64);
  tell('open', 'open', !token && { referrer, campaign });
};

export const track = (id) => {
  beat();
  page = +id;
  depth = undefined;
  told = {};
  start();
  referrer = 'site';
};

const setVisitor = (next) => {
  token = 0;
  delete storage[tokenKey];
  if (next) storage[tokenKey] = next;
  start();
};

const boot = () => {
  if (document.hidden || referrer) return;
  const from = document.referrer.split('/')[2];
  referrer = !from ? 'direct'
    : from == location.host ? 'site'
    : /(google|bing|baidu|duckduckgo|yahoo|yandex|sogou)\./.test(from) ? 'search'
    : /(facebook|instagram|linkedin|reddit|youtube|weibo|zhihu)\.|^(t|x)\.co/.test(from) ? 'social'
    : 'other';
  track(find('[data-page]')?.dataset.page);
  if (queued()[1]) setTimeout(send, 2e3);
};

// On the window, in the capture phase: scrolling inside elements and media are heard too.
const on = (types, work) => types.split(' ').forEach((type) => addEventListener(type, work, true));

on('pointermove pointerdown keydown scroll', alive);
on('pagehide', leave);
on('focus blur visibilitychange', () => {
  boot();
  tick();
  if (document.hidden) leave();
});
on('pageshow', ({ persisted }) => persisted && track(page));
on('online', () => send());
// Another tab may have given or withdrawn consent.
on('storage', start);
on('click', ({ target }) => put(target.closest('[data-track]')?.dataset.track));
// A jump of the playhead is not playing.
on('play timeupdate', ({ target }) => {
  if (target.loop) return;
  alive();
  const from = target.wellread, to = target.wellread = +target.currentTime.toFixed(1);
  if (to > from && to < from + 3) {
    played.push([played.at(-1)?.[1] == from ? played.pop()[0] : from, to]);
  }
});

window.wellread = { visitor, setVisitor, forget: () => setVisitor(), track, watch };
boot();
setInterval(() => {
  beat();
  send();
}, 15e3);
