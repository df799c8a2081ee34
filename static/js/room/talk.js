// The talk: what was said, line by line, with the marks it got; who reads further up stays there.

import { isHost, mine, room, say, takeAway } from './page.js';
import { act } from './sending.js';
import { onAnew, onEvent, onPiece, onPieceBegins, onUp } from './wire.js';
import { cardsOf, writeWords } from './words.js';

const said = document.getElementById('said');
const log = document.getElementById('log');
const newer = document.getElementById('newer');
const silence = document.getElementById('silence');

export const talk = document.getElementById('talk');
export const shown = new Map(); // number of a message or question to its item

let isAtEnd = true;
let isNews = false; // what comes happens just now, and is read out
let wasUp = false;
let missed = 0;

export function toEnd() {
  log.scrollTop = log.scrollHeight;
  isAtEnd = true;
  newer.hidden = true;
}

export function item(event) {
  const one = said.content.firstElementChild.cloneNode(true);
  one.dataset.kind = event.kind;
  one.tabIndex = -1;
  if (event.host) one.dataset.byHost = '';
  one.querySelector('b').textContent = event.name;
  one.querySelector('.room-role').hidden = !event.host;
  one.querySelector('.room-kind').hidden = event.kind !== 'question' && event.kind !== 'poll';
  const at = new Date(event.at);
  const time = one.querySelector('time');
  time.dateTime = event.at;
  time.textContent = at.toLocaleTimeString(document.documentElement.lang, { timeStyle: 'short' });
  writeWords(one.querySelector('.room-words'), event.text, Boolean(event.host), event.more?.cards);
  const own = mine.has(event.client) || (event.by && String(event.by) === room.dataset.guest);
  if (own) one.dataset.own = '';
  const answered = one.querySelector('[data-do=answered]');
  const removed = one.querySelector('[data-do=removed]');
  if (!isHost || event.kind !== 'question') answered.remove();
  if (!isHost && !own) removed.remove();
  if (isHost && event.by && !event.host) one.dataset.by = event.by;
  else one.querySelector('[data-step=mute]').remove();
  one.addEventListener('click', async ({ target }) => {
    if (target.dataset.do) tellOn(one, await act({ kind: target.dataset.do, about: event.number }, target));
  });
  return one;
}

// Say on a line why something was not done with it; null, and nothing new is known.
export function tellOn(one, sentence) {
  if (sentence !== null) one.querySelector('.room-problem').textContent = sentence;
}

function mark(one, kind) {
  one.dataset.mark = kind;
  tellOn(one, '');
  one.querySelector('.room-mark').textContent = kind === 'removed' ? say.sayRemoved : say.sayAnswered;
  // Not on to the next button: whoever presses twice would do the next thing, too.
  const gone = kind === 'removed' ? '[data-do], [data-part]' : '[data-do=answered]';
  for (const part of one.querySelectorAll(gone)) takeAway(part, () => one);
  if (kind === 'removed') one.querySelector('.room-words').textContent = '';
}

// Put a line where the newest stands, above what waits to be sent.
export function append(line) {
  if (!isNews) {
    line.setAttribute('aria-live', 'off');
    missed += 1;
  }
  talk.insertBefore(line, talk.querySelector('[data-waits]'));
}

export function announce(sentence) {
  const line = document.createElement('li');
  line.className = 'room-notice';
  line.textContent = sentence;
  append(line);
}

export function hasLines() {
  silence.hidden = talk.children.length > 0;
}

onEvent(['message', 'question'], (event) => {
  const one = item(event);
  if (event.more?.cards) one.append(cardsOf(event.more.cards));
  shown.set(event.number, one);
  append(one);
  if (event.removed) mark(one, 'removed');
});
onEvent(['answered', 'removed'], (event) => {
  const one = shown.get(event.about);
  if (one) mark(one, event.kind);
});
onEvent(['opened', 'closed'], (event) => announce(event.kind === 'opened' ? say.sayOpened : say.sayClosed));
onPiece((count) => {
  hasLines();
  if (isAtEnd) toEnd();
  else if (count) newer.hidden = false;
});
// What was said before is not read out, nor what was missed: its number is.
onPieceBegins((isNow) => { isNews = isNow; });
onUp(() => {
  if (wasUp && missed) document.getElementById('missed').textContent = say.sayMissed.replace('0', missed);
  missed = 0;
  wasUp = true;
  log.setAttribute('aria-live', 'polite');
});
onAnew(() => { wasUp = false; shown.clear(); talk.replaceChildren(); });

newer.addEventListener('click', toEnd);
log.addEventListener('scroll', () => {
  isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 80;
  if (isAtEnd) newer.hidden = true;
});
// A keyboard that opens, a phone that is turned, a picture that arrives: who was at the end stays there.
const keeper = new ResizeObserver(() => { if (isAtEnd) toEnd(); });
keeper.observe(log);
keeper.observe(talk);
