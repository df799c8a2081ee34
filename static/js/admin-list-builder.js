/**
 * The builder of lead lists: groups of conditions, each a sentence with gaps, kept as JSON in the
 * form's own field, and a count of whom they would match beside it. It holds no words of its own
 * and decides nothing: the server reads what is written and says what is wrong.
 */

const PAUSE = 500; // milliseconds without a change before it counts

const element = (tag, attributes = {}, ...children) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, '');
    else if (value !== false && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
};

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');

const select = (options, value, attributes) => {
  const made = element('select', attributes);
  for (const [key, label] of options) {
    made.append(element('option', { value: key, selected: String(key) === String(value ?? '') }, label));
  }
  // What is no longer offered stays, so that nothing is changed by looking at it.
  if (value && ![...made.options].some((one) => one.value === String(value))) {
    made.append(element('option', { value, selected: true }, String(value)));
  }
  return made;
};

class ListBuilder {
  constructor(root) {
    this.root = root;
    this.field = root.querySelector('textarea');
    this.words = JSON.parse(root.querySelector('script[type="application/json"]').textContent);
    this.place = root.querySelector('[data-groups]');
    this.result = root.querySelector('[data-result]');
    this.earlier = root.querySelector('[data-earlier]');
    this.form = this.field.form;
    this.kinds = new Map(this.words.kinds.flatMap((part) => part.kinds).map((one) => [one.kind, one]));
    this.rules = this.read();
    this.draw();
    this.earlier?.addEventListener('change', () => this.countSoon());
    this.count();
  }

  /** The rules in the field; one empty group where there are none or they cannot be read. */
  read() {
    let rules = null;
    try {
      rules = JSON.parse(this.field.value || '{}');
    } catch {
      rules = {};
    }
    if (!Array.isArray(rules.groups)) rules = { match: 'all', groups: [] };
    if (!rules.groups.length) rules.groups.push({ match: 'all', conditions: [{ kind: '' }] });
    return rules;
  }

  /** Keeps what is written and counts it a little later. */
  changed() {
    this.field.value = JSON.stringify(this.rules);
    this.field.dispatchEvent(new Event('change', { bubbles: true }));
    this.countSoon();
  }

  draw(focus) {
    const { say, joins } = this.words;
    this.place.replaceChildren();
    this.rules.groups.forEach((group, at) => {
      if (at === 1) {
        const join = select(joins, this.rules.match, { 'aria-label': say.join });
        join.addEventListener('change', () => { this.rules.match = join.value; this.draw('join'); this.changed(); });
        join.dataset.focus = 'join';
        this.place.append(element('p', { class: 'list-builder__join' }, join));
      } else if (at > 1) {
        const word = joins.find(([key]) => key === this.rules.match)[1];
        this.place.append(element('p', { class: 'list-builder__join' }, word));
      }
      this.place.append(this.drawGroup(group, at));
    });
    const addGroup = this.button(say.add_group, () => this.addGroup('all'), 'add-group');
    const addNone = this.button(say.add_none, () => this.addGroup('none'), 'add-none');
    this.place.append(element('p', { class: 'list-builder__actions' }, addGroup, addNone));
    if (focus) this.place.querySelector(`[data-focus="${focus}"]`)?.focus();
  }

  addGroup(match) {
    this.rules.groups.push({ match, conditions: [{ kind: '' }] });
    this.draw(`kind-${this.rules.groups.length - 1}-0`);
    this.changed();
  }

  button(label, work, focus, attributes = {}) {
    const made = element('button', {
      type: 'button', class: 'button button-small button-secondary', 'data-focus': focus, ...attributes,
    }, label);
    made.addEventListener('click', work);
    return made;
  }

  drawGroup(group, at) {
    const { say, matches } = this.words;
    const number = at + 1;
    const match = select(matches, group.match, { 'aria-label': fill(say.match, { number }) });
    match.addEventListener('change', () => { group.match = match.value; this.changed(); });
    const legend = element('legend', {}, fill(say.group, { number }));
    const head = element('div', { class: 'list-builder__head' }, element('span', {}, say.meets), match);
    if (this.rules.groups.length > 1) {
      head.append(this.button(say.remove, () => {
        this.rules.groups.splice(at, 1);
        this.draw('add-group');
        this.changed();
      }, `remove-${at}`, { 'aria-label': fill(say.remove_group, { number }) }));
    }
    const list = element('ol', { class: 'list-builder__conditions' });
    group.conditions.forEach((condition, place) => list.append(this.drawCondition(group, at, condition, place)));
    const add = this.button(say.add_condition, () => {
      group.conditions.push({ kind: '' });
      this.draw(`kind-${at}-${group.conditions.length - 1}`);
      this.changed();
    }, `add-${at}`);
    return element('fieldset', { class: `list-builder__group list-builder__group--${group.match}` }, legend, head, list, add);
  }

