/**
 * The consent panel: asks once, calmly, at the end of a piece, and keeps nothing in the browser
 * unless the answer is yes. It may not cover the page, tick a box for anyone or ask by default.
 *
 * Where it appears. The panel stands in the flow after the piece and stays closed until the reader
 * gets there, so nobody is asked before having read. With scripts off it never opens, and nothing
 * personal is kept either way. On a page that is no piece (data-waits) it opens only when asked for.
 *
 * How a refusal is remembered. Without consent nothing may persist in the browser, and a stored "no"
 * would persist. So after "No, thank you" the panel folds into one line and stays folded as long as
 * the page lives (single-page navigation and the back-forward cache included). On another page it
 * waits again at the end of the text, where not answering costs nothing. Of a person who is signed
 * in (data-signed-in) the refusal is recorded by the server, and they are not asked again.
 *
 * Markup (the words are the server's; the purposes' texts too, else they come from GET consents):
 *
 *   <section id="consent-panel" class="consent" hidden aria-labelledby="consent-title"
 *            data-api="/api/v1/" data-language="en" data-notice="" [data-signed-in] [data-waits]
 *            data-yes data-no data-failed data-outdated data-nothing data-address data-refused data-withdrawn>
 *     <form class="consent__ask" hidden>
 *       <h2 id="consent-title" tabindex="-1">…</h2>
 *       <p data-gpc hidden>…your browser asks not to be profiled…</p>
 *       <label data-purpose="profiling"><input type="checkbox" name="profiling">
 *         <span data-purpose-text></span></label>
 *       <label data-purpose="marketing"><input type="checkbox" name="marketing">
 *         <span data-purpose-text></span></label>
 *       <button type="submit" class="button">Agree to what I ticked</button>
 *       <button type="button" class="button" data-refuse>No, thank you</button>
 *     </form>
 *     <div class="receipt" data-receipt hidden tabindex="-1">… [data-receipt-line=at|profiling|
 *         marketing|notice|reference] … <button data-withdraw>…</button></div>
 *     <p class="consent__status" data-consent-status role="status"></p>
 *     <button type="button" class="consent__open" data-consent-open hidden>Your choices</button>
 *   </section>
 *
 * Anywhere on the site: [data-consent-open] opens the panel, [data-withdraw] withdraws, and
 * <input type="hidden" name="visitor" data-visitor> in a form is given the token. A page's
 * <meta name="csrf-token"> lets the session take part. After a change the document hears the event
 * "wellread:consent".
 */
const panel = document.querySelector('#consent-panel');
const csrf = document.querySelector('meta[name="csrf-token"]')?.content;
const api = document.querySelector('[data-api]')?.dataset.api ?? '/api/v1/';
const objects = Boolean(navigator.globalPrivacyControl) || navigator.doNotTrack === '1';

// If the tracker was blocked, the choice is still kept and can be withdrawn. Storage may be blocked
// too: then there is no token, and the visitor stays unknown.
const tokenKey = 'wellread.visitor';
function guarded(work) {
  try {
    return work(localStorage) ?? null;
  } catch {
    return null;
  }
}
const tracker = () => window.wellread ?? {
  visitor: () => guarded((storage) => storage.getItem(tokenKey)),
  setVisitor: (token) => guarded((storage) => storage.setItem(tokenKey, token)),
  forget: () => guarded((storage) => storage.removeItem(tokenKey)),
};
const currentToken = () => tracker().visitor() ?? null;

function fillForms() {
  for (const input of document.querySelectorAll('input[name="visitor"][data-visitor]'))
    input.value = currentToken() ?? '';
}

/** Keeps the visitor token of an agreement, or lets go of the one there was. */
function keep(token) {
  if (token) tracker().setVisitor(token);
  else if (currentToken()) tracker().forget();
  fillForms();
  document.dispatchEvent(new CustomEvent('wellread:consent'));
}

/** One call to the consent endpoint; throws where there is no answer. */
function call(method, body) {
  const headers = { Accept: 'application/json' };
  const token = currentToken();
  if (token) headers.Authorization = `Visitor ${token}`;
  if (body) headers['Content-Type'] = 'application/json';
  if (csrf) headers['X-CSRFToken'] = csrf;
  // The words come in the language of the page, whatever language the browser would like.
  const asked = method === 'GET' ? `?language=${document.documentElement.lang}` : '';
  return fetch(`${api}consents${asked}`, {
    method, headers, body: body && JSON.stringify(body), credentials: csrf ? 'same-origin' : 'omit',
  });
}

const part = (selector) => panel?.querySelector(selector);
const ask = part('form');
const receipt = part('[data-receipt]');
const box = (purpose) => ask.elements[purpose];

function say(message) {
  for (const place of document.querySelectorAll('[data-consent-status]')) place.textContent = message;
}

/** Shows one of the panel's faces (the form, the receipt, or neither: folded). */
function show(face, { focus = true } = {}) {
  panel.hidden = false;
  ask.hidden = face !== ask;
  receipt.hidden = face !== receipt;
  const reopen = part('[data-consent-open]');
  if (reopen) reopen.hidden = Boolean(face);
  if (focus) (face === ask ? part('h2') : face ?? reopen)?.focus();
}

