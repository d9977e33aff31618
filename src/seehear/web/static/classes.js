/* The classes of the library with the numbers of clips they are in: each number is a search. */
import { button, count, link, make, toList } from "./dom.js";

const FIRST = matchMedia("(max-width: 640px)").matches ? 4 : 6;
const NUMBERS = [
  ["heard", "audio", "heard", (x) => `heard:${x}`], ["seen", "visual", "seen", (x) => `seen:${x}`],
  ["heard_only", "audio only", "heard only", (x) => `heard:${x} -seen:${x}`],
  ["seen_only", "visual only", "seen only", (x) => `seen:${x} -heard:${x}`],
];

function box(of, query) {
  const numbers = make("div", "numbers");
  for (const [key, kind, word, ask] of NUMBERS) {
    const asked = ask(of.written);
    const number = make("b", "", of[key].toLocaleString("en"));
    const chip = of[key] ? link(toList(asked), `chip ${kind}`, `${word} `, number) : make("span", `chip none ${kind}`, `${word} `, number);
    chip.setAttribute("aria-label", `${SeehearLanes.words(of.label)}, ${word}: ${count(of[key], "clip")}`);
    if (asked === query) {
      chip.href = toList("");
      chip.setAttribute("aria-current", "true");
      chip.title = "click again to show all clips";
    }
    numbers.append(chip);
  }
  const notes = of.notes.map((line) => make("p", "note", line.slice(of.label.length + 2)));
  return make("li", "class", make("h3", "", SeehearLanes.words(of.label)), numbers, ...notes);
}

export function classChips(found, query) {
  const list = make("ul", "classes");
  const boxes = found.counts.map((of) => box(of, query));
  const [first, rest] = [boxes.slice(0, FIRST), boxes.slice(FIRST)];
  list.append(...first);
  const panel = make("section", "panel", make("h2", "", "What is in these clips"),
    make("p", "muted", "Numbers of clips; a click shows the moments. “Heard only” counts clips with a moment where it is heard "
      + "and known not to be in the picture."), list);
  if (rest.length) {
    const more = button(`Show all ${boxes.length} classes`, "quiet", () => {
      list.append(...rest);
      rest[0].querySelector("a")?.focus();
      more.remove();
    });
    panel.append(more);
  }
  if (found.classes > boxes.length) panel.append(make("p", "muted", `And ${count(found.classes - boxes.length, "rarer class")}, which a search finds.`));
  if (found.absent.length) {
    panel.append(make("details", "absent", make("summary", "", `Looked for, found nowhere: ${found.absent.length}`),
      make("p", "muted", found.absent.map(SeehearLanes.words).join(", "))));
  }
  return panel;
}
