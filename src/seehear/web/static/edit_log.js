/* What people changed in a clip, and when: the last first. */
import { count, make } from "./dom.js";

export function editLog(timeline) {
  const edits = [...((timeline.review && timeline.review.edits) || [])].reverse();
  const rows = edits.map(({ at, did, by }) => {
    const when = new Date(at);
    return make("tr", "", make("td", "num", Number.isNaN(when.getTime()) ? at : when.toLocaleString()), make("td", "", did), make("td", "", by || "–"));
  });
  const head = make("tr", "", make("th", "num", "When"), make("th", "", "What"), make("th", "", "Who"));
  return [make("summary", "", `Changed ${count(edits.length, "time")}`), make("table", "", make("thead", "", head), make("tbody", "", ...rows))];
}
