/** One function for each kind of block; a kind nobody wrote a function for is left out. */
import { h, picture } from './dom.js';
import { richText } from './rich_text.js';

const quiz = ({ question, answers }) => h('details', { class: 'quiz' },
  h('summary', {}, question),
  h('ul', {}, answers.map(({ text, correct, explanation }) =>
    h('li', { class: correct && 'is-right' }, h('b', {}, correct ? 'Yes. ' : 'No. '), text, h('span', { class: 'quiet' }, ` ${explanation}`)))));

const kinds = {
  heading: (text) => h('h2', {}, text),
  paragraph: (html) => h('div', { class: 'prose' }, richText(html)),
  key_fact: (text) => h('p', { class: 'aside' }, h('b', {}, 'Key fact'), text),
  warning: (text) => h('p', { class: 'aside aside--warning' }, h('b', {}, 'Take care'), text),
  figure: ({ image, caption }) => image && h('figure', {},
    picture(image), h('figcaption', {}, caption, image.credit && ` ${image.credit}`)),
  steps: ({ items }) => h('ol', { class: 'steps' }, items.map((text) => h('li', {}, text))),
  table: ({ columns, rows, caption }) => h('div', { class: 'table' }, h('table', {},
    caption && h('caption', {}, caption),
    h('thead', {}, h('tr', {}, columns.map(({ heading }) => h('th', { scope: 'col' }, heading)))),
    h('tbody', {}, rows.map(({ values }) => h('tr', {}, values.map((text) => h('td', {}, text))))))),
  faq: ({ items }) => h('div', {}, items.map(({ question, answer }) =>
    h('details', {}, h('summary', {}, question), richText(answer)))),
  quotation: ({ text, attribution }) => h('blockquote', {}, h('p', {}, text), h('cite', {}, attribution)),
  ask_call: ({ heading, text }) => h('div', { class: 'aside' }, h('b', {}, heading), text),
  question: quiz,
  quiz,
};

/** A stream's blocks in their order, each under its own id, so that an address can name it. */
export function blocks(stream) {
  return (stream ?? []).map(({ type, value, id }) => {
    const built = Object.hasOwn(kinds, type) ? kinds[type](value) : undefined;
    if (built && id) built.id = `b-${id}`;
    return built;
  });
}
