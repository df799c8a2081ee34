// Tells the clinic that this tab is in the class: join, a beat as often as asked for, leave.
// The server's clock counts; nothing is kept in the browser.

const page = document.querySelector('[data-presence]');
const tab = Math.random().toString(36).slice(2, 12);
const EVERY_S = 30;
const AGAIN_S = 5; // a gap of 75 s counts no more, so that one slow failure must not use it up
const PATIENCE_MS = 15e3;
let timer = 0;
let turn = 0;
let next = 'join'; // until the clinic has heard it
let replay = false;

function send(kind, keepalive = false) {
  const patience = new AbortController();
  setTimeout(() => patience.abort(), PATIENCE_MS); // the answer's words included
  return fetch(page.dataset.presence, {
    method: 'POST',
    keepalive,
    signal: patience.signal,
    headers: { 'Content-Type': 'application/json', Authorization: `Join ${page.dataset.place}` },
    body: JSON.stringify({ kind, tab, replay }),
  });
}

async function beat() {
  const mine = ++turn;
  clearTimeout(timer);
  let seconds = AGAIN_S;
  try {
    const answer = await send(next);
    if (mine !== turn || answer.status === 401 || answer.status === 403) return;
    if (answer.ok) {
      next = 'beat';
      seconds = (await answer.json()).next_beat_s;
    } else if (answer.status < 500) seconds = Number(answer.headers.get('Retry-After')) || EVERY_S;
  } catch {
    // Without a network, or with one too slow, it is tried again soon; one sign told twice counts once.
  }
  if (mine === turn) timer = setTimeout(beat, seconds * 1000);
}

function leave(keepalive = false) {
  turn += 1;
  clearTimeout(timer);
  next = 'join';
  send('leave', keepalive).catch(() => {});
}

function stay() {
  beat();
  addEventListener('pagehide', () => leave(true));
  addEventListener('pageshow', (event) => {
    if (event.persisted) beat();
  });
  addEventListener('online', beat);
  // Out of the room is out of the class, until the hosts let somebody in again.
  document.addEventListener('room:out', () => leave());
  document.addEventListener('room:in', beat);
}

// --- Before the class ---

const fields = [...page?.querySelectorAll('textarea, input:not([type=hidden])') ?? []];
const isWriting = () => fields.some((field) => field === document.activeElement || field.value !== field.defaultValue);

// The doors open while somebody waits here: the page looks again then, but not under a hand that writes.
// A phone that slept has missed its timer, so the time itself is asked, in steps that a timer can hold.
function wait() {
  const opensAt = Date.now() + Number(page.dataset.opensInMs) + 1000;
  const look = () => {
    clearTimeout(timer);
    const left = opensAt - Date.now();
    if (left > 0) timer = setTimeout(look, Math.min(left, 2 ** 31 - 1));
    else if (isWriting()) page.querySelector('[data-doors]').hidden = false;
    else if (navigator.onLine) location.reload();
  };
  look();
  for (const kind of ['pageshow', 'online']) addEventListener(kind, look);
  document.addEventListener('visibilitychange', look);
}

const recording = page?.querySelector('[data-replay]');
if (page?.hasAttribute('data-on')) {
  stay();
} else if (recording) {
  // Watching begins with the press, not with looking at the page.
  recording.addEventListener('click', () => {
    replay = true;
    stay();
  }, { once: true });
} else if (Number(page?.dataset.opensInMs) > 0) {
  wait();
}
