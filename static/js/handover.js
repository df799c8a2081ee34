/**
 * Hands the visitor token that signing in gave over to the tracker, or lets go of it after signing
 * out. It keeps nothing else and asks nobody. It runs after tracker.js; where that was blocked, the
 * storage is written directly.
 */
const key = 'wellread.visitor';
const given = document.querySelector('[data-visitor-token]')?.dataset.visitorToken;
const leave = document.querySelector('[data-forget-visitor]') !== null;

function store(token) {
  try {
    if (token) localStorage.setItem(key, token);
    else localStorage.removeItem(key);
  } catch { /* blocked: there is nothing to hand over to */ }
}

if (given) (window.wellread?.setVisitor ?? store)(given);
else if (leave) (window.wellread?.forget ?? (() => store(null)))();
