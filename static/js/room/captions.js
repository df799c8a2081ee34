// What is heard, to be read: captions that a host types, as events of the room, or those of the video.
// The last two lines stand under the stage; all of them in a list.

import { AGAIN_MS, act, ask, newId } from './page.js';
import { onAnew, onEvent } from './wire.js';

const place = document.getElementById('captions');
const lines = document.getElementById('caption-lines');
const list = document.getElementById('caption-list');
const pattern = document.getElementById('caption-said');
const form = document.getElementById('caption-form');
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
  remove?.addEventListener('click', () => act({ kind: 'removed', about: event.number }, remove));
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
  const waiting = [];
  let isSending = false;

  // One after the other, so that they stand in the order in which they were said.
  const send = async () => {
    if (isSending) return;
    isSending = true;
    let failures = 0;
    while (waiting.length) {
      let status = 0;
      try {
        status = (await ask(words.dataset.captions, waiting[0])).status;
      } catch {
        // Without a network: the same id once more.
      }
      if (status && status < 500 && status !== 429) {
        const [sent] = waiting.splice(0, 1);
        if (status >= 400 && !words.value) words.value = sent.text; // nobody types it twice
        failures = 0;
      } else {
        await new Promise((done) => { setTimeout(done, AGAIN_MS[Math.min(failures++, AGAIN_MS.length - 1)]); });
      }
    }
    isSending = false;
  };

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const text = words.value.trim();
    if (!text) return;
    waiting.push({ client: newId(), text });
    words.value = '';
    words.focus();
    send();
  });
}
