// The page of a replay: shows what stands in its transcript when its time has come.

import { MediaClock, OwnClock } from './clock.js';
import { Teller } from './played.js';
import { Voices } from './voices.js';
import { writeWords } from '../room/words.js';

const SHOWN_AT_MOST = 120;
const SILENCE_MS = 8e3;
const BEFORE_MS = 2e3;
const STEP_S = 5;

const page = document.getElementById('replay');
const player = document.getElementById('player');
const said = document.getElementById('said');
const around = document.getElementById('said-window');
const silence = document.getElementById('silence');
const slide = document.getElementById('slide');
const seek = document.getElementById('seek');
const now = document.getElementById('now');
const play = document.getElementById('play');
const speed = document.getElementById('speed');
const chapter = document.getElementById('chapter');
const skips = document.getElementById('skips');
const media = document.getElementById('recording');
const say = page.dataset;
const length = Number(say.length);
const offset = Number(say.offset); // where in the room's time a recording begins
for (const place of document.querySelectorAll('#items .room-words')) {
  const line = place.closest('li');
  const cards = [...line.querySelectorAll('.room-cards a')].map((link) => ({ url: link.href }));
  writeWords(place, place.textContent, 'byHost' in line.dataset, cards);
}
const items = [...document.querySelectorAll('#items > li')].map((line) => ({ line, at: Number(line.dataset.at) - offset }));
const talk = items.filter(({ line }) => line.dataset.kind !== 'slide');
const slides = items.filter(({ line }) => line.dataset.kind === 'slide');
const chapters = [...chapter.options].slice(1).map((option) => ({ option, at: Number(option.value) - offset }));
const clock = media ? new MediaClock(media, length) : new OwnClock(length);
const voices = new Voices({ clock, onState: showState });
const isPlaying = () => clock.isPlaying || voices.isPlaying;
let shown = 0; // so many of the talk have been shown

