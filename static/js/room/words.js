// Writes words with the links in them, and cards of the site's own pieces. Which addresses become
// links is decided here, and why in docs/decisions/0028. It makes elements, never markup.

const ADDRESS = /https?:\/\/[^\s<>"'`\p{Cf}\p{Script=Han}，。！？；：、（）《》「」【】]+/giu;
const BEHIND = /[.,;:!?)\]}*_~]+$/;
const WITHIN = /[\w:@.+-]/; // as behind `blob:`
const HOST = /^https?:\/\/[a-z0-9.-]+(?::\d+)?(?=[/?#]|$)/i;

function parsed(text) {
  try {
    return new URL(text);
  } catch {
    return null; // as with a port that is none
  }
}

// The address to open, or nothing where it stays text.
export function opened(text, isHost) {
  // A host in other letters than these may look like another one; so may what stands before an @.
  if (!HOST.test(text) || /^https?:\/\/[^/?#]*xn--/i.test(text)) return null;
  const url = parsed(text);
  if (!url) return null;
  if (url.origin === location.origin) return url;
  return isHost && url.protocol === 'https:' ? url : null;
}

// Words that end with the addresses of their cards, without these: each card is that link.
function shortened(whole, cards) {
  const places = cards.map((card) => new URL(card.url, location.href).href);
  let text = whole.trimEnd();
  for (;;) {
    const last = text.split(/\s/).pop();
    const url = opened(last, false);
    if (!url || !places.includes(`${url.origin}${url.pathname.replace(/\/?$/, '/')}`)) return text;
    text = text.slice(0, -last.length).trimEnd();
  }
}

export function writeWords(place, whole, isHost, cards = []) {
  const text = shortened(whole, cards);
  place.replaceChildren();
  let at = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const written = found.replace(BEHIND, '');
    const url = opened(written, isHost);
    if (!url || WITHIN.test(text.slice(0, index).slice(-1))) continue;
    const link = document.createElement('a');
    link.href = url.href;
    link.target = '_blank';
    link.rel = url.origin === location.origin ? 'noopener noreferrer' : 'noopener noreferrer nofollow ugc';
    link.textContent = written;
    place.append(text.slice(at, index), link);
    at = index + written.length;
  }
  place.append(text.slice(at));
}

function line(name, text) {
  const one = document.createElement('span');
  one.className = name;
  one.textContent = text;
  return one;
}

// What a card shows, in the piece's own language.
export function faceOf(card) {
  const face = document.createElement('span');
  face.className = 'room-card-face';
  face.lang = card.language;
  if (card.picture) {
    const picture = new Image();
    picture.alt = '';
    picture.loading = 'lazy';
    picture.src = card.picture;
    face.append(picture);
  }
  const words = document.createElement('span');
  words.append(line('room-card-title', card.title), line('room-card-line', card.line));
  face.append(words);
  return face;
}

export function cardsOf(cards) {
  const list = document.createElement('div');
  list.className = 'room-cards';
  list.dataset.part = '';
  for (const card of cards) {
    const link = document.createElement('a');
    link.href = card.url;
    link.target = '_blank';
    link.rel = 'noopener noreferrer';
    link.append(faceOf(card));
    list.append(link);
  }
  return list;
}
