/**
 * Keeps the code on the wall fresh: asks for the page again and takes over what it shows.
 * Without a connection, or with a server in trouble, the next turn tries again: nobody stands
 * at a wall to load it anew. Where the sign-in has ended or the class is gone, the page says so.
 */
const wall = document.querySelector('[data-refresh-s]');

async function refresh() {
  let answer;
  try {
    answer = await fetch(location.href, { cache: 'no-store' });
  } catch {
    return;
  }
  if (answer.redirected || [401, 403, 404].includes(answer.status)) {
    location.reload();
    return;
  }
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  wall.replaceChildren(...page.querySelector('[data-refresh-s]').childNodes);
}

setInterval(refresh, Number(wall.dataset.refreshS) * 1000);
