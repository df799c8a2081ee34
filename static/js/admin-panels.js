/**
 * The comic's editor: a panel's drawing with its bubbles on it, which can be dragged to their
 * places, and all panels as a strip that can be put in order. It adds to Wagtail's own forms and
 * writes into their fields; without it they work all the same.
 *
 * Loaded as a classic script, because Wagtail reads its blocks before modules run.
 */
{
  const { StructBlockDefinition, StreamBlockDefinition } = window.wagtailStreamField.blocks;
  const LAST = 95; // percent; the fields take no more

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  const element = (tag, className, attributes = {}) => {
    const made = document.createElement(tag);
    made.className = className;
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  };

  /** Calls work once before the next painting, however often it is asked. */
  const soon = (work) => {
    let waits = false;
    return () => {
      if (waits) return;
      waits = true;
      requestAnimationFrame(() => { waits = false; work(); });
    };
  };

  const inputOf = (field) => {
    const root = field.element ?? field.container?.[0];
    return root?.matches?.('input') ? root : root?.querySelector('input');
  };

  const numberIn = (fields, name, otherwise) => {
    const value = parseInt(inputOf(fields[name])?.value, 10);
    return Number.isNaN(value) ? otherwise : value;
  };

  const textIn = (fields, name) => String(fields[name].getValue() ?? '');

  /** Writes a number into a field, as if it had been typed. */
  const write = (fields, name, value) => {
    const input = inputOf(fields[name]);
    if (!input) return;
    input.value = String(value);
    for (const type of ['input', 'change']) input.dispatchEvent(new Event(type, { bubbles: true }));
  };

  /** The drawing of one panel with its bubbles where they will stand. */
  class Preview {
    constructor(panel, { words, drawing }) {
      this.panel = panel;
      this.words = words;
      this.address = drawing;
      this.root = element('div', 'panel-preview');
      this.narration = element('p', 'panel-preview__narration');
      this.stage = element('div', 'panel-preview__stage');
      this.image = element('img', 'panel-preview__drawing', { alt: '' });
      this.stage.append(this.image);
      this.note = element('p', 'panel-preview__note help');
      this.root.append(this.narration, this.stage, this.note);

      const form = panel.container[0];
      form.prepend(this.root);
      const refresh = soon(() => this.refresh());
      for (const type of ['input', 'change']) form.addEventListener(type, refresh);
      new MutationObserver((changes) => {
        if (changes.some(({ target }) => !this.root.contains(target))) refresh();
      }).observe(form, { childList: true, subtree: true, attributes: true, attributeFilter: ['src'] });
      this.refresh();
    }

    bubbles() {
      return this.panel.childBlocks.bubbles.children.map((child) => child.block.childBlocks);
    }

    refresh() {
      if (this.dragged) return;
      const chosen = this.panel.childBlocks.image.getState();
      const id = chosen?.id ?? chosen;
      this.root.classList.toggle('is-empty', !id);
      this.narration.textContent = textIn(this.panel.childBlocks, 'narration');
      const bubbles = this.bubbles();
      this.note.textContent = !id ? this.words.none : bubbles.length ? this.words.how : '';
      if (!id) return;
      const address = fill(this.address, { id });
      if (this.image.getAttribute('src') !== address) this.image.src = address;
      this.show(bubbles);
    }

    /** Keeps the buttons that are there, so that the focus stays where it is. */
    show(bubbles) {
      const buttons = [...this.stage.querySelectorAll('button')];
      buttons.slice(bubbles.length).forEach((button) => button.remove());
      bubbles.forEach((fields, index) => {
        let button = buttons[index];
        if (!button) {
          button = element('button', 'panel-preview__bubble', { type: 'button' });
          this.listen(button);
          this.stage.append(button);
        }
        button.fields = fields;
        const side = fields.side.getValue();
        button.classList.toggle('is-right', side === 'right');
        button.textContent = textIn(fields, 'text') || '…';
        button.style.maxInlineSize = `${numberIn(fields, 'width', 40)}%`;
        const [x, y] = [numberIn(fields, 'x', 5), numberIn(fields, 'y', 5)];
        this.place(button, x, y);
        const said = {
          n: index + 1, m: bubbles.length, speaker: textIn(fields, 'speaker'), text: button.textContent,
        };
        button.setAttribute(
          'aria-label', `${fill(this.words.bubble, said)} ${fill(this.words.place, { x, y })}`,
        );
      });
    }

    /** The furthest place at which the bubble still stands whole on the drawing. */
    held(button, x, y) {
      const { offsetWidth, offsetHeight } = this.stage;
      const across = Math.min(LAST, 100 - (100 * button.offsetWidth) / offsetWidth);
      const down = Math.min(LAST, 100 - (100 * button.offsetHeight) / offsetHeight);
      return [Math.max(0, Math.min(x, across)), Math.max(0, Math.min(y, down))];
    }

    place(button, x, y) {
      button.style.insetInlineStart = `${x}%`;
      button.style.insetBlockStart = `${y}%`;
    }

    move(button, x, y) {
      const [left, top] = this.held(button, x, y).map(Math.floor);
      this.place(button, left, top);
      write(button.fields, 'x', left);
      write(button.fields, 'y', top);
    }

    listen(button) {
      let from = null;
      const at = (event) => {
        const { width, height } = this.stage.getBoundingClientRect();
        return {
          x: from.x + (100 * (event.clientX - from.across)) / width,
          y: from.y + (100 * (event.clientY - from.down)) / height,
        };
      };
      button.addEventListener('pointerdown', (event) => {
        if (!event.isPrimary || event.button) return;
        from = {
          across: event.clientX, down: event.clientY,
          x: numberIn(button.fields, 'x', 5), y: numberIn(button.fields, 'y', 5),
        };
        this.dragged = button;
        button.setPointerCapture(event.pointerId);
      });
      button.addEventListener('pointermove', (event) => {
        if (!from) return;
        const { x, y } = at(event);
        this.place(button, ...this.held(button, x, y));
      });
      const end = (event) => {
        if (!from) return;
        const { x, y } = at(event);
        const moved = event.type === 'pointerup'
          && Math.hypot(event.clientX - from.across, event.clientY - from.down) > 2;
        from = null;
        this.dragged = undefined;
        if (moved) this.move(button, x, y);
        this.refresh();
      };
      button.addEventListener('pointerup', end);
      button.addEventListener('pointercancel', end);
      button.addEventListener('keydown', (event) => {
        const step = event.shiftKey ? 5 : 1;
        const [x, y] = {
          ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step],
        }[event.key] ?? [];
        if (x === undefined) return;
        event.preventDefault();
        this.move(button, numberIn(button.fields, 'x', 5) + x, numberIn(button.fields, 'y', 5) + y);
        this.refresh();
      });
    }
  }

  /** All panels as small drawings in reading order. */
  class Strip {
    constructor(stream, { words }) {
      this.stream = stream;
      this.words = words;
      this.root = element('div', 'panel-strip', { role: 'group', 'aria-label': words.strip });
      this.list = element('ol', 'panel-strip__list');
      this.said = element('p', 'w-sr-only', { role: 'status' });
      this.root.append(this.list, this.said);
      const forms = stream.sequenceContainer[0];
      forms.before(this.root);
      const refresh = soon(() => this.refresh());
      for (const type of ['input', 'change']) forms.addEventListener(type, refresh);
      new MutationObserver((changes) => {
        if (changes.some(({ target }) => !target.closest?.('.panel-preview'))) refresh();
      }).observe(forms, { childList: true, subtree: true, attributes: true, attributeFilter: ['src'] });
      this.refresh();
    }

    refresh() {
      const panels = this.stream.children;
      this.root.hidden = panels.length < 1;
      const items = [...this.list.children];
      items.slice(panels.length).forEach((item) => item.remove());
      panels.forEach((child, index) => {
        if (!items[index]) this.list.append(this.item());
        this.show(this.list.children[index], child, index, panels.length);
      });
    }

    item() {
      const item = element('li', 'panel-strip__item', { draggable: 'true' });
      const face = element('button', 'panel-strip__face', { type: 'button' });
      face.append(element('img', '', { alt: '', draggable: 'false' }), element('span', 'panel-strip__number'));
      const earlier = element('button', 'panel-strip__move', { type: 'button' });
      const later = element('button', 'panel-strip__move', { type: 'button' });
      earlier.textContent = '←';
      later.textContent = '→';
      item.append(earlier, face, later);
      const place = () => [...this.list.children].indexOf(item);
      face.addEventListener('click', () => this.goTo(place()));
      earlier.addEventListener('click', () => this.move(place(), place() - 1, 0));
      later.addEventListener('click', () => this.move(place(), place() + 1, 2));
      item.addEventListener('dragstart', (event) => {
        this.taken = place();
        event.dataTransfer.effectAllowed = 'move';
        event.dataTransfer.setData('text/plain', '');
        item.classList.add('is-taken');
      });
      item.addEventListener('dragend', () => {
        this.taken = undefined;
        item.classList.remove('is-taken');
      });
      item.addEventListener('dragover', (event) => {
        if (this.taken !== undefined) event.preventDefault();
      });
      item.addEventListener('drop', (event) => {
        event.preventDefault();
        const from = this.taken;
        this.taken = undefined;
        if (from !== undefined) this.move(from, place());
      });
      return item;
    }

    show(item, child, index, count) {
      const [earlier, face, later] = item.children;
      const chosen = child.block.childBlocks.image.getState();
      const image = face.querySelector('img');
      const url = chosen?.preview?.url ?? '';
      image.hidden = !url;
      if (url && image.getAttribute('src') !== url) image.src = url;
      const n = index + 1;
      const wordless = !textIn(child.block.childBlocks, 'alt').trim();
      item.classList.toggle('is-wordless', wordless);
      face.querySelector('span').textContent = n;
      const name = fill(this.words.panel, { n });
      face.setAttribute('aria-label', wordless ? `${name}, ${this.words.wordless}` : name);
      face.title = wordless ? this.words.wordless : '';
      earlier.setAttribute('aria-label', fill(this.words.earlier, { n }));
      later.setAttribute('aria-label', fill(this.words.later, { n }));
      // aria-disabled and not disabled: the button at the end keeps the focus.
      earlier.setAttribute('aria-disabled', String(index === 0));
      later.setAttribute('aria-disabled', String(index === count - 1));
    }

    goTo(index) {
      const { element: form } = this.stream.children[index];
      form.scrollIntoView({ block: 'start' });
      form.querySelector('[data-panel-toggle]')?.focus({ preventScroll: true });
    }

    /** Moves the form; its order field tells Wagtail that something changed. */
    move(from, to, keepsFocus) {
      if (to < 0 || to >= this.stream.children.length || from === to) return;
      const child = this.stream.children[from];
      this.stream.moveBlock(from, to);
      child.indexInput[0].dispatchEvent(new Event('change', { bubbles: true }));
      this.refresh();
      this.said.textContent = fill(this.words.moved, { n: from + 1, m: to + 1 });
      if (keepsFocus !== undefined) this.list.children[to].children[keepsFocus].focus();
    }
  }

  class PanelDefinition extends StructBlockDefinition {
    render(...args) {
      const panel = super.render(...args);
      new Preview(panel, this.meta);
      return panel;
    }
  }

  class PanelsDefinition extends StreamBlockDefinition {
    render(...args) {
      const stream = super.render(...args);
      new Strip(stream, this.meta);
      return stream;
    }
  }

  window.telepath.register('cms.blocks.PanelBlock', PanelDefinition);
  window.telepath.register('cms.blocks.PanelsBlock', PanelsDefinition);
}
