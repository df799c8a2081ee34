// How something is sent: until the server has decided, and in words why it was not done.

import { AGAIN_MS, ask, hold, isHeld, newId, release, room, say, waitAskedBy } from './page.js';

const LONG_MS = 15e3; // who would wait longer is told, and sends it again when they like

function passed(ms, newer) {
  return new Promise((done) => {
    setTimeout(done, ms);
    newer?.addEventListener('abort', done);
  });
}

// Answers the response that decides; nothing where the server could not be reached for half a minute,
// or where `newer` says that something else is wanted by now. What is sent again counts once.
export async function untilDecided(send, { newer, whileAway } = {}) {
  for (const pause of [...AGAIN_MS, 0]) {
    let wait = pause;
    try {
      const answer = await send();
      if (answer.status === 429) wait = waitAskedBy(answer);
      const isDecided = answer.status < 500 && answer.status !== 429;
      if (isDecided || (answer.status === 429 && (wait > LONG_MS || !pause))) return answer;
    } catch {
      whileAway?.();
    }
    if (!newer?.aborted) await passed(wait, newer);
    if (newer?.aborted) return null;
  }
  return null;
}

// Gives a function that hands one thing at a time to `send`: of what is asked for meanwhile only the
// newest comes next, and `newer` tells whoever still waits for the one before.
export function newestOnly(send) {
  let next = null;
  let isSending = false;
  let newer = null;
  return async (what) => {
    next = { what };
    newer?.abort();
    if (isSending) return;
    isSending = true;
    while (next) {
      const own = next;
      next = null;
      newer = new AbortController();
      await send(own.what, newer.signal);
    }
    isSending = false;
  };
}

function tooFast(answer) {
  const seconds = Math.ceil(waitAskedBy(answer) / 1000);
  if (seconds <= 90) return say.sayLaterSeconds.replace('0', seconds);
  return say.sayLaterMinutes.replace('0', Math.ceil(seconds / 60));
}

// Why it was not done, in a sentence; '' where it was.
export async function whyNot(answer) {
  if (!answer || answer.status >= 500) return say.sayAway;
  if (answer.ok) return '';
  if (answer.status === 429) return tooFast(answer);
  const { reason } = await answer.json().catch(() => ({}));
  if (reason === 'muted') return say.sayMuted;
  if (reason === 'no_voices') return say.sayNoVoices;
  return answer.status === 409 ? say.sayShut : say.sayNotDone;
}

// Do that, once for each press of the button. Answers why it was not done, '' where it was, and null
// where an earlier press still waits.
export async function act(what, button, address = room.dataset.acts) {
  if (isHeld(button)) return null;
  const body = { client: newId(), ...what };
  hold(button);
  const answer = await untilDecided(() => ask(address, body));
  release(button);
  return whyNot(answer);
}
