/**
 * Lets a button that saves wait for the save under way. Otherwise the two race on the server, and where
 * the one that began first ends last, the editor is told of a new version in another window, and asked
 * whether to overwrite it, though there is no other window.
 */
const LONGEST_MS = 8000; // then the button goes first after all: a page in the background tells no end
const form = document.querySelector('form[data-edit-form][data-controller~="w-autosave"]');
let underWay = null; // the newest save that Wagtail has begun, or is about to
let held = null; // the button that waits
let timer = 0;

function goOn() {
  clearTimeout(timer);
  underWay = null;
  if (!held) return;
  const button = held;
  const { disabled } = button;
  held = null;
  button.disabled = false; // the name of a disabled button is not sent
  form.requestSubmit(button);
  button.disabled = disabled;
}

// Of several that were begun while somebody writes, Wagtail sends the last alone.
const ended = ({ detail }) => { if (underWay && detail.trigger === underWay.trigger) goOn(); };

function wait(event) {
  if (!underWay || !event.submitter || event.submitter.formAction !== form.action) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!held) timer = setTimeout(goOn, LONGEST_MS);
  held = event.submitter;
}

if (form) {
  form.addEventListener('w-autosave:save', (event) => {
    if (!event.defaultPrevented) underWay = { trigger: event.detail.trigger };
  });
  form.addEventListener('w-autosave:success', ended);
  form.addEventListener('w-autosave:error', ended);
  form.addEventListener('submit', wait, true);
}