function writeReceipt(given, purposes) {
  const moment = new Date(given?.at ?? given?.given_at ?? Date.now());
  const lines = {
    at: moment.toLocaleString(panel.dataset.language === 'en' ? 'en-GB' : panel.dataset.language, { dateStyle: 'long', timeStyle: 'short' }),
    profiling: purposes.profiling ? panel.dataset.yes : panel.dataset.no,
    marketing: purposes.marketing ? panel.dataset.yes : panel.dataset.no,
    notice: given?.notice ?? panel.dataset.notice,
    reference: given?.reference ?? given?.id ?? '',
  };
  for (const [name, text] of Object.entries(lines)) {
    const line = receipt.querySelector(`[data-receipt-line="${name}"]`);
    if (!line) continue;
    line.textContent = text;
    if (name === 'at') line.setAttribute('datetime', moment.toISOString());
    const row = line.closest('[data-receipt-row]');
    if (row) row.hidden = !text;
  }
}

/** Fetches the notice in force, fills it in and says what was given before, if anything. */
async function load() {
  const answer = await call('GET');
  if (!answer.ok) throw new Error(`consents answered ${answer.status}`);
  const { notice, language, purposes, given } = await answer.json();
  panel.dataset.notice = notice;
  panel.dataset.language = language ?? panel.dataset.language;
  for (const [purpose, text] of Object.entries(purposes)) {
    const place = part(`[data-purpose="${purpose}"] [data-purpose-text]`);
    if (place) place.textContent = text;
  }
  heedObjection();
  return given;
}

function heedObjection() {
  part('[data-gpc]')?.toggleAttribute('hidden', !objects);
  part('[data-purpose="profiling"]').hidden = objects;
}

const purposesOf = (given) => given?.purposes ?? given;
const agreed = (given) => Boolean(purposesOf(given)?.profiling || purposesOf(given)?.marketing);

/** Resolves once opening the panel moves nothing that is in view: it stands below, or nobody scrolled. */
function standsStill(mark) {
  return new Promise((go) => {
    if (!scrolled || mark.getBoundingClientRect().top >= innerHeight) return go();
    new IntersectionObserver(([{ isIntersecting, boundingClientRect }], observer) => {
      if (isIntersecting || boundingClientRect.top < 0) return;
      observer.disconnect();
      go();
    }).observe(mark);
  });
}

/**
 * At the end of the piece: ask, unless there is an answer already. Where the page brought the notice
 * along and nobody is known, nothing has to be fetched first.
 */
async function arrive(mark) {
  if (!panel.hidden) return;
  try {
    const known = csrf || currentToken() || !panel.dataset.notice;
    const given = known ? await load() : heedObjection();
    await standsStill(mark);
    if (!panel.hidden) return;
    show(given || currentToken() ? null : ask, { focus: false });
  } catch { /* no notice, no question */ }
}

/** "Your choices": the receipt of what was given, or the question. */
async function open() {
  say('');
  try {
    const given = await load();
    if (agreed(given)) writeReceipt(given, purposesOf(given));
    show(agreed(given) ? receipt : ask);
  } catch {
    panel.hidden = false;
    say(panel.dataset.failed);
  }
}

async function give(purposes) {
  const { notice, language } = panel.dataset;
  const answer = await call('POST', { purposes, notice, language });
  if (answer.status === 422) {
    await load();
    for (const purpose of ['profiling', 'marketing']) box(purpose).checked = false;
    say(panel.dataset.outdated);
    return null;
  }
  if (!answer.ok) throw new Error(`consents answered ${answer.status}`);
  return answer.json();
}

async function agree() {
  const purposes = {
    profiling: !objects && box('profiling').checked,
    marketing: box('marketing').checked,
  };
  if (!purposes.profiling && !purposes.marketing) return say(panel.dataset.nothing);
  // Messages need somewhere to go: a browser nobody has signed in with has no address.
  if (!purposes.profiling && !('signedIn' in panel.dataset)) return say(panel.dataset.address);
  const answer = await give(purposes);
  if (!answer) return undefined;
  keep(answer.visitor);
  writeReceipt(answer.receipt, purposesOf(answer.receipt?.purposes) ?? purposes);
  ask.reset();
  show(receipt);
  return say('');
}

async function refuse() {
  if ('signedIn' in panel.dataset) await give({ profiling: false, marketing: false });
  ask.reset();
  show(null);
  say(panel.dataset.refused);
}

async function withdraw() {
  const answer = await call('DELETE');
  // 401 and 404: the server knows no such visitor, so there is nothing left to withdraw.
  if (!answer.ok && answer.status !== 401 && answer.status !== 404)
    throw new Error(`consents answered ${answer.status}`);
  keep(null);
  if (panel) show(null, { focus: panel.contains(document.activeElement) });
  say(panel?.dataset.withdrawn ?? '');
}

/** Runs one answer at a time; a failure leaves everything as it was and says so. */
let busy = false;
async function once(work) {
  if (busy) return;
  busy = true;
  try {
    await work();
  } catch {
    say(panel?.dataset.failed ?? '');
  } finally {
    busy = false;
  }
}

document.addEventListener('click', (event) => {
  if (event.target.closest('[data-withdraw]')) once(withdraw);
  else if (panel && event.target.closest('[data-refuse]')) once(refuse);
  else if (panel && event.target.closest('[data-consent-open]')) {
    event.preventDefault();
    once(open);
  }
});
ask?.addEventListener('submit', (event) => {
  event.preventDefault();
  once(agree);
});

// A hidden panel has no place of its own, so a mark without height stands in for it.
let scrolled = false;
addEventListener('scroll', () => { scrolled = true; }, { once: true, passive: true });
if (panel && !('waits' in panel.dataset)) {
  const mark = document.createElement('div');
  panel.before(mark);
  new IntersectionObserver(([entry], observer) => {
    if (!entry.isIntersecting) return;
    observer.disconnect();
    arrive(mark);
  }, { rootMargin: '0px 0px 50% 0px' }).observe(mark); // below the fold, where opening moves nothing
}
fillForms();
addEventListener('pageshow', fillForms);
