// Voice clips in the talk: each plays when it is pressed, with what it says in words beside it; hosts
// write the words down where there are none.

import { isHost, release, room, say } from './page.js';
import { playerOf, silence } from './player.js';
import { act } from './sending.js';
import { append, item, shown } from './talk.js';
import { onAnew, onEvent } from './wire.js';
import { writeWords } from './words.js';

const dialog = document.getElementById('voice-words');
const players = new Map(); // by the number of the event
let writing = null; // { about }, another one each time the dialog is opened

function showWords(line, { text, host }) {
  const words = line.querySelector('.room-words');
  writeWords(words, text || say.sayNoWords, Boolean(host));
  words.toggleAttribute('data-none', !text);
}

function offerWords(line, number) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = say.sayWriteWords;
  button.setAttribute('aria-haspopup', 'dialog');
  button.addEventListener('click', () => {
    const words = line.querySelector('.room-words');
    writing = { about: number };
    release(dialog.querySelector('form button'));
    dialog.querySelector('textarea').value = words.hasAttribute('data-none') ? '' : words.textContent;
    dialog.querySelector('[role=alert]').textContent = '';
    dialog.showModal();
  });
  line.querySelector('.room-acts').prepend(button);
}

onEvent('voice', (event) => {
  const line = item(event);
  shown.set(event.number, line);
  append(line);
  if (event.removed || !event.more) {
    line.dataset.mark = 'removed';
    line.querySelector('.room-mark').textContent = say.sayRemoved;
    line.querySelector('.room-acts')?.remove();
    return;
  }
  const player = playerOf(event.more.src, event.more.duration_s);
  players.set(event.number, player);
  line.querySelector('.room-words').before(player);
  showWords(line, event);
  if (isHost) offerWords(line, event.number);
});
onEvent('voice_words', (event) => {
  const line = shown.get(event.about);
  if (line && line.dataset.mark !== 'removed' && event.text) showWords(line, event);
});
onEvent('removed', (event) => {
  silence(players.get(event.about));
  players.delete(event.about);
  if (dialog && writing?.about === event.about) dialog.close();
});
onAnew(() => { for (const player of players.values()) silence(player); players.clear(); });

dialog?.querySelector('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const text = event.target.elements.text.value.trim();
  const own = writing;
  const told = await act({ about: own.about, text }, event.submitter, room.dataset.voiceWords);
  if (told === null || own !== writing) return; // the dialog is about another clip by now
  if (told === '') dialog.close();
  else dialog.querySelector('[role=alert]').textContent = say.sayWordsAway;
});
dialog?.querySelector('[data-cancel]').addEventListener('click', () => dialog.close());
