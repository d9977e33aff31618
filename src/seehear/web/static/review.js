/* What to look at next, how good the parser is by what was reviewed, and teaching it. */
import { ask, count, link, make, problem, toClip, toList } from "./dom.js";
import { setOrder } from "./next.js";
import { teaching } from "./teach.js";

const WORD = { audio: "heard", visual: "seen" };
const ORDERS = [["doubt", "the most doubtful first"], ["random", "whole clips at random"]];
const MOST = 30;
let asked = { order: "doubt", label: "" };

const fetched = (limit) => ask(`/api/review?${new URLSearchParams({ order: asked.order, class: asked.label, limit })}`);

/* The address of what to look at after a moment: what was reviewed meanwhile is no longer in the queue. */
setOrder(async (clip, seconds) => {
  const { moments } = await fetched(MOST);
  const here = moments.findIndex((one) => one.clip === clip && one.start_s <= seconds && seconds <= one.end_s);
  const after = [...moments.slice(here + 1), ...moments.slice(0, Math.max(here, 0))];
  return after.length ? toClip(after[0].clip, "", after[0].start_s) : null;
});

/* Fills the place; returns what ends it. */
export function showReview(root, library) {
  const queue = make("div", ""), figures = make("div", "");
  const order = choice("review-order", "In which order", ORDERS, asked.order);
  const label = choice("review-class", "Class", [["", "all classes"]], "");
  const lesson = teaching(library);
  root.replaceChildren(make("div", "page", make("p", "back", link(toList(""), "", "← Library")),
    make("section", "intro", make("h1", "", "Look through what the parser found"),
      make("p", "", "It makes mistakes. Correct it where it is in doubt, see how good it is by what you have reviewed, and let it learn from that.")),
    make("section", "panel", make("h2", "", "What to look at next"), make("p", "choices", order.row, label.row), queue),
    make("section", "panel figures", make("h2", "", "How good it is on what was reviewed"), figures), lesson.place));
  let gone = false, turn = 0;

  async function load() {
    const mine = ++turn;
    asked = { order: order.select.value, label: label.select.value };
    try {
      const found = await fetched(MOST);
      if (gone || mine !== turn) return;
      fill(label.select, found.classes);
      queue.replaceChildren(...moments(found));
      figures.replaceChildren(...table(found.figures));
    } catch (error) {
      queue.replaceChildren(problem(error));
    }
  }

  for (const one of [order, label]) one.select.addEventListener("change", load);
  load();
  return () => {
    gone = true;
    lesson.stop();
  };
}

function choice(id, text, options, value) {
  const select = make("select", "", ...options.map(([key, word]) => option(key, word))), name = make("label", "muted", text);
  select.id = name.htmlFor = id;
  select.value = value;
  return { select, row: make("span", "choice", name, select) };
}

function option(value, word) {
  const one = make("option", "", word);
  one.value = value;
  return one;
}

function fill(select, classes) {
  if (select.options.length > 1) return;
  select.append(...classes.map((name) => option(name, SeehearLanes.words(name))));
  select.value = asked.label;
}

function moments(found) {
  const left = make("p", "muted", found.left ? `${count(found.left, "clip")} of ${found.clips.toLocaleString("en")} not reviewed completely.`
    : "Every clip is reviewed.");
  if (found.failed) left.append(` ${count(found.failed, "timeline")} cannot be read.`);
  if (!found.moments.length) return [left, make("p", "", "Nothing here is in doubt.")];
  const list = make("ol", "doubts", ...found.moments.map((one) => {
    const when = link(toClip(one.clip, "", one.start_s), "chip time", `${SeehearLanes.clock(one.start_s)}–${SeehearLanes.clock(one.end_s)}`);
    const what = one.track ? make("span", "", make("span", `dot ${one.track}`), `${WORD[one.track]} ${SeehearLanes.words(one.label)}`) : make("span", "", "all of it");
    if (one.score !== null) what.append(make("small", "muted", ` ${one.score.toFixed(2)}`));
    return make("li", "", when, what, make("span", "doubt-clip", one.name), make("span", "muted why", one.why));
  }));
  return [left, list];
}

/* Precision and recall of every class and track, each with the interval in which it lies 19 times of 20. */
function table(figures) {
  if (!figures.length) {
    return [make("p", "muted", "Nothing was reviewed yet. Mark a stretch of a clip as reviewed, and what is not marked there counts, too.")];
  }
  const head = make("tr", "", ...["Class", "Track"].map((word) => make("th", "", word)),
    ...["Reviewed", "Of what it found, right", "Of what is there, found"].map((word) => make("th", "num", word)));
  const rows = figures.map((one) => make("tr", "", make("td", "", SeehearLanes.words(one.class)),
    make("td", "", make("span", `dot ${one.track}`), WORD[one.track]), make("td", "num", `${Math.round(one.reviewed_s)} s`),
    share(one.precision, one.precision_interval), share(one.recall, one.recall_interval)));
  const box = make("div", "wide", make("table", "", make("thead", "", head), make("tbody", "", ...rows)));
  return [make("p", "muted", "In brackets: the 95 % interval of the figure. When it is narrow enough for you, stop. "
    + "Figures of clips taken at random apply to the whole library."), box];
}

function share(value, interval) {
  const percent = (one) => Math.round(100 * one);
  const cell = make("td", "num", value === null ? "–" : `${percent(value)} %`);
  if (interval) cell.append(make("small", "muted", ` (${percent(interval[0])} to ${percent(interval[1])})`));
  return cell;
}
