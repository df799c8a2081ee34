// What was written and is not at the server yet: kept in this tab, so that a reload loses nothing. Once
// it is there nothing that was said stays in the browser.

export function kept(name) {
  try {
    return JSON.parse(sessionStorage.getItem(name));
  } catch {
    return null;
  }
}

export function keep(name, what) {
  try {
    if (what.length) sessionStorage.setItem(name, JSON.stringify(what));
    else sessionStorage.removeItem(name);
  } catch {
    // Without storage it lives as long as the page.
  }
}
