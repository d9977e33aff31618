/* More like this: what is most like a second of a clip, by sound, by picture or both; and clips like it, copies first. */
import { ask, count, link, make, problem, toClip } from "./dom.js";
import { card } from "./list.js";
import { pictures } from "./pictures.js";

const WORDS = { both: "sound and picture", audio: "sound", visual: "picture" };

/* The address of the page; without a second it is about the whole clip. */
export const toLike = (id, time, track) => `#/like/${id}?${time === undefined ? "" : `t=${time.toFixed(2)}&`}track=${track}`;

/* Buttons that look for what is like the second shown; hidden if no features of the clip were kept. */
export function likeButtons(id, duration, view) {
  const box = make("section", "card like");
  box.hidden = true;
  ask(`/api/clips/${id}/like/tracks`).then((tracks) => {
    if (!tracks.length) return;
    const choices = tracks.length > 1 ? [...tracks, "both"] : tracks;
    const line = make("p", "moments", ...choices.map((track) => {
      const button = link(toLike(id, 0, track), "chip", WORDS[track]);
      button.dataset.like = track;
      button.addEventListener("click", () => { button.href = toLike(id, Math.max(0, Math.min(view.time(), duration - 0.01)), track); });
      return button;
    }));
    box.append(make("h2", "", "More like this second"), line, make("p", "muted", link(toLike(id, undefined, "both"), "", "Copies and clips like this one")));
    box.hidden = false;
  }, () => {});
  return box;
}

export async function showLike(root, id, time, track) {
  const by = track in WORDS ? track : "both";
  const page = make("div", "page"), grid = make("ul", "grid"), line = make("p", "summary", "Comparing …");
  line.setAttribute("role", "status");
  const more = make("button", "more", "Show more");
  more.type = "button";
  more.hidden = true;
  page.append(make("p", "back", link(toClip(id, "", time), "", "← Clip")), line, grid, more);
  root.replaceChildren(page);
  const covers = pictures();

  async function load() {
    const offset = grid.children.length;
    const at = time === undefined ? "" : `&at=${time}`;
    more.disabled = true;
    try {
      const found = await ask(`/api/clips/${id}/like?track=${by}${at}&offset=${offset}`);
      if (!offset) begin(found);
      grid.append(...found.items.map((item) => card(item, "", covers)));
      more.hidden = offset + found.items.length >= found.matching;
    } catch (error) {
      line.replaceWith(problem(error));
    }
    more.disabled = false;
  }

  function begin(found) {
    const what = time === undefined ? found.name : `${SeehearLanes.clock(time)} of ${found.name}`;
    document.title = `Like ${found.name} · seehear`;
    const others = (found.tracks.length > 1 ? [...found.tracks, "both"] : []).filter((other) => other !== by);
    page.insertBefore(make("h1", "", `Like ${what}`), line);
    line.textContent = `${count(found.matching, "clip")} by ${WORDS[by]}, the most alike first; 1.00 is the same`;
    line.after(make("p", "moments", ...others.map((other) => link(toLike(id, time, other), "chip", `by ${WORDS[other]}`))),
      ...found.searched_for.map((text) => make("p", "searched-for", text)));
  }

  more.addEventListener("click", load);
  await load();
  return () => covers.stop();
}
