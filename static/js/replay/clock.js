// The time of a replay: of a recording that plays, or of a clock of our own where there is only talk.
// Both say how far they went in one piece (`onAdvance`), and when the place changed otherwise (`onJump`).

const TICK_MS = 200;
const LONGEST_TICK_MS = 2e3; // a machine that slept did not play meanwhile

class Clock {
  listeners = { advance: [], jump: [], state: [] };

  onAdvance(call) { this.listeners.advance.push(call); }

  onJump(call) { this.listeners.jump.push(call); }

  onState(call) { this.listeners.state.push(call); }

  emit(kind, ...what) { for (const call of this.listeners[kind]) call(...what); }
}

export class OwnClock extends Clock {
  at = 0;
  rate = 1;
  timer = 0;
  tickedAt = 0;
  isTicking = false;

  constructor(length) {
    super();
    this.length = length;
  }

  get isPlaying() { return this.timer !== 0; }

  play() {
    if (this.isPlaying) return;
    if (this.at >= this.length) this.seek(0);
    this.tickedAt = performance.now();
    this.timer = setInterval(() => this.tick(), TICK_MS);
    this.emit('state');
  }

  pause() {
    if (!this.isPlaying) return;
    this.tick();
    this.stop();
  }

  stop() {
    if (!this.timer) return;
    clearInterval(this.timer);
    this.timer = 0;
    this.emit('state');
  }

  // Stand still at once, also in the middle of a step.
  hold() { this.stop(); }

  setRate(rate) {
    if (this.isPlaying) this.tick();
    this.rate = rate;
  }

  // Who hears of a step may jump at once; that step has been told, and what it took is not played.
  seek(at) {
    if (this.isPlaying && !this.isTicking) this.tick();
    this.at = Math.min(Math.max(0, at), this.length);
    this.tickedAt = performance.now();
    this.emit('jump', this.at);
  }

  tick() {
    const now = performance.now();
    const from = this.at;
    this.at = Math.min(this.length, from + Math.min(now - this.tickedAt, LONGEST_TICK_MS) * this.rate);
    this.tickedAt = now;
    this.isTicking = true;
    try {
      if (this.at > from) this.emit('advance', from, this.at);
    } finally {
      this.isTicking = false;
    }
    if (this.at >= this.length) this.stop();
  }
}

export class MediaClock extends Clock {
  last = null; // where it was when it was last heard of; null while somebody jumps

  constructor(media, length) {
    super();
    this.media = media;
    this.length = length;
    for (const kind of ['play', 'pause', 'ended']) media.addEventListener(kind, () => { this.hear(); this.emit('state'); });
    media.addEventListener('timeupdate', () => this.hear());
    media.addEventListener('seeking', () => { this.last = null; });
    media.addEventListener('seeked', () => { this.last = this.at; this.emit('jump', this.at); });
  }

  get at() { return this.media.currentTime * 1e3; }

  get isPlaying() { return !this.media.paused && !this.media.ended; }

  // A browser may refuse; its own controls are there as well.
  play() { this.media.play()?.catch?.(() => this.emit('state')); }

  pause() { this.media.pause(); }

  hold() { this.pause(); }

  setRate(rate) { this.media.playbackRate = rate; }

  seek(at) { this.media.currentTime = Math.min(Math.max(0, at), this.length) / 1e3; }

  hear() {
    if (this.media.seeking) return;
    const { at, last } = this;
    this.last = at;
    if (last !== null && at > last) this.emit('advance', last, at);
  }
}
