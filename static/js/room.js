// The room of a class: shows what happened in the order of its numbers, keeps what was written until
// the server has answered it, and goes on where it was after a cut. The server's list is the truth.
// Each part registers for the kinds of events that it draws; the list is asked for when all have.

import './room/talk.js';
import './room/stage.js';
import './room/captions.js';
import './room/video.js';
import './room/reply.js';
import './room/host.js';
import './room/pieces.js';
import './room/state.js';
import './room/votes.js';
import './room/pictures.js';
import './room/voices.js';
import './room/recorder.js';
import './room/desk.js';
import './room/late.js';
import { listen } from './room/wire.js';

listen();
