/**
 * Hands the visitor token that signing in gave over to the tracker, or lets go of it after signing
 * out. It keeps nothing else and asks nobody. It runs after tracker.js; where that was blocked, the
 * storage is written directly.
 */
const key = 'wellread.visitor';
const given = document.querySelector('[data-visitor-token]')?.dataset.visitorToken;
const onward = document.querySelector('[data-goes-on-to]')?.dataset.goesOnTo;
const leave = document.querySelector('[data-forget-visitor]') !== null;

function store(token) {
  try {
    if (token) localStorage.setItem(key, token);
    else localStorage.removeItem(key);
  } catch { /* blocked: there is nothing to hand over to */ }
}

if (given) (window.wellread?.setVisitor ?? store)(given);
else if (leave) (window.wellread?.forget ?? (() => store(null)))();
// Who was asked to sign in on the way somewhere gets there; the link on the page leads there too.
if (given && onward) location.replace(onward);
