// Tells the course when a lesson's films and recordings were played through. Who jumps to the end has
// not played what lies between; without this script the button below says that the lesson is done.

const ENOUGH = 0.9; // titles and silence at the end need not be sat through
const AGAIN_MS = 15e3;
const end = document.querySelector('[data-played-url]');
const media = [...document.querySelectorAll('[data-track-end] :is(audio, video):not([loop])')];
const played = new Map(media.map((one) => [one, new Set()])); // the seconds that were played
let told = false;

const isThrough = (one) => one.duration > 0 && played.get(one).size >= Math.floor(one.duration * ENOUGH);

async function tell() {
  told = true;
  try {
    const token = end.querySelector('[name=csrfmiddlewaretoken]').value;
    const answer = await fetch(end.dataset.playedUrl, { method: 'POST', headers: { 'X-CSRFToken': token } });
    if (answer.status >= 500) throw answer.status;
    if (answer.ok) end.querySelector('[data-played]').hidden = false;
  } catch {
    setTimeout(() => { told = false; if (media.every(isThrough)) tell(); }, AGAIN_MS);
  }
}

function note({ target }) {
  if (!played.has(target) || target.seeking) return;
  played.get(target).add(Math.floor(Math.min(target.currentTime, target.duration - 0.01)));
  if (!told && media.every(isThrough)) tell();
}

if (end && media.length) addEventListener('timeupdate', note, true);
