/* The usual questions without the language: a class, how it is there, for how long.  The box shows the query as it
   is built, so that people learn the language from it. */
import { link, make, toList } from "./dom.js";

export const QUESTIONS = [
  ["heard but not seen", (x) => `heard:${x} -seen:${x}`],
  ["seen but not heard", (x) => `seen:${x} -heard:${x}`],
  ["heard and seen at once", (x) => `both:${x}`],
  ["heard", (x) => `heard:${x}`],
  ["seen", (x) => `seen:${x}`],
];
const LENGTHS = [["of any length", ""], ["longer than 2 seconds", " duration>2"], ["longer than 5 seconds", " duration>5"],
  ["longer than 30 seconds", " duration>30"]];
const LANGUAGE = [
  ["heard:Dog", "a dog is heard, wherever it is"],
  ["heard:Dog -seen:Dog", "heard, and known not to be seen; - means not"],
  ["seen:Car heard:Speech", "both at the same moment"],
  ["heard:Dog | heard:Cat", "either of them"],
  ["both:\"Baby cry\" duration>3", "longer than 3 seconds; quotes around names of several words"],
  ["seen:*", "anything is seen"],
];

function select(id, label, choices) {
  const box = make("select", "");
  box.id = id;
  box.setAttribute("aria-label", label);
  for (const [text, value] of choices) {
    const option = make("option", "", text);
    option.value = value;
    box.append(option);
  }
  return box;
}

/* `found` is the answer of /api/classes, `input` the box of the query. */
export function builder(found, query, input) {
  const first = found.counts.length > 1 ? null : found.counts[0];
  const classes = select("ask-class", "Class", [["a class …", ""], ...found.counts.map((of) => [SeehearLanes.words(of.label), of.written])]);
  const how = select("ask-how", "Heard or seen", QUESTIONS.map(([text], index) => [text, String(index)]));
  const length = select("ask-length", "Length", LENGTHS);
  const go = make("button", "primary", "Show");
  go.type = "submit";
  const written = () => (classes.value ? QUESTIONS[Number(how.value)][1](classes.value) + length.value : "");
  if (first) classes.value = first.written;
  for (const of of found.counts) {  // a query that was built is shown as it was built
    QUESTIONS.forEach(([, ask], index) => LENGTHS.forEach(([, tail]) => {
      if (ask(of.written) + tail === query) [classes.value, how.value, length.value] = [of.written, String(index), tail];
    }));
  }
  const fill = () => {
    go.disabled = !classes.value;
    if (written()) input.value = written();
  };
  const form = make("form", "builder", make("span", "", "Show moments where"), classes, make("span", "", "is"), how, length, go);
  form.setAttribute("aria-label", "Build a search");
  form.addEventListener("change", fill);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    fill();
    input.form.requestSubmit();
  });
  go.disabled = !classes.value;
  return form;
}

export function language(found) {
  const rows = LANGUAGE.map(([query, text]) => make("tr", "", make("td", "", make("code", "", query)), make("td", "", text)));
  const here = make("p", "examples", make("span", "muted", "In these clips: "));
  for (const example of found.examples) here.append(link(toList(example), "chip", example));
  return make("details", "language", make("summary", "", "How to write a search yourself"),
    make("table", "", make("tbody", "", ...rows)), here);
}
