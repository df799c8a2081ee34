// Looks every two seconds how far a PDF is, and shows that alone: what somebody types beside it stays.

const LOOK_MS = 2000;

async function look() {
  try {
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' } });
    if (answer.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const now = document.getElementById('slide-pdfs');
      const news = page.getElementById('slide-pdfs');
      if (now && news && now.textContent !== news.textContent) {
        const had = now.contains(document.activeElement);
        now.replaceChildren(...news.children);
        if (had) now.querySelector('button')?.focus();
      }
      showNewSlides(page);
      if (!now?.querySelector('progress')) return;
    }
  } catch {
    // Without a network for a moment: the next look will tell.
  }
  setTimeout(look, LOOK_MS);
}

function showNewSlides(page) {
  const list = document.querySelector('.classes-slides');
  const news = page.querySelector('.classes-slides');
  if (!news) return;
  if (!list) {
    document.querySelector('.classes-empty')?.replaceWith(news);
    return;
  }
  let before = null;
  for (const slide of [...news.children]) {
    const known = document.getElementById(slide.id);
    if (!known) {
      if (before) before.after(slide);
      else list.prepend(slide);
    }
    before = known || slide;
  }
}

setTimeout(look, LOOK_MS);
