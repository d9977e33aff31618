/* The library: what it is, what is in it, and the clips, all or those where a query holds. */
import { ask, count, link, make, problem, toClip, toList } from "./dom.js";
import { builder, language } from "./builder.js";
import { classChips } from "./classes.js";
import { pictures } from "./pictures.js";

const MOMENTS = 6, SKELETONS = 8;
const TRACKS = [["audio", "heard"], ["visual", "seen"]];

/* Draws at once what needs no answer, then what the answers say; returns what ends it. */
export function showList(root, query, input, library) {
  const line = make("p", "summary");
  line.setAttribute("role", "status");
  const grid = make("ul", "grid"), notes = make("div", "notes"), tools = make("div", "tools"), marks = make("div", ""), all = link(toList(""), "clear", "Show all clips"), panel = make("div", "");
  const more = make("button", "more", "Show more");
  more.type = "button";
  more.hidden = all.hidden = true;
  const head = query ? make("h1", "unseen", "Search") : intro();
  root.replaceChildren(make("div", "page", head, tools, panel, make("div", "results", make("div", "result-line", line, all, marks), notes, grid, more)));
  const covers = pictures();
  let gone = false;

  async function load() {
    const offset = grid.querySelectorAll(".clip").length;
    more.disabled = true;
    wait(true, offset);
    try {
      const page = await ask(`/api/clips?query=${encodeURIComponent(query)}&offset=${offset}`);
      if (gone) return;
      wait(false, offset);
      if (!offset) begin(page);
      grid.append(...page.items.map((item) => card(item, query, covers)));
      more.hidden = offset + page.items.length >= page.matching;
    } catch (error) {
      wait(false, offset);
      line.textContent = "";
      notes.append(problem(error));
    }
    more.disabled = false;
  }

  function wait(on, offset) {
    grid.setAttribute("aria-busy", String(on));
    if (on) grid.append(...Array.from({ length: offset ? 3 : SKELETONS }, skeleton));
    else for (const item of grid.querySelectorAll(".skeleton")) item.remove();
    if (on && !offset) line.textContent = query ? "Searching …" : "Loading the clips …";
  }

  function begin(page) {
    line.textContent = summary(page, query);
    all.hidden = !query;
    for (const text of page.searched_for || []) notes.append(make("p", "searched-for", text));
    for (const text of page.failed) notes.append(make("p", "card warnings", text));
    if (query && page.matching) marks.replaceChildren(found(page, query));
    if (!page.clips) notes.append(empty(library));
    else if (!page.matching) notes.append(nothing(page, query));
  }

  async function know() {
    try {
      const found = await ask("/api/classes");
      if (gone || !found.classes) return;
      tools.replaceChildren(builder(found, query, input), language(found));
      const chips = classChips(found, query);
      panel.replaceChildren(query ? make("details", "card", make("summary", "", "What is in these clips"), chips) : chips);
      if (query) chips.querySelector("h2").remove();
    } catch (error) {
      tools.replaceChildren(problem(error));
    }
  }

  more.addEventListener("click", load);
  load();
  know();
  return () => {
    gone = true;
    covers.stop();
  };
}

function intro() {
  return make("section", "intro", make("h1", "", "What is heard and what is seen in these videos"),
    make("p", "", "Every second of them was listened to and looked at: find where a dog barks but is not in the picture, where a car "
      + "is seen and silent, or where something is heard and seen at once."), SeehearLanes.legend());
}

/* What the colours of the strips mean, the black one of a search included. */
function found(page, query) {
  const { items } = page;
  const sure = items.some((item) => item.spans.some((span) => span.length > 2));
  const list = SeehearLanes.legend(items);
  list.append(make("li", "", make("span", "dot found"), make("b", "", "Found"), " where your search holds"));
  if (negates(page, query)) list.append(make("li", "", make("b", "", "Not"), " means surely not: seconds in doubt are left out"));
  if (sure) list.append(make("li", "", make("b", "", "0.80"), " beside a moment: how sure the parser is, from 0 to 1"));
  return list;
}

