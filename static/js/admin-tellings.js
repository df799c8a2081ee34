/** Copies the words that stand before a button; over plain HTTP, where there is no clipboard, by selecting them. */
for (const button of document.querySelectorAll('[data-copy-from]')) {
  const words = document.getElementById(button.dataset.copyFrom);
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener('click', async () => {
    words.select();
    try {
      await navigator.clipboard.writeText(words.value);
    } catch {
      if (!document.execCommand('copy')) return;
    }
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = label; }, 2000);
  });
}
