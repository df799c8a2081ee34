// Says to a guest, once the class is over, what becomes of their questions that nobody answered.

import { mine, room, say } from './page.js';
import { append } from './talk.js';
import { onAnew, onEvent } from './wire.js';

const open = new Set(); // numbers of own questions that wait
let line = null;

function leave() {
  line?.remove();
  line = null;
}

if (say.sayLate) {
  onEvent('question', (event) => {
    const own = mine.has(event.client) || String(event.by) === room.dataset.guest;
    if (own && !event.removed) open.add(event.number);
  });
  onEvent(['answered', 'removed'], (event) => {
    open.delete(event.about);
    if (!open.size) leave();
  });
  onEvent('opened', leave);
  onEvent('closed', () => {
    leave();
    if (!open.size) return;
    line = document.createElement('li');
    line.className = 'room-notice room-late';
    line.textContent = say.sayLate;
    append(line);
  });
  onAnew(() => { open.clear(); leave(); });
}
