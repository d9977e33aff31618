/* Corrections on their way to the server, over the version that was seen; what is not there yet is kept in this browser. */
import { read } from "./dom.js";

/* Returns {version, timeline} as the clip then stands; an error has the server's `status` (409: somebody else saved it). */
export async function send(clip, version, state, by) {
  const events = state.events.map(({ track, label, start_s, end_s, origin }) => ({ track, label, start_s, end_s, origin }));
  const answer = await fetch(`/api/clips/${clip}/corrections`, {
    method: "PUT",
    headers: { "X-Seehear": "1", "Content-Type": "application/json" },
    body: JSON.stringify({ version, events, reviewed: state.reviewed, words: state.words, complete: state.complete, by: by || null }),
  });
  return read(answer.status, await answer.text());
}

const key = (clip) => `seehear-draft-${clip}`;

export const draft = {
  /* {version, state} that was not saved, or null */
  of(clip) {
    try {
      const kept = JSON.parse(localStorage.getItem(key(clip)));
      return kept && Array.isArray(kept.state.events) ? kept : null;
    } catch {
      return null;
    }
  },
  keep(clip, version, state) {
    try {
      localStorage.setItem(key(clip), JSON.stringify({ version, state }));
    } catch { /* no room, or not allowed: it stays on the page alone */ }
  },
  forget(clip) {
    try {
      localStorage.removeItem(key(clip));
    } catch { /* as above */ }
  },
};

/* Who corrects, for the record. */
export const who = {
  get name() {
    try {
      return localStorage.getItem("seehear-who") || "";
    } catch {
      return "";
    }
  },
  set name(text) {
    try {
      localStorage.setItem("seehear-who", text);
    } catch { /* asked for again next time */ }
  },
};
