/* The list of clips, all or those where a query holds. */
import { ask, count, link, make, problem, toClip, toList } from "./dom.js";

const MOMENTS = 6;

export async function showList(root, library, query) {
  const line = make("p", "muted summary");
  line.setAttribute("role", "status");
  const grid = make("ul", "grid");
  const more = make("button", "more", "Show more");
  more.type = "button";
  more.hidden = true;
  const examples = make("p", "examples", make("span", "muted", "Try "));
  for (const example of library.examples) examples.append(link(toList(example), "chip", example));
  root.replaceChildren(make("div", "page", make("h1", "unseen", query ? "Search" : "Library"), examples, line, grid, more));

  async function load() {
    more.disabled = true;
    try {
      const offset = grid.childElementCount;
      const page = await ask(`/api/clips?query=${encodeURIComponent(query)}&offset=${offset}`);
      if (!offset) {
        line.textContent = summary(page, query);
        for (const text of page.failed) line.after(make("p", "card warnings", text));
        if (!page.clips) grid.before(empty(library));
      }
      grid.append(...page.items.map((item) => card(item, query)));
      more.hidden = grid.childElementCount >= page.matching;
    } catch (error) {
      line.replaceWith(problem(error));
    }
    more.disabled = false;
  }
  more.addEventListener("click", load);
  await load();
}

function summary(page, query) {
  if (!query) return page.clips ? count(page.clips, "clip") : "";
  if (!page.matching) return `Nothing in ${count(page.clips, "clip")}.`;
  return `${count(page.moments, "moment")}, ${page.seconds.toFixed(1)} s in ${page.matching.toLocaleString("en")} of `
    + `${count(page.clips, "clip")}`;
}

function empty(library) {
  const box = make("div", "card no-clips", make("h2", "", "No clips yet"),
    make("p", "", "Parse some videos into this folder: ", make("code", "", "seehear parse VIDEOS --out LIBRARY")));
  if (library.uploads) box.append(make("p", "", "or ", link("#/upload", "", "upload one"), "."));
  return box;
}

function card(item, query) {
  const spans = item.spans || [];
  const first = spans.length ? spans[0][0] : undefined;
  const lanes = make("div", "");
  SeehearLanes.preview(lanes, item, item.spans);
  const box = make("li", "card clip",
    link(toClip(item.id, query, first), "cover", picture(item), make("span", "length", SeehearLanes.clock(item.duration_s, false))),
    make("div", "clip-text", link(toClip(item.id, query, first), "clip-name", item.name), lanes));
  box.firstChild.tabIndex = -1;
  box.firstChild.setAttribute("aria-hidden", "true");
  const moments = make("p", "moments");
  for (const [start, end] of spans.slice(0, MOMENTS)) {
    moments.append(link(toClip(item.id, query, start), "chip time",
      `${SeehearLanes.clock(start)}–${SeehearLanes.clock(end)}`));
  }
  if (spans.length > MOMENTS) moments.append(make("span", "muted", `and ${spans.length - MOMENTS} more`));
  if (spans.length) box.lastChild.append(moments);
  else box.lastChild.append(make("p", "muted labels", labels(item)));
  return box;
}

function labels(item) {
  const found = [...new Set(item.events.map((event) => event.label))];
  return found.length ? found.join(", ") : "nothing found";
}

function picture(item) {
  const blank = () => make("span", "blank", item.tracks.visual.state === "absent" ? "♪" : "▶");
  if (!item.media || item.tracks.visual.state === "absent") return blank();
  const image = make("img", "");
  image.alt = "";
  image.loading = "lazy";
  image.decoding = "async";
  image.addEventListener("error", () => image.replaceWith(blank()));
  image.src = `/api/clips/${item.id}/picture`;
  return image;
}
