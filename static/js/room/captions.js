// What is heard, to be read: captions that a host types, as events of the room, or those of the video.
// The last two lines stand under the stage; all of them in a list.

import { keep, kept } from './kept.js';
import { ask, newId, room, say } from './page.js';
import { act, untilDecided, whyNot } from './sending.js';
import { onAnew, onEvent } from './wire.js';

const place = document.getElementById('captions');
const lines = document.getElementById('caption-lines');
const list = document.getElementById('caption-list');
const pattern = document.getElementById('caption-said');
const form = document.getElementById('caption-form');
const told = document.getElementById('caption-told');
const LINES = 2;

function show(texts) {
  // New lines come in below the old one, so a screen reader reads the new one alone.
  const now = [...lines.querySelectorAll('span')].map((line) => line.textContent);
  if (now.join('\n') === texts.join('\n')) return;
  if (now.length === LINES && texts.length === LINES && now[1] === texts[0]) {
    lines.firstElementChild.remove();
    texts = texts.slice(1);
  } else if (!(now.length === 1 && texts[0] === now[0])) lines.replaceChildren();
  else texts = texts.slice(1);
  for (const text of texts) {
    const line = document.createElement('span');
    line.textContent = text;
    lines.append(line);
  }
}

function showNewest() {
  show([...list.querySelectorAll('span')].slice(-LINES).map((line) => line.textContent));
}

// Show what the video says now; an empty text between two cues leaves the last one standing.
export function showCue(text) {
  place.hidden = false;
  if (text) show(text.split('\n').slice(-LINES));
}

onEvent('caption', (event) => {
  if (event.removed) return;
  place.hidden = false;
  const line = pattern.content.firstElementChild.cloneNode(true);
  line.dataset.number = event.number;
  const time = line.querySelector('time');
  time.dateTime = event.at;
  time.textContent = new Date(event.at).toLocaleTimeString(document.documentElement.lang, { timeStyle: 'short' });
  line.querySelector('span').textContent = event.text;
  const remove = line.querySelector('button');
  remove?.addEventListener('click', async () => {
    const why = await act({ kind: 'removed', about: event.number }, remove);
    if (why !== null) told.textContent = why;
  });
  list.append(line);
  showNewest();
});
onEvent('removed', (event) => {
  list.querySelector(`[data-number="${event.about}"]`)?.remove();
  showNewest();
});
onAnew(() => list.replaceChildren());

document.getElementById('captions-aloud').addEventListener('change', ({ target }) => {
  lines.setAttribute('aria-live', target.checked ? 'polite' : 'off');
});

// --- Who types ---

if (form) {
  const words = document.getElementById('caption');
  const again = document.getElementById('caption-again');
  const KEPT = `captions:${words.dataset.captions}:${room.dataset.seat}`;
  const waiting = kept(KEPT) || [];
  let isSending = false;

  // Nothing that was typed is lost: it waits here until whoever typed it sends it again.
  const tellWhy = (why) => {
    told.textContent = why && `${say.sayCaptionWaits.replace('[words]', waiting[0].text)} ${why}`;
    again.hidden = !why;
  };

  // One after the other, so that they stand in the order in which they were said.
  const send = async () => {
    if (isSending) return;
    isSending = true;
    let why = '';
    while (waiting.length && !why) {
      const answer = await untilDecided(() => ask(words.dataset.captions, waiting[0]));
      const isDone = answer?.ok || answer?.status === 422; // in that one there was nothing to read
      if (answer && !isDone) why = await whyNot(answer); // without a network it goes on
      if (isDone) waiting.shift();
      keep(KEPT, waiting);
    }
    isSending = false;
    tellWhy(why);
  };

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const text = words.value.trim();
    if (!text) return;
    waiting.push({ client: newId(), text });
    keep(KEPT, waiting);
    words.value = '';
    words.focus();
    send();
  });
  again.addEventListener('click', () => { words.focus(); send(); });
  send();
}
