// Votes: for questions, and in polls with bars that read in grey and without sight. The figures come
// with the room's state; of few votes only their number does, so nobody can tell whose is whose.

import { ask, hold, isHost, mine, release, room, say, takeAway } from './page.js';
import { act, newestOnly, untilDecided } from './sending.js';
import { append, item, shown, tellOn } from './talk.js';
import { onAnew, onEvent, onState } from './wire.js';

const choices = document.getElementById('choices');
const own = new Map(Object.entries(JSON.parse(room.dataset.votes || '{}')).map(([number, choice]) => [Number(number), choice]));
const asked = new Map(); // number to the choice that is on its way
const senders = new Map(); // number to what sends its votes
const polls = new Map(); // number of a poll to its part of the page

// One vote at a time for each question and poll, and the last choice last; sent twice it counts once.
function senderOf(number) {
  return newestOnly(async ({ choice, button }, newer) => {
    hold(button);
    const answer = await untilDecided(() => ask(room.dataset.voting, { number, choice }), { newer });
    release(button);
    if (answer?.ok && choice === null) own.delete(number);
    else if (answer?.ok) own.set(number, choice);
    if (newer.aborted) return;
    asked.delete(number);
    press(number);
    const line = shown.get(number);
    if (line) tellOn(line, answer?.ok ? '' : say.sayVote);
  });
}

function press(number) {
  const line = shown.get(number);
  for (const button of line?.querySelectorAll('[data-choice]') || []) {
    button.setAttribute('aria-pressed', own.get(number) === Number(button.dataset.choice));
  }
}

function choose({ target }, number) {
  const button = target.closest('[data-choice]');
  if (!button || button.disabled) return;
  const pressed = Number(button.dataset.choice);
  if (asked.get(number) === pressed) return; // pressed twice, it is on its way
  const choice = !asked.has(number) && own.get(number) === pressed ? null : pressed;
  if (!senders.has(number)) senders.set(number, senderOf(number));
  asked.set(number, choice);
  senders.get(number)({ choice, button });
}

// --- Questions ---

onEvent('question', (event) => {
  const line = shown.get(event.number);
  if (event.removed || !line) return;
  if (mine.has(event.client)) own.set(event.number, 0); // a question begins with its own vote
  const part = choices.content.querySelector('.room-vote').cloneNode(true);
  if (isHost || !room.dataset.voting) part.querySelector('button').replaceWith(part.querySelector('b'));
  part.addEventListener('click', (click) => choose(click, event.number));
  line.append(part);
  press(event.number);
});

// --- Polls ---

export function showTally(number, tally, { isClosed = false } = {}) {
  const part = polls.get(number);
  if (!part) return;
  const voters = tally.voters;
  part.querySelector('.room-voters').textContent = (isClosed ? say.sayPollClosed : say.sayVoters).replace('0', voters)
    + (!tally.counts && voters ? ` ${say.sayFew}` : '');
  for (const [choice, option] of [...part.querySelectorAll('.room-option')].entries()) {
    const count = tally.counts?.[choice];
    const share = voters ? Math.round((100 * count) / voters) : 0;
    option.querySelector('.room-share').textContent = tally.counts ? `${count} · ${share} %` : '';
    option.querySelector('progress').value = tally.counts && voters ? count / voters : 0;
  }
}

onEvent('poll', (event) => {
  const line = item(event);
  shown.set(event.number, line);
  append(line);
  if (event.removed || !event.more) return;
  const part = choices.content.querySelector('.room-poll').cloneNode(true);
  const pattern = part.querySelector('.room-option');
  for (const [choice, words] of event.more.options.entries()) {
    const option = pattern.cloneNode(true);
    const button = option.querySelector('button');
    button.dataset.choice = choice;
    button.querySelector('.room-option-words').textContent = words;
    button.disabled = isHost || !room.dataset.voting;
    pattern.before(option);
  }
  pattern.remove();
  part.addEventListener('click', (click) => choose(click, event.number));
  const close = part.querySelector('[data-close]');
  if (isHost) {
    close.addEventListener('click', async () => tellOn(line, await act({ kind: 'poll_closed', about: event.number }, close)));
  } else {
    close.remove();
  }
  line.append(part);
  polls.set(event.number, part);
  showTally(event.number, { voters: 0, counts: null });
  press(event.number);
});
onEvent('poll_closed', (event) => {
  const part = polls.get(event.about);
  if (!part) return;
  part.dataset.closed = '';
  const log = () => document.getElementById('log');
  if (part.querySelector('[data-choice]:focus')) log().focus({ preventScroll: true });
  for (const button of part.querySelectorAll('[data-choice]')) button.disabled = true;
  const close = part.querySelector('[data-close]');
  if (close) takeAway(close, log);
  showTally(event.about, event.more, { isClosed: true });
});

onState((state) => {
  for (const [number, line] of shown) {
    const figure = line.querySelector('.room-vote b');
    if (figure) figure.textContent = state.votes[number] || 0;
  }
  for (const [number, tally] of Object.entries(state.polls)) {
    // Hosts know more from their desk while votes are few.
    if (tally.counts || !isHost) showTally(Number(number), tally);
  }
});
onAnew(() => polls.clear());
