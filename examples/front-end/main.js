/** Shows what the address asks for, then loads the tracker by its one tag, then asks for consent. */
import { linkTo, pageId, wellread } from './api.js';
import { askForConsent } from './consent.js';
import { h } from './dom.js';
import { front, piece } from './pieces.js';

const main = document.querySelector('#main');

/** The tag of Wellread's documentation; it comes last, as the tracker looks for `data-page` once. */
function loadTracker() {
  return new Promise((done) => {
    const script = h('script', { type: 'module', src: `${wellread}/static/js/tracker.js`, 'data-api': `${wellread}/api/v1/` });
    // Who blocks the tracker reads just the same.
    script.onload = script.onerror = done;
    document.body.append(script);
  });
}

document.querySelector('[data-home]').href = linkTo();
try {
  main.replaceChildren(await (pageId ? piece(pageId) : front()));
  await loadTracker();
  if (pageId) await askForConsent();
} catch (error) {
  console.error(error);
  main.replaceChildren(h('h1', {}, 'This page is not here just now'),
    h('p', {}, `Nothing was lost. Is Wellread running at ${wellread}, and does its CORS_ORIGINS name ${location.origin}?`));
}
