// The stage: the slide that everybody sees, and how hosts turn it.

import { ask, isHost, newId, room, say } from './page.js';
import { newestOnly, untilDecided, whyNot } from './sending.js';
import { onEvent, onPieceBegins } from './wire.js';

const slides = [...room.querySelectorAll('[data-slide]')].map((item) => Number(item.dataset.slide));
const log = document.getElementById('log');
const KEYS = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 };
const SETTLED_MS = 400;
let current = 0; // the slide that everybody sees
let wanted = 0; // the one that this host is turning to
let isNews = false;
let told = 0;

// A new slide is said in its words, the last one where several come at once.
function tellSlide(words) {
  clearTimeout(told);
  if (isNews) told = setTimeout(() => { document.getElementById('slide-told').textContent = words; }, SETTLED_MS);
}

function showSlide(slide) {
  const figure = document.getElementById('slide');
  current = slide?.id || 0;
  if (current === wanted) wanted = 0;
  if (slide) {
    const image = new Image(slide.width, slide.height);
    image.alt = slide.description || say.sayNoSlide;
    image.onerror = () => setTimeout(() => { if (image.isConnected) image.src = slide.src; }, 2e3);
    image.src = slide.src;
    figure.replaceChildren(image);
    tellSlide(say.saySlide.replace('[words]', image.alt));
  } else {
    const gone = document.createElement('p');
    gone.className = 'room-empty';
    gone.textContent = say.saySlideGone;
    figure.replaceChildren(gone);
  }
  countSlides();
}

function countSlides() {
  const place = document.getElementById('place-in-slides');
  if (!place) return;
  const at = slides.indexOf(current);
  place.textContent = `${at < 0 ? '–' : at + 1} / ${slides.length}`;
  room.querySelector('[data-turn="-1"]').setAttribute('aria-disabled', at <= 0);
  room.querySelector('[data-turn="1"]').setAttribute('aria-disabled', at + 1 >= slides.length);
}

// One after the other: a slide that is sent again would overtake a later one, for everybody.
const show = newestOnly(async (body, newer) => {
  const answer = await untilDecided(() => ask(room.dataset.acts, body), { newer });
  if (newer.aborted) return;
  if (!answer?.ok) wanted = 0;
  document.getElementById('turn-told').textContent = await whyNot(answer);
});

function turn(by) {
  const next = slides[slides.indexOf(wanted || current) + by];
  if (!next) return;
  wanted = next;
  show({ client: newId(), kind: 'slide', slide: next });
}

for (const button of room.querySelectorAll('[data-turn]')) {
  button.addEventListener('click', () => turn(Number(button.dataset.turn)));
}
if (isHost) {
  addEventListener('keydown', (event) => {
    const by = KEYS[event.key];
    if (!by || event.repeat || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.target.closest('textarea, input, select, video, dialog')) return;
    // Whoever came into the talk by keys turns its pages; a clicker sends the same keys after a mouse.
    if (event.key.startsWith('Page') && log.matches(':focus-visible, :has(:focus-visible)')) return;
    event.preventDefault();
    turn(by);
  });
}
onPieceBegins((isNow) => { isNews = isNow; });
onEvent('slide', (event) => showSlide(event.slide));
onEvent('stage', (event) => {
  // What another stage may load is written into the page's policy, so it takes a new page.
  const isNews = event.number > Number(room.dataset.stageNumber);
  if (isNews) document.getElementById('stage-news').hidden = false;
});
document.getElementById('show-stage').addEventListener('click', () => location.reload());
countSlides();
