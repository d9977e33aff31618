/* Pictures of cards: asked for when they are about to be seen, a few at a time, so that nothing else waits behind them. */
import { make } from "./dom.js";

const AT_A_TIME = 3;

export function pictures() {
  const waiting = new Set();
  let loading = 0;

  function next() {
    for (const cover of waiting) {
      if (loading >= AT_A_TIME) return;
      waiting.delete(cover);
      loading += 1;
      const image = make("img", "");
      image.alt = "";
      const over = () => { loading -= 1; next(); };
      image.addEventListener("load", () => { cover.classList.add("shown"); over(); }, { once: true });
      image.addEventListener("error", () => { image.remove(); over(); }, { once: true });
      image.src = cover.dataset.picture;
      cover.prepend(image);
    }
  }

  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) waiting.add(entry.target);
      else waiting.delete(entry.target);  // scrolled past
      if (entry.target.querySelector("img")) waiting.delete(entry.target), watcher.unobserve(entry.target);
    }
    next();
  }, { rootMargin: "400px" });

  return {
    show(cover, source) {
      cover.dataset.picture = source;
      watcher.observe(cover);
    },
    stop() {
      watcher.disconnect();
      waiting.clear();
    },
  };
}
