// Plays a voice clip: one button, the place in it, its time. Nothing plays by itself, and of two clips
// one at a time.

const pattern = document.getElementById('voice-player');
let heard = null;

function clock(seconds) {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

// A player for that address; `seconds` where they are known, as a recording of a browser does not say.
export function playerOf(src, seconds = 0) {
  const player = pattern.content.firstElementChild.cloneNode(true);
  const audio = player.querySelector('audio');
  const button = player.querySelector('button');
  const place = player.querySelector('input');
  const time = player.querySelector('.room-voice-time');
  const length = () => seconds || (Number.isFinite(audio.duration) ? audio.duration : 0);

  function show() {
    const isAtRest = audio.paused && (audio.ended || !audio.currentTime);
    button.textContent = audio.paused ? button.dataset.sayPlay : button.dataset.sayPause;
    place.max = length();
    place.value = isAtRest ? 0 : audio.currentTime;
    time.textContent = clock(isAtRest ? length() : audio.currentTime);
    place.setAttribute('aria-valuetext', time.textContent);
  }

  button.addEventListener('click', () => {
    if (!audio.paused) { audio.pause(); return; }
    audio.play().catch(() => show());
  });
  place.addEventListener('input', () => { audio.currentTime = Number(place.value); });
  audio.addEventListener('play', () => {
    if (heard !== audio) heard?.pause();
    heard = audio;
  });
  for (const kind of ['play', 'pause', 'ended', 'timeupdate', 'loadedmetadata', 'seeked']) audio.addEventListener(kind, show);
  if (!seconds) audio.preload = 'metadata';
  audio.src = src;
  show();
  return player;
}

// It is heard no longer, also by who was in the middle of it.
export function silence(player) {
  const audio = player?.querySelector('audio');
  audio?.pause();
  audio?.removeAttribute('src');
}