function summary(page, query) {
  if (!query) return page.clips ? count(page.clips, "clip") : "";
  if (!page.matching) return `Nothing found in ${count(page.clips, "clip")}`;
  return `${count(page.moments, "moment")}, ${page.seconds.toFixed(1)} s in ${page.matching.toLocaleString("en")} of `
    + `${count(page.clips, "clip")}`;
}

/* Whether a search asks for what is not there. */
const negates = (page, query) => [query, ...(page.searched_for || [])].some((text) => /(^|[\s(&|])(-|not\s)/i.test(text));

function nothing(page, query) {
  const not = "“Not” means surely not there: where there is doubt, or nothing to look at or listen to, nothing is claimed. ";
  return make("div", "card no-clips", make("h2", "", "Nothing found"),
    make("p", "", "All ", count(page.clips, "clip"), " were searched for ", make("code", "", query), "."),
    make("p", "muted", (negates(page, query) ? not : "") + "“What is in these clips”, above, shows how often each class is found."));
}

function empty(library) {
  const box = make("div", "card no-clips", make("h2", "", "No clips yet"),
    make("p", "", "Parse some videos into this folder: ", make("code", "", "seehear parse VIDEOS --out LIBRARY")));
  library.then((known) => {
    if (known.uploads) box.append(make("p", "", "or ", link("#/upload", "", "upload some"), "."));
  }, () => {});
  return box;
}

function skeleton() {
  const item = make("li", "card skeleton", make("div", "cover"), make("div", "clip-text", make("i", ""), make("i", ""), make("i", "")));
  item.setAttribute("aria-hidden", "true");
  return item;
}

export function card(item, query, covers) {
  const spans = item.spans || [];
  const first = spans.length ? spans[0][0] : undefined;
  const lanes = make("div", "");
  SeehearLanes.preview(lanes, item, item.spans);
  const blank = make("span", "blank", item.tracks.visual.state === "absent" ? "♪" : "");
  const cover = link(toClip(item.id, query, first), "cover", blank,
    make("span", "length", SeehearLanes.clock(item.duration_s, false)));
  cover.tabIndex = -1;
  cover.setAttribute("aria-hidden", "true");
  if (item.media && item.tracks.visual.state !== "absent") covers.show(cover, `/api/clips/${item.id}/picture`);
  else if (!item.media) blank.textContent = "no video here";
  const name = link(toClip(item.id, query, first), "clip-name", item.name);
  name.title = item.name;
  const text = make("div", "clip-text", name, item.folder ? make("span", "muted folder", `in ${item.folder}`) : null, lanes);
  text.append(spans.length ? moments(item, spans, query) : labels(item));
  return make("li", "card clip", cover, text);
}

function moments(item, spans, query) {
  const list = make("p", "moments");
  for (const [start, end, score] of spans.slice(0, MOMENTS)) {
    const chip = link(toClip(item.id, query, start), "chip time", `${SeehearLanes.clock(start)}–${SeehearLanes.clock(end)}`);
    if (typeof score === "number") {
      chip.append(make("small", "", ` ${score.toFixed(2)}`));
      chip.title = "how sure the parser is, from 0 to 1";
    }
    list.append(chip);
  }
  if (spans.length > MOMENTS) list.append(make("span", "muted", `and ${spans.length - MOMENTS} more`));
  return list;
}

function labels(item) {
  const list = make("div", "labels");
  for (const [track, word] of TRACKS) {
    const found = [...new Set(item.events.filter((event) => event.track === track).map((event) => event.label))];
    const line = make("p", "", make("span", `dot ${track}`), make("span", "muted", `${word} `));
    if (item.tracks[track].state === "absent") line.append(make("span", "muted", track === "audio" ? "– no sound" : "– no picture"));
    else if (found.length) line.append(found.map(SeehearLanes.words).join(", "));
    else line.append(make("span", "muted", "nothing found"));
    list.append(line);
  }
  return list;
}
