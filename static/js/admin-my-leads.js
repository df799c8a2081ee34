/** Moves from person to person with j and k; Enter opens, as a link does. Never while somebody types. */
const leads = [...document.querySelectorAll('[data-lead]')];

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !'jk'.includes(event.key)) return;
  if (event.target.closest('input, textarea, select, [contenteditable]')) return;
  const at = leads.indexOf(document.activeElement);
  const next = event.key === 'j' ? at + 1 : Math.max(at - 1, 0);
  leads[Math.min(next, leads.length - 1)]?.focus();
});