  drawCondition(group, at, condition, place) {
    const { say } = this.words;
    const number = place + 1;
    const kind = element('select', { 'aria-label': fill(say.kind, { number }), 'data-focus': `kind-${at}-${place}`, class: 'list-builder__kind' });
    kind.append(element('option', { value: '' }, say.choose));
    for (const part of this.words.kinds) {
      const options = element('optgroup', { label: part.label });
      for (const one of part.kinds) {
        options.append(element('option', { value: one.kind, selected: one.kind === condition.kind }, one.label));
      }
      kind.append(options);
    }
    kind.addEventListener('change', () => {
      // What fits the new kind as well is kept. The choice itself stays: whoever types a word into it
      // passes through other kinds on the way.
      const begun = this.begun({ ...group.conditions[place], kind: kind.value });
      group.conditions[place] = begun;
      sentence.replaceChildren(...this.sentence(begun, notes));
      document.getElementById(notes).replaceChildren();
      this.changed();
    });
    const notes = `notes-${at}-${place}`;
    const sentence = element('div', { class: 'list-builder__sentence', role: 'group', 'aria-describedby': notes });
    sentence.append(...this.sentence(condition, notes));
    const remove = this.button(say.remove, () => {
      group.conditions.splice(place, 1);
      if (!group.conditions.length) group.conditions.push({ kind: '' });
      this.draw(`add-${at}`);
      this.changed();
    }, `remove-${at}-${place}`, { 'aria-label': fill(say.remove_condition, { number }) });
    return element('li', {}, element('div', { class: 'list-builder__row' }, kind, remove), sentence,
      element('div', { class: 'list-builder__notes', id: notes, 'data-at': at, 'data-place': place }));
  }

  /** A condition of a new kind: what it reads, with what such a condition begins with. */
  begun(condition) {
    const names = new Set(this.gapNames(condition.kind));
    if (names.has('window')) ['days', 'since', 'until'].forEach((name) => names.add(name));
    if (names.has('topic')) names.add('topic_label');
    const kept = { kind: condition.kind };
    for (const name of names) {
      const gap = this.gap(condition.kind, name);
      const same = name !== 'text' && name !== 'value';
      if (same && condition[name] !== undefined) kept[name] = condition[name];
      else if (gap?.start !== undefined && name !== 'days') kept[name] = gap.start;
    }
    if (kept.kind === 'recency' && !kept.days) kept.days = this.words.gaps.days.start;
    return kept;
  }

  gapNames(kind) {
    return [...(this.kinds.get(kind)?.sentence ?? '').matchAll(/\{(\w+)\}/g)].map((found) => found[1]);
  }

  gap(kind, name) {
    return this.words.options[kind]?.[name] ?? this.words.gaps[name];
  }

  sentence(condition, notes) {
    const text = this.kinds.get(condition.kind)?.sentence ?? '';
    return text.split(/(\{\w+\})/).filter(Boolean).map((part) => {
      const name = part.match(/^\{(\w+)\}$/)?.[1];
      return name ? this.input(condition, name, notes) : document.createTextNode(part);
    });
  }

  input(condition, name, notes) {
    const gap = this.gap(condition.kind, name);
    const shared = { 'aria-label': gap.label, 'data-gap': name, 'aria-describedby': notes };
    const keep = (value) => {
      if (value === '') delete condition[name];
      else condition[name] = value;
      this.changed();
    };
    if (gap.type === 'window') return this.window(condition, notes);
    if (gap.type === 'topic') return this.topic(condition, gap, shared);
    if (gap.type === 'select') {
      const value = name === 'below' ? (condition.below ? '1' : '') : condition[name];
      const made = select(gap.options, value, shared);
      made.addEventListener('change', () => keep(made.value));
      return made;
    }
    const isPercent = gap.type === 'percent';
    const value = isPercent && condition[name] !== undefined ? Math.round(condition[name] * 100) : condition[name];
    const isNumber = isPercent || gap.type === 'number';
    const made = element('input', {
      ...shared, type: isNumber ? 'number' : gap.type, value: value ?? '', placeholder: gap.empty,
      min: isNumber ? gap.least ?? 0 : undefined, max: isPercent ? 100 : undefined,
      step: isNumber ? gap.step ?? 1 : undefined,
    });
    made.addEventListener('input', () => {
      // A percent of 0 asks for nothing.
      if (isPercent) keep(Number(made.value) ? Number(made.value) / 100 : '');
      else keep(made.value);
    });
    return made;
  }

