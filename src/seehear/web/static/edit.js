/* Correcting a clip: what is chosen, what was changed, and what the server has of it. */
import { ask, button, make } from "./dom.js";
import { draft, send } from "./corrections.js";
import { gestures } from "./gestures.js";
import { history } from "./history.js";
import { listen, told } from "./edit_keys.js";
import { next as nextDoubt } from "./next.js";
import { tools } from "./edit_tools.js";
import * as states from "./edit_state.js";

const LEAST_S = 0.1;
let correcting = false;  // stays on from clip to clip

/* Makes the lanes of a clip editable.  `place` holds the lanes, `view()` is what SeehearLanes.mount gave; `changed(timeline)` is
   called with what the clip now says.  Returns {bar, panel, keys, more, lock(timeline or null), destroy()}. */
export function editing(clip, place, view, player, changed) {
  const steps = history(states.begin(clip.timeline));
  let saved = steps.now, version = clip.version, chosen = null, mark = null, locked = false, busy = false, drawn = null;
  let track = clip.timeline.tracks.audio.state === "absent" ? "visual" : "audio";
  let label = clip.timeline.events[0]?.label || clip.timeline.vocabulary[0] || "";
  const bar = make("div", "edit-bar"), panel = make("div", "edit-panel"), message = make("div", "edit-message");
  const toggle = button("✎ Correct", "", () => does.edit());
  toggle.title = "E";
  const grid = clip.timeline.grid, from = grid.start_s, to = clip.timeline.duration_s;
  const now = () => (player && player.isConnected && player.readyState ? player.currentTime : view().time());
  const inside = (t) => Math.min(Math.max(t, from), to);
  const timeline = () => states.timelineOf(clip.timeline, steps.now);
  const dirty = () => steps.now !== saved;

  /* shows the state that holds now, on the lanes and the tools */
  function show() {
    drawn = timeline();
    changed(drawn);
    shown();
    if (dirty()) draft.keep(clip.id, version, steps.now);
    else if (draft.of(clip.id)?.version === version) draft.forget(clip.id);  // a draft of another version stays until somebody chooses
  }

  function shown() {
    bars.show({ event: chosen, mark: whole(mark), track, label, vocabulary: (drawn || timeline()).vocabulary, dirty: dirty(),
      canUndo: steps.canUndo, canRedo: steps.canRedo, locked: locked || busy });
    if (!busy && !locked) bars.tell(dirty() ? "Changes are not saved yet." : "", dirty() ? "warn" : "");
  }

  /* what is chosen, and the marks, on the lanes as they were just drawn */
  function decorate() {
    const hadFocus = place.contains(document.activeElement);
    for (const one of place.querySelectorAll(".lane-event")) {
      const is = chosen !== null && one.event === chosen;
      one.classList.toggle("chosen", is);
      for (const edge of one.querySelectorAll(".lane-edge")) edge.remove();
      if (!is) continue;
      for (const side of ["start", "end"]) {
        const edge = make("i", "lane-edge");
        edge.dataset.edge = side;
        one.append(edge);
      }
      if (hadFocus || document.activeElement === document.body) one.focus({ preventScroll: true });
    }
    place.querySelector(".lanes-mark")?.remove();
    const stretch = whole(mark), over = place.querySelector(".lanes-cursors");
    if (stretch && over) over.prepend(view().place(make("div", "lanes-mark"), stretch.start, stretch.end));
  }

  const whole = (m) => (m && m.start !== null && m.end !== null && m.start < m.end ? m : null);

  function select(event) {
    if (event === chosen) return;
    chosen = event && event.track !== "audio_visual" ? event : null;
    if (chosen) ({ track, label } = chosen), mark = null;
    decorate();
    shown();
  }

  /* takes a new state and the event it is about */
  function put([state, event]) {
    steps.push(state);
    chosen = event;
    if (event) ({ track, label } = event);
    show();
  }

  function step(act) {
    act();
    chosen = states.sameIn(steps.now, chosen);
    show();
  }

  /* an edge of what is chosen, or of the mark, goes to the play head */
  function edge(side) {
    const at = inside(now());
    if (!chosen) {
      mark = { start: null, end: null, ...mark, [side]: at };
      if (mark.start !== null && mark.end !== null && mark.start >= mark.end) mark[side === "start" ? "end" : "start"] = null;
      decorate();
      shown();
      return bars.tell(whole(mark) ? "Marked: R reviews it, A adds an event there." : `Marked from ${SeehearLanes.clock(at)}: now the other end.`);
    }
    const values = side === "start" ? { start_s: Math.min(at, chosen.end_s - LEAST_S) } : { end_s: Math.max(at, chosen.start_s + LEAST_S) };
    if (Object.entries(values).some(([key, value]) => chosen[key] !== value)) put(states.change(steps.now, chosen, values));
  }

  function add() {
    if (!label) return bars.pick();
    const at = Math.min(now(), to - LEAST_S), first = from + Math.floor((at - from) / grid.step_s) * grid.step_s;
    const stretch = whole(mark) || { start: first, end: Math.min(first + grid.step_s, to) };
    mark = null;
    put(states.draw(steps.now, track, label, stretch.start, stretch.end));
  }

  function review() {
    const stretch = whole(mark) || (chosen && { start: chosen.start_s, end: chosen.end_s });
    if (!stretch) return bars.tell("Mark a stretch first: I where it begins, O where it ends.");
    const tracks = mark ? states.TRACKS.filter((one) => clip.timeline.tracks[one].state !== "absent") : [chosen.track];
    let state = steps.now;
    for (const one of tracks) [state] = states.review(state, one, stretch.start, stretch.end);
    mark = null;
    put([state, states.sameIn(state, chosen)]);
  }

  function named(text) {
    const same = (word) => SeehearLanes.words(word).toLowerCase() === text.toLowerCase();
    return drawn.vocabulary.find(same) || text;
  }

  async function save() {
    if (busy || !dirty()) return !dirty();
    busy = true;
    bars.tell("Saving …");
    shown();
    const sent = steps.now;
    try {
      const answer = await send(clip.id, version, sent, bars.by());
      take(answer, sent);
      message.replaceChildren();
      return true;
    } catch (error) {
      refused(error);
      return false;
    } finally {
      busy = false;
      shown();
      if (!dirty()) bars.tell("Saved.", "good");
    }
  }

  /* the clip as the server now has it */
  function take(answer, sent) {
    [version, clip.version, clip.timeline] = [answer.version, answer.version, answer.timeline];
    const kept = steps.now === sent;
    if (kept) steps.replace(states.begin(answer.timeline));
    saved = kept ? steps.now : null;  // else it was changed meanwhile
    chosen = states.sameIn(steps.now, chosen);
    draft.forget(clip.id);
    show();
  }

  function refused(error) {
    const line = make("p", "card problem", error.message || String(error));
    line.setAttribute("role", "alert");
    message.replaceChildren(line);
    if (error.status !== 409) return;
    message.append(make("p", "edit-row", button("Show what was saved", "", theirs), button("Save mine over it", "", mine)));
  }

  /* the clip as it was saved last, or undefined; nothing can be changed until it is here */
  async function lastSaved() {
    busy = true;
    shown();
    try {
      return await ask(`/api/clips/${clip.id}`).catch(refused);
    } finally {
      busy = false;
      shown();
    }
  }

  /* what somebody else saved; a step back leads to what was here */
  async function theirs() {
    const fresh = await lastSaved();
    if (!fresh) return;
    [version, clip.version, clip.timeline] = [fresh.version, fresh.version, fresh.timeline];
    steps.push(states.begin(fresh.timeline));
    [saved, chosen] = [steps.now, null];
    draft.forget(clip.id);
    message.replaceChildren();
    show();
  }

  async function mine() {
    const fresh = await lastSaved();
    if (!fresh) return;
    version = fresh.version;
    await save();
  }

  /* what was not saved when this clip was left */
  function restore() {
    const kept = draft.of(clip.id);
    if (!kept) return;
    const back = () => {
      steps.push(kept.state);
      message.replaceChildren();
      correcting = true;
      mode();
    };
    if (kept.version === version) return back();
    message.replaceChildren(make("p", "card problem", "Your changes to this clip were not saved, and somebody has saved it since."),
      make("p", "edit-row", button("Show mine", "", back), button("Forget mine", "", () => { draft.forget(clip.id); message.replaceChildren(); })));
  }

  async function next() {
    if (dirty() && !(await save())) return;
    const address = await nextDoubt(clip.id, now()).catch((error) => (refused(error), null));
    if (address) location.hash = address;
    else bars.tell("Nothing more is in doubt.");
  }

  const does = {
    edit() { correcting = !correcting; mode(); },
    back() { view().seek(now() - 1); }, on() { view().seek(now() + 1); },
    setStart: () => edge("start"), setEnd: () => edge("end"), add, review, save, next,
    split() {
      if (!chosen) return;
      const at = now();
      if (at < chosen.start_s + LEAST_S || at > chosen.end_s - LEAST_S) bars.tell("To split an event, put the play head inside it.");
      else put(states.split(steps.now, chosen, at));
    },
    move() {
      const other = track === "audio" ? "visual" : "audio";
      if (clip.timeline.tracks[other].state === "absent") bars.tell(`This clip has no ${other} track.`);
      else if (chosen) put(states.change(steps.now, chosen, { track: other }));
      else does.lane(other);
    },
    lane(which) {
      track = which;
      if (chosen && chosen.track !== which) put(states.change(steps.now, chosen, { track: which }));
      else shown();
    },
    label(text) {
      if (!text) return shown();
      label = named(text);
      if (chosen && chosen.label !== label) put(states.change(steps.now, chosen, { label }));
      else if (!drawn.vocabulary.includes(label)) put(states.addWord(steps.now, label));
      else show();
    },
    shown,
    pick() { bars.pick(); },
    confirm() { if (chosen && (chosen.origin || "parser") === "parser") put(states.confirm(steps.now, chosen)); },
    confirmAll() { put(states.confirmAll(steps.now)); },
    reviewAll() { put(states.reviewAll(steps.now, clip.timeline)); },
    remove() { if (chosen) put(states.remove(steps.now, chosen)); },
    undo() { if (steps.canUndo) step(steps.undo); }, redo() { if (steps.canRedo) step(steps.redo); },
    nothing() { mark = null; chosen = null; decorate(); shown(); },
  };
  const changing = new Set(["setStart", "setEnd", "add", "review", "save", "split", "move", "confirm", "confirmAll", "reviewAll", "remove", "undo", "redo",
    "label", "lane"]);
  for (const name of changing) {
    const act = does[name];
    does[name] = (value) => (locked || busy ? undefined : act(value));
  }
  const bars = tools(does, clip.timeline, player);
  const keys = told();
  bar.append(toggle, message);
  panel.append(bars.element);

  function mode() {
    toggle.textContent = correcting ? "Done" : "✎ Correct";
    toggle.setAttribute("aria-pressed", String(correcting));
    place.classList.toggle("editing", correcting);
    panel.hidden = keys.hidden = !correcting;
    if (!correcting) [chosen, mark] = [null, null];
    show();
  }

  const stop = [listen(does, () => correcting), gestures(place, { timeAt: (x) => view().timeAt(x), place: (...all) => view().place(...all) }, {
    editable: () => correcting && !locked && !busy, select, playHead: now, step: () => grid.step_s, from: () => from, to: () => to,
    draw: (of, word, start, end) => put(states.draw(steps.now, of, word, start, end)),
    change: (event, values) => put(states.change(steps.now, event, values)),
    review: (of, start, end) => put(states.review(steps.now, of, start, end)),
    unreview: (of, [start, end]) => put(states.unreview(steps.now, of, start, end)),
  })];
  const focus = (event) => {
    if (correcting && !locked && event.target.matches(".lane-event") && !event.target.closest(".refocusing")) select(event.target.event);
  };
  place.addEventListener("focusin", focus);

  return {
    bar, panel, keys,
    start() { restore(); mode(); },
    /* what the lanes show besides: a row to draw on, rows of what was reviewed */
    more: {
      rows: (of) => (correcting && of === track && label ? [label] : []),
      reviewed: () => correcting,
      drawn: decorate,
    },
    timeline,
    /* other thresholds are tried: nothing is changed meanwhile */
    lock(other) {
      locked = other;
      if (locked) bars.tell("You are trying other thresholds; nothing can be corrected meanwhile.");
      else show();
      shown();
    },
    destroy() {
      for (const end of stop) end();
      place.removeEventListener("focusin", focus);
    },
  };
}
