/* Teaching the parser from what was reviewed: three speeds, before and after, and which parser stays. */
import { ask, button, count, make, problem, read } from "./dom.js";

const AGAIN_MS = 700;
const SPEEDS = [
  ["calibrate", "Calibrate", "a second: how sure it must be, class by class"],
  ["refit", "Refit", "seconds: how the classes of this library look and sound, too; needs kept features"],
  ["train", "Train", "minutes: a network besides; needs kept features and PyTorch"],
];
const FIGURES = {
  "segment/audio": "heard", "segment/visual": "seen", "segment/audio_visual": "both at once", "segment/type": "mean of the three",
  "clip/classes": "classes of a clip",
};

const send = async (method, path) => {
  const answer = await fetch(path, { method, headers: { "X-Seehear": "1" } });
  return read(answer.status, await answer.text());
};

/* The part of the page, and what ends it. */
export function teaching(library) {
  const told = make("div", "told"), speeds = make("ul", "speeds");
  told.setAttribute("role", "status");
  const place = make("section", "panel teach", make("h2", "", "Teach the parser"),
    make("p", "muted", "It learns from what was reviewed, and is judged on reviewed clips that it did not learn from. What you corrected stays, "
      + "whatever parses the clips again."), speeds, told);
  let gone = false, timer = 0;

  for (const [how, word, text] of SPEEDS) {
    speeds.append(make("li", "", button(word, "", () => act(() => send("POST", `/api/teach?how=${how}`))), make("span", "muted", text)));
  }
  const buttons = [...speeds.querySelectorAll("button")];

  async function act(asked) {
    clearTimeout(timer);
    try {
      show(await asked());
    } catch (error) {
      told.replaceChildren(problem(error));
    }
  }

  function show(state) {
    if (gone) return;
    const running = state.state === "running";
    for (const one of buttons) one.disabled = running || library.read_only;
    told.replaceChildren(...lines(state));
    if (running) timer = setTimeout(() => act(() => ask("/api/teach")), AGAIN_MS);
  }

  function lines(state) {
    if (state.state === "running") {
      return [make("p", "state", `It learns (${state.how}): ${state.said}`), make("progress", ""),
        button("End it", "quiet", () => act(() => send("DELETE", "/api/teach")))];
    }
    if (state.state === "failed") return [problem(new Error(state.error))];
    const keep = (which) => () => act(() => send("POST", `/api/teach/keep?which=${which}`));
    const stands = state.taught ? [useIt(library)] : [];
    if (state.state === "learnt") {
      const better = state.better ? "It is better on clips that it did not learn from." : "It is no better on clips that it did not learn from: keep the old one.";
      return [make("p", "", `Learnt from ${count(state.clips, "reviewed clip")}, ${state.seconds.toLocaleString("en")} s in ${count(state.classes, "class")}.`),
        comparison(state), make("p", "state", better),
        make("p", "choices", button("Take the new one", state.better ? "primary" : "", keep("new")), button("Keep the old one", state.better ? "" : "primary", keep("old")))];
    }
    if (state.state === "kept") return [make("p", "state", "The new parser is kept."), ...stands];
    if (state.state === "dropped") return [make("p", "state", "The parser is as it was."), ...stands];
    return stands;
  }

  act(() => ask("/api/teach"));
  return { place, stop: () => {
    gone = true;
    clearTimeout(timer);
  } };
}

function comparison(state) {
  const head = make("tr", "", make("th", "", "Seconds, F-score in %"), make("th", "num", "Before"), make("th", "num", "After"));
  const rows = Object.entries(state.before).map(([name, before]) => make("tr", "", make("td", "", FIGURES[name] || name),
    make("td", "num", (100 * before).toFixed(1)), make("td", "num", (100 * state.after[name]).toFixed(1))));
  return make("div", "wide", make("table", "", make("thead", "", head), make("tbody", "", ...rows)));
}

/* How the library is parsed by it; the page itself parses only what is uploaded. */
function useIt(library) {
  const quoted = (text) => (/^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
  const text = `seehear parse VIDEOS --model ${quoted(`${library.name}/taught`)} --out ${quoted(library.name)} --again changed`;
  return make("div", "", make("p", "", "There is a taught parser in this library. To parse its videos again with it (corrections stay):"),
    make("p", "command", make("code", "", text)));
}
