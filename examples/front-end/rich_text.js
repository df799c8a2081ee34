/**
 * Rich text as elements: the HTML is parsed in a document of its own, where no script runs and no
 * picture loads, and only the tags named here are built anew, with no attribute but a link's.
 */
import { h, safe } from './dom.js';

const KEPT = new Set(['p', 'b', 'strong', 'i', 'em', 'sup', 'sub', 'ul', 'ol', 'li', 'br', 'h2', 'h3', 'h4', 'a']);
const DROPPED = new Set(['script', 'style', 'template', 'iframe', 'object', 'svg', 'math']);

/** The nodes of a piece of HTML; of a tag that is not allowed only what is in it stays. */
export function richText(html) {
  return walk(new DOMParser().parseFromString(html, 'text/html').body);
}

function walk(parent) {
  return [...parent.childNodes].flatMap((node) => {
    if (node.nodeType === Node.TEXT_NODE) return [node.nodeValue];
    const name = node.localName;
    if (node.nodeType !== Node.ELEMENT_NODE || DROPPED.has(name)) return [];
    if (!KEPT.has(name)) return walk(node);
    const attributes = name === 'a' ? { href: safe(node.getAttribute('href') ?? ''), rel: 'noopener' } : {};
    return [h(name, attributes, ...walk(node))];
  });
}
