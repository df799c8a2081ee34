// Pictures in the talk: small between the words, large when pressed. One that somebody sends is sent
// again under the same id until the server has answered; it lives as long as the page.

import { sendFile } from './files.js';
import { newId, room, say } from './page.js';
import { append, item, shown } from './talk.js';
import { onEvent } from './wire.js';

const choice = document.getElementById('picture');
const dialog = document.getElementById('new-picture');
const large = document.getElementById('large-picture');
const form = dialog.querySelector('form');
const problem = dialog.querySelector('[role=alert]');
let client = '';
let file = null; // of the picture that was chosen
let isSending = false;

function imageOf(event) {
  const image = new Image(event.more.width, event.more.height);
  image.alt = event.text || say.sayNoAlt.replace('0', event.name);
  image.src = event.more.src;
  return image;
}

onEvent('picture', (event) => {
  const line = item({ ...event, text: '' });
  shown.set(event.number, line);
  append(line);
  if (event.removed || !event.more) {
    line.dataset.mark = 'removed';
    line.querySelector('.room-mark').textContent = say.sayRemoved;
    line.querySelector('.room-acts')?.remove();
    return;
  }
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'room-picture';
  button.dataset.part = '';
  button.setAttribute('aria-haspopup', 'dialog');
  const small = imageOf(event);
  small.loading = 'lazy';
  button.append(small);
  button.addEventListener('click', () => {
    large.querySelector('img')?.remove();
    large.prepend(imageOf(event));
    large.showModal();
  });
  line.append(button);
});
onEvent('removed', (event) => {
  // Whoever looks at it large just then sees it no longer, either.
  if (shown.get(event.about)?.dataset.kind === 'picture') large.close();
});

function hasGone(is) {
  isSending = is;
  for (const button of form.querySelectorAll('button')) button.disabled = is;
}

choice.addEventListener('change', () => {
  if (!choice.files.length) return;
  [file] = choice.files;
  choice.value = ''; // the same file may be chosen again
  form.reset();
  problem.textContent = '';
  client = newId();
  hasGone(false);
  dialog.querySelector('.room-file').textContent = file.name;
  dialog.showModal();
});
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const own = client;
  problem.textContent = '';
  hasGone(true);
  const told = await sendFile(
    room.dataset.pictures,
    { client, alt: form.elements.alt.value, file },
    { refused: () => say.sayNoPicture, away: say.sayPictureAway },
  );
  if (own !== client) return; // the dialog is another picture's by now
  hasGone(false);
  problem.textContent = told;
  if (!told) dialog.close();
});
// What is on its way cannot be called back, so nothing says that it was; some browsers close it anyway.
dialog.addEventListener('cancel', (event) => { if (isSending) event.preventDefault(); });
dialog.addEventListener('close', () => choice.focus());
dialog.querySelector('[data-cancel]').addEventListener('click', () => dialog.close());
large.querySelector('button').addEventListener('click', () => large.close());
