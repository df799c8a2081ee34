/** Shows the buttons that print, and prints; without it the browser's own menu does. */
for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false;
  button.addEventListener('click', () => print());
}
