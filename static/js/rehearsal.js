// The rehearsal of a room: checks the browser, the network, the slides and the sound of a host, and
// says each in words. It listens to the real stream and sends to an address that keeps nothing.

const page = document.getElementById('rehearsal');
const say = page.dataset;
const csrf = document.querySelector('meta[name=csrf-token]').content;
const ECHOES = 8;
const LIMITS = { stream: [1500, 5000], echo: [400, 1200], slide: [400, 1e9] }; // ms, ms, kB
const STREAM_WAIT_MS = 10e3;
const RECORD_MS = 3e3;
const HEARD = [0.01, 0.05]; // of the loudest that a microphone gives
const checks = [...page.querySelectorAll('[data-check]')];
const check = (name) => page.querySelector(`[data-check=${name}]`);

function filled(sentence, values = {}) {
  return sentence.replace(/\[(\w+)\]/g, (_, name) => values[name]);
}

function told(one, verdict, words) {
  one.dataset.verdict = verdict;
  one.querySelector('.verdict').textContent = say[`say${verdict[0].toUpperCase()}${verdict.slice(1)}`] ?? '';
  one.querySelector('p').textContent = words;
}

function judged(one, name, figure, values) {
  const [good, middling] = LIMITS[name];
  const verdict = figure <= good ? 'good' : figure <= middling ? 'middling' : 'poor';
  const key = `say${name[0].toUpperCase()}${name.slice(1)}${verdict[0].toUpperCase()}${verdict.slice(1)}`;
  told(one, verdict, filled(say[key], values));
}

function checkBrowser() {
  const needs = {
    EventSource: 'EventSource' in window,
    fetch: 'fetch' in window,
    sessionStorage: (() => { try { return Boolean(sessionStorage); } catch { return false; } })(),
    AudioContext: 'AudioContext' in window,
    MediaRecorder: 'MediaRecorder' in window,
    getUserMedia: Boolean(navigator.mediaDevices?.getUserMedia),
  };
  const lacks = Object.keys(needs).filter((name) => !needs[name]);
  if (lacks.length) told(check('able'), 'poor', filled(say.sayAblePoor, { lacks: lacks.join(', ') }));
  else told(check('able'), 'good', say.sayAbleGood);
}

function checkStream() {
  return new Promise((done) => {
    const began = performance.now();
    const source = new EventSource(`${say.stream}?after=2147483647`);
    let timer = 0;
    const end = (verdict) => {
      clearTimeout(timer);
      source.close();
      verdict();
      done();
    };
    const none = () => told(check('stream'), 'poor', say.sayStreamNone);
    timer = setTimeout(end, STREAM_WAIT_MS, none);
    source.addEventListener('beat', () => {
      const ms = Math.round(performance.now() - began);
      end(() => judged(check('stream'), 'stream', ms, { ms }));
    });
    source.onerror = () => { if (source.readyState === EventSource.CLOSED) end(none); };
  });
}

async function checkSending() {
  const times = [];
  for (let turn = 0; turn < ECHOES; turn += 1) {
    const began = performance.now();
    try {
      const answer = await fetch(say.echo, { method: 'POST', cache: 'no-store', headers: { 'X-CSRFToken': csrf } });
      if (answer.ok) times.push(performance.now() - began);
    } catch {
      // Not answered: it is counted below.
    }
  }
  if (times.length < ECHOES) {
    told(check('echo'), 'poor', filled(say.sayEchoNone, { lost: ECHOES - times.length, count: ECHOES }));
    return;
  }
  const slower = times.sort((one, other) => one - other)[Math.floor(ECHOES * 0.8)];
  judged(check('echo'), 'echo', slower, { ms: Math.round(slower), count: ECHOES });
}

async function checkSlide(one) {
  try {
    const answer = await fetch(one.dataset.src, { cache: 'no-store' });
    const file = await answer.blob();
    if (!answer.ok) throw answer.status;
    (await createImageBitmap(file)).close();
    const kb = Math.ceil(file.size / 1024);
    judged(one, 'slide', kb, { kb });
  } catch {
    told(one, 'poor', say.saySlidePoor);
  }
}

async function checkAll() {
  document.getElementById('again').disabled = true;
  const silent = ['able', 'stream', 'echo', 'slide'].flatMap((name) => checks.filter((one) => one.dataset.check === name));
  for (const one of silent) told(one, 'waiting', say.sayWaiting);
  checkBrowser();
  await checkStream();
  await checkSending();
  for (const one of silent.filter(({ dataset }) => dataset.check === 'slide')) await checkSlide(one);
  const count = (verdict) => silent.filter(({ dataset }) => dataset.verdict === verdict).length;
  const sum = document.getElementById('sum');
  sum.hidden = false;
  // Read out once, when all is known: not each line by itself.
  sum.textContent = filled(say.sayDone, { good: count('good'), middling: count('middling'), poor: count('poor') });
  document.getElementById('again').disabled = false;
}

// --- Sound: only after a press ---

function playTone() {
  const context = new AudioContext();
  const tone = context.createOscillator();
  const loudness = context.createGain();
  tone.frequency.value = 440;
  loudness.gain.setValueAtTime(0.0001, context.currentTime);
  loudness.gain.exponentialRampToValueAtTime(0.25, context.currentTime + 0.05);
  loudness.gain.exponentialRampToValueAtTime(0.0001, context.currentTime + 1);
  tone.connect(loudness).connect(context.destination);
  tone.start();
  tone.stop(context.currentTime + 1);
  tone.addEventListener('ended', () => context.close());
  check('tone').querySelector('p').textContent = say.sayTone;
}

async function record({ target }) {
  const words = check('mic').querySelector('p');
  const level = document.getElementById('level');
  let stream;
  target.disabled = true;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch {
    told(check('mic'), 'poor', say.sayMicNone);
    target.disabled = false;
    return;
  }
  words.textContent = say.saySpeaking;
  const context = new AudioContext();
  const ear = context.createAnalyser();
  context.createMediaStreamSource(stream).connect(ear);
  const samples = new Float32Array(ear.fftSize);
  let loudest = 0;
  const watch = setInterval(() => {
    ear.getFloatTimeDomainData(samples);
    const loud = Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
    loudest = Math.max(loudest, loud);
    level.value = Math.min(1, loud * 3);
  }, 50);
  const parts = [];
  const recorder = new MediaRecorder(stream);
  recorder.addEventListener('dataavailable', ({ data }) => parts.push(data));
  recorder.addEventListener('stop', async () => {
    clearInterval(watch);
    for (const track of stream.getTracks()) track.stop();
    level.value = 0;
    const verdict = loudest >= HEARD[1] ? 'good' : loudest >= HEARD[0] ? 'middling' : 'poor';
    told(check('mic'), verdict, `${say[`sayMic${verdict[0].toUpperCase()}${verdict.slice(1)}`]} ${say.sayPlaying}`);
    try {
      // Decoded here, not given an address: the page may load sound from this site alone.
      const sound = await context.decodeAudioData(await new Blob(parts).arrayBuffer());
      const player = context.createBufferSource();
      player.buffer = sound;
      player.connect(context.destination);
      player.addEventListener('ended', () => context.close());
      player.start();
    } catch {
      context.close();
    }
    target.disabled = false;
  });
  recorder.start();
  setTimeout(() => recorder.stop(), RECORD_MS);
}

document.getElementById('again').addEventListener('click', checkAll);
document.getElementById('tone').addEventListener('click', playTone);
document.getElementById('record').addEventListener('click', record);
checkAll();