function words(milliseconds) {
  const seconds = Math.floor(milliseconds / 1e3);
  const two = (number) => String(number).padStart(2, '0');
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  return hours ? `${hours}:${two(minutes % 60)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

function filled(sentence, values) {
  return sentence.replace(/\[(\w+)\]/g, (_, name) => values[name]);
}

// --- What is seen ---

const reached = (list, at) => list.filter((one) => one.at <= at).length;

function copy({ line }) {
  const one = line.cloneNode(true);
  one.removeAttribute('id');
  const clip = one.querySelector('audio');
  if (clip) clip.preload = 'metadata'; // so that it says how long it is
  return one;
}

function showTalk(at, isJump) {
  const upTo = reached(talk, at);
  if (isJump || upTo < shown) {
    said.replaceChildren(...talk.slice(Math.max(0, upTo - SHOWN_AT_MOST), upTo).map(copy));
  } else if (upTo > shown) {
    said.append(...talk.slice(shown, upTo).map(copy));
    while (said.children.length > SHOWN_AT_MOST) said.firstElementChild.remove();
  } else return;
  shown = upTo;
  silence.hidden = upTo > 0;
  around.scrollTop = around.scrollHeight;
}

let onStage = null;

function showSlide(at) {
  const latest = slides[Math.max(reached(slides, at), 1) - 1]; // the first one stands until it was turned to
  if (latest === onStage) return;
  onStage = latest;
  const picture = latest?.line.querySelector('img, .room-empty');
  if (!picture) { slide.replaceChildren(); return; }
  const one = picture.cloneNode(true);
  one.removeAttribute('loading');
  slide.replaceChildren(one);
}

function show(at, isJump = false) {
  showTalk(at, isJump);
  showSlide(at);
  seek.value = at;
  const place = filled(say.sayPlace, { now: words(at), all: words(length) });
  seek.setAttribute('aria-valuetext', place);
  now.textContent = words(at);
  const current = chapters[reached(chapters, at) - 1]?.option || chapter.options[0];
  if (document.activeElement !== chapter) current.selected = true;
}

function showState() {
  play.textContent = isPlaying() ? say.sayPause : say.sayPlay;
  document.body.dataset.state = isPlaying() ? 'playing' : 'paused';
  // Read out as it comes; what a jump brings is not.
  around.setAttribute('aria-live', isPlaying() ? 'polite' : 'off');
}

function leap(at) {
  around.setAttribute('aria-live', 'off');
  const wasHeard = voices.drop();
  clock.seek(at);
  if (wasHeard && voices.goesOn) clock.play();
}

function skipSilence(at) {
  if (!skips?.checked) return;
  const next = items.find((one) => one.at > at);
  const before = items[reached(items, at) - 1]?.at ?? 0;
  if (next && next.at - at > SILENCE_MS && at - before > BEFORE_MS) clock.seek(next.at - BEFORE_MS);
}

function sayWhatCame(from, at) {
  if (media) return;
  const came = reached(talk, at) - reached(talk, from);
  const lines = came ? [...said.children].slice(-came) : [];
  voices.say(lines.map((line) => line.querySelector('audio')).filter(Boolean));
}

clock.onAdvance((from, at) => {
  show(at);
  sayWhatCame(from, at);
  if (!voices.current) skipSilence(at);
});
clock.onJump((at) => { show(at, true); showState(); });
clock.onState(showState);

// --- What is pressed ---

function toggle() {
  if (voices.current) voices.toggle();
  else if (clock.isPlaying) clock.pause();
  else clock.play();
}

play.addEventListener('click', toggle);
seek.addEventListener('input', () => leap(Number(seek.value)));
speed.addEventListener('change', () => {
  clock.setRate(Number(speed.value));
  voices.setRate(Number(speed.value));
});
chapter.addEventListener('change', () => { if (chapter.value) leap(Number(chapter.value) - offset); });
for (const button of player.querySelectorAll('[data-by]')) {
  button.addEventListener('click', () => leap(clock.at + Number(button.dataset.by) * 1e3));
}
document.addEventListener('click', (event) => {
  const link = event.target.closest('[data-jump], .replay-at');
  if (!link) return;
  const at = link.dataset.jump ?? link.closest('li').dataset.at;
  event.preventDefault();
  leap(Number(at) - offset);
  player.scrollIntoView({ block: 'start' });
  play.focus({ preventScroll: true });
});
addEventListener('keydown', (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.matches('select, input, textarea, a, video, audio')) return;
  if (event.key === ' ' && !event.target.matches('button')) { event.preventDefault(); toggle(); }
  if (event.key === 'ArrowRight') { event.preventDefault(); leap(clock.at + STEP_S * 1e3); }
  if (event.key === 'ArrowLeft') { event.preventDefault(); leap(clock.at - STEP_S * 1e3); }
});

// --- What is told ---

let teller = null;
if (say.opening) {
  const token = document.body.dataset.place;
  const csrf = document.querySelector('meta[name=csrf-token]')?.content;
  const headers = token ? { Authorization: `Join ${token}` } : { 'X-CSRFToken': csrf };
  const onTold = (seconds) => {
    document.getElementById('played').textContent = filled(say.sayPlayed, { played: words(seconds * 1e3), all: words(length) });
  };
  teller = new Teller({ address: say.played, opening: say.opening, headers, onTold });
  clock.onAdvance((from, to) => teller.add(from, to));
  clock.onState(() => { if (!clock.isPlaying) teller.tell(true); });
}
document.addEventListener('visibilitychange', () => {
  // Talk that nobody sees is not followed; a recording may be heard with the screen off.
  if (document.hidden && !media) { clock.pause(); voices.current?.pause(); }
  if (document.hidden) teller?.tell(true);
});
addEventListener('pagehide', () => { clock.pause(); teller?.tell(true); });

player.hidden = false;
show(0, true);
showState();
