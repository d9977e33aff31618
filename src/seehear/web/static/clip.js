/* The page of one clip: player, lanes in step with it and how to correct them, classes, events, downloads. */
import { clues } from "./clues.js";
import { editing } from "./edit.js";
import { editLog } from "./edit_log.js";
import { ask, count, link, make, problem, toClip, toList, warnings } from "./dom.js";
import { likeButtons } from "./like.js";
import { thresholds } from "./threshold.js";

const TRACKS = [["audio", "Heard"], ["visual", "Seen"], ["audio_visual", "Both"]];

export async function showClip(root, library, id, query, time) {
  let clip;
  try {
    clip = await ask(`/api/clips/${id}?query=${encodeURIComponent(query)}`);
  } catch (error) {
    root.replaceChildren(make("div", "page", back(query), problem(error)));
    return null;
  }
  const timeline = clip.timeline;
  document.title = `${clip.name} · seehear`;
  const player = clip.media ? mediaElement(timeline, clip.media) : null;
  const screen = make("div", "player", player || make("p", "no-media", "The video is not beside its timeline (seehear serve --media FOLDER says where videos are); the lanes work without it."));
  const place = make("div", ""), lanes = make("section", "card");
  lanes.id = "lanes";
  lanes.setAttribute("aria-label", "Timeline");
  const hints = clues(clip, () => { if (view && !place.matches(".dragging")) view.redraw(); });
  const list = make("details", "card events", ...events(timeline)), log = make("details", "card edit-log");
  let legend = SeehearLanes.legend([timeline], clip.spans);
  const drawn = (next) => {
    view.update(next);
    root.querySelector(".by-class").lastChild.replaceWith(classes(next));
    list.replaceChildren(...events(next));
    log.replaceChildren(...editLog(next));
    log.hidden = !next.review || !next.review.edits.length;
    const now = SeehearLanes.legend([next], clip.spans);
    legend.replaceWith(now);
    legend = now;
  };
  let view = null;
  const editor = library.read_only ? null : editing(clip, place, () => view, player, drawn);
  const show = (next) => {  // what other thresholds would make of it, or what is stored
    if (editor) editor.lock(next !== null);
    if (next || !editor) drawn(next || clip.timeline);
  };
  lanes.append(legend, editor ? editor.bar : "", editor ? editor.panel : "", place,
    player ? SeehearLanes.keys() : "", editor ? editor.keys : "");
  root.replaceChildren(make("div", "page", back(query), make("h1", "", clip.name),
    clip.folder ? make("p", "muted folder", `in ${clip.folder}`) : null, make("div", "columns", screen, side(clip, query), lanes)));
  view = SeehearLanes.mount(place, timeline, { player, band: clip.spans, more: { ...hints, ...(editor ? editor.more : {}) } });
  root.querySelector(".side").append(likeButtons(id, timeline.duration_s, view));
  root.firstChild.append(thresholds(clip, library, show), warnings(timeline) || "", list, log, downloads(clip, library), made(timeline));
  if (editor) editor.start();
  else drawn(timeline);
  root.addEventListener("click", (event) => {
    const mark = event.target.closest("[data-seek]");
    if (!mark) return;
    event.preventDefault();
    view.seek(Number(mark.dataset.seek));
  });
  const start = time ?? (clip.spans.length ? clip.spans[0][0] : 0);
  if (start > 0) view.seek(start);
  return () => {
    if (editor) editor.destroy();
    view.destroy();
    if (player) player.removeAttribute("src"), player.load();
  };
}

export function mediaElement(timeline, source) {
  const player = make(timeline.tracks.visual.state === "absent" ? "audio" : "video", "");
  player.id = "player";
  player.controls = true;
  player.playsInline = true;
  player.preload = "auto";
  player.addEventListener("error", () => {
    if (player.hasAttribute("src")) player.replaceWith(make("p", "no-media", "This browser cannot play the video; the lanes work without it."));
  });
  player.src = source;
  return player;
}

const back = (query) => make("p", "back", link(toList(query), "", query ? "← Results" : "← Library"));

