/**
 * Asks whether the reception has confirmed the code on this page, and goes on when they have.
 * Without a connection, or with a server in trouble, the next turn asks again; the button does the
 * same without this script.
 */
const EVERY_MS = 3000;
const shown = document.querySelector('[data-state]');
const form = shown.querySelector('[data-go]');
const said = shown.querySelector('[data-said]');

let over = false;

async function ask() {
  if (over) return;
  let state;
  try {
    const answer = await fetch(shown.dataset.state, { cache: 'no-store' });
    if (answer.status === 429 || answer.status >= 500) return;
    state = answer.ok ? (await answer.json()).state : 'over';
  } catch {
    return;
  }
  if (over || state === 'waiting') return;
  over = true;
  said.textContent = said.dataset[state];
  if (state === 'confirmed') form.requestSubmit();
  else shown.classList.add('is-over');
}

setInterval(() => { if (!document.hidden) ask(); }, EVERY_MS);
document.addEventListener('visibilitychange', () => { if (!document.hidden) ask(); });
