/**
 * Lets one save follow the other. A button's save and the draft's own save would race on the server,
 * and where the one that began first ends last, the editor is told of a new version in another window,
 * and asked whether to overwrite it, though there is no other window. So a button waits for the save
 * under way, and once a button's save has gone, the draft begins none.
 */
const LONGEST_MS = 8000; // then the button goes first after all: a page in the background tells no end
const STAYED_MS = 30000; // a page that is still here by then was not left, and saves its draft again
const form = document.querySelector('form[data-edit-form][data-controller~="w-autosave"]');
let underWay = null; // the newest save that Wagtail has begun, or is about to
let held = null; // the button that waits
let timer = 0;
let leaving = 0; // the timer of a button's save that has gone
let missed = false; // whether something would have been saved since then

const autosave = () => window.wagtail?.app?.getControllerForElementAndIdentifier(form, 'w-autosave');
const sendsTheForm = ({ submitter }) => (submitter?.formAction ?? form.action) === form.action;

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

function stay() {
  clearTimeout(leaving);
  leaving = 0;
  if (missed) autosave()?.save(new CustomEvent('one-save'));
  missed = false;
}

function begin(event) {
  if (event.defaultPrevented) return;
  if (leaving) {
    event.preventDefault();
    missed = true;
  } else underWay = { trigger: event.detail.trigger };
}

// Of several that were begun while somebody writes, Wagtail sends the last alone.
const ended = ({ detail }) => { if (underWay && detail.trigger === underWay.trigger) goOn(); };

function wait(event) {
  if (!underWay || !event.submitter || !sendsTheForm(event)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (!held) timer = setTimeout(goOn, LONGEST_MS);
  held = event.submitter;
}

function leave(event) {
  if (event.target !== form || event.defaultPrevented || !sendsTheForm(event)) return;
  clearTimeout(leaving);
  leaving = setTimeout(stay, STAYED_MS);
}

if (form) {
  form.addEventListener('w-autosave:save', begin);
  form.addEventListener('w-autosave:success', ended);
  form.addEventListener('w-autosave:error', ended);
  form.addEventListener('submit', wait, true);
  addEventListener('submit', leave);
  addEventListener('pageshow', stay);
}
