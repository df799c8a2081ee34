// What the room is like just now, for everybody: how many are here, and how slowly words are taken.

import { say } from './page.js';
import { onState } from './wire.js';

const here = document.getElementById('here');
const slow = document.getElementById('slow');

onState((state) => {
  here.textContent = say.sayHere.replace('0', state.here);
  here.hidden = !state.here;
  const sentence = state.slow_s ? say.saySlow.replace('0', state.slow_s) : '';
  if (slow.textContent !== sentence) slow.textContent = sentence;
  slow.hidden = !sentence;
});
