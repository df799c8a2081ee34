/**
 * Keeps the code on the wall fresh: asks for the page again and takes over what it shows.
 * Without a connection the next turn tries again; where the sign-in has ended, the page says so.
 */
const wall = document.querySelector('[data-refresh-s]');

async function refresh() {
  let answer;
  try {
    answer = await fetch(location.href, { cache: 'no-store' });
  } catch {
    return;
  }
  if (!answer.ok || answer.redirected) {
    location.reload();
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  wall.replaceChildren(...page.querySelector('[data-refresh-s]').childNodes);
}

setInterval(refresh, Number(wall.dataset.refreshS) * 1000);
