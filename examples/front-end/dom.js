/** Builds elements from names and text. What came from the API becomes text, never markup. */

/** An element; `class` and other attributes as named, children as nodes, strings or nothing. */
export function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes))
    if (value !== undefined && value !== null && value !== false) element.setAttribute(key, value);
  element.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== ''));
  return element;
}

/** An address that is http, https, mailto or tel; anything else, `javascript:` too, is nothing. */
export function safe(href, base) {
  try {
    const url = new URL(href, base);
    return /^(https?|mailto|tel):$/.test(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
}

/** A picture in the sizes it has; nothing where it may not be shown. */
export function picture(image, { alt, sizes = '(min-width: 48rem) 40rem, 92vw', eager = false } = {}) {
  if (!image?.renditions?.length) return undefined;
  const last = image.renditions.at(-1);
  return h('img', {
    src: safe(last.url),
    srcset: image.renditions.map(({ url, width }) => `${safe(url)} ${width}w`).join(', '),
    sizes,
    width: last.width,
    height: last.height,
    alt: image.decorative ? '' : alt ?? image.alt,
    loading: eager ? 'eager' : 'lazy',
    decoding: 'async',
  });
}
