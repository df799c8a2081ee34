/**
 * Keeps in this browser what an editor wrote and the server has not saved, says so plainly, sends it
 * when that is possible again, and offers it after a reload. Wagtail itself saves drafts; this steps in
 * where that fails. Copies are kept by login and address, for 14 days, and go when what they hold was
 * saved or their owner signs out.
 */
const texts = JSON.parse(document.getElementById('kept-words-texts').textContent);
const PREFIX = 'wellread.kept.';
const DAYS_KEPT = 14;
const form = document.querySelector('form[data-edit-form][data-controller~="w-autosave"]');
const tab = (sessionStorage['wellread.tab'] ||= Math.random().toString(36).slice(2));
const onLogin = location.pathname === texts.login;
let user = null; // known once the server has said who is signed in
let waiting = null; // what was written before that
let kept = ''; // the copy as it lies in the storage
let sent = ''; // what the save under way sends
let trouble = '';
let asking = false;
let begun = null; // the first look that has, or awaits, an answer
let saved = ''; // the newest revision that this page knows: its number and its moment

const copies = (owner = '') => Object.keys(localStorage)
  .filter((key) => key.startsWith(`${PREFIX}${owner}`))
  .map((key) => ({ key, ...JSON.parse(localStorage[key]) }));
const path = () => new URL(form.action).pathname;
const keyHere = () => `${PREFIX}${user}.${path()}#${tab}`;
const pageOf = (address) => address.match(/\/pages\/(\d+)\/edit\//)?.[1] ?? '';
const field = (name) => form.elements.namedItem(name)?.value ?? '';
const autosave = () => window.wagtail?.app?.getControllerForElementAndIdentifier(form, 'w-autosave');

// All that was written, and nothing that only this session or this moment needs.
const PASSING = new Set(['csrfmiddlewaretoken', 'next', 'loaded_revision_id',
  'loaded_revision_created_at', 'overwrite_revision_id']);
const written = (data) => JSON.stringify([...data].filter(([name, value]) => (
  typeof value === 'string' && !PASSING.has(name))));

async function askServer(page = '') {
  const answer = await fetch(`${texts.session}?page=${page}`, {
    headers: { 'X-Requested-With': 'XMLHttpRequest' }, signal: AbortSignal.timeout?.(15e3) });
  if (answer.status === 403 || answer.redirected) return { user: null };
  if (!answer.ok) throw new Error(answer.status);
  return answer.json();
}

function keep() {
  const words = written(new FormData(form));
  if (words === kept) return;
  if (user === null) { waiting = words; return; }
  const copy = JSON.stringify({ words, at: Date.now(), saved, path: path() });
  try {
    localStorage[keyHere()] = copy;
  } catch {
    const oldest = copies().filter(({ key }) => key !== keyHere()).sort((a, b) => a.at - b.at)[0];
    if (!oldest) { say('full', texts.full); return; }
    delete localStorage[oldest.key];
    keep();
    return;
  }
  kept = words;
}

function letGo() {
  delete localStorage[keyHere()];
  kept = '';
}

// What is said stands above the form, in sight, with what can be done about it.
function say(kind, text, actions = []) {
  let note = document.querySelector('.kept-words');
  if (note && kind === trouble && note.dataset.kind === kind) return; // a button must not move under a finger
  trouble = kind;
  if (!text) { note?.remove(); return; }
  if (!note) {
    note = document.createElement('div');
    note.className = 'kept-words';
    note.setAttribute('role', 'status');
    form.before(note);
  }
  note.dataset.kind = kind;
  note.replaceChildren(Object.assign(document.createElement('p'), { textContent: text }));
  for (const [label, act] of actions) {
    const button = Object.assign(document.createElement('button'), {
      type: 'button', className: 'button button-small button-secondary', textContent: label, onclick: act });
    note.append(button);
  }
}

const trySaving = () => autosave()?.save(new CustomEvent('kept-words'));

// Wagtail takes what is written in the first two seconds for what the page came with: it saves none of
// it, and its preview shows none of it.
function unsent() {
  const words = kept || waiting;
  if (!words || words === sent || trouble) return;
  trySaving();
  const preview = document.querySelector('[data-controller~="w-preview"]');
  if (preview) window.wagtail.app.getControllerForElementAndIdentifier(preview, 'w-preview')?.setStale();
}

// A session that came back has a new token, without which nothing of this page would be taken.
function takeToken(token) {
  form.elements.namedItem('csrfmiddlewaretoken').value = token;
  if (window.wagtailConfig) window.wagtailConfig.CSRF_TOKEN = token;
}

async function lookAgain() {
  if (asking) return;
  asking = true;
  try {
    await begin();
    if (!['offline', 'signed-out', 'server', 'somebody-else'].includes(trouble)) return;
    const now = await askServer();
    if (now.user === user) {
      takeToken(now.csrf);
      trySaving();
    } else if (now.user === null) signedOut();
    else say('somebody-else', texts.somebodyElse);
  } catch { /* still no connection */ } finally { asking = false; }
}

const signedOut = () => say('signed-out', texts.signedOut, [[texts.signIn, () => open(texts.login, '_blank')]]);

async function onError({ detail }) {
  keep();
  if (detail.type === 'network_error') say('offline', texts.offline);
  else if (detail.type === 'invalid_revision') conflict(JSON.parse(kept || waiting || '[]'), keyHere());
  else if (detail.type === 'server_error') {
    try {
      await begin();
      const now = await askServer();
      if (now.user === null) signedOut();
      else if (now.user !== user) say('somebody-else', texts.somebodyElse);
      else {
        const stale = field('csrfmiddlewaretoken') !== now.csrf;
        takeToken(now.csrf);
        if (stale && trouble !== 'server') { trouble = 'server'; trySaving(); } else say('server', texts.server);
      }
    } catch {
      say('offline', texts.offline);
    }
  }
}

function conflict(words, key) {
  say('conflict', texts.conflict, [
    [texts.saveMine, () => putBack({ words: JSON.stringify(words), key }, true)],
    [texts.seeNewest, () => open(location.pathname, '_blank')],
    [texts.showWords, () => showWords(words)],
  ]);
}

// Sends a copy as a draft of its own, so that the server builds the form from it, whatever blocks it holds.
async function putBack(copy, overNewest = false) {
  const data = new FormData();
  for (const [name, value] of JSON.parse(copy.words)) data.append(name, value);
  try {
    const now = await askServer(pageOf(path()));
    if (now.user !== user) { signedOut(); return; }
    takeToken(now.csrf);
    data.set('csrfmiddlewaretoken', now.csrf);
    const [id, at] = overNewest ? [now.revision?.id, now.revision?.created_at] : copy.saved.split('|');
    data.set('loaded_revision_id', id ?? '');
    data.set('loaded_revision_created_at', at ?? '');
    const answer = await fetch(form.action, { method: 'POST', body: data, headers: { Accept: 'application/json' } });
    const result = await answer.json();
    if (result.success) {
      delete localStorage[copy.key];
      window.addEventListener('w-unsaved:confirm', (event) => event.preventDefault());
      location.assign(result.url ?? location.pathname);
    } else if (result.error_code === 'invalid_revision') conflict(JSON.parse(copy.words), copy.key);
    else {
      say('refused', texts.refused);
      showWords(JSON.parse(copy.words));
    }
  } catch {
    say('offline', texts.offline, [[texts.putBack, () => putBack(copy, overNewest)]]);
  }
}

function showWords(words) {
  const note = document.querySelector('.kept-words');
  note.querySelector('textarea')?.remove();
  const area = Object.assign(document.createElement('textarea'), { readOnly: true, rows: 8 });
  area.setAttribute('aria-label', texts.showWords);
  area.value = words.map(([, value]) => plain(value)).filter((text) => /\s|[\u3400-\u9fff]/.test(text)).join('\n\n');
  note.append(area);
}

// Rich text lies in the form as the JSON of its editor.
function plain(value) {
  if (!value.startsWith('{"')) return value;
  try { return JSON.parse(value).blocks.map(({ text }) => text).join('\n'); } catch { return ''; }
}

// A copy of a tab that is still open is not offered elsewhere: it may be about to be saved there.
const tabs = new BroadcastChannel('wellread.kept');
tabs.addEventListener('message', ({ data }) => { if (form && data.ask === tab) tabs.postMessage({ open: tab }); });
const isOpen = (other) => new Promise((answer) => {
  tabs.addEventListener('message', ({ data }) => { if (data.open === other) answer(true); });
  tabs.postMessage({ ask: other });
  setTimeout(answer, 500, false);
});

function offer(copy) {
  const when = new Date(copy.at).toLocaleString(document.documentElement.lang || undefined, { dateStyle: 'medium', timeStyle: 'short' });
  say('unsaved', texts.unsaved.replace('{when}', when), [
    [texts.putBack, () => putBack(copy)],
    [texts.throwAway, () => { delete localStorage[copy.key]; say('', ''); }],
    [texts.showWords, () => showWords(JSON.parse(copy.words))],
  ]);
}

// Copies that a save by the button has made needless: the page has a newer revision than they knew.
async function tidy() {
  for (const copy of copies(`${user}.`)) {
    const here = form && copy.path === path();
    if (Date.now() - copy.at > DAYS_KEPT * 864e5) delete localStorage[copy.key];
    else if (copy.submitted && pageOf(copy.path)) {
      const { revision } = await askServer(pageOf(copy.path));
      if (revision && `${revision.id}|${revision.created_at}` !== copy.saved) delete localStorage[copy.key];
    } else if (copy.submitted && !here && document.referrer.endsWith(copy.path)) delete localStorage[copy.key];
  }
}

// That nobody is signed in is an answer; without one it is asked again.
const begin = () => (begun ??= look().catch((error) => { begun = null; throw error; }));

async function look() {
  const here = await askServer(form ? pageOf(path()) : '');
  if (here.user === null) return;
  user = here.user;
  await tidy().catch(() => {});
  if (!form) return;
  const candidates = copies(`${user}.${path()}#`)
    .filter((copy) => copy.words !== written(new FormData(form)))
    .sort((a, b) => b.at - a.at);
  for (const found of candidates) {
    if (found.key !== keyHere() && await isOpen(found.key.split('#')[1])) continue;
    // Its key is given up, so that what is written from here on does not replace it.
    const key = `${found.key.split('#')[0]}#${Math.random().toString(36).slice(2)}`;
    localStorage[key] = JSON.stringify({ ...found, key: undefined, submitted: undefined });
    delete localStorage[found.key];
    if (!trouble) offer({ ...found, key }); // else at the next load
    break;
  }
  if (waiting !== null) {
    waiting = null;
    keep();
  }
}

if (form && !onLogin) {
  let timer;
  saved = `${field('loaded_revision_id')}|${field('loaded_revision_created_at')}`;
  const soon = () => { clearTimeout(timer); timer = setTimeout(() => { keep(); timer = setTimeout(unsent, 3e3); }, 300); };
  form.addEventListener('w-unsaved:add', keep);
  form.addEventListener('input', soon);
  form.addEventListener('w-autosave:save', ({ detail }) => { sent = written(detail.formData); });
  form.addEventListener('w-autosave:error', onError);
  form.addEventListener('w-autosave:success', ({ detail }) => {
    clearTimeout(timer);
    saved = `${detail.data.revision_id}|${detail.data.revision_created_at}`;
    if (kept && kept === sent) letGo();
    if (waiting === sent) waiting = null;
    if (['offline', 'signed-out', 'server', 'somebody-else'].includes(trouble)) say('back', texts.back);
  });
  form.addEventListener('submit', () => {
    keep();
    const copy = localStorage[keyHere()];
    if (copy) localStorage[keyHere()] = JSON.stringify({ ...JSON.parse(copy), submitted: true });
  });
  addEventListener('pagehide', () => { if (kept) keep(); });
  addEventListener('online', lookAgain);
  document.addEventListener('visibilitychange', () => { if (!document.hidden) lookAgain(); });
  addEventListener('focus', lookAgain);
  setInterval(lookAgain, 10e3);
}

if (onLogin) {
  // A save that ended here was none.
  for (const { key, ...copy } of copies()) localStorage[key] = JSON.stringify({ ...copy, submitted: undefined });
} else lookAgain();

// Signing out takes the copies of the one who signs out along.
document.addEventListener('submit', async (event) => {
  const target = event.target;
  if (!/\/logout\/$/.test(target.getAttribute('action') ?? '') || target.dataset.swept) return;
  event.preventDefault();
  target.dataset.swept = '1';
  const owner = user ?? (await askServer().catch(() => ({}))).user;
  if (owner) for (const { key } of copies(`${owner}.`)) delete localStorage[key];
  target.submit();
}, true);
