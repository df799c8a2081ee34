// The hosts' desk: who is here by the names they chose, what was decided about them and its undo,
// how slowly words are taken, polls. Others see the effect and nothing else.

import { ask, hold, isHeld, newId, release, room, say } from './page.js';
import { newestOnly, untilDecided, whyNot } from './sending.js';
import { talk, tellOn } from './talk.js';
import { onPiece, onState } from './wire.js';
import { showTally } from './votes.js';

const people = document.getElementById('people');
const form = document.getElementById('new-poll');
const slow = document.getElementById('slow-mode');
const voices = document.getElementById('guests-speak');
const underway = new Set(); // controls whose decision is being sent; they take another one meanwhile
const PAUSE_MS = 1e3; // a class that comes in changes the state many times a second

let timer = 0;
let isAsked = false;
let known = null; // the desk as it was told last
let poll = null; // what is asked, under one id until it is taken

const tellDesk = (sentence) => { document.getElementById('desk-told').textContent = sentence; };

// Answers why it was not taken, '' where it was.
async function decide(what, newer) {
  const answer = await untilDecided(async () => {
    const given = await ask(room.dataset.moderation, what);
    if (given.ok) show(await given.json());
    return given;
  }, { newer });
  return newer?.aborted ? '' : whyNot(answer);
}

async function press(what, button, tell = tellDesk) {
  if (isHeld(button)) return;
  hold(button);
  tell(await decide(what));
  release(button);
}

// Once nothing more is on its way the control shows what stands, also to who is still on it.
function decideBy(control, what) {
  const send = newestOnly(async (decision, newer) => {
    underway.add(control);
    const told = await decide(decision, newer);
    if (newer.aborted) return;
    underway.delete(control);
    tellDesk(told);
    showControl(control);
  });
  control.addEventListener('change', () => send(what()));
}

function showControl(control) {
  if (!known || underway.has(control)) return;
  if (control === slow) slow.value = known.slow_s;
  else voices.checked = known.guests_speak;
}

function step(kind, words, guest) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = words;
  button.dataset.step = kind;
  button.setAttribute('aria-label', `${words}: ${guest.nickname}`);
  button.addEventListener('click', () => press({ kind, guest: guest.guest }, button));
  return button;
}

// The list is made anew whenever somebody comes or goes: who stands in it stays where they were.
function keepingFocus(change) {
  const on = people.contains(document.activeElement) ? document.activeElement : null;
  const line = on?.closest('[data-guest]');
  const at = line ? [...line.querySelectorAll('button')].indexOf(on) : -1;
  change();
  if (!line) return;
  const buttons = people.querySelectorAll(`[data-guest="${line.dataset.guest}"] button`);
  (buttons[Math.min(at, buttons.length - 1)] || people.closest('details').querySelector('summary')).focus({ preventScroll: true });
}

function show(desk) {
  known = desk;
  if (document.activeElement !== slow) showControl(slow); // who is choosing is not disturbed
  showControl(voices);
  keepingFocus(() => people.replaceChildren(...desk.guests.map((guest) => {
    const line = document.createElement('li');
    line.dataset.guest = guest.guest;
    const name = document.createElement('span');
    name.textContent = guest.nickname;
    const state = document.createElement('span');
    state.className = 'room-mark';
    state.textContent = guest.is_out ? say.sayIsOut : guest.is_muted ? say.sayIsMuted : '';
    line.append(name, state);
    if (!guest.is_out) line.append(guest.is_muted ? step('unmute', say.sayUnmute, guest) : step('mute', say.sayMute, guest));
    line.append(guest.is_out ? step('let_in', say.sayLetIn, guest) : step('put_out', say.sayPutOut, guest));
    return line;
  })));
  const silent = new Set(desk.guests.filter((guest) => guest.is_muted).map((guest) => String(guest.guest)));
  for (const button of talk.querySelectorAll('[data-step=mute]')) {
    const line = button.closest('li');
    const is = silent.has(line.dataset.by);
    if (is && button === document.activeElement) line.focus({ preventScroll: true });
    button.hidden = is;
  }
  const nameless = document.getElementById('nameless');
  nameless.textContent = say.sayNameless.replace('0', desk.nameless);
  nameless.hidden = !desk.nameless;
  for (const poll of desk.polls) {
    const voters = poll.counts.reduce((sum, count) => sum + count, 0);
    showTally(poll.number, { voters, counts: poll.counts }, { isClosed: !poll.is_open });
  }
}

async function look() {
  clearTimeout(timer);
  timer = 0;
  try {
    const answer = await ask(room.dataset.desk);
    if (answer.ok) show(await answer.json());
    isAsked = true;
  } catch {
    // The next state asks again.
  }
}

function lookSoon() {
  if (!timer) timer = setTimeout(look, isAsked ? PAUSE_MS : 0);
}

async function askEverybody(event) {
  event.preventDefault();
  const button = form.querySelector('button');
  const problem = form.querySelector('[role=alert]');
  const [question, answers] = [form.elements.question, form.elements.answers];
  const options = answers.value.split('\n').map((line) => line.trim()).filter(Boolean);
  const asked = { text: question.value, options };
  problem.textContent = options.length >= 2 && options.length <= 6 ? '' : say.sayAnswers;
  if (problem.textContent) { answers.focus(); return; }
  if (isHeld(button)) return;
  // Asked twice under its id it is one poll, also by who gave up and pressed again.
  if (JSON.stringify(poll?.asked) !== JSON.stringify(asked)) poll = { client: newId(), asked };
  hold(button);
  const answer = await untilDecided(() => ask(room.dataset.polls, { client: poll.client, ...asked }));
  problem.textContent = answer?.status === 422 ? say.sayAnswers : await whyNot(answer);
  release(button);
  if (problem.textContent) return;
  poll = null;
  form.reset();
  const drawer = form.closest('details');
  if (drawer.contains(document.activeElement)) drawer.querySelector('summary').focus();
  drawer.open = false;
}

if (people) {
  onState(lookSoon);
  onPiece((count) => { if (count) lookSoon(); });
  form.addEventListener('submit', askEverybody);
  // By what was said: a guest may have another name by now.
  talk.addEventListener('click', ({ target }) => {
    if (target.dataset.step !== 'mute') return;
    const line = target.closest('li');
    press({ kind: 'mute', guest: Number(line.dataset.by) }, target, (sentence) => tellOn(line, sentence));
  });
  decideBy(slow, () => ({ kind: 'slow', seconds: Number(slow.value) }));
  decideBy(voices, () => ({ kind: voices.checked ? 'voices_on' : 'voices_off' }));
}
