/* Which view is shown: the address after # says it.  #/  #/search/QUERY  #/clip/ID?q=QUERY&t=SECONDS  #/upload[/ID]  #/review  #/like/ID?t=SECONDS&track=TRACK */
import { ask, make, problem, toList } from "./dom.js";
import { showClip } from "./clip.js";
import { showLike } from "./like.js";
import { watchQueue } from "./queue.js";
import { showReview } from "./review.js";
import { showForm, showJob } from "./upload.js";
import { showList } from "./list.js";

const root = document.getElementById("view"), input = document.getElementById("query"), upload = document.getElementById("to-upload");
const library = ask("/api/library");  // the list is asked for beside it
let leave = null, turn = 0;

async function show() {
  const [path, rest = ""] = location.hash.replace(/^#\/?/, "").split("?");
  const [view = "", ...parts] = path.split("/");
  const extra = new URLSearchParams(rest);
  const mine = ++turn;
  if (leave) leave();
  leave = null;
  document.title = "seehear";
  const query = view === "search" ? decode(parts.join("/")) : extra.get("q") || "";
  if (query || mine > 1) input.value = query;  // what is typed while the page loads stays
  const time = extra.has("t") && Number.isFinite(Number(extra.get("t"))) ? Number(extra.get("t")) : undefined;
  const id = /^[0-9a-f]{24}$/.test(parts[0] || "") ? parts[0] : "";
  const place = make("div", "");
  root.replaceChildren(place);
  scrollTo(0, 0);
  let done = null;
  try {
    if (view === "clip" && id) done = await showClip(place, await library, id, query, time);
    else if (view === "like" && id) done = await showLike(place, id, time, extra.get("track"));
    else if (view === "upload" && id) done = showJob(place, await library, id);
    else if (view === "review") done = showReview(place, await library);
    else if (view === "upload" && (await library).uploads) done = showForm(place, await library);
    else done = showList(place, query, input, library);
  } catch (error) {
    place.replaceChildren(make("div", "page", problem(error)));
  }
  if (mine === turn) leave = done;
  else if (done) done();  // another view was asked for meanwhile
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

document.getElementById("search").addEventListener("submit", (event) => {
  event.preventDefault();
  const target = toList(input.value.trim());
  if (location.hash !== target && !(target === "#/" && !location.hash)) location.hash = target;
  else show();
});
addEventListener("hashchange", show);
watchQueue((queue) => { upload.textContent = queue.left ? `Upload (${queue.left} to go)` : "Upload"; });
await show();
library.then((known) => { upload.hidden = !known.uploads; }, () => {});
