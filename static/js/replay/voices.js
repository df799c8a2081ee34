// Voice clips in a replay: one that comes to its place is heard while the clock of the talk waits for
// it. Beside a recording, which has a voice of its own, each waits to be pressed.

export class Voices {
  waiting = []; // what comes behind the one that is heard
  current = null;
  goesOn = false; // whether the clock does when the last is over
  rate = 1;

  constructor({ clock, onState }) {
    Object.assign(this, { clock, onState });
    for (const kind of ['play', 'pause', 'ended', 'error']) document.addEventListener(kind, ({ target }) => this.hear(kind, target), true);
  }

  get isPlaying() { return Boolean(this.current) && !this.current.paused; }

  // These have come to their place: each is heard in its turn.
  say(clips) {
    if (!clips.length) return;
    this.waiting.push(...clips);
    if (!this.current) this.next(true);
  }

  toggle() {
    if (this.isPlaying) this.current.pause();
    else this.start(this.current);
  }

  setRate(rate) {
    this.rate = rate;
    if (this.current) this.current.playbackRate = rate;
  }

  // Somebody goes elsewhere. Answers whether something was heard or the clock waited for it.
  drop() {
    const was = this.isPlaying;
    const left = this.current;
    this.waiting = [];
    this.current = null;
    left?.pause();
    return was;
  }

  next(goesOn) {
    this.goesOn = goesOn;
    this.current = this.waiting.shift() || null;
    if (this.current) {
      this.clock.hold();
      this.start(this.current);
    } else if (goesOn) this.clock.play();
    this.onState();
  }

  start(clip) {
    clip.playbackRate = this.rate;
    // What a browser does not play by itself stands in the talk to be pressed.
    clip.play().catch((problem) => {
      if (this.current === clip && problem.name !== 'AbortError') this.next(this.goesOn);
    });
  }

  hear(kind, clip) {
    if (kind === 'play' && clip.id === 'recording') this.drop();
    if (!clip.matches('#said audio, #items audio')) return;
    if (kind === 'play' && clip !== this.current) {
      const goesOn = this.clock.isPlaying || (this.isPlaying && this.goesOn);
      this.drop();
      this.waiting = [clip];
      this.next(goesOn);
    } else if (clip === this.current && (kind === 'ended' || kind === 'error')) this.next(this.goesOn);
    else if (clip === this.current) this.onState();
  }
}
