// How hosts share a piece of the site: looked for by its title, chosen, and sent with words.

import { ask, room, say } from './page.js';
import { post } from './reply.js';
import { faceOf } from './words.js';

const PAUSE_MS = 250;
const form = document.getElementById('share-piece');

if (form) {
  const found = document.getElementById('pieces');
  const none = document.getElementById('no-pieces');
  const button = form.querySelector('button');
  let timer = 0;
  let asked = 0;

  const choice = (card) => {
    const line = document.createElement('li');
    const label = document.createElement('label');
    const radio = document.createElement('input');
    radio.type = 'radio';
    radio.name = 'piece';
    radio.required = true;
    radio.value = new URL(card.url, location.href).href;
    label.append(radio, faceOf(card));
    line.append(label);
    return line;
  };

  const look = async () => {
    const mine = ++asked;
    let told = say.sayNoPieces;
    let pieces = [];
    try {
      const answer = await ask(`${room.dataset.pieces}?${new URLSearchParams({ q: form.elements.q.value })}`);
      if (!answer.ok) throw new Error(answer.status);
      ({ pieces } = await answer.json());
    } catch {
      told = say.sayPiecesAway;
    }
    if (mine !== asked) return; // a later question was answered first
    found.replaceChildren(...pieces.map(choice));
    button.disabled = !pieces.length;
    none.textContent = pieces.length ? '' : told;
  };

  form.closest('details').addEventListener('toggle', ({ target }) => { if (target.open) look(); });
  form.elements.q.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE_MS);
  });
  form.elements.q.addEventListener('keydown', (event) => {
    // Enter looks; what was chosen before is not sent by it.
    if (event.key === 'Enter' && !event.isComposing) { event.preventDefault(); clearTimeout(timer); look(); }
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    post(`${form.elements.words.value.trim()}\n${form.elements.piece.value}`.trim(), 'message');
    form.reset();
    form.closest('details').open = false;
    form.closest('details').querySelector('summary').focus();
  });
}
