// What every part of a room's page needs: its sentences, who sits there, and questions to the server.

export const room = document.getElementById('room');
export const say = room.dataset;
export const isHost = 'host' in room.dataset;
export const token = document.body.dataset.place || '';
export const mine = new Set(); // ids that this page sent
export const AGAIN_MS = [1e3, 2e3, 4e3, 8e3, 15e3];

const ANSWERED_MS = 15e3;
const csrf = document.querySelector('meta[name=csrf-token]')?.content;

export function tell(state) {
  const place = document.getElementById('state');
  const sentence = say[`say${state}`];
  document.body.dataset.state = state.toLowerCase();
  if (place.textContent !== sentence) place.textContent = sentence;
}

export function ask(address, body) {
  // A body of fields is sent as JSON, a form as it is; without one it is only read. Fields that nobody
  // answers in time fail as without a network: a dead connection may keep silent for minutes.
  const headers = token ? { Authorization: `Join ${token}` } : {};
  if (!body) return fetch(address, { headers, cache: 'no-store' });
  if (csrf) headers['X-CSRFToken'] = csrf;
  if (body instanceof FormData) return fetch(address, { method: 'POST', headers, body });
  headers['Content-Type'] = 'application/json';
  const limit = new AbortController();
  setTimeout(() => limit.abort(), ANSWERED_MS);
  return fetch(address, { method: 'POST', headers, body: JSON.stringify(body), signal: limit.signal });
}

// For how many milliseconds the server wants to be left alone.
export function waitAskedBy(answer, seconds = 5) {
  return (Number(answer.headers.get('Retry-After')) || seconds) * 1000;
}

// While a button waits for its answer it keeps the focus: a disabled one would lose it.
export function hold(button) {
  button?.setAttribute('aria-disabled', 'true');
}

export function release(button) {
  button?.removeAttribute('aria-disabled');
}

export const isHeld = (button) => button?.getAttribute('aria-disabled') === 'true';

// Take a part off the page; who stood on it stands on what `next` gives then.
export function takeAway(part, next) {
  const had = part.contains(document.activeElement);
  part.remove();
  if (had) next()?.focus({ preventScroll: true });
}

export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Pages without https have no randomUUID.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