  topic(condition, gap, shared) {
    const id = `topics-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
    const offered = element('datalist', { id });
    const made = element('input', {
      ...shared, type: 'text', list: id, autocomplete: 'off', placeholder: gap.empty, value: condition.topic_label ?? '',
    });
    const known = new Map();
    let timer = 0;
    made.addEventListener('input', () => {
      condition.topic_label = made.value;
      delete condition.topic;
      if (known.has(made.value)) condition.topic = known.get(made.value);
      this.changed();
      clearTimeout(timer);
      timer = setTimeout(async () => {
        const answer = await fetch(`${this.root.dataset.topics}?q=${encodeURIComponent(made.value)}`).catch(() => null);
        if (!answer?.ok) return;
        const { topics } = await answer.json();
        known.clear();
        topics.forEach((one) => known.set(one.label, one.id));
        offered.replaceChildren(...topics.map((one) => element('option', { value: one.label })));
      }, 200);
    });
    return element('span', { class: 'list-builder__topic' }, made, offered);
  }

  /** When: at any time, in the last days, or between two days. */
  window(condition, notes) {
    const { gaps, say } = this.words;
    const place = element('span', { class: 'list-builder__window' });
    const draw = (mode) => {
      const choice = select(this.words.windows, mode, { 'aria-label': gaps.window.label, 'data-gap': 'window' });
      choice.addEventListener('change', () => {
        ['days', 'since', 'until'].forEach((name) => delete condition[name]);
        if (choice.value === 'days') condition.days = gaps.days.start;
        draw(choice.value);
        place.querySelector('select').focus();
        this.changed();
      });
      place.replaceChildren(choice);
      if (mode === 'days') place.append(' ', this.input(condition, 'days', notes), ` ${say.days}`);
      if (mode === 'dates') {
        place.append(' ', this.input(condition, 'since', notes), ` ${say.to} `, this.input(condition, 'until', notes));
      }
    };
    draw(condition.since || condition.until ? 'dates' : condition.days ? 'days' : '');
    return place;
  }

  countSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.count(), PAUSE);
  }

  async count() {
    this.asking?.abort();
    this.asking = new AbortController();
    this.result.setAttribute('aria-busy', 'true');
    const body = new FormData();
    body.append('rules', JSON.stringify(this.rules));
    body.append('list', this.root.dataset.list);
    if (this.earlier?.value) body.append('on', this.earlier.value);
    body.append('csrfmiddlewaretoken', this.form.elements.csrfmiddlewaretoken.value);
    const { signal } = this.asking;
    const ask = async () => {
      const answer = await fetch(this.root.dataset.count, { method: 'POST', body, signal });
      if (!answer.ok) throw new Error(String(answer.status));
      const { html, notes, goes_on: goesOn } = await answer.json();
      this.result.innerHTML = html;
      this.tell(notes);
      return goesOn;
    };
    try {
      if (await ask()) { // about how many; the exact count takes a while
        body.append('exact', '1');
        await ask();
      }
    } catch (problem) {
      if (problem.name === 'AbortError') return;
      this.result.replaceChildren(element('p', {}, this.words.say.not_counted));
    }
    this.result.removeAttribute('aria-busy');
  }

  /** Whether somebody chose what the condition asks for: before that, nothing is wrong yet. */
  isBegun(note) {
    return Boolean(this.rules.groups[note.group]?.conditions[note.condition]?.kind);
  }

  /** Puts what is to be said about a condition beside it. */
  tell(notes) {
    for (const place of this.place.querySelectorAll('.list-builder__notes')) {
      const mine = notes.filter((one) => one.group === Number(place.dataset.at) && one.condition === Number(place.dataset.place));
      place.replaceChildren(...mine.map((one) => element('p', { class: one.is_problem && this.isBegun(one) ? 'error-message' : 'help' }, one.message)));
      for (const input of place.parentElement.querySelectorAll('[data-gap]')) {
        input.toggleAttribute('aria-invalid', false);
        if (mine.some((one) => one.is_problem && one.field === input.dataset.gap)) input.setAttribute('aria-invalid', 'true');
      }
    }
  }
}

const begin = () => document.querySelectorAll('[data-list-builder]:not([data-begun])').forEach((root) => {
  root.dataset.begun = '';
  new ListBuilder(root);
});
begin();
