// Sends a file to the talk under one id, again and again until the server has answered.

import { ask, mine, tell } from './page.js';
import { untilDecided, whyNot } from './sending.js';

// Answers '' once it is there, else what to tell; `refused` words an answer of 413 or 422, and `away`
// that the server could not be reached for half a minute. Sent again under its id it counts once.
export async function sendFile(address, fields, { refused, away }) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  mine.add(fields.client);
  const whileAway = () => tell(navigator.onLine ? 'Again' : 'Offline');
  const answer = await untilDecided(() => ask(address, body), { whileAway });
  if (!answer) return away;
  if (answer.status !== 422 && answer.status !== 413) return whyNot(answer);
  const { reason } = await answer.json().catch(() => ({}));
  return refused(reason);
}
