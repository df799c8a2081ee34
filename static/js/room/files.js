// Sends a file to the talk under one id, again and again until the server has answered.

import { AGAIN_MS, ask, mine, say, tell } from './page.js';

// Answers '' once it is there, else what to tell; `refused` words an answer of 413 or 422, and `away`
// that the server could not be reached for half a minute. Sent again under its id it counts once.
export async function sendFile(address, fields, { refused, away }) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  mine.add(fields.client);
  for (const pause of [...AGAIN_MS, 0]) {
    let wait = pause;
    try {
      const answer = await ask(address, body);
      if (answer.ok) return '';
      if (answer.status === 429) wait = Number(answer.headers.get('Retry-After') || 5) * 1000;
      else if (answer.status < 500) return await whyNot(answer, refused);
    } catch {
      tell(navigator.onLine ? 'Again' : 'Offline');
    }
    await new Promise((done) => { setTimeout(done, wait); });
  }
  return away;
}

async function whyNot(answer, refused) {
  const told = await answer.json().catch(() => ({}));
  if (answer.status === 422 || answer.status === 413) return refused(told.reason);
  if (told.reason === 'no_voices') return say.sayNoVoices;
  return told.reason === 'muted' ? say.sayMuted : say.sayShut;
}
