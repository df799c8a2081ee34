/**
 * Keeps the editor's own panels true after each save, as a draft that saves itself loads no page anew,
 * and takes a suggested topic into the list with one press. Without it the panels show what stood when
 * the editor was opened, and topics are chosen below the suggestions.
 */
const WAIT_MS = 400;
let waiting = 0;

async function refresh(panel, url) {
  // Nothing is taken from under a finger: a panel in use waits for the next save.
  if (panel.contains(document.activeElement)) return;
  const answer = await fetch(url, { headers: { 'X-Requested-With': 'fetch' } });
  if (answer.ok && !answer.redirected) panel.innerHTML = await answer.text();
}

document.addEventListener('w-autosave:success', () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    for (const panel of document.querySelectorAll('[data-claims-url]')) {
      refresh(panel, panel.dataset.claimsUrl).catch(() => {});
    }
    for (const panel of document.querySelectorAll('[data-suggestions-url]')) {
      refresh(panel, panel.dataset.suggestionsUrl).catch(() => {});
    }
  }, WAIT_MS);
});

/** Opens one more form of the list, and fills it as the chooser would. */
function addTopic(prefix, { topic, topicName, topicWeight }) {
  const total = document.getElementById(`id_${prefix}-TOTAL_FORMS`);
  const number = Number(total.value);
  document.getElementById(`id_${prefix}-ADD`).click();
  const input = document.getElementById(`id_${prefix}-${number}-tag`);
  const chooser = document.getElementById(`id_${prefix}-${number}-tag-chooser`);
  const weight = document.getElementById(`id_${prefix}-${number}-weight`);
  if (!input || !chooser) return false;
  input.value = topic;
  chooser.querySelector('[data-chooser-title]').textContent = topicName;
  chooser.classList.remove('blank');
  if (weight) weight.value = topicWeight;
  input.dispatchEvent(new Event('change', { bubbles: true }));
  return true;
}

document.addEventListener('click', (event) => {
  const button = event.target.closest?.('[data-suggestions] [data-topic]');
  if (!button) return;
  const panel = button.closest('[data-suggestions]');
  if (!addTopic(panel.dataset.formset, button.dataset)) return;
  const item = button.closest('li');
  const next = (item.nextElementSibling ?? item.previousElementSibling)?.querySelector('button');
  item.remove();
  (next ?? document.getElementById(`id_${panel.dataset.formset}-ADD`)).focus();
});
