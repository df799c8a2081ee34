// Records a voice clip: pressed to begin, pressed to end, listened to, and sent under one id until the
// server has answered. It lives as long as its dialog; the microphone is on only while it records.

import { isHost, newId, room, say } from './page.js';
import { playerOf, silence } from './player.js';
import { sendFile } from './files.js';
import { onState } from './wire.js';

const opener = document.getElementById('voice');
const dialog = document.getElementById('new-voice');
const form = dialog.querySelector('form');
const choice = dialog.querySelector('input[type=file]');
const clock = dialog.querySelector('.room-voice-clock');
const left = dialog.querySelector('[role=status]');
const problem = dialog.querySelector('[role=alert]');
const review = dialog.querySelector('.room-voice-review');
// A timer of a busy phone may be late, and what is longer than a minute is refused.
const ENDS_MS = Number(dialog.dataset.longest) * 1e3 - 500;
const WARNED_MS = 10e3;
const KINDS = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus'];
const MICROPHONE = { NotAllowedError: 'Refused', SecurityError: 'Refused', NotFoundError: 'Missing', NotReadableError: 'Busy' };
const canRecord = Boolean(navigator.mediaDevices?.getUserMedia && window.MediaRecorder);

let recorder = null;
let timer = 0;
let attempt = 0; // what an attempt before this one brings late is thrown away
let clip = null; // { file, client, address }

function go(step) {
  dialog.dataset.step = step;
  for (const part of dialog.querySelectorAll('[data-in]')) part.hidden = !part.dataset.in.split(' ').includes(step);
  dialog.querySelector('[data-record]').hidden ||= !canRecord;
  dialog.querySelector('.room-voice-cannot').hidden = canRecord || step !== 'begin';
  left.textContent = step === 'sending' ? say.saySending : '';
  dialog.querySelector(`[data-first~="${step}"]:not([hidden])`)?.focus();
}

function discard() {
  attempt += 1;
  clearInterval(timer);
  if (recorder?.state === 'recording') recorder.stop();
  recorder = null;
  silence(review);
  review.replaceChildren();
  if (clip) URL.revokeObjectURL(clip.address);
  clip = null;
  choice.value = '';
}

function showTime(began) {
  const gone = performance.now() - began;
  const seconds = Math.floor(gone / 1e3);
  clock.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  if (ENDS_MS - gone < WARNED_MS && !left.textContent) left.textContent = say.sayTenSeconds;
  if (gone >= ENDS_MS) end();
}

function end() {
  clearInterval(timer);
  if (recorder?.state === 'recording') recorder.stop();
}

async function record() {
  discard();
  const own = attempt;
  problem.textContent = '';
  go('asking');
  let stream = null;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    if (own === attempt) begin(stream, own);
    else release(stream);
  } catch (refusal) {
    release(stream);
    if (own !== attempt) return;
    go('begin');
    problem.textContent = say[`sayMicrophone${MICROPHONE[refusal.name] || 'Broken'}`];
  }
}

function release(stream) {
  for (const track of stream?.getTracks() || []) track.stop();
}

function begin(stream, own) {
  const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
  const parts = [];
  const current = new MediaRecorder(stream, { ...(mimeType && { mimeType }), audioBitsPerSecond: 48_000 });
  const began = performance.now();
  current.addEventListener('dataavailable', ({ data }) => { if (data.size) parts.push(data); });
  current.addEventListener('stop', () => {
    release(stream);
    if (own === attempt) take(new Blob(parts, { type: current.mimeType }), (performance.now() - began) / 1e3);
  });
  current.start();
  recorder = current;
  clock.textContent = '0:00';
  timer = setInterval(() => showTime(began), 200);
  go('recording');
}

function take(file, seconds) {
  clearInterval(timer);
  clip = { file, client: newId(), address: URL.createObjectURL(file) };
  review.replaceChildren(playerOf(clip.address, seconds));
  go('review');
}

async function send() {
  review.querySelector('audio').pause();
  const { file, client } = clip;
  const own = attempt;
  const refused = (reason) => say[`sayClip${(reason || 'damaged').replace(/^./, (letter) => letter.toUpperCase())}`] || say.sayClipDamaged;
  const words = form.elements.words.value;
  problem.textContent = '';
  go('sending');
  const told = await sendFile(room.dataset.voices, { client, words, file }, { refused, away: say.sayVoiceAway });
  if (own !== attempt) return; // a browser may close the dialog against our will
  go('review');
  problem.textContent = told;
  if (!told) dialog.close();
}

opener.addEventListener('click', () => {
  problem.textContent = '';
  dialog.showModal();
  go('begin');
});
dialog.querySelector('[data-record]').addEventListener('click', record);
dialog.querySelector('[data-end]').addEventListener('click', end);
dialog.querySelector('[data-again]').addEventListener('click', () => (canRecord ? record() : choice.click()));
dialog.querySelector('[data-cancel]').addEventListener('click', () => dialog.close());
choice.addEventListener('change', () => {
  const [file] = choice.files;
  if (!file) return;
  problem.textContent = '';
  discard();
  take(file, 0);
});
form.addEventListener('submit', (event) => { event.preventDefault(); if (clip) send(); });
dialog.addEventListener('cancel', (event) => { if (dialog.dataset.step === 'sending') event.preventDefault(); });
dialog.addEventListener('close', () => { discard(); form.reset(); opener.focus(); });
addEventListener('pagehide', () => { if (dialog.open) dialog.close(); });
onState((state) => { opener.hidden = !(isHost || state.guests_speak); });
document.addEventListener('room:out', () => { if (dialog.open) dialog.close(); });
