// What hosts alone have: the queue of open questions, and the doors.

import { room, takeAway } from './page.js';
import { act } from './sending.js';
import { shown } from './talk.js';
import { onAnew, onEvent, onPiece, onState } from './wire.js';

const questions = document.getElementById('questions');

function queue(event) {
  const line = document.createElement('li');
  const jump = document.createElement('button');
  jump.type = 'button';
  const votes = document.createElement('b');
  jump.append(votes, `${event.name}: ${event.text}`);
  jump.addEventListener('click', () => {
    const asked = shown.get(event.number);
    asked?.scrollIntoView({ block: 'center' });
    asked?.querySelector('.room-acts button')?.focus({ preventScroll: true });
  });
  line.append(jump);
  line.dataset.about = event.number;
  questions.append(line);
}

if (questions) {
  onEvent('question', (event) => { if (!event.removed) queue(event); });
  onEvent(['answered', 'removed'], (event) => {
    const line = questions.querySelector(`[data-about="${event.about}"]`);
    if (line) takeAway(line, () => questions.querySelector('button') || document.getElementById('questions-head'));
  });
  onEvent(['opened', 'closed'], (event) => {
    const isDone = document.activeElement?.dataset.act === event.kind;
    for (const button of room.querySelectorAll('[data-act]')) button.hidden = button.dataset.act === event.kind;
    // Not on to the other button: a key that is held would end what it began.
    if (isDone) document.getElementById('questions-head').focus({ preventScroll: true });
  });
  onPiece(() => { document.getElementById('open-questions').textContent = questions.children.length; });
  onAnew(() => questions.replaceChildren());
  // Who is asked about most comes first; of equal ones the older.
  onState((state) => {
    const lines = [...questions.children];
    for (const line of lines) {
      line.dataset.votes = state.votes[line.dataset.about] || 0;
      line.querySelector('b').textContent = line.dataset.votes > 1 ? line.dataset.votes : '';
    }
    const order = [...lines].sort((one, other) => other.dataset.votes - one.dataset.votes || one.dataset.about - other.dataset.about);
    const isNew = order.some((line, place) => line !== lines[place]);
    if (isNew && !questions.contains(document.activeElement)) questions.append(...order);
  });
}
for (const button of room.querySelectorAll('[data-act]')) {
  button.addEventListener('click', async () => {
    const told = await act({ kind: button.dataset.act }, button);
    if (told !== null) document.getElementById('doors-told').textContent = told;
  });
}
