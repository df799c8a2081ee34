/**
 * Copies links and texts, and draws the long picture: our own layout inside an SVG, with its styles, its
 * font and its pictures written into it, on a canvas. Nothing leaves the browser.
 */
const WIDTH = 750;

async function copied(button, write) {
  const label = (button.dataset.label ??= button.textContent); // also when pressed again while it says so
  try { await write(); } catch { return; }
  button.textContent = button.dataset.done;
  setTimeout(() => { button.textContent = label; }, 2000);
}

for (const button of document.querySelectorAll('[data-copy]')) {
  button.addEventListener('click', () => copied(button, () => navigator.clipboard.writeText(button.dataset.copy)));
}

const rich = document.querySelector('[data-copy-rich]');
rich?.addEventListener('click', () => copied(rich, async () => {
  const html = document.querySelector('[data-rich]').innerHTML;
  const plain = document.querySelector('[data-plain]').content.textContent;
  try {
    await navigator.clipboard.write([new ClipboardItem({
      'text/html': new Blob([html], { type: 'text/html' }),
      'text/plain': new Blob([plain], { type: 'text/plain' }),
    })]);
  } catch {
    // Over plain HTTP there is no clipboard; a selection can still be copied.
    const fold = document.querySelector('[data-rich]').closest('details');
    fold.open = true;
    getSelection().selectAllChildren(document.querySelector('[data-rich]'));
    if (!document.execCommand('copy')) throw new Error('refused');
  }
}));

const dataUri = async (address) => {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(address);
  const blob = await answer.blob();
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.onerror = failed;
    reader.readAsDataURL(blob);
  });
};

// The sheet as text, without the faces it would load; ours is put in as data instead.
const sheet = async (address) => (await (await fetch(address)).text()).replace(/@font-face\s*\{[^}]*url[^}]*\}/g, '');

async function layout(address) {
  const answer = await fetch(address);
  if (!answer.ok || answer.redirected) throw new Error(answer.status);
  const root = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('.long-picture');
  const styles = await Promise.all(root.dataset.styles.split(' ').map(sheet));
  const face = (source) => `@font-face{font-family:"Literata";font-weight:400 700;src:url(${source})}`;
  const { font } = root.dataset;
  await Promise.all([...root.querySelectorAll('img')].map(async (image) => {
    image.setAttribute('src', await dataUri(image.getAttribute('src')));
  }));
  const css = styles.join('\n');
  // A frame of this page may load fonts from the site alone, a picture alone from within itself.
  return { root, shown: face(font) + css, within: face(await dataUri(font)) + css };
}

// Its height is known once it stands somewhere; a frame keeps its styles and ours apart.
async function measured(root, css) {
  const frame = document.createElement('iframe');
  Object.assign(frame.style, { position: 'absolute', left: '-9999px', width: `${WIDTH}px`, height: '100px', border: 0 });
  document.body.append(frame);
  const inside = frame.contentDocument;
  inside.head.append(Object.assign(inside.createElement('style'), { textContent: css }));
  inside.body.append(inside.importNode(root, true));
  await Promise.all([...inside.images].map((image) => image.decode().catch(() => {})));
  await inside.fonts.ready;
  const height = Math.ceil(inside.body.firstElementChild.getBoundingClientRect().height);
  frame.remove();
  return height;
}

async function drawn(address) {
  const { root, shown, within } = await layout(address);
  const height = await measured(root, shown);
  const body = new XMLSerializer().serializeToString(root);
  const style = `<style xmlns="http://www.w3.org/1999/xhtml"><![CDATA[${within}]]></style>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}">`
    + `<foreignObject width="100%" height="100%">${style}${body}</foreignObject></svg>`;
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = Object.assign(document.createElement('canvas'), { width: WIDTH, height });
  const context = canvas.getContext('2d');
  context.fillStyle = '#fdfaf4';
  context.fillRect(0, 0, WIDTH, height);
  context.drawImage(image, 0, 0);
  return new Promise((done, failed) => canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error('empty'))), 'image/png'));
}

const place = document.querySelector('[data-long-picture]');
place?.querySelector('[data-draw]').addEventListener('click', async ({ currentTarget }) => {
  const said = place.querySelector('[data-said]');
  const link = place.querySelector('[data-download]');
  currentTarget.disabled = true;
  said.textContent = place.dataset.waiting;
  try {
    const address = URL.createObjectURL(await drawn(place.dataset.longPicture));
    const image = Object.assign(new Image(), { src: address, alt: place.dataset.alt, width: WIDTH / 2 });
    place.querySelector('[data-drawn]').replaceChildren(image);
    Object.assign(link, { href: address, download: place.dataset.name, hidden: false });
    said.textContent = '';
  } catch {
    said.textContent = place.dataset.failed;
  }
  currentTarget.disabled = false;
});
