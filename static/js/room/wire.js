// How a room's list arrives: by a stream, else by asking again and again. Each event is given to who
// asked for its kind, once and in the order of the numbers; a state is a snapshot and is given as it
// comes. It draws nothing.

import { ask, room, tell, token, waitAskedBy } from './page.js';

const SILENT_MS = 40e3; // beats come every fifteen seconds
const HELD_BACK_MS = 10e3; // a proxy that holds a stream back shows nothing of it by then
const STREAM_AGAIN_MS = 60e3;
const ALOUD_AT_MOST = 5; // more at once was missed, and is counted instead of read
const OUT_AGAIN_MS = 15e3; // who was put out may be let in again

const byKind = new Map();
const forState = [];
const beforePiece = [];
const afterPiece = [];
const onceUp = [];
const anew = [];

let last = 0;
let source = null;
let heardAt = 0;
let behindBeats = 0;
let pollTimer = 0;
let streamTimer = 0;
let isLive = false; // the stream has said that nothing is behind
let isPolling = false; // the table answers though nothing streams
let isGone = false;
let isOut = false;

// Give each event of these kinds to `take`, in the order of its number.
export function onEvent(kinds, take) {
  for (const kind of [kinds].flat()) byKind.set(kind, [...(byKind.get(kind) || []), take]);
}

// Give each state (how many are here, votes, polls; whole every time) to `take`.
export const onState = (take) => { forState.push(take); };

// Call `then` before events that came in one piece are taken: true where they happen just now, false
// for what was said before, or while nothing could be heard.
export const onPieceBegins = (then) => { beforePiece.push(then); };

// Call `then` with the number of events that came in one piece, once they are all taken.
export const onPiece = (then) => { afterPiece.push(then); };

// Call `then` whenever the server has just been heard.
export const onUp = (then) => { onceUp.push(then); };

// Call `then` before the list begins from its first number again.
export const onAnew = (then) => { anew.push(then); };

export const lastNumber = () => last;

function apply(event) {
  if (event.number <= last) return true; // sent twice: shown once
  if (event.number > last + 1) return false;
  last = event.number;
  for (const take of byKind.get(event.kind) || []) take(event);
  return true;
}

function takeAll(events) {
  const isNews = isLive || (isPolling && events.length <= ALOUD_AT_MOST);
  for (const then of beforePiece) then(isNews);
  for (const event of events) {
    if (!apply(event)) { poll(); break; } // a hole: the table has what is missing
  }
  for (const then of afterPiece) then(events.length);
}

function takeState(state) {
  for (const take of forState) take(state);
}

function isUp() {
  for (const then of onceUp) then();
}

function startOver() {
  // The server knows less than this page does: another database stands behind it.
  last = 0;
  for (const then of anew) then();
  listen();
}

export function listen() {
  clearTimeout(pollTimer);
  clearTimeout(streamTimer);
  streamTimer = 0;
  source?.close();
  heardAt = Date.now();
  isLive = false;
  const query = new URLSearchParams({ after: last });
  if (token) query.set('place', token);
  source = new EventSource(`${room.dataset.stream}?${query}`);
  const own = source;
  let waiting = []; // what came in one piece is shown in one go
  const takePiece = () => {
    const piece = waiting;
    waiting = []; // first: a fault in one piece stops no other
    takeAll(piece);
  };
  own.onmessage = (event) => {
    heardAt = Date.now();
    if (!waiting.length) queueMicrotask(takePiece);
    waiting.push(JSON.parse(event.data));
  };
  own.addEventListener('state', (event) => {
    heardAt = Date.now();
    takeState(JSON.parse(event.data));
  });
  own.addEventListener('beat', (event) => {
    heardAt = Date.now();
    isLive = true;
    isPolling = false;
    tell('Live');
    isUp();
    behindBeats = Number(event.data) < last ? behindBeats + 1 : 0;
    if (behindBeats > 1) { behindBeats = 0; startOver(); }
  });
  own.onerror = () => {
    isLive = false;
    if (!isPolling) tell(navigator.onLine ? 'Again' : 'Offline');
    if (own.readyState === EventSource.CLOSED) poll(); // an answer that is no stream: why?
  };
  setTimeout(() => {
    if (source === own && !isLive && navigator.onLine) poll();
  }, HELD_BACK_MS);
}

async function poll() {
  clearTimeout(pollTimer);
  if (isGone) return;
  let seconds = 3;
  try {
    const query = new URLSearchParams({ after: last });
    const answer = await ask(`${room.dataset.events}?${query}`);
    if ([401, 403, 404].includes(answer.status)) {
      const problem = await answer.json().catch(() => ({}));
      if (problem.reason === 'put_out') goOut();
      else leave();
      return;
    }
    if (answer.ok) {
      comeBack();
      const news = await answer.json();
      seconds = news.next_poll_s;
      heardAt = Date.now();
      takeAll(news.events.filter((event) => event.number > last));
      if (news.state) takeState(news.state);
      if (last < news.last) seconds = 0;
      if (!isLive) {
        isPolling = true;
        tell('Poll');
      }
      isUp();
    } else {
      seconds = Math.max(seconds, waitAskedBy(answer, seconds) / 1000);
      cannotHear();
    }
  } catch {
    cannotHear();
  }
  if (isLive) return; // the stream brings the rest
  pollTimer = setTimeout(poll, seconds * 1000);
  if (!streamTimer) streamTimer = setTimeout(() => { streamTimer = 0; listen(); }, STREAM_AGAIN_MS);
}

function cannotHear() {
  isPolling = false;
  if (!isLive) tell(navigator.onLine ? 'Again' : 'Offline');
}

function goOut() {
  source?.close();
  clearTimeout(streamTimer);
  streamTimer = 0;
  isLive = isPolling = false;
  tell('Out');
  if (!isOut) document.dispatchEvent(new CustomEvent('room:out'));
  isOut = true;
  pollTimer = setTimeout(poll, OUT_AGAIN_MS);
}

function comeBack() {
  if (!isOut) return;
  isOut = false;
  document.dispatchEvent(new CustomEvent('room:in'));
  listen();
}

function leave() {
  isGone = true;
  source?.close();
  clearTimeout(streamTimer);
  tell('Gone');
}

function wake() {
  if (isOut) poll();
  else if (!isGone) listen();
}

setInterval(() => {
  if (!isGone && Date.now() - heardAt > SILENT_MS) wake();
}, 5e3);
addEventListener('online', wake);
addEventListener('offline', () => {
  // A connection that is still open then is often dead without knowing it.
  source?.close();
  clearTimeout(pollTimer);
  isLive = isPolling = false;
  tell('Offline');
});
addEventListener('pageshow', (event) => { if (event.persisted) wake(); });
document.addEventListener('visibilitychange', () => {
  if (!document.hidden && Date.now() - heardAt > SILENT_MS / 2) wake();
});
