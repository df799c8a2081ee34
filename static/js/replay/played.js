// Keeps what was played as a union and tells it to the clinic: all of it, again and again, so that
// nothing is lost in a cut and nothing counts twice. What waits in the browser is ids and numbers.

const KEY = 'wellread.played';
const OPENINGS_AT_MOST = 5;
const TELL_MS = 15e3;

export function joined(parts) {
  const united = [];
  for (const [from, to] of [...parts].sort((one, other) => one[0] - other[0])) {
    const last = united.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else united.push([from, to]);
  }
  return united;
}

function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) || [];
  } catch {
    return [];
  }
}

function keep(openings) {
  try {
    if (openings.length) localStorage.setItem(KEY, JSON.stringify(openings.slice(-OPENINGS_AT_MOST)));
    else localStorage.removeItem(KEY);
  } catch {
    // Without storage it lives as long as the page.
  }
}

export class Teller {
  played = []; // milliseconds
  told = ''; // what the server has
  settled = ''; // what it has been told as over
  isOver = false;
  isAsking = false;

  constructor({ address, opening, headers, onTold }) {
    Object.assign(this, { address, opening, headers, onTold });
    setInterval(() => this.tell(), TELL_MS);
    addEventListener('online', () => this.tell());
    this.tellEarlier();
  }

  add(from, to) {
    const last = this.played.at(-1);
    if (last && last[1] === from) last[1] = to;
    else this.played = joined([...this.played, [from, to]]);
  }

  get body() {
    const played = joined(this.played).map((part) => part.map((moment) => Math.round(moment) / 1e3));
    return { opening: this.opening, played };
  }

  async tell(isOver = false) {
    const body = this.body;
    const now = JSON.stringify(body.played);
    this.isOver ||= isOver; // what a cut kept from being settled is settled later
    if (now === (this.isOver ? this.settled : this.told) || (this.isAsking && !isOver) || !body.played.length) return;
    const others = kept().filter((one) => one.opening !== this.opening);
    keep([...others, { address: this.address, ...body }]);
    this.isAsking = true;
    try {
      const over = this.isOver;
      const answer = await this.post({ ...body, over }, isOver);
      if (answer.ok) {
        this.told = now;
        if (over) { this.settled = now; this.isOver = false; }
        this.onTold?.((await answer.json()).seconds);
        this.forget(this.opening, now);
      } else if (answer.status < 500 && ![409, 429].includes(answer.status)) this.forget(this.opening);
    } catch {
      // Kept until there is a network again.
    }
    this.isAsking = false;
  }

  async tellEarlier() {
    for (const { address, ...body } of kept()) {
      if (address !== this.address || body.opening === this.opening) continue;
      try {
        const answer = await this.post({ ...body, over: true });
        if (answer.status < 500 && answer.status !== 429) this.forget(body.opening);
        if (answer.ok) this.onTold?.((await answer.json()).seconds);
      } catch {
        return;
      }
    }
  }

  post(body, keepalive = false) {
    return fetch(this.address, { method: 'POST', keepalive, headers: { 'Content-Type': 'application/json', ...this.headers }, body: JSON.stringify(body) });
  }

  forget(opening, played) {
    keep(kept().filter((one) => one.opening !== opening || (played && JSON.stringify(one.played) !== played)));
  }
}
