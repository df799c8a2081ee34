/**
 * Asks, once the text is over, whether reading may be remembered. The words are Wellread's, no box
 * is ticked for anybody, and without a yes nothing is kept in the browser.
 */
import { ask } from './api.js';
import { h } from './dom.js';

const place = document.querySelector('#consent');

/** Fills the place with the question, or with what holds for whoever agreed before. */
export async function askForConsent() {
  const language = document.documentElement.lang;
  const token = window.wellread?.visitor();
  const words = await ask(`/api/v1/consents?language=${language}`, { token });
  place.hidden = false;
  if (words.given?.profiling || words.given?.marketing) showReceipt(words.given, words.given);
  else showQuestion(words);
}

function showQuestion({ notice, language, purposes }) {
  const box = (name) => h('label', {}, h('input', { type: 'checkbox', name }), h('span', {}, purposes[name]));
  const status = h('p', { role: 'status' });
  const form = h('form', {},
    h('h2', { id: 'consent-title', tabindex: '-1' }, 'May we remember what you read?'),
    box('profiling'), box('marketing'),
    h('p', { class: 'buttons' }, h('button', {}, 'Agree to what I ticked'), h('button', { type: 'button' }, 'No, thank you')),
    status);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const chosen = { profiling: form.elements.profiling.checked, marketing: form.elements.marketing.checked };
    if (!chosen.profiling && !chosen.marketing) {
      status.textContent = 'You ticked nothing, so nothing changes.';
      return;
    }
    try {
      const token = window.wellread?.visitor();
      const body = { purposes: chosen, notice, language };
      const { visitor, receipt } = await ask('/api/v1/consents', { method: 'POST', body, token });
      if (visitor) window.wellread?.setVisitor(visitor);
      showReceipt(receipt, receipt.purposes);
    } catch {
      status.textContent = 'That did not arrive, and nothing was kept. Please try again.';
    }
  });
  // A refusal is not kept either: the question folds away and is gone with the page.
  form.querySelector('[type=button]').addEventListener('click', () =>
    place.replaceChildren(h('p', { class: 'quiet', role: 'status' }, 'Nothing is kept. You can read on.')));
  place.replaceChildren(form);
}

function showReceipt({ at, id, notice }, purposes) {
  const line = (name, text) => h('div', {}, h('dt', {}, name), h('dd', {}, text));
  const yes = (given) => (given ? 'agreed' : 'not agreed');
  const status = h('p', { role: 'status' });
  const withdraw = h('button', { type: 'button' }, 'Withdraw');
  withdraw.addEventListener('click', async () => {
    try {
      await ask('/api/v1/consents', { method: 'DELETE', token: window.wellread?.visitor() });
      window.wellread?.forget();
      await askForConsent();
    } catch {
      status.textContent = 'That did not arrive, so your agreement still stands. Please try again.';
    }
  });
  place.replaceChildren(h('div', { class: 'receipt' },
    h('h2', { id: 'consent-title' }, 'Your receipt'),
    h('dl', {},
      line('When', new Date(at).toLocaleString('en-GB', { dateStyle: 'long', timeStyle: 'short' })),
      line('Remember what I read', yes(purposes.profiling)), line('Write or call', yes(purposes.marketing)),
      line('Notice', notice), line('Number', id)),
    withdraw, status));
}
