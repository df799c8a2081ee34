// Tells the clinic that this tab is in the class: join, a beat as often as asked for, leave.
// The server's clock counts; nothing is kept in the browser.

const page = document.querySelector('[data-presence]');
const tab = Math.random().toString(36).slice(2, 12);
let timer = 0;
let replay = false;

function send(kind, keepalive = false) {
  return fetch(page.dataset.presence, {
    method: 'POST',
    keepalive,
    headers: { 'Content-Type': 'application/json', Authorization: `Join ${page.dataset.place}` },
    body: JSON.stringify({ kind, tab, replay }),
  });
}

async function beat(kind) {
  clearTimeout(timer);
  let seconds = 30;
  try {
    const answer = await send(kind);
    if (answer.status === 401 || answer.status === 403) return;
    if (answer.ok) seconds = (await answer.json()).next_beat_s;
  } catch {
    // Without a network the next beat tries again; a gap of a minute still counts.
  }
  timer = setTimeout(beat, seconds * 1000, 'beat');
}

function stay() {
  beat('join');
  addEventListener('pagehide', () => {
    clearTimeout(timer);
    send('leave', true).catch(() => {});
  });
  addEventListener('pageshow', (event) => {
    if (event.persisted) beat('join');
  });
  addEventListener('online', () => beat('beat'));
  // Out of the room is out of the class, until the hosts let somebody in again.
  document.addEventListener('room:out', () => {
    clearTimeout(timer);
    send('leave').catch(() => {});
  });
  document.addEventListener('room:in', () => beat('join'));
}

const recording = page?.querySelector('[data-replay]');
if (page?.hasAttribute('data-on')) {
  stay();
} else if (recording) {
  // Watching begins with the press, not with looking at the page.
  recording.addEventListener('click', () => {
    replay = true;
    stay();
  }, { once: true });
} else if (page) {
  // The doors open while somebody waits here: look again then, in steps a timer can hold.
  const wait = Math.min(Number(page.dataset.opensInMs), 2 ** 31 - 1);
  if (wait > 0) setTimeout(() => location.reload(), wait + 1000);
}
