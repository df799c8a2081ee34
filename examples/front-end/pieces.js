/** An article, a comic, a course and its modules as elements, and the front page's lists. */
import { linkTo, list, page } from './api.js';
import { blocks } from './blocks.js';
import { h, picture, safe } from './dom.js';

const LANGUAGES = { en: 'English', 'zh-hans': '中文' };
const ended = { 'data-track-end': '' };

const day = (date, locale) => date && h('time', { datetime: date },
  new Date(date).toLocaleDateString(locale === 'en' ? 'en-GB' : locale, { dateStyle: 'long' }));

const twins = ({ translations }) => translations.map(({ id, title, language }) =>
  h('a', { href: linkTo(id), hreflang: language, lang: language, title }, LANGUAGES[language] ?? language));

/** Kicker, title, standfirst and the line that says who stands for it. */
function head(piece, kicker) {
  const { author, reviewer_name, reviewed_at, expected_minutes, meta, topics } = piece;
  return h('header', { class: 'piece__head' },
    h('p', { class: 'kicker' }, topics?.[0]?.[meta.locale === 'en' ? 'name' : 'name_zh'] ?? kicker),
    h('h1', {}, piece.title),
    piece.standfirst && h('p', { class: 'standfirst' }, piece.standfirst),
    h('ul', { class: 'trust' },
      author && h('li', {}, picture(author.portrait, { alt: '', sizes: '2rem' }), author.name),
      reviewer_name && h('li', {}, `Reviewed by ${reviewer_name}, `, day(reviewed_at, meta.locale)),
      expected_minutes && h('li', {}, `${expected_minutes} min`),
      twins(meta).map((twin) => h('li', {}, twin))));
}

const references = (piece) => piece.references?.length && h('section', { class: 'references' },
  h('h2', {}, 'Sources'),
  h('ol', {}, piece.references.map(({ value: { text, url } }) =>
    h('li', {}, safe(url) ? h('a', { href: safe(url), rel: 'noopener' }, text) : text))));

function article(piece) {
  return [
    head(piece, 'Article'),
    picture(piece.cover, { eager: true }),
    piece.key_facts?.length && h('ul', { class: 'facts' }, piece.key_facts.map(({ value }) => h('li', {}, value))),
    h('div', { class: 'body', ...ended }, blocks(piece.body)),
    references(piece),
  ];
}

function panel({ id, value: { image, alt, narration, bubbles } }) {
  const drawing = h('div', { class: 'drawing' }, picture(image, { alt }), bubbles.map((bubble) => {
    const said = h('p', { class: 'bubble' }, h('b', {}, bubble.speaker), bubble.text);
    said.style.left = `${bubble.x}%`;
    said.style.top = `${bubble.y}%`;
    said.style.maxWidth = `${Math.min(bubble.width, 98 - bubble.x)}%`;
    return said;
  }));
  return h('li', { class: 'panel', 'data-panel': id, id: `b-${id}` }, narration && h('p', { class: 'narration' }, narration), drawing);
}

function comic(piece) {
  return [
    head(piece, 'Comic'),
    h('ol', { class: 'strip', ...ended }, piece.panels_in_order.map(panel)),
    piece.afterword && h('p', { class: 'body' }, piece.afterword),
    references(piece),
  ];
}

const objectives = (stream) => stream?.length && h('ul', { class: 'facts' }, stream.map(({ value }) => h('li', {}, value)));

function course(piece) {
  return [
    head(piece, 'Course'),
    picture(piece.cover, { eager: true }),
    objectives(piece.objectives),
    h('div', { class: 'body' }, blocks(piece.body)),
    h('ol', { class: 'modules', ...ended }, piece.modules.map(({ id, title, minutes }) =>
      h('li', {}, h('a', { href: linkTo(id) }, title), h('span', { class: 'quiet' }, `${minutes} min`)))),
    references(piece),
  ];
}

function module(piece) {
  const { parent } = piece.meta;
  return [
    h('p', {}, h('a', { href: linkTo(parent.id) }, parent.title)),
    head(piece, 'Module'),
    objectives(piece.objectives),
    h('div', { class: 'body', ...ended }, piece.readable ? [blocks(piece.body), blocks(piece.check_questions)]
      : h('p', {}, 'This lesson is for people who signed in at the clinic.')),
    references(piece),
  ];
}

const shapes = {
  'cms.ArticlePage': article, 'cms.ComicPage': comic, 'cms.CoursePage': course, 'cms.ModulePage': module,
};

/** One piece as an `<article>`; it names the page, so that the tracker knows what is read. */
export async function piece(id) {
  const found = await page(id);
  const shape = shapes[found.meta.type];
  if (!shape) throw new Error(`${found.meta.type} has no form here`);
  const { title, description } = found.meta.seo;
  document.title = title;
  document.querySelector('meta[name=description]').content = description;
  document.head.append(h('link', { rel: 'canonical', href: safe(found.meta.seo.canonical_url) }));
  document.documentElement.lang = found.meta.locale;
  return h('article', { class: 'piece', 'data-page': found.id }, shape(found).filter(Boolean));
}

/** The newest articles, comics and courses. */
export async function front() {
  const shelves = { Articles: 'cms.ArticlePage', Comics: 'cms.ComicPage', Courses: 'cms.CoursePage' };
  const found = await Promise.all(Object.values(shelves).map((type) => list(type)));
  return h('div', { class: 'shelves' }, Object.keys(shelves).map((name, n) => h('section', { class: 'shelf' },
    h('h2', {}, name),
    h('ul', {}, found[n].map((item) => h('li', {},
      h('a', { href: linkTo(item.id) }, item.title),
      h('p', { class: 'quiet' }, item.standfirst)))))));
}
