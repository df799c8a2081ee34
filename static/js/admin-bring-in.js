/**
 * Keeps the HTML of a paste as the clipboard gave it, sends it with the form as a file, and shows what
 * it would become. It stores nothing.
 */
const form = document.querySelector('[data-bring-in]');
const area = form?.querySelector('[data-paste]');
const outcome = document.querySelector('[data-outcome]');
let raw = '';

// What the browser puts into the area has lost the styles that say what a line is in Word, so the
// clipboard's own HTML is kept for as long as nothing in it was changed by hand.
area?.addEventListener('paste', (event) => {
  const html = event.clipboardData?.getData('text/html');
  raw = !area.textContent.trim() && html ? html : '';
});
area?.addEventListener('input', (event) => {
  if (event.inputType !== 'insertFromPaste') raw = '';
});

const pasted = () => (area.textContent.trim() || area.querySelector('img') ? raw || area.innerHTML : '');

form?.addEventListener('formdata', ({ formData }) => {
  const html = pasted();
  formData.delete('pasted');
  if (html) formData.set('pasted', new File([html], 'paste.html', { type: 'text/html' }));
});

form?.querySelector('[data-preview]').addEventListener('click', async (event) => {
  const button = event.currentTarget;
  button.disabled = true;
  outcome.textContent = form.dataset.waiting;
  const data = new FormData(form);
  data.set('preview', '1');
  try {
    const answer = await fetch(form.action, { method: 'POST', body: data });
    if (answer.redirected || ![200, 422].includes(answer.status)) throw new Error(answer.status);
    outcome.innerHTML = await answer.text();
  } catch {
    outcome.textContent = form.dataset.failed;
  }
  button.disabled = false;
  outcome.scrollIntoView({ block: 'nearest' });
});
