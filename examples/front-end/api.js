/** Where Wellread is, and how it is asked: no cookies, and nothing but what the address says. */
const query = new URL(location).searchParams;

// Wellread's script runs in this page, so nobody may name another Wellread by a link they send:
// `?api=` is for trying things out, and heeded on one's own machine only.
const trying = ['127.0.0.1', 'localhost', '[::1]'].includes(location.hostname);
const named = trying ? origin(query.get('api')) : undefined;

/** The address of Wellread, without a slash at its end; where yours is, once this is served. */
export const wellread = named ?? `${location.protocol}//${location.hostname}:8000`;

/** The page to read, `?page=ID`; 0 for the front page. */
export const pageId = Number(query.get('page')) || 0;

function origin(text) {
  const url = text && URL.canParse(text) ? new URL(text) : undefined;
  return /^https?:$/.test(url?.protocol) ? url.origin : undefined;
}

/** The address of a page in this front end. */
export function linkTo(id) {
  const to = new URLSearchParams({ ...named && { api: named }, ...id && { page: id } });
  return `?${to}`;
}

/** Answers what an address of Wellread answers; an error says what was asked and what came. */
export async function ask(path, { method = 'GET', body, token } = {}) {
  const headers = { Accept: 'application/json' };
  if (body) headers['Content-Type'] = 'application/json';
  if (token) headers.Authorization = `Visitor ${token}`;
  const answer = await fetch(wellread + path, {
    method, headers, body: body && JSON.stringify(body), credentials: 'omit',
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

/** Pages of one type, newest first, with what a list needs. */
export async function list(type, fields = 'title,standfirst,cover,expected_minutes') {
  const { items } = await ask(`/api/v2/pages/?${new URLSearchParams({
    type, locale: 'en', order: '-first_published_at', limit: 24, fields: `_,id,${fields}`,
  })}`);
  return items;
}

/** One page with every field. */
export const page = (id) => ask(`/api/v2/pages/${id}/`);