const stretch = (start, end) => `${SeehearLanes.clock(start)}–${SeehearLanes.clock(end)}`;

function side(clip, query) {
  const box = make("div", "side");
  if (clip.spans.length) {
    const moments = make("p", "moments");
    for (const [start, end] of clip.spans) {
      const button = link(toClip(clip.id, query, start), "chip time", stretch(start, end));
      button.dataset.seek = String(start);
      moments.append(button);
    }
    box.append(make("section", "card", make("h2", "", "Moments"), make("p", "muted query", query), moments));
  }
  box.append(make("section", "card by-class", make("h2", "", "By class"), classes(clip.timeline)));
  return box;
}

export function classes(timeline) {
  const seconds = new Map();
  for (const event of timeline.events) {
    if (!seconds.has(event.label)) seconds.set(event.label, { audio: 0, visual: 0, audio_visual: 0 });
    seconds.get(event.label)[event.track] += event.end_s - event.start_s;
  }
  if (!seconds.size) return make("p", "muted", `Looked for ${count(timeline.vocabulary.length, "class")}, found none.`);
  const head = make("tr", "", make("th", "", "Class"));
  for (const [track, word] of TRACKS) head.append(make("th", `num ${track}`, word));
  const body = make("tbody", "");
  for (const [label, row] of [...seconds].sort((a, b) => Math.max(b[1].audio, b[1].visual) - Math.max(a[1].audio, a[1].visual))) {
    body.append(make("tr", "", make("td", "", SeehearLanes.words(label)),
      ...TRACKS.map(([track]) => make("td", "num", row[track] ? `${row[track].toFixed(1)} s` : "–"))));
  }
  return make("table", "", make("thead", "", head), body);
}

/* Every event in a table; its times move the player. */
function events(timeline) {
  const title = make("summary", "", `All ${count(timeline.events.length, "event")}`);
  const body = make("tbody", "");
  const words = new Map(TRACKS);
  for (const event of timeline.events) {
    const from = make("button", "chip time", SeehearLanes.clock(event.start_s));
    from.type = "button";
    from.dataset.seek = String(event.start_s);
    const score = event.score === null || event.score === undefined ? "–" : event.score.toFixed(2);
    body.append(make("tr", "", make("td", "", make("span", `dot ${event.track}`), words.get(event.track)), make("td", "", SeehearLanes.words(event.label)),
      make("td", "num", from), make("td", "num", SeehearLanes.clock(event.end_s)), make("td", "num", score)));
  }
  const head = make("tr", "", make("th", "", "Track"), make("th", "", "Class"),
    ...["From", "To", "Score, 0 to 1"].map((word) => make("th", "num", word)));
  return [title, make("table", "", make("thead", "", head), body)];
}

/* Formats by what people want them for, each with what it is in plain sight. */
function downloads(clip, library) {
  const groups = make("div", "downloads");
  for (const use of library.uses) {
    const list = make("ul", "");
    for (const format of use.formats) {
      const item = link(`/api/clips/${clip.id}/export/${encodeURIComponent(format.name)}`, "button", format.name);
      item.setAttribute("download", "");
      list.append(make("li", "", item, make("span", "", format.summary)));
    }
    groups.append(make("section", "", make("h3", "", use.title), make("p", "muted", use.text), list));
  }
  return make("section", "card", make("h2", "", "Download"), groups);
}

function made(timeline) {
  const grid = timeline.grid;
  const values = { ...timeline.parser, segments: `${grid.count} of ${grid.step_s} s`, "looked for": timeline.vocabulary };
  return make("details", "card", make("summary", "", "How this was made"), settings(values));
}

function settings(values) {
  const list = make("dl", "");
  for (const [key, value] of Object.entries(values)) {
    let shown;
    if (value && typeof value === "object" && !Array.isArray(value)) shown = settings(value);
    else if (Array.isArray(value)) shown = value.map((v) => (v && typeof v === "object" ? JSON.stringify(v) : String(v))).join(", ") || "–";
    else shown = value === null ? "–" : String(value);
    list.append(make("dt", "", key), make("dd", "", shown));
  }
  return list;
}
