// What somebody writes: kept until the server has answered it, and sent again under the same id.

import { keep, kept } from './kept.js';
import { AGAIN_MS, ask, isHost, mine, newId, room, say, tell, waitAskedBy } from './page.js';
import { whyNot } from './sending.js';
import { hasLines, item, talk, toEnd } from './talk.js';
import { lastNumber, onAnew, onEvent, onUp } from './wire.js';

const reply = document.getElementById('reply');
const words = document.getElementById('words');
const asks = document.getElementById('asks');
const KEPT = `room:${room.dataset.messages}:${room.dataset.seat}`;
const DRAFT = `${KEPT}:draft`;
const outbox = kept(KEPT) || [];
let isSending = false;
let failures = 0;
let sendTimer = 0;

function showWaiting(one) {
  const line = item({ kind: one.kind, name: '', at: new Date().toISOString(), text: one.text, host: isHost, by: null });
  line.querySelector('.room-acts')?.remove();
  line.dataset.waits = one.client;
  line.setAttribute('aria-live', 'off'); // read out once, when it is said
  line.querySelector('.room-mark').textContent = say.sayWaits;
  talk.append(line);
}

function waitingItem(client) {
  return talk.querySelector(`[data-waits="${client}"]`);
}

// The list may tell of it before the answer does: whichever is second finds nothing to forget.
function forget(client) {
  const at = outbox.findIndex((one) => one.client === client);
  if (at >= 0) outbox.splice(at, 1);
  keep(KEPT, outbox);
}

function drop(client) {
  forget(client);
  if (client) waitingItem(client)?.remove();
}

function refuse(one, sentence) {
  const line = waitingItem(one.client);
  drop(one.client);
  if (line) {
    line.removeAttribute('data-waits');
    line.removeAttribute('aria-live');
    line.dataset.mark = 'refused';
    line.querySelector('.room-mark').textContent = `${say.sayRefused}. ${sentence}`;
    talk.append(line);
  }
  if (!words.value) words.value = one.text; // nobody types it twice
}

async function flush() {
  if (isSending || !outbox.length) return;
  isSending = true;
  clearTimeout(sendTimer);
  let pause = 0;
  while (outbox.length && !pause) pause = await sendFirst(outbox[0]);
  isSending = false;
  if (pause) sendTimer = setTimeout(flush, pause);
}

async function sendFirst(one) {
  mine.add(one.client);
  // Returns after how many milliseconds to try again; 0 where it is decided.
  const later = () => AGAIN_MS[Math.min(failures++, AGAIN_MS.length - 1)];
  try {
    const answer = await ask(room.dataset.messages, one);
    if (answer.ok) {
      failures = 0;
      forget(one.client);
      const event = await answer.json();
      if (event.number <= lastNumber()) waitingItem(one.client)?.remove();
      else waitingItem(one.client)?.querySelector('.room-mark').replaceChildren();
      return 0;
    }
    if (answer.status === 429) {
      tell('Fast');
      return waitAskedBy(answer);
    }
    if (answer.status >= 500) return later();
    refuse(one, answer.status === 422 ? say.sayLong : await whyNot(answer));
    return 0;
  } catch {
    return later();
  }
}

export function post(text, kind) {
  const one = { client: newId(), text, kind };
  outbox.push(one);
  keep(KEPT, outbox);
  showWaiting(one);
  hasLines();
  toEnd();
  flush();
}

function send() {
  const text = words.value.trim();
  if (!text) return;
  post(text, asks.checked ? 'question' : 'message');
  words.value = '';
  asks.checked = false;
  grow();
  keepDraft();
}

// A page that is opened from here takes this one's place where there are no tabs, as inside WeChat:
// who comes back finds what they were writing.
function keepDraft() {
  keep(DRAFT, words.value);
}

function takeUpDraft() {
  words.value ||= kept(DRAFT) || '';
  grow();
}

function grow() {
  words.style.blockSize = 'auto';
  words.style.blockSize = `${Math.min(words.scrollHeight + 2, 160)}px`;
}

reply.addEventListener('submit', (event) => { event.preventDefault(); send(); words.focus(); });
words.addEventListener('input', () => { grow(); keepDraft(); });
words.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); }
});
onEvent(['message', 'question'], (event) => drop(event.client));
onAnew(() => { for (const one of outbox) showWaiting(one); });
onUp(flush);
document.addEventListener('room:out', () => { reply.inert = true; });
document.addEventListener('room:in', () => { reply.inert = false; });
for (const one of outbox) showWaiting(one);
takeUpDraft();
flush();
