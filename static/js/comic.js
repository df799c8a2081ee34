/**
 * The guided view of a comic: one panel at a time in a dialog. It only shows again what the strip
 * holds, so a comic reads the same without it; it may not change or hide the strip.
 *
 * Markup (words are the server's, one template a page):
 *
 *   <section class="comic" data-comic>
 *     <button type="button" class="comic__guide button" data-comic-guide hidden>Guided view</button>
 *     <ol class="comic-strip" data-track-end>
 *       <li class="panel" data-panel="ID"><figure>…</figure></li> …
 *     </ol>
 *   </section>
 *   <template id="comic-viewer"><dialog class="comic-viewer" aria-label="Guided view">
 *     <p class="comic-viewer__progress" data-progress="Panel {n} of {m}" aria-live="polite"></p>
 *     <button type="button" class="comic-viewer__close" data-close>Close</button>
 *     <div class="comic-viewer__stage" data-stage></div>
 *     <button type="button" class="comic-viewer__previous" data-previous>Previous</button>
 *     <div class="comic-viewer__dots" data-dots data-label="Go to panel {n}" role="group"></div>
 *     <button type="button" class="comic-viewer__next" data-next>Next</button>
 *   </dialog></template>
 *
 * For the style sheet: each panel in the stage is .comic-viewer__panel; the present one has
 * .is-current, its neighbours .is-before and .is-after (inert, to be dimmed, and to show less than
 * half of themselves), all others are hidden. The stage moves by .is-forward or .is-backward, which
 * are not set under reduced motion. Dots are button.comic-viewer__dot, the present one has
 * aria-current="true".
 */
const template = document.querySelector('#comic-viewer');
const calm = matchMedia('(prefers-reduced-motion: reduce)');

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

/** A panel of the strip once more, without ids that would then stand twice in the page. */
function copyOf(panel) {
  const copy = document.createElement('div');
  copy.className = 'comic-viewer__panel';
  copy.dataset.panel = panel.dataset.panel;
  for (const child of panel.childNodes) copy.append(child.cloneNode(true));
  for (const named of copy.querySelectorAll('[id]')) named.removeAttribute('id');
  for (const image of copy.querySelectorAll('img[loading]')) image.loading = 'eager';
  return copy;
}

function dotFor(label, number, go) {
  const dot = document.createElement('button');
  dot.type = 'button';
  dot.className = 'comic-viewer__dot';
  dot.setAttribute('aria-label', fill(label, { n: number }));
  dot.addEventListener('click', go);
  return dot;
}

class GuidedView {
  constructor(strip) {
    this.sources = [...strip.querySelectorAll('[data-panel]')];
    this.dialog = template.content.cloneNode(true).querySelector('dialog');
    this.part = (name) => this.dialog.querySelector(`[data-${name}]`);
    this.stage = this.part('stage');
    this.panels = this.sources.map(copyOf);
    this.dots = this.panels.map((_, index) => dotFor(this.part('dots').dataset.label, index + 1,
      () => this.go(index)));
    this.stage.append(...this.panels);
    this.part('dots').append(...this.dots);
    this.watched = new Set();
    this.listen();
    strip.after(this.dialog);
  }

  listen() {
    const { dialog, stage } = this;
    this.part('previous').addEventListener('click', () => this.go(this.index - 1));
    this.part('next').addEventListener('click', () => this.go(this.index + 1));
    this.part('close').addEventListener('click', () => dialog.close());
    dialog.addEventListener('keydown', (event) => {
      const to = {
        ArrowRight: this.index + 1, ArrowLeft: this.index - 1, Home: 0, End: this.panels.length - 1,
      }[event.key];
      if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      this.go(to);
    });
    // Escape closes a dialog by itself. Back in the strip, the reader stands at the same panel.
    dialog.addEventListener('close', () => {
      this.sources[this.index].scrollIntoView({ block: 'center' });
      this.opener?.focus({ preventScroll: true });
    });
    let from = null;
    stage.addEventListener('pointerdown', (event) => {
      from = event.isPrimary ? { x: event.clientX, y: event.clientY } : null;
    });
    stage.addEventListener('pointercancel', () => { from = null; });
    stage.addEventListener('pointerup', (event) => {
      if (!from) return;
      const across = event.clientX - from.x;
      if (Math.abs(across) > 40 && Math.abs(across) > 2 * Math.abs(event.clientY - from.y))
        this.go(this.index - Math.sign(across));
      from = null;
    });
    // The browser may scroll up and down by touch; across is a swipe.
    stage.style.touchAction = 'pan-y pinch-zoom';
    for (const image of stage.querySelectorAll('img')) image.draggable = false;
  }

  /** Opens at the panel that is nearest to the middle of the window. */
  open(opener) {
    this.opener = opener;
    const middle = innerHeight / 2;
    const away = this.sources.map((panel) => {
      const { top, bottom } = panel.getBoundingClientRect();
      return Math.max(top - middle, middle - bottom, 0);
    });
    this.dialog.showModal();
    this.index = undefined;
    this.go(away.indexOf(Math.min(...away)));
    this.part('next').focus();
  }

  /** Shows a panel; past either end nothing happens. */
  go(index) {
    if (index < 0 || index >= this.panels.length || index === this.index) return;
    const forward = this.index === undefined ? null : index > this.index;
    this.stage.classList.remove('is-forward', 'is-backward');
    if (forward !== null && !calm.matches) {
      void this.stage.offsetWidth; // the animation begins again
      this.stage.classList.add(forward ? 'is-forward' : 'is-backward');
    }
    this.index = index;
    this.panels.forEach((panel, at) => {
      panel.classList.toggle('is-before', at === index - 1);
      panel.classList.toggle('is-current', at === index);
      panel.classList.toggle('is-after', at === index + 1);
      panel.hidden = Math.abs(at - index) > 1;
      panel.inert = at !== index;
    });
    this.dots.forEach((dot, at) => {
      if (at === index) dot.setAttribute('aria-current', 'true');
      else dot.removeAttribute('aria-current');
    });
    // aria-disabled and not disabled: the button at the end keeps the focus.
    this.part('previous').setAttribute('aria-disabled', String(index === 0));
    this.part('next').setAttribute('aria-disabled', String(index === this.panels.length - 1));
    const progress = this.part('progress');
    progress.textContent = fill(progress.dataset.progress, { n: index + 1, m: this.panels.length });
    if (!this.watched.has(index)) window.wellread?.watch?.(this.panels[index]);
    this.watched.add(index);
  }
}

for (const comic of document.querySelectorAll('[data-comic]')) {
  const strip = comic.querySelector('.comic-strip');
  const button = comic.querySelector('[data-comic-guide]');
  if (!template || !strip || !button || !window.HTMLDialogElement) continue;
  let view;
  button.hidden = false;
  button.addEventListener('click', () => {
    view ??= new GuidedView(strip);
    view.open(button);
  });
}
