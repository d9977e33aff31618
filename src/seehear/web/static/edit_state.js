/* What a person makes of a clip, as whole states.  Nothing here draws, asks or waits.

   A state is {events, reviewed: {audio, visual}, words, complete}: the events of both tracks, the stretches that were gone
   through, classes that were brought in, and whether the whole clip was gone through just now.  Every change gives a new
   state, and the event that it is about where there is one. */

export const TRACKS = ["audio", "visual"];
const ORDER = (a, b) => TRACKS.indexOf(a.track) - TRACKS.indexOf(b.track) || a.start_s - b.start_s || a.end_s - b.end_s;
const tidy = (seconds) => Math.round(seconds * 1e6) / 1e6;

export const begin = (timeline) => ({
  events: timeline.events.filter((e) => e.track !== "audio_visual"),
  reviewed: Object.fromEntries(TRACKS.map((track) => [track, timeline.tracks[track].reviewed || []])),
  words: [],
  complete: false,
});

/* The timeline as a state has it: what is heard and seen together follows from both. */
export function timelineOf(timeline, state) {
  const words = [...state.words, ...state.events.map((e) => e.label)].filter((word) => !timeline.vocabulary.includes(word));
  const tracks = {};
  for (const track of TRACKS) tracks[track] = { ...timeline.tracks[track], reviewed: state.reviewed[track] };
  return { ...timeline, tracks, vocabulary: [...timeline.vocabulary, ...new Set(words)],
    events: [...[...state.events].sort(ORDER), ...both(timeline, state.events)] };
}

function both(timeline, events) {
  const out = [];
  for (const label of new Set(events.map((e) => e.label))) {
    const [heard, seen] = TRACKS.map((track) => joined(events.filter((e) => e.track === track && e.label === label).map(span)));
    for (const [from, to] of heard) {
      for (const [start, end] of seen) {
        const [start_s, end_s] = [Math.max(from, start), Math.min(to, end)];
        if (start_s >= end_s) continue;
        const same = timeline.events.find((e) => e.track === "audio_visual" && e.label === label && e.start_s === start_s && e.end_s === end_s);
        out.push(same || { track: "audio_visual", label, start_s, end_s, score: null });
      }
    }
  }
  return out.sort((a, b) => a.start_s - b.start_s || a.end_s - b.end_s);
}

const span = (event) => [event.start_s, event.end_s];

/* stretches, sorted, with those made one that touch */
export function joined(spans) {
  const out = [];
  for (const [start, end] of [...spans].sort((a, b) => a[0] - b[0])) {
    const last = out[out.length - 1];
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else out.push([start, end]);
  }
  return out;
}

function without(spans, from, to) {
  return spans.flatMap(([start, end]) => [[start, Math.min(end, from)], [Math.max(start, to), end]].filter(([a, b]) => a < b));
}

/* An event among the others: those of its class that it lies over become one with it. */
function among(others, event) {
  const over = others.filter((e) => e.track === event.track && e.label === event.label && e.start_s < event.end_s && event.start_s < e.end_s);
  if (!over.length) return [[...others, event], event];
  const all = [event, ...over];
  const one = { ...event, start_s: Math.min(...all.map((e) => e.start_s)), end_s: Math.max(...all.map((e) => e.end_s)),
    origin: all.every((e) => e.origin === "added") ? "added" : "corrected" };
  const same = over.find((e) => e.start_s === one.start_s && e.end_s === one.end_s);  // it lay inside that
  return [[...others.filter((e) => !over.includes(e)), same || one], same || one];
}

export function draw(state, track, label, start, end) {
  const [events, event] = among(state.events, { track, label, start_s: tidy(start), end_s: tidy(end), score: null, origin: "added" });
  return [{ ...state, events }, event];
}

/* Other edges, another track or another class. */
export function change(state, event, values) {
  const next = { ...event, ...values, score: null, origin: event.origin === "added" ? "added" : "corrected" };
  [next.start_s, next.end_s] = [tidy(next.start_s), tidy(next.end_s)];
  const [events, one] = among(state.events.filter((e) => e !== event), next);
  return [{ ...state, events }, one];
}

export const remove = (state, event) => [{ ...state, events: state.events.filter((e) => e !== event) }, null];

export function split(state, event, at) {
  const [next, first] = change(state, event, { end_s: at });
  return [{ ...next, events: [...next.events, { ...first, start_s: tidy(at), end_s: event.end_s }] }, first];
}

const agreed = (event) => (event.origin === "parser" || !event.origin ? { ...event, origin: "confirmed" } : event);

export function confirm(state, event) {
  const next = agreed(event);
  return [{ ...state, events: state.events.map((e) => (e === event ? next : e)) }, next];
}

export const confirmAll = (state) => [{ ...state, events: state.events.map(agreed) }, null];

/* A stretch of a track was gone through: what lies in it is right, and nothing else is there. */
export function review(state, track, from, to) {
  const events = state.events.map((e) => (e.track === track && from <= e.start_s && e.end_s <= to ? agreed(e) : e));
  const spans = joined([...state.reviewed[track], [tidy(from), tidy(to)]]);
  return [{ ...state, events, reviewed: { ...state.reviewed, [track]: spans } }, null];
}

export const unreview = (state, track, from, to) =>
  [{ ...state, complete: false, reviewed: { ...state.reviewed, [track]: without(state.reviewed[track], from, to) } }, null];

/* All of the clip was gone through, for every class that it has. */
export function reviewAll(state, timeline) {
  let next = state;
  for (const track of TRACKS) {
    if (timeline.tracks[track].state !== "absent") [next] = review(next, track, timeline.grid.start_s, timeline.duration_s);
  }
  return [{ ...next, complete: true }, null];
}

export const addWord = (state, word) => [{ ...state, words: [...state.words, word] }, null];

/* The event of a state that says the same, such as after it was saved. */
export const sameIn = (state, event) => state.events.find((e) => event && e.track === event.track && e.label === event.label
  && Math.abs(e.start_s - event.start_s) < 1e-3 && Math.abs(e.end_s - event.end_s) < 1e-3) || null;
