/* How sure the parser must be: two sliders that decide anew from the scores a timeline keeps.  Nothing is written here. */
import { ask, make, problem } from "./dom.js";

const WORD = { audio: "heard", visual: "seen", audio_visual: "both" };
const MOST = 8;  // changed stretches that are listed

/* The part of the clip page; `show(timeline)` is called with what would be decided, or with null: again what is stored. */
export function thresholds(clip, library, show) {
  const box = make("section", "card threshold", make("h2", "", "How sure must the parser be?"));
  if (!clip.decoding) {
    box.append(make("p", "muted", "This timeline keeps no scores to decide from again, so there is nothing to move: parse the video once more to keep them."));
    return box;
  }
  const first = { on: clip.decoding.threshold ?? 0.5, keep: clip.decoding.keep_threshold ?? clip.decoding.threshold ?? 0.5 };
  const on = slider("An event begins where it is at least this sure,", first.on);
  const keep = slider("and lasts while it is at least this sure", first.keep);
  const told = make("div", "told"), reset = make("button", "", "Back to what is stored");
  told.setAttribute("role", "status");
  reset.type = "button";
  let turn = 0;

  function back() {
    turn += 1;
    on.set(first.on);
    keep.set(first.keep);
    told.replaceChildren(make("p", "muted", clip.decoding.threshold === null
      ? "Now each class or track has a threshold of its own; moving the slider sets one for all."
      : "Move a slider to see what would change. Nothing is written."));
    reset.disabled = true;
  }

  async function decide() {
    const mine = ++turn;
    reset.disabled = false;
    try {
      const asked = new URLSearchParams({ threshold: on.value(), keep: keep.value() });
      const next = await ask(`/api/clips/${clip.id}/timeline?${asked}`);
      if (mine !== turn) return;
      show(next);
      told.replaceChildren(changes(clip.timeline, next), command(library, on.value(), keep.value()));
    } catch (error) {
      if (mine === turn) told.replaceChildren(problem(error));
    }
  }

  on.input.addEventListener("input", () => {
    if (keep.together || keep.value() > on.value()) keep.set(on.value());
    decide();
  });
  keep.input.addEventListener("input", () => {
    if (keep.value() > on.value()) keep.set(on.value());
    keep.together = keep.value() === on.value();
    decide();
  });
  keep.together = first.keep === first.on;
  reset.addEventListener("click", () => {
    back();
    show(null);
  });
  box.append(on.row, keep.row, told, reset);
  back();
  return box;
}

function slider(text, value) {
  const input = make("input", ""), shown = make("output", "");
  input.type = "range";
  [input.min, input.max, input.step] = ["0.05", "0.95", "0.01"];
  const set = (number) => {
    input.value = String(number);
    shown.textContent = Number(input.value).toFixed(2);
  };
  input.addEventListener("input", () => set(input.value));
  set(value);
  return { input, set, value: () => Number(input.value), row: make("label", "slide", make("span", "", text), input, shown) };
}

/* Which stretches come and go between two timelines, in words. */
function changes(before, after) {
  const lines = [];
  for (const track of Object.keys(WORD)) {
    for (const label of before.vocabulary) {
      const [old, fresh] = [before, after].map((t) => spans(t, track, label));
      for (const [start, end] of without(fresh, old)) lines.push([start, "+", track, label, end]);
      for (const [start, end] of without(old, fresh)) lines.push([start, "−", track, label, end]);
    }
  }
  if (!lines.length) return make("p", "", "Nothing changes in this clip.");
  const list = make("ul", "changes", ...lines.slice(0, MOST).map(([start, sign, track, label, end]) =>
    make("li", "", make("b", "", sign), ` ${WORD[track]} `, make("span", `dot ${track}`), `${SeehearLanes.words(label)}, `
      + `${SeehearLanes.clock(start)} to ${SeehearLanes.clock(end)}`)));
  if (lines.length > MOST) list.append(make("li", "muted", `and ${lines.length - MOST} more`));
  return make("div", "", make("p", "", "What would change in this clip:"), list);
}

const spans = (timeline, track, label) =>
  timeline.events.filter((e) => e.track === track && e.label === label).map((e) => [e.start_s, e.end_s]);

/* The parts of some stretches that lie in none of the others. */
function without(some, others) {
  let left = some;
  for (const [from, to] of others) {
    left = left.flatMap(([start, end]) => [[start, Math.min(end, from)], [Math.max(start, to), end]].filter(([a, b]) => a < b));
  }
  return left;
}

function command(library, on, keep) {
  const name = /^[\w./-]+$/.test(library.name) ? library.name : `'${library.name.replaceAll("'", "'\\''")}'`;
  const text = `seehear decode ${name} --threshold ${on} --hysteresis ${keep}`;
  const copy = make("button", "", "Copy");
  copy.type = "button";
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    copy.textContent = "Copied";
  });
  const line = make("p", "command", make("code", "", text));
  if (navigator.clipboard) line.append(" ", copy);
  return make("div", "", make("p", "", "Nothing is written here. To decide the whole library so, in a terminal:"), line);
}
